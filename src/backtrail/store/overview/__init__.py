"""What many traces and errors add up to: groups of errors, sessions, counts over time."""
