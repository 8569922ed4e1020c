"""Assistants, and the configuration files in which they look for servers."""
