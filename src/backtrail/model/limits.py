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
CLEAN_TEXTS_MAX = 256
"""Longer strings, up to what is kept of one, remembered as free of secrets."""
SCAN_CHARS_MAX = 1 << 16
"""Characters of one text searched for secrets; what was not searched is not written."""
TAINTS_MAX = 500
"""Values under secret names, each in its forms, that are searched for in one record."""

# One value
ITEMS_MAX = 25
"""Items kept of one container."""
DEPTH_MAX = 5
"""Containers inside one another that are followed."""
NODES_MAX = 400
"""Values visited in one event, or in the frame that raised."""
SHARE_MAX = 150
"""Of these, values visited in one variable."""
NODES_OUTER_MAX = 100
"""Values visited in a frame further out."""
SHARE_OUTER_MAX = 30
"""Of these, values visited in one variable."""
FIELDS_MAX = 200
"""Stored fields of one object that are looked at; of these, `ITEMS_MAX` are kept."""
SHAPES_MAX = 1_000
"""Types remembered with how their values are shown."""
BYTES_HEAD_MAX = 64
"""Bytes shown of binary data."""
INT_BITS_MAX = 2_000
"""Bits of an integer that is written out."""

# What a program does by itself
CALLER_FRAMES_MAX = 60
"""Calls between an effect and the user's own code that are looked through."""

# One error
FRAMES_MAX = 60
"""Frames kept of one exception: half from the raising end, half from the other."""
LOCALS_MAX = 60
"""Variables kept of one frame."""
SOURCE_LINES = 3
"""Lines of source kept on each side of the failing one."""
SOURCE_LINES_ABOVE_MAX = 60
"""Lines above them that are searched for the beginning of a secret."""
SOURCE_LINE_CHARS_MAX = 500
"""Characters kept of one line of source."""
SOURCE_BYTES_MAX = 2 << 20
"""Larger source files are not read."""
SOURCE_FILES_MAX = 100
"""Source files remembered."""
PLACES_MAX = 2_000
"""Instructions remembered with what is shown of them."""
STACK_FRAMES_MAX = 100_000
"""Calls of one stack that are walked at all."""
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
ERROR_BYTES_MAX = 1 << 19
"""A larger error record loses variables, those of the outermost calls first."""
ERRORS_AT_EXIT_MAX = 20
"""Errors that wait for their file until recording stops; of more, the store writes it."""
SYNC_EVERY_S = 1.0
"""Seconds in which at most one error that the program survives is forced to the disk."""
REPEATS_FULL_MAX = 5
"""Errors of one identity that are recorded in full in one window; later ones are counted."""
REPEATS_WINDOW_S = 60.0
"""How long a window is."""
REPEATS_IDENTITIES_MAX = 1_000
"""Error identities remembered at once."""

# The journal
SEGMENT_BYTES_FIRST = 1 << 18
"""The first segment of a process; most need no other."""
SEGMENT_BYTES_MAX = 1 << 22
"""Every later segment: a millisecond or two to open, and about 20,000 events."""

# The store
HEADER_BYTES_MAX = 1 << 14
"""A segment whose first line is longer is no journal."""
READ_BYTES_MAX = 1 << 20
"""Bytes of a segment read at once; a longer line is passed over."""
BATCH_EVENTS_MAX = 50_000
"""Events indexed in one transaction."""
BATCH_BYTES_MAX = 16 << 20
"""Journal bytes indexed in one transaction."""
BLOCK_EVENTS_MAX = 512
"""Events compressed into one block of the catalogue."""
BLOCK_BYTES_MAX = 1 << 20
"""Bytes, before compression, after which a block takes no more events."""
CATALOG_WAIT_S = 30.0
"""How long a program waits for another one that writes the catalogue."""
COMMAND_WORDS_MAX = 4
"""Words of a command by which the holder of a lock is known."""
GREP_BYTES_MAX = 1 << 30
"""Event bytes searched for a text, newest first, before the search stops."""
FOLLOW_EVENTS_MAX = 10_000
"""Events that one look at the live journal may bring."""
NEAREST_IDS_MAX = 5
"""Ids offered to someone who typed one that is unknown or ambiguous."""
NAME_CHARS_MAX = 200
"""Characters kept of a trace's name and of an error's message in a list."""
PAGE_ROWS_MAX = 10_000
"""Rows that one answer may hold."""
EVENTS_SHOWN_MAX = 200
"""Events that `show` prints of one trace unless asked for more."""
STORY_EVENTS_MAX = 10_000
"""Events that are read to tell the story of a trace; a longer one is read in part."""
STORY_ERRORS_MAX = 50
"""Errors of one trace that its story tells in full, the last ones."""
LOG_THREADS_MAX = 1_000
"""Threads whose last log message is remembered, to know it when it is forwarded."""
FORWARDING_CALLS_MAX = 50
"""Calls that may lie between a library that forwards a message and the one that takes it."""
OTEL_SPANS_MAX = 10_000
"""Open spans of OpenTelemetry that are known at once."""

# The watch over hangs
HANG_LOOKS = 4
"""Times that the watcher looks for progress in the time without any that makes a hang."""
SIGNAL_PIECE_S = 0.02
"""Seconds without a further piece of a signal's message after which it is whole."""
SIGNAL_PIECES_MAX = 1_000
"""Pieces that are read of it."""
WATCHER_STOP_S_MAX = 1.0
"""Seconds that a fork waits for the watcher to end."""
WATCHER_GONE_TRIES_MAX = 10_000
"""Looks until the system has taken the watcher's thread away."""

# Programs started by `run`
ARGUMENTS_MAX = 100
"""Words of a command line that are recorded."""
SIGNAL_SETTLE_S = 0.005
"""Seconds in which a signal for a whole process group has reached each of its processes."""
HANG_RECORD_S_MAX = 3.0
"""Seconds that a program gets, once its time is over, to record where it hangs."""
HANG_LOOK_S = 0.02
"""Seconds between two looks whether it has."""
TERMINATE_S_MAX = 2.0
"""Seconds between the request to end and the end by force."""
TREE_PROCESSES_MAX = 10_000
"""Processes of one run that are ended together."""
KILL_ROUNDS_MAX = 50
"""Times that those which are left are ended by force."""
