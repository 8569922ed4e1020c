"""Every limit there is, by name and unit: nothing that Backtrail keeps can grow without one."""

from __future__ import annotations

# Rings and traces in memory
RING_EVENTS_MAX = 20
"""Events that a ring keeps of one trace, unless the settings say otherwise."""
RING_TRACES_MAX = 1_000
"""Traces that keep a ring at once; the least recently used leaves first."""
RING_IDLE_S_MAX = 3_600.0
"""Seconds after which the ring of a silent trace may be dropped."""
FLIGHT_LINES_MAX = 2_000
"""Lines that one trace holds back in flight mode."""

# One event
LINE_BYTES_MAX = 1 << 18
"""A longer line is cut to a shorter event that says how much was lost."""
ATTRIBUTES_MAX = 64
"""Attributes that one event may carry."""
STRING_CHARS_MAX = 1_024
"""Characters kept of one string."""
TEXT_CHARS_MAX = 8_192
"""Characters kept of a log message, an exception's message or a note."""
CLEAN_STRINGS_MAX = 4_096
"""Strings and names remembered as free of secrets."""

# One value
ITEMS_MAX = 25
"""Items kept of one container."""
DEPTH_MAX = 5
"""Containers inside one another that are followed."""
NODES_MAX = 400
"""Values visited in one frame or one event."""

# One error
FRAMES_MAX = 60
"""Frames kept of one exception: half from the raising end, half from the other."""
LOCALS_MAX = 60
"""Variables kept of one frame."""
SOURCE_LINES = 3
"""Lines of source kept on each side of the failing one."""
CHAIN_MAX = 12
"""Exceptions kept of one chain or group."""
NOTES_MAX = 20
"""Notes kept of one exception."""
THREADS_MAX = 64
"""Threads whose stacks are kept."""
TASKS_MAX = 200
"""Asyncio tasks whose stacks are kept."""
OPEN_SPANS_MAX = 100
"""Open spans named in one error."""
REPEATS_FULL_MAX = 5
"""Errors of one identity that are recorded in full in one window; later ones are counted."""
REPEATS_WINDOW_S = 60.0
"""How long a window is."""
REPEATS_IDENTITIES_MAX = 1_000
"""Error identities remembered at once."""

# The journal
SEGMENT_BYTES_FIRST = 1 << 20
"""The first segment of a process; most processes need no other."""
SEGMENT_BYTES_MAX = 8 << 20
"""Every later segment."""

# The store
BLOCK_EVENTS_MAX = 512
"""Events compressed into one block of the catalogue."""
PAGE_ROWS_MAX = 10_000
"""Rows that one answer may hold."""
EVENTS_SHOWN_MAX = 200
"""Events that `show` prints of one trace unless asked for more."""
