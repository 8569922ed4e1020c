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
