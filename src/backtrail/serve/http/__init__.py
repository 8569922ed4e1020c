"""The server: one application for the pages, the interface for tools, and what programs send."""
