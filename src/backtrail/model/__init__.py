"""What things are: kinds of events, ids, the clock, limits, errors and the wire format.

No I/O, and no import of any other part of Backtrail.
"""
