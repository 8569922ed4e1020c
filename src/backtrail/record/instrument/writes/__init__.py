"""State that the program's own code changes in place, seen as it does so."""
