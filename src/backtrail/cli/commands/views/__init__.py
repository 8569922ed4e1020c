"""The commands that show one aspect of a trace, or compare two."""
