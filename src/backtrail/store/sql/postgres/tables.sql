-- What stands in PostgreSQL for a table, an index or a trigger of ../schema.sql; the others are made
-- as they are there, with its own types.

-- instead: block
-- Divided by the month in which events happened, so that old ones go with their table. A payload is
-- compressed as it is.
CREATE SEQUENCE block_ids;
CREATE TABLE block (
  block_id     BIGINT NOT NULL DEFAULT nextval('block_ids'),
  trace_id     TEXT COLLATE "C" NOT NULL,
  process      TEXT COLLATE "C" NOT NULL,
  seq_min      BIGINT NOT NULL,
  seq_max      BIGINT NOT NULL,
  time_min_ns  BIGINT NOT NULL,
  time_max_ns  BIGINT NOT NULL,
  offset_ns    BIGINT NOT NULL,
  events       BIGINT NOT NULL,
  line_bytes   BIGINT NOT NULL,
  kinds        TEXT COLLATE "C" NOT NULL,
  payload      BYTEA NOT NULL
) PARTITION BY RANGE (time_min_ns);
ALTER TABLE block ALTER COLUMN payload SET STORAGE EXTERNAL;
CREATE TABLE block_elsewhen PARTITION OF block DEFAULT;
CREATE INDEX block_by_id ON block (block_id);

-- instead: block_of_process
-- What makes a row one of a kind must name what divides the table.
CREATE UNIQUE INDEX block_of_process ON block (process, seq_min, time_min_ns);

-- instead: block_is_append_only
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'events are never changed'; END
$$;
CREATE TRIGGER block_is_append_only BEFORE UPDATE ON block
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- instead: trace_by_start
-- A name, as a session's, may be longer than an index takes.
CREATE INDEX trace_by_start ON trace (start_unix_ns, trace_id);

-- instead: trace_in_trouble
CREATE INDEX trace_in_trouble ON trace (start_unix_ns, trace_id)
 WHERE errors > 0 OR has_failed <> 0;

-- instead: trace_by_end
CREATE INDEX trace_by_end ON trace (end_unix_ns, trace_no);

-- instead: trace_of_session
CREATE INDEX trace_of_session ON trace USING hash (session);

-- instead: trace_in_sessions

-- instead: error_by_time
CREATE INDEX error_by_time ON error (time_unix_ns, error_id);
