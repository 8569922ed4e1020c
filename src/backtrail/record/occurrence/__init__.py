"""One error: recorded once, counted when it repeats, written to the journal and as a bundle."""
