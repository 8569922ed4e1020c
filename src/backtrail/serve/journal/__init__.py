"""The server's own journal: what was accepted is on the disk, and soon in the catalogue."""
