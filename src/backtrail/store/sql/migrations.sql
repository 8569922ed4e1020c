-- What takes a catalogue from each format to the one after it.

-- name: migrate_from_1
DROP INDEX trace_by_start;
DROP INDEX trace_with_errors;
CREATE INDEX trace_by_start
    ON trace (start_unix_ns, trace_id, end_unix_ns, has_failed, errors, name);
CREATE INDEX trace_in_trouble ON trace (start_unix_ns, trace_id) WHERE errors > 0 OR has_failed;
CREATE INDEX trace_of_opener ON trace (opener) WHERE session IS NULL;
CREATE INDEX trace_in_sessions
    ON trace (session, opener, start_unix_ns, end_unix_ns, errors, trace_id);
CREATE INDEX error_in_groups ON error (fingerprint, time_unix_ns, trace_id);
CREATE INDEX process_of_trace ON process (trace_id);

-- name: migrate_from_2
-- The next look at the journal computes all that is not the truth again, from the blocks.
INSERT INTO meta (name, value) VALUES ('summaries', 'due')
    ON CONFLICT (name) DO UPDATE SET value = excluded.value;
DROP TABLE span;
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
