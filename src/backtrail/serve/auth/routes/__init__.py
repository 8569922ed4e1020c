"""The routes about who may use a server."""
