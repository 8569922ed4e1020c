"""Programs that a program starts: that it did, what they were given, and how they ended."""
