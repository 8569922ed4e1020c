"""A program started by `backtrail run`, as if the shell had started it itself."""
