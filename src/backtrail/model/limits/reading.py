"""Every limit of what is done with a recording: the store, views, causes, answers, and `run`."""

from __future__ import annotations

# The store
HEADER_BYTES_MAX = 1 << 14
"""A segment whose first line is longer is no journal."""
READ_BYTES_MAX = 1 << 20
"""Bytes of a segment read at once; a longer line is passed over."""
ID_CHARS_MAX = 256
"""Characters of an id, a fingerprint, a counter's name; a line with a longer id is passed over."""
BATCH_EVENTS_MAX = 50_000
"""Events indexed in one transaction."""
BATCH_BYTES_MAX = 16 << 20
"""Journal bytes indexed in one transaction."""
BLOCK_EVENTS_MAX = 512
"""Events compressed into one block of the catalogue."""
BLOCK_BYTES_MAX = 1 << 20
"""Bytes, before compression, after which a block takes no more events."""
DICTIONARY_BYTES_MAX = 32_000
"""Bytes against which the blocks of a catalogue are compressed."""
DICTIONARY_LINE_BYTES_MAX = 2_000
"""Bytes that one event gives to them."""
DICTIONARY_BLOCKS_MIN = 200
"""Blocks that stand alone, before there is such a dictionary."""
DICTIONARY_SAMPLE_BLOCKS = 32
"""Blocks from which one is taken."""
DICTIONARY_FROM_BYTES_MIN = 1 << 16
"""Event bytes that those must hold."""
DICTIONARY_BLOCKS = 20_000
"""Blocks after which others are taken: programs change what they say."""
CATALOG_WAIT_S = 30.0
"""How long a program waits for another one that writes the catalogue."""
CONNECT_S_MAX = 10
"""Seconds that a database has to take a connection."""
CONNECTIONS_IDLE_MAX = 8
"""Connections to a database that a process keeps for its next question."""
COPY_ROWS_MAX = 1_000
"""Blocks that wait to be copied to a database together."""
COPY_BYTES_MAX = 8 << 20
"""Bytes of blocks that wait so."""
MOVE_BLOCKS = 256
"""Blocks that are copied from one engine to another in one transaction."""
COMMAND_WORDS_MAX = 4
"""Words of a command by which the holder of a lock is known."""
WORDS_REMEMBERED_MAX = 50_000
"""Names of spans and models whose numbers an indexer remembers."""
PAIRS_MAX = 2_000
"""Attributes of one trace, each with its value, that are indexed; of a trace with more, its events
are looked at."""
PAIR_CHARS_MAX = 100
"""Characters of the longest value of an attribute that is indexed as it is."""
TEXT_PIECES_MAX = 200
"""Words of the text index that one text which is searched for may be a part of."""
TEXT_PARTS_MAX = 2_000
"""Parts of the index that it may stand in; of a text that is more frequent, the events of the
newest traces are looked at."""
TEXT_RUNS_MAX = 3
"""Words of that text that are looked up, the longest ones."""
TEXT_PIECES_KNOWN_MAX = 500_000
"""Words that who fills the index remembers."""
TEXT_PARTS_AT_ONCE = 8
"""Parts that are indexed in one go, while there is nothing more urgent."""
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
SAID_SPANS_MAX = 2_000
"""Spans of calls whose messages, told by log records, wait for the call's end."""
SAID_MESSAGES_MAX = 128
"""Messages of one of them, the last ones."""
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
HEAD_READ_S_MAX = 10.0
"""Seconds in which that must have come."""
BODY_READ_S_MAX = 40.0
"""Seconds in which a request's body must have come, before the connection is closed."""
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
INGEST_RPC_BYTES_MAX = 16 << 20
"""Bytes of one request over gRPC, before and after it is decompressed."""
INGEST_RPCS_MAX = 16
"""Requests over gRPC that are read and taken at one time."""
INGEST_RPC_WAIT_S_MAX = 1.0
"""Seconds that a further one waits to be read before it is told to come again."""
INGEST_RPC_STREAMS_MAX = 100
"""Requests over one connection of gRPC at one time."""
INGEST_RPC_AGE_S_MAX = 300
"""Seconds after which a connection of gRPC is to be opened anew."""
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

# Users, keys and projects of a server
ACCOUNTS_WAIT_S = 5.0
"""Seconds that a program waits for another one that writes the accounts."""
USERS_MAX = 10_000
"""Users of one server."""
KEYS_MAX = 10_000
"""Keys of one server."""
KEY_RATE_PER_MINUTE = 6_000
"""Requests a minute that a key, or a user, may send unless the key says otherwise."""
KEY_RATE_PER_MINUTE_MAX = 1_000_000
"""The largest such number."""
CALLERS_REMEMBERED_MAX = 10_000
"""Keys, users, names and addresses whose requests are counted at once, the last ones."""
INVITATIONS_MAX = 1_000
"""Invitations that are open at once."""
INVITATION_S_MAX = 7 * 86_400
"""Seconds after which an invitation ends."""
SESSIONS_MAX = 10_000
"""Sessions of all users; of more, the oldest end."""
SESSION_S_MAX = 14 * 86_400
"""Seconds after which a session ends."""
TOKEN_S_MAX = 900
"""Seconds for which a token is good."""
SIGNING_KEY_S_MAX = 30 * 86_400
"""Seconds for which one key signs tokens."""
PASSWORD_CHARS_MIN = 10
"""Characters of a password at least."""
PASSWORD_CHARS_MAX = 1_000
"""Characters of a password at most."""
CREDENTIAL_CHARS_MAX = 4_096
"""Characters of a key, a token or a cookie that is looked at."""
SIGN_INS_PER_NAME_MAX = 10
"""Sign-ins that fail for one name before it has to wait; one more may be tried each minute."""
SIGN_INS_PER_ADDRESS_MAX = 30
"""Sign-ins and registrations that fail from one address; two more may be tried each minute."""
PASSWORDS_AT_ONCE_MAX = 2
"""Passwords that are checked at one time: each takes 64 MiB."""
PASSWORDS_WAITING_MAX = 20
"""Sign-ins that may wait for that."""
PROJECTS_MAX = 100
"""Projects of one server."""
PROJECTS_TAKING_MAX = 8
"""Projects that take what programs send at one time, each with threads of its own."""
AUDIT_ROWS_MAX = 100_000
"""Rows that tell what was done with accounts, the last ones."""
AUDIT_CHARS_MAX = 200
"""Characters of a text in such a row."""
AUDIT_REFUSALS_MAX = 60
"""Refused requests of a minute that have a row each; the others have one together."""
REQUEST_BODY_BYTES_MAX = 1 << 16
"""Bytes of the body of a request under `/api`."""
REQUEST_READ_S_MAX = 10.0
"""Seconds in which it must have come."""
RECEIVED_OPEN_MAX = 64
"""Journals of other machines' processes that a server has open to write at one time."""
RECEIVED_KNOWN_MAX = 10_000
"""Such processes of which it remembers how far they came, without looking at their files."""
RECEIVED_SEGMENT_BYTES = 1 << 20
"""Bytes of one segment of such a process, unless what is sent at once is more."""

# Bringing a journal to a server
SEND_REQUEST_BYTES_MAX = 4 << 20
"""Bytes of lines and payloads in one request, before it is compressed, unless one is larger."""
SEND_TIMEOUT_S = 60.0
"""Seconds in which a server must answer."""
SEND_ANSWER_BYTES_MAX = 1 << 20
"""Bytes of an answer that are read."""
SEND_PAUSE_S_MIN = 0.5
"""Seconds before a request that failed is sent again; each further time twice as long."""
SEND_PAUSE_S_MAX = 60.0
"""The longest such pause, and the longest one that a server may ask for."""
SEND_TRIES_MAX = 8
"""Times that one request is sent before `backtrail send` gives up; with `--follow`, it does not."""
SEND_LOOK_S = 1.0
"""Seconds between two looks at what programs have recorded, with `--follow`."""
SEND_BLOBS_KNOWN_MAX = 10_000
"""Payloads, by their names, that are known to have been sent."""
KEY_BYTES_MAX = 1 << 12
"""Bytes of a file with a key."""

# Exports
EXPORT_ROWS_MAX = 50_000
"""Rows of a table that are held in memory before they are written."""
PAGE_FILE_SPANS_MAX = 20_000
"""Spans in a page that is a file, the first ones of the reading order."""
PAGE_FILE_STEPS_MAX = 5_000
"""Steps of the critical path in it, those that took longest."""
PAGE_FILE_EVENTS_MAX = 20_000
"""Events in it, the last ones."""
PAGE_FILE_CAUSES_MAX = 5
"""Errors in it whose causes are told, the first ones."""
PAGE_FILE_BYTES_MAX = 32 << 20
"""Bytes of spans and of events in it, of each half as much at most."""
