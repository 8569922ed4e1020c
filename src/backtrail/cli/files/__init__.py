"""Traces as a folder of files, for other tools and for people to keep."""
