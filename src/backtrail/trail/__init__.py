"""A trace put together: pure functions from events to what a person can read.

No I/O: the caller brings the events, and what comes back is the same for the terminal, for
`--json` and for any other face.
"""
