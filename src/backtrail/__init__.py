"""Backtrail: from a failure back to its cause."""
