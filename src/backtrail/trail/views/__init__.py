"""One aspect of a trace each: calls to models, locks, state, time.

A view takes the events as an iterator, in the order of time, and keeps bounded state, so that a
trace of any length can be looked at; it says what it left out.
"""
