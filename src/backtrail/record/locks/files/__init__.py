"""Locks between processes: a file, and beside it who holds it."""
