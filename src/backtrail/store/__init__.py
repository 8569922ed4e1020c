"""Where events are kept: the journal's reader, the catalogue, and all SQL.

The journal is written by recording programs; this package moves its new bytes into `catalog.db`
and answers from there. Blocks of events are the truth of the catalogue; every other table is a
summary that can be dropped and made anew from them.
"""
