"""The query language: read, planned over the catalogue, and answered page by page."""
