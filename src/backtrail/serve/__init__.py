"""Shown to other programs: an assistant asks over the Model Context Protocol, and gets answers."""
