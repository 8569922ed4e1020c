"""A request: its body read, and taken apart into spans and log records."""
