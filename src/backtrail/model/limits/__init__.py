"""Every limit of the recorder and of the format, by name and unit: nothing can grow without one.

Those of what is done with a recording are in `limits.reading`.
"""

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

# Calls over HTTP, and of models
CALLS_MAX = 8
"""Calls of the user's own code that are told of one call, from its caller outwards."""
BODY_BYTES_MAX = 1 << 18
"""Bytes of a request or an answer that are kept until it ends, to be shown."""
MODEL_BYTES_MAX = 1 << 22
"""The same of a model's answer, which as a stream has 50 bytes for each one of text."""
BODY_TAIL_BYTES_MAX = 1 << 14
"""Last bytes that are kept of a longer answer: there a stream says how it ended."""
ARRIVALS_MAX = 1_000
"""Pieces of an answer of which the time is kept."""
BODY_CHARS_MAX = 40_000
"""Characters of all texts of one body together."""
BODY_NODES_MAX = 4_000
"""Values of one body."""
BODY_DEPTH_MAX = 24
"""Containers inside one another that are followed in a body."""
BODY_TEXT_CHARS_MAX = 8_192
"""Characters of one text in a body; of a body that is all text, `BODY_CHARS_MAX`."""
MODEL_CHARS_MAX = 120_000
"""Characters of all texts of a model's call together, half of them for the answer."""
MODEL_TEXT_CHARS_MAX = 60_000
"""Characters of one text that a model was sent or gave."""
HEADERS_MAX = 40
"""Headers that are told of a request or an answer."""
HEADER_CHARS_MAX = 512
"""Characters of one header."""
URL_CHARS_MAX = 2_048
"""Characters of a URL."""
ATTEMPTS_MAX = 2_000
"""Requests that are remembered, to know when they are sent again."""
HOSTS_MAX = 200
"""Hosts of which it is known that they asked to be left alone for a while."""
URLS_MAX = 1_000
"""URLs of which is known what was found out about them."""
OPEN_CALLS_MAX = 1_000
"""Calls whose answers are still being read that are told of when an error comes first."""
STREAM_EVENTS_MAX = 100_000
"""Events of a streamed answer that are read."""
TOOL_CALLS_MAX = 100
"""Calls of tools in one answer."""
CAUSES_MAX = 8
"""Causes of an exception that are looked at, to know whether a time limit was behind it."""

# Files, subprocesses, environment and SQL
OPENS_FULL_MAX = 20
"""Files that one place in the code opens in one trace which are recorded with what they hold."""
OPENS_MAX = 40
"""Files that one place opens in one trace which are recorded at all; of more, the last few."""
OPENS_LAST_MAX = 8
"""Of these, how many."""
EFFECT_PLACES_MAX = 2_000
"""Places in the code whose effects are counted at once."""
FILE_READ_BYTES_MAX = 1 << 16
"""Bytes that are read of a file of the program's to record what it holds."""
FILE_CHARS_MAX = 1 << 15
"""Characters kept of what a file holds."""
CHANGES_MAX = 100
"""Changes to files and folders that one place makes in one trace which are recorded."""
VARIABLES_MAX = 40
"""Variables of the environment that one place reads or sets which are recorded."""
VARIABLE_LOOKS_MAX = 100
"""Times that a variable is read in one trace, with the same value, until nobody looks who does."""
CHILD_VARIABLES_MAX = 50
"""Variables told of a child's environment: those that differ from the program's own."""
CHILDREN_MAX = 1_000
"""Children whose end is awaited at once."""
STARTS_MAX = 100
"""Children that one place starts in one trace which are recorded."""
OUTPUT_TAIL_CHARS_MAX = 4_096
"""Characters kept of the end of what a child wrote, where the program took it in."""
SQL_CHARS_MAX = 4_096
"""Characters kept of one statement."""
SQL_SCAN_CHARS_MAX = 1 << 14
"""Characters of a statement that are looked at for secrets; what was not is not written."""
STATEMENTS_MAX = 200
"""Statements of one shape that one place sends in one trace which are recorded."""
STATEMENTS_LAST_MAX = 8
"""Of more, so many last ones are recorded when an error comes."""
STATEMENTS_PASSED_MAX = 100
"""Statements of a connection that begin alike and are passed over between two looks at them."""
STATEMENT_BEGINNING_CHARS = 24
"""How alike."""
TABLES_MAX = 500
"""Tables whose columns are remembered from the statements that made them."""

# Sites in the program's own code
SITES_CPU_S_MAX = 0.5
"""CPU time that one process may spend on putting sites into its modules."""
SITES_SOURCE_BYTES_MAX = 1 << 18
"""Larger modules get none."""
CLOCK_READS_MAX = 20
"""Times that one place reads in a window which are recorded."""
CLOCK_WINDOW_S = 60.0
"""How long a window is."""
LITERAL_NODES_MAX = 2_000
"""Values of one literal, or of what became of it, that are compared."""
DECLARED_CPU_S_MAX = 0.25
"""CPU time that one process may spend on comparing state with its declarations."""
DECLARED_MODULES_MAX = 100
"""Modules of the program whose state is compared when an error is recorded."""
DECLARED_MAX = 40
"""Changes of declared state that are told of one error."""
DECLARED_TOLD_MAX = 1_000
"""Of these, how many are remembered, to be told once."""
DECLARED_OPERATIONS_MAX = 50
"""Operations of a patch beyond which before and after tell more."""
WRITES_MAX = 8
"""Changes of state that one place makes in one trace which are recorded."""
WRITES_LOOKS_MAX = 32
"""Times that one place is looked at in one trace, whether it changes anything or not."""
WRITES_EVENTS_MAX = 2_000
"""Changes of state that are recorded of one process, as its own code makes them."""
WRITES_CPU_S_MAX = 0.2
"""CPU time that one process may spend on seeing them."""
WRITES_ITEMS_MAX = 25
"""Items of a container that is looked at as a whole; of a larger one only what is written to."""
WRITES_NODES_MAX = 200
"""Values visited in one look."""
WRITES_TRACES_MAX = 1_000
"""Traces that are remembered, so that each lets the places that told enough tell again once."""
HANDLED_FULL_MAX = 8
"""Exceptions of one type that one place takes in a window which are told with variables."""
HANDLED_MAX = 100
"""Of these, how many are told at all; of more, every doubling."""
HANDLED_WINDOW_S = 60.0
"""How long a window is."""
HANDLED_WINDOW_MAX = 5_000
"""Exceptions that are told in one window of all places together."""
HANDLED_TYPES_MAX = 50
"""Types of exceptions that are told apart at one place."""
HANDLED_CALLS_MAX = 10
"""Calls between where an exception was raised and where it was taken that are told."""
HANDLED_CHAIN_MAX = 5
"""Exceptions tied to it that are told."""

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

# Values that are refused
VALIDATION_FAILURES_MAX = 20
"""Refused values kept of one check; of all others their number is."""
VALIDATION_ERRORS_MAX = 10_000
"""An error of more refused values than this is told of without any of them."""
VALIDATIONS_REPEATED_MAX = 100
"""Times that one place may refuse a shape before only each power of two is told of."""
VALIDATIONS_PLACES_MAX = 1_000
"""Places that refuse values which are told apart."""
VALIDATION_TEXT_CHARS_MAX = 400
"""Characters kept of a text around the place where it is no JSON."""

# What operations use
ALLOCATIONS_MAX = 10
"""Places kept at which most memory was allocated."""

# State that a program tracks
TRACKED_NODES_MAX = 50_000
"""Values visited in one look at a state."""
TRACKED_ITEMS_MAX = 10_000
"""Items kept of one container of a state."""
TRACKED_DEPTH_MAX = 40
"""Containers of a state, inside one another, that are followed."""
TRACKED_TEXT_CHARS_MAX = 8_192
"""Characters kept of one text of a state; of a longer one its digest is kept too."""
TRACKED_CHARS_MAX = 2 << 20
"""Characters kept of all texts of a state."""
TRACKED_CELLS_MAX = 1_000
"""Numbers of an array, or cells of a table of data, that are kept; of more, a digest is."""
TRACKED_FILE_BYTES_MAX = 1 << 16
"""Bytes of a file that is kept as its text; of a larger one, its digest is."""
TRACKED_FILES_MAX = 1_000
"""Files of a folder that are listed."""
TRACKED_TABLES_MAX = 50
"""Tables of a database that are read."""
TRACKED_ROWS_MAX = 2_000
"""Rows that are read of one table."""
TRACKED_COUNTED_MAX = 100_000
"""Files or rows beyond those that are kept which are still counted."""
DIGEST_BYTES_MAX = 64 << 20
"""Bytes digested in one look at a state; of what is beyond only the size is compared."""
TRACKED_INLINE_BYTES_MAX = 8 << 10
"""A longer state is kept in a blob, and the event has its name."""
BLOB_BYTES_MAX = 8 << 20
"""A payload that is longer is not kept."""
PATCH_OPERATIONS_MAX = 200
"""Operations kept of one change."""
PATCH_BYTES_MAX = 64 << 10
"""Bytes kept of one change."""
PATCH_WAS_BYTES_MAX = 1_024
"""Bytes kept of what one operation replaced or removed."""
PATCH_CELLS_MAX = 250_000
"""Pairs of items compared to find which of two lists are the same; of more, by place."""

# The journal
SEGMENT_BYTES_FIRST = 1 << 18
"""The first segment of a process; most need no other."""
SEGMENT_BYTES_MAX = 1 << 22
"""Every later segment: a millisecond or two to open, and about 20,000 events."""

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

# Locks that are watched
LOCKS_WATCHED_MAX = 20_000
"""Locks of the program that are watched at once; more stay plain."""
LOCK_USES_TOLD_MAX = 64
"""First uses of a lock that are told one by one; later ones are counted."""
LOCK_WAITS_TOLD_MAX = 1_000
"""Waits for a lock that are told however short they are."""
LOCK_LONG_WAIT_S = 0.1
"""Seconds after which a wait is told all the same."""
LOCK_HELD_MAX = 20
"""Locks named as held by one who takes a further one."""
LOCK_ORDERS_MAX = 200
"""Locks that are remembered as held while a certain one was taken."""
LOCK_PLACES_MAX = 5_000
"""Places in the code whose locks are numbered."""
LOCKS_RETIRED_MAX = 5_000
"""Locks that have died and whose use is still to be told."""
LOCK_CHAIN_MAX = 100
"""Waits that are followed from one holder to the next in search of a deadlock."""
LOCK_CYCLES_MAX = 1_000
"""Deadlocks that are remembered as told."""
LOCK_FILE_LOOK_S = 0.1
"""Seconds until one who waits for a lock file looks at who holds it; then twice as many."""
LOCK_FILE_LOOK_S_MAX = 1.0
"""Seconds between two such looks at most."""
LOCK_FILE_LOOKS = 6
"""Looks after which a process tells of a deadlock that another one should have told of."""
LOCK_IDENTITY_BYTES_MAX = 1 << 16
"""Bytes read of what is written beside a lock file."""
LOCK_CONFIRM_S = 0.05
"""Seconds after which a deadlock is looked at again before it is told."""

# What readers and recorder share
NAME_CHARS_MAX = 200
"""Characters kept of a trace's name and of an error's message in a list."""
LOG_THREADS_MAX = 1_000
"""Threads whose last log message is remembered, to know it when it is forwarded."""
FORWARDING_CALLS_MAX = 50
"""Calls that may lie between a library that forwards a message and the one that takes it."""
OTEL_SPANS_MAX = 10_000
"""Open spans of OpenTelemetry that are known at once."""
ARGUMENTS_MAX = 100
"""Words of a command line that are recorded."""
