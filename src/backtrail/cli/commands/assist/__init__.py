"""The commands that connect an assistant."""
