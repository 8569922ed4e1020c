"""Every limit of what is done with a recording: the store, views, causes, answers, and `run`."""

from __future__ import annotations

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
"""Events after which one look at the live journal ends; the next goes on from there."""
NEAREST_IDS_MAX = 5
"""Ids offered to someone who typed one that is unknown or ambiguous."""
PAGE_ROWS_MAX = 10_000
"""Rows that one answer may hold."""
EVENTS_SHOWN_MAX = 200
"""Events that `show` prints of one trace unless asked for more."""
STORY_EVENTS_MAX = 10_000
"""Events that are read to tell the story of a trace; a longer one is read in part."""
STORY_ERRORS_MAX = 50
"""Errors of one trace that its story tells in full, the last ones."""

# Queries and lists
QUERY_CHARS_MAX = 2_000
"""Characters of one query."""
QUERY_TERMS_MAX = 50
"""Terms of one query."""
QUERY_DEPTH_MAX = 20
"""Parentheses and negations of a query inside one another."""
QUERY_WILDCARDS_MAX = 8
"""Wildcards in one value of a query."""
CURSOR_CHARS_MAX = 1 << 14
"""Characters of the text with which a list is gone on with."""
COMPLETIONS_MAX = 20
"""Completions that are offered for a query at once."""
VALUES_KNOWN_MAX = 1_000
"""Recent traces, or errors, whose names and types are offered as completions."""
LIST_ROWS = 50
"""Rows of a page of a list unless asked for otherwise."""
LIST_ROWS_MAX = 200
"""Rows of the largest such page."""
TREND_BUCKETS = 24
"""Stretches of time in which the errors of a group are counted."""
STATS_BUCKETS_MAX = 500
"""Stretches of time in which traces are counted at most."""
STATS_NAMES_MAX = 200
"""Names of traces whose latency is told, those with the most traces."""
STATS_TRACES_MAX = 200_000
"""Traces, the newest ones, from which latencies are computed."""

# Programs started by `run`
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

# Finding a cause
LEAVES_MAX = 5_000
"""Texts and numbers of one event that are looked through for a value."""
LEAF_CHARS_MAX = 1 << 16
"""Characters of one of them."""
PIECES_MAX = 20_000
"""Words and numbers that one of them is cut into."""
CANDIDATES_MAX = 5
"""Candidates for a cause that are named."""
SUSPECTS_MAX = 60
"""Values of an error that are looked for in the events before it."""
FACTS_MAX = 20_000
"""Events that a cause is looked for in at once: half from the beginning, half from the end."""
CHAIN_STEPS_MAX = 8
"""Steps of the way from a cause to a crash."""
EVIDENCE_CHARS_MAX = 4_000
"""Characters of an event that are shown as evidence."""

# The views of a trace
CALLS_LISTED_MAX = 2_000
"""Calls of one kind that a view lists, the last ones; all of them are counted."""
LOCKS_LISTED_MAX = 1_000
"""Locks, and owners of locks, that are told apart in one view."""
LOCK_STEPS_MAX = 2_000
"""Waits and holds that a view of locks lists, the last ones."""
LOCK_CYCLE_MAX = 6
"""Locks in a ring of locks taken in conflicting orders."""
STATE_CHANGES_MAX = 2_000
"""State changes that a view lists, the last ones; all of them are counted."""
STATE_NAMES_MAX = 1_000
"""Names of state that are told apart in one view."""
DURATIONS_MAX = 4_096
"""Durations of one name from which percentiles are taken; of more, every other one is left out."""
SPAN_NAMES_MAX = 1_000
"""Names of spans that are told apart in one view."""
SPANS_OPEN_MAX = 10_000
"""Spans that are open at once while self time is computed."""
SPANS_ON_PATH_MAX = 20_000
"""Spans, and calls, among which the critical path and the longest ones are looked for."""
BARS_MAX = 200
"""Spans and calls, the longest ones, that stand in one waterfall."""
SWALLOWED_PLACES_MAX = 1_000
"""Places at which exceptions were swallowed that are told apart in one view."""
EXPORT_FILES_MAX = 100_000
"""Files that one session's folder of an export may hold."""
GAPS_MAX = 200
"""Places at which something is missing that are told of one trace."""
RELATED_MAX = 20
"""Other traces, and errors in other traces, that are told beside one."""
TRAIL_EVENTS_MAX = 2_000
"""Events of each sort, the last ones, from which the trail of a long trace is put together."""
COMPARED_STEPS_MAX = 50_000
"""Steps of each of two traces that are compared."""
DIFFERENCES_MAX = 500
"""Differences of one sort that a comparison lists."""
SPAN_PARTS_MAX = 1_000
"""Stretches of one span's children that are kept apart."""

# Pages and answers for an assistant
BUNDLE_TOKENS = 8_000
"""Tokens, at four characters each, of a page about a failure unless asked for otherwise."""
BUNDLE_TOKENS_MIN = 500
"""The smallest page."""
BUNDLE_TOKENS_MAX = 200_000
"""The largest page."""
PAGE_EVENTS_MAX = 10_000
"""Events of a trace among which a page chooses: the last ones, and those that causes name."""
ANSWER_TOKENS = 4_000
"""Tokens, at four characters each, of an answer to an assistant unless it asks for otherwise."""
ANSWER_TOKENS_MAX = 20_000
"""The largest answer to an assistant."""
ANSWER_ROWS_MAX = 200
"""Failures or events that one answer to an assistant lists."""
SEARCH_EVENTS_MAX = 200_000
"""Events that one search for a text reads before it stops."""
SEARCH_BYTES_MAX = 256 << 20
"""Event bytes that are looked through for traces with a text, the newest first."""
SOURCE_CONTEXT_MAX = 200
"""Lines of a source file that are shown on each side of the one that was asked for."""
PLACES_READ_MAX = 50_000
"""Events that are looked through for a place in a source file."""
LOCK_PAIRS_MAX = 5_000
"""Pairs of locks, one taken while the other was held, that are remembered."""

# The server
CURSOR_URL_CHARS_MAX = 4_000
"""Characters of such a text in the address of a request."""
HEAD_BYTES_MAX = 1 << 16
"""Bytes of a request before its body."""
OUTLINE_PAGE_USUAL = 1_000
"""Spans of one answer unless asked for otherwise."""
OUTLINE_PAGE_MAX = 5_000
"""Spans of one answer at most."""
OUTLINES_KEPT_MAX = 4
"""Traces whose outline is kept in memory, so that its pages need not be put together anew."""
LIVE_EVENTS_MAX = 1_000
"""Events that one look at the live journal sends to a page; of more, the last ones."""
LIVE_CLIENTS_MAX = 50
"""Pages that follow the journal at once."""

# What programs send to a server
INGEST_BODY_BYTES_MAX = 128 << 20
"""Bytes of one request's body, once it is decompressed."""
INGEST_WAITING_BYTES_MAX = 192 << 20
"""Bytes of all bodies that are read, decoded or waiting to be written at one time."""
INGEST_WINDOW_BYTES_MAX = 8 << 20
"""Bytes that a compressed body may refer back by, as RFC 8878 advises."""
INGEST_READ_S_MAX = 30.0
"""Seconds in which a request's body must have come."""
INGEST_ITEMS_MAX = 100_000
"""Spans or log records, and the groups that they stand in, of one request."""
INGEST_FIELDS_MAX = 3_000_000
"""Fields of all large spans or log records of one request that are looked at, to cut them."""
INGEST_JSON_OBJECTS_MAX = 2_000_000
"""Objects and lists in the body of one request that is JSON."""
INGEST_ITEM_BYTES_MAX = 1 << 16
"""A larger span or log record is cut, field by field, before it is decoded."""
INGEST_ATTRIBUTES_MAX = 256
"""Attributes kept of one span, log record, event or link."""
INGEST_EVENTS_MAX = 128
"""Events, and links, kept of one span."""
INGEST_DEPTH_MAX = 12
"""Values inside one another that are followed in an attribute."""
INGEST_TEXT_CHARS_MAX = 8_192
"""Characters kept of one text of a span or a log record."""
INGEST_SPAN_CHARS_MAX = 60_000
"""Characters of all texts of one span, or of the call of a model that it is, together."""
INGEST_NAME_CHARS_MAX = 200
"""Characters kept of the name of an attribute."""
INGEST_GROUP_BYTES_MAX = 16 << 20
"""Bytes of waiting requests that are written together."""
INGEST_SEGMENT_BYTES = 16 << 20
"""Bytes of one segment of a server's journal, unless one request is larger."""
INGEST_SEGMENTS_KEPT = 4
"""Segments that a server keeps after all in them is in the catalogue, to know what comes again."""
INGEST_KEYS_MAX = 250_000
"""Spans that are surely remembered, to know them when they come again; up to twice as many are."""
INGEST_JOURNALS_MAX = 100
"""Journals of earlier servers of a store that are remembered."""
INGEST_INDEX_EVERY_S = 0.2
"""Seconds between two looks of a server at what its journal brought."""
INGEST_INDEX_RETRY_S_MAX = 5.0
"""Seconds after which a server tries again to index, at the latest, when that failed."""
INGEST_BEHIND_BYTES_MAX = 16 << 20
"""Bytes of the journal that are not indexed yet beyond which requests wait a little."""
INGEST_PACE_S_MAX = 1.0
"""How long a request waits for that at most."""
INGEST_PACE_LOOK_S = 0.02
"""Seconds between two looks whether it still has to."""
INGEST_DECODERS = 2
"""Bodies that are decoded at one time."""
