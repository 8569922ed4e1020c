"""Locks that say who waits for them, who holds them and for how long, and that find deadlocks."""
