-- The truth: events, compressed. Everything below the journal's own state is a summary.
CREATE TABLE block (
  block_id     INTEGER PRIMARY KEY,
  trace_id     TEXT NOT NULL,
  process      TEXT NOT NULL,
  seq_min      INTEGER NOT NULL,
  seq_max      INTEGER NOT NULL,
  time_min_ns  INTEGER NOT NULL,
  time_max_ns  INTEGER NOT NULL,
  offset_ns    INTEGER NOT NULL,
  events       INTEGER NOT NULL,
  line_bytes   INTEGER NOT NULL,
  kinds        TEXT NOT NULL,
  payload      BLOB NOT NULL
);
CREATE INDEX block_of_trace ON block (trace_id, process, seq_min);
CREATE UNIQUE INDEX block_of_process ON block (process, seq_min);
CREATE INDEX block_by_time ON block (time_max_ns);
CREATE TRIGGER block_is_append_only BEFORE UPDATE ON block
BEGIN SELECT raise(ABORT, 'events are never changed'); END;

-- How far each file of the journal has been read; changes in one transaction with the blocks.
CREATE TABLE segment (
  name         TEXT PRIMARY KEY,
  process      TEXT NOT NULL,
  number       INTEGER NOT NULL,
  state        TEXT NOT NULL,
  note         TEXT,
  bytes_read   INTEGER NOT NULL,
  size         INTEGER NOT NULL,
  seq_first    INTEGER NOT NULL,
  seq_next     INTEGER NOT NULL,
  offset_ns    INTEGER NOT NULL,
  time_min_ns  INTEGER NOT NULL,
  time_max_ns  INTEGER NOT NULL,
  torn         INTEGER NOT NULL,
  pid          INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX segment_by_state ON segment (state, name);
CREATE INDEX segment_of_process ON segment (process, number);

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- summaries --

CREATE TABLE trace (
  trace_no        INTEGER PRIMARY KEY,
  trace_id        TEXT NOT NULL,
  start_unix_ns   INTEGER NOT NULL,
  end_unix_ns     INTEGER NOT NULL,
  events          INTEGER NOT NULL,
  errors          INTEGER NOT NULL,
  spans           INTEGER NOT NULL,
  dropped         INTEGER NOT NULL,
  name            TEXT NOT NULL,
  name_rank       INTEGER NOT NULL,
  name_ns         INTEGER NOT NULL,
  has_failed      INTEGER NOT NULL,
  is_closed       INTEGER NOT NULL,
  opener          TEXT NOT NULL,
  opener_rank     INTEGER NOT NULL,
  opener_ns       INTEGER NOT NULL,
  run_id          TEXT,
  session         TEXT,
  command         TEXT,
  exit_code       INTEGER,
  signal          TEXT,
  stored_bytes    INTEGER NOT NULL,
  line_bytes      INTEGER NOT NULL
);
CREATE UNIQUE INDEX trace_by_id ON trace (trace_id);
-- What lists filter and add up by stands in the index, so that a row is read only when it is wanted.
CREATE INDEX trace_by_start
    ON trace (start_unix_ns, trace_id, end_unix_ns, has_failed, errors, name);
CREATE INDEX trace_in_trouble ON trace (start_unix_ns, trace_id) WHERE errors > 0 OR has_failed;
CREATE INDEX trace_by_end ON trace (end_unix_ns);
CREATE INDEX trace_of_run ON trace (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX trace_of_session ON trace (session, start_unix_ns) WHERE session IS NOT NULL;
CREATE INDEX trace_of_opener ON trace (opener) WHERE session IS NULL;
CREATE INDEX trace_in_sessions
    ON trace (session, opener, start_unix_ns, end_unix_ns, errors, trace_id);

CREATE TABLE error (
  error_id      TEXT PRIMARY KEY,
  trace_id      TEXT NOT NULL,
  process       TEXT NOT NULL,
  seq           INTEGER NOT NULL,
  time_unix_ns  INTEGER NOT NULL,
  type          TEXT NOT NULL,
  message       TEXT NOT NULL,
  mechanism     TEXT NOT NULL,
  is_handled    INTEGER NOT NULL,
  fingerprint   TEXT NOT NULL,
  file          TEXT,
  line          INTEGER,
  function      TEXT
) WITHOUT ROWID;
CREATE INDEX error_by_time ON error (time_unix_ns);
CREATE INDEX error_of_trace ON error (trace_id, time_unix_ns);
CREATE INDEX error_of_fingerprint ON error (fingerprint, process, seq);
CREATE INDEX error_in_groups ON error (fingerprint, time_unix_ns, trace_id);

-- How often an error was only counted, each time as the recording program said it.
CREATE TABLE repeat (
  fingerprint   TEXT NOT NULL,
  process       TEXT NOT NULL,
  seq           INTEGER NOT NULL,
  count         INTEGER NOT NULL,
  PRIMARY KEY (fingerprint, process, seq)
) WITHOUT ROWID;

-- Names of spans and models, each once.
CREATE TABLE word (
  word_no  INTEGER PRIMARY KEY,
  role     TEXT NOT NULL,
  word     TEXT NOT NULL,
  folded   TEXT NOT NULL
);
CREATE UNIQUE INDEX word_by_text ON word (role, word);
CREATE INDEX word_by_folded ON word (role, folded);

-- Which traces said a word.
CREATE TABLE said (
  word_no   INTEGER NOT NULL,
  trace_no  INTEGER NOT NULL,
  PRIMARY KEY (word_no, trace_no)
) WITHOUT ROWID;

CREATE TABLE span (
  trace_no      INTEGER NOT NULL,
  ordinal       INTEGER NOT NULL,
  span_no       INTEGER NOT NULL,
  parent_no     INTEGER,
  name_no       INTEGER,
  time_unix_ns  INTEGER NOT NULL,
  took_ns       INTEGER,
  status        INTEGER,
  error         TEXT,
  half          TEXT,
  PRIMARY KEY (trace_no, ordinal)
) WITHOUT ROWID;
CREATE INDEX span_by_number ON span (span_no, trace_no);

-- Ids of spans that are not sixteen digits.
CREATE TABLE odd_span (
  span_no  INTEGER PRIMARY KEY,
  span_id  TEXT NOT NULL
);
CREATE INDEX odd_span_by_id ON odd_span (span_id);

-- What is known of the spans, and of the attributes, of a trace as a whole.
CREATE TABLE trait (
  trace_no     INTEGER PRIMARY KEY,
  longest_ns   INTEGER,
  shortest_ns  INTEGER,
  is_cut       INTEGER NOT NULL,
  pairs        BLOB NOT NULL
);
CREATE INDEX trait_by_longest ON trait (longest_ns);
CREATE INDEX trait_by_shortest ON trait (shortest_ns);
CREATE INDEX trait_cut ON trait (trace_no) WHERE is_cut = 1;

-- How many spans took about how long, by name, minute and hour.
CREATE TABLE latency (
  width_s   INTEGER NOT NULL,
  slot      INTEGER NOT NULL,
  name_no   INTEGER NOT NULL,
  bucket    INTEGER NOT NULL,
  count     INTEGER NOT NULL,
  least_ns  INTEGER NOT NULL,
  most_ns   INTEGER NOT NULL,
  PRIMARY KEY (width_s, slot, name_no, bucket)
) WITHOUT ROWID;

CREATE TABLE process (
  process   TEXT PRIMARY KEY,
  trace_id  TEXT NOT NULL,
  is_ended  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX process_of_trace ON process (trace_id);

CREATE TABLE loss (
  process   TEXT NOT NULL,
  reason    TEXT NOT NULL,
  dropped   INTEGER NOT NULL,
  counted   INTEGER NOT NULL,
  PRIMARY KEY (process, reason)
) WITHOUT ROWID;
