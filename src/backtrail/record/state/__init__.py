"""State that a program holds, as it is before and after a block of work."""
