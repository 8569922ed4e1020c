"""Commands that bring recordings elsewhere."""
