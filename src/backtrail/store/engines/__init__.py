"""Engines: where a catalogue is kept, and the SQL that each of them understands."""
