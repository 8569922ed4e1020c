-- Every statement of the store, by name. A SELECT uses an index; tests/unit/store asks the plan.
-- A part stands where a statement names it in braces.

-- name: set_meta
INSERT INTO meta (name, value) VALUES (:name, :value)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: meta
SELECT value FROM meta WHERE name = :name;

-- name: settled_segments
-- Files that need no further look.
SELECT name FROM segment WHERE state IN ('final', 'garbage');

-- name: open_segments
SELECT * FROM segment WHERE state = :state;

-- name: segment
SELECT * FROM segment WHERE name = :name;

-- name: save_segment
INSERT OR REPLACE INTO segment
  (name, process, number, state, note, bytes_read, size, seq_first, seq_next, offset_ns,
   time_min_ns, time_max_ns, torn, pid)
VALUES
  (:name, :process, :number, :state, :note, :bytes_read, :size, :seq_first, :seq_next, :offset_ns,
   :time_min_ns, :time_max_ns, :torn, :pid);

-- name: blocks_of_process_from
-- What is already kept of a process at and behind a seq.
SELECT trace_id, seq_min, seq_max, payload
  FROM block
 WHERE process = :process
   AND seq_min >= :seq - 1000000000
   AND seq_max >= :seq;

-- name: add_block
INSERT INTO block
  (trace_id, process, seq_min, seq_max, time_min_ns, time_max_ns, offset_ns, events, line_bytes,
   kinds, payload)
VALUES
  (:trace_id, :process, :seq_min, :seq_max, :time_min_ns, :time_max_ns, :offset_ns, :events,
   :line_bytes, :kinds, :payload);

-- name: blocks_of_trace
-- Where the events of a trace are, without the events.
SELECT block_id, process, seq_min, seq_max, time_min_ns, time_max_ns, offset_ns, events, kinds,
       line_bytes
  FROM block
 WHERE trace_id = :trace_id
 ORDER BY process, seq_min;

-- name: block
SELECT * FROM block WHERE block_id = :block_id;

-- name: block_at
-- The block of a trace and a process that may hold a seq.
SELECT *
  FROM block
 WHERE trace_id = :trace_id
   AND process = :process
   AND seq_min <= :seq
 ORDER BY seq_min DESC
 LIMIT 1;

-- name: first_block
-- The block with which a process begins to tell of a trace.
SELECT payload
  FROM block
 WHERE trace_id = :trace_id
   AND process = :process
 ORDER BY seq_min
 LIMIT 1;

-- name: blocks_around
-- Blocks of a process that span a seq; traces take turns, so it may be several.
SELECT block_id, trace_id, seq_min, seq_max
  FROM block
 WHERE process = :process
   AND seq_min <= :seq
   AND seq_max >= :seq
 ORDER BY seq_min DESC;

-- name: block_after
-- All blocks one by one.
SELECT * FROM block WHERE block_id > :block_id ORDER BY block_id LIMIT 1;

-- name: count_processes
SELECT count(DISTINCT process) FROM block WHERE trace_id = :trace_id;

-- name: trace_row
SELECT * FROM trace WHERE trace_id = :trace_id;

-- name: trace_no_max
SELECT coalesce(max(trace_no), 0) FROM trace;

-- name: save_trace
INSERT OR REPLACE INTO trace
  (trace_no, trace_id, start_unix_ns, end_unix_ns, events, errors, spans, dropped, name, name_rank,
   name_ns, has_failed, is_closed, opener, opener_rank, opener_ns, run_id, session, command,
   exit_code, signal, stored_bytes, line_bytes)
VALUES
  (:trace_no, :trace_id, :start_unix_ns, :end_unix_ns, :events, :errors, :spans, :dropped, :name,
   :name_rank, :name_ns, :has_failed, :is_closed, :opener, :opener_rank, :opener_ns, :run_id,
   :session, :command, :exit_code, :signal, :stored_bytes, :line_bytes);

-- name: add_span
INSERT OR IGNORE INTO span (span_id, trace_no) VALUES (?, ?);

-- name: add_error
INSERT OR IGNORE INTO error
  (error_id, trace_id, process, seq, time_unix_ns, type, message, mechanism, is_handled,
   fingerprint, file, line, function)
VALUES
  (:error_id, :trace_id, :process, :seq, :time_unix_ns, :type, :message, :mechanism, :is_handled,
   :fingerprint, :file, :line, :function);

-- name: add_repeat
INSERT OR IGNORE INTO repeat (fingerprint, process, seq, count)
VALUES (:fingerprint, :process, :seq, :count);

-- name: process_started
INSERT INTO process (process, trace_id, is_ended) VALUES (:process, :trace_id, 0)
    ON CONFLICT (process) DO UPDATE SET trace_id = excluded.trace_id;

-- name: process
SELECT * FROM process WHERE process = :process;

-- name: process_ended
INSERT INTO process (process, trace_id, is_ended) VALUES (:process, :trace_id, 1)
    ON CONFLICT (process) DO UPDATE SET is_ended = 1;

-- name: add_dropped
INSERT INTO loss (process, reason, dropped, counted) VALUES (:process, :reason, :count, 0)
    ON CONFLICT (process, reason) DO UPDATE SET dropped = dropped + excluded.dropped;

-- name: add_counted
INSERT INTO loss (process, reason, dropped, counted) VALUES (:process, :reason, 0, :count)
    ON CONFLICT (process, reason) DO UPDATE SET counted = max(counted, excluded.counted);

-- name: losses
-- What recording programs lost or cut: the larger of what they said while running and at the end.
SELECT reason, sum(max(dropped, counted)) AS count FROM loss GROUP BY reason ORDER BY reason;

-- name: torn_lines
SELECT coalesce(sum(torn), 0) FROM segment;

-- part: summary
-- What a list shows of a trace t.
SELECT t.*,
       coalesce(p.is_ended, 0) AS is_ended,
       EXISTS (SELECT 1 FROM segment s WHERE s.process = t.opener AND s.state = 'live') AS is_held,
       (SELECT count(DISTINCT b.process) FROM block b WHERE b.trace_id = t.trace_id) AS processes,
       root.session AS root_session,
       root.command AS root_command
  FROM trace t
  LEFT JOIN process p ON p.process = t.opener
  LEFT JOIN trace root ON root.trace_id = p.trace_id

-- part: of_process
-- What began a trace t: its process, and the trace of that.
LEFT JOIN process p ON p.process = t.opener
  LEFT JOIN trace root ON root.trace_id = p.trace_id

-- name: trace
{summary}
 WHERE t.trace_id = :trace_id;

-- name: latest_trace
SELECT trace_id FROM trace ORDER BY start_unix_ns DESC, trace_id DESC LIMIT 1;

-- name: recent_trace_ids
SELECT trace_id FROM trace ORDER BY start_unix_ns DESC LIMIT :limit;

-- name: trace_ids_between
SELECT trace_id FROM trace WHERE trace_id >= :low AND trace_id < :high ORDER BY trace_id LIMIT :limit;

-- name: error_ids_between
SELECT error_id AS id, trace_id FROM error
 WHERE error_id >= :low AND error_id < :high ORDER BY error_id LIMIT :limit;

-- name: span_ids_between
SELECT s.span_id AS id, t.trace_id FROM span s JOIN trace t ON t.trace_no = s.trace_no
 WHERE s.span_id >= :low AND s.span_id < :high ORDER BY s.span_id LIMIT :limit;

-- name: run_ids_between
SELECT run_id AS id, trace_id FROM trace
 WHERE run_id >= :low AND run_id < :high ORDER BY run_id LIMIT :limit;

-- name: process_ids_between
SELECT process AS id, trace_id FROM process
 WHERE process >= :low AND process < :high ORDER BY process LIMIT :limit;

-- name: writers_between
SELECT DISTINCT process FROM block
 WHERE process >= :low AND process < :high ORDER BY process LIMIT :limit;

-- name: latest_trace_of_session
SELECT trace_id FROM trace WHERE session = :session ORDER BY start_unix_ns DESC LIMIT 1;

-- part: repeats
-- Repeats of an error e are those said before the next error of the same identity.
(SELECT r.count
          FROM repeat r
         WHERE r.fingerprint = e.fingerprint
           AND r.process = e.process
           AND r.seq > e.seq
           AND r.seq < coalesce((SELECT min(n.seq)
                                   FROM error n
                                  WHERE n.fingerprint = e.fingerprint
                                    AND n.process = e.process
                                    AND n.seq > e.seq), 9223372036854775807)
         ORDER BY r.seq DESC
         LIMIT 1)

-- name: errors_of_trace
SELECT e.*,
       {repeats} AS repeats
  FROM error e
 WHERE e.trace_id = :trace_id
 ORDER BY e.time_unix_ns DESC, e.error_id DESC
 LIMIT :limit;

-- name: error
SELECT e.*,
       {repeats} AS repeats
  FROM error e
 WHERE e.error_id = :error_id;

-- name: latest_error
SELECT error_id FROM error ORDER BY time_unix_ns DESC LIMIT 1;

-- name: recent_error_ids
SELECT error_id FROM error ORDER BY time_unix_ns DESC LIMIT :limit;

-- name: trace_count
SELECT count(*) FROM trace;

-- name: oldest_traces
-- A page of all traces, those that ended first first; pass the last time and number seen to go on.
SELECT t.trace_no, t.trace_id, t.name, t.end_unix_ns, t.errors, t.stored_bytes,
       NOT t.is_closed AND NOT coalesce(p.is_ended, 0)
         AND EXISTS (SELECT 1 FROM segment s WHERE s.process = t.opener AND s.state = 'live')
         AS is_live
  FROM trace t
  LEFT JOIN process p ON p.process = t.opener
 WHERE (t.end_unix_ns, t.trace_no) > (:end_unix_ns, :trace_no)
 ORDER BY t.end_unix_ns, t.trace_no
 LIMIT :limit;

-- name: error_ids_of_trace
SELECT error_id FROM error WHERE trace_id = :trace_id;

-- name: drop_trace
DELETE FROM trace WHERE trace_id = :trace_id;

-- name: drop_blocks
DELETE FROM block WHERE trace_id = :trace_id;

-- name: drop_errors
DELETE FROM error WHERE trace_id = :trace_id;

-- name: drop_spans_without_trace
DELETE FROM span WHERE trace_no NOT IN (SELECT trace_no FROM trace);

-- name: drop_processes_without_events
DELETE FROM process
 WHERE NOT EXISTS (SELECT 1 FROM block b WHERE b.process = process.process);

-- name: drop_losses_without_events
DELETE FROM loss WHERE NOT EXISTS (SELECT 1 FROM block b WHERE b.process = loss.process);

-- name: drop_repeats_without_events
DELETE FROM repeat WHERE NOT EXISTS (SELECT 1 FROM block b WHERE b.process = repeat.process);

-- name: final_segments
-- Segments that hold nothing newer than a time and are in blocks as far as they are kept.
SELECT name, size, time_min_ns, time_max_ns FROM segment WHERE state = 'final';

-- name: segment_times
SELECT min(time_min_ns) AS oldest_unix_ns FROM segment;

-- name: trace_starts
-- Every trace with when it began, the first one first.
SELECT start_unix_ns, trace_id FROM trace ORDER BY start_unix_ns;

-- name: drop_segment
DELETE FROM segment WHERE name = :name;

-- name: segment_ranges
-- Which seqs of a process the segments cover that were read.
SELECT seq_first, seq_next FROM segment WHERE process = :process AND seq_next > seq_first;

-- name: segments_of_process
-- What each file of a process holds, and how many of its lines could not be read.
SELECT seq_first, seq_next, torn FROM segment WHERE process = :process ORDER BY number;

-- name: traces_of_process
-- The traces that a process told of.
SELECT DISTINCT trace_id FROM block WHERE process = :process LIMIT :limit;

-- name: all_segments
SELECT * FROM segment ORDER BY process, number;

-- name: totals
SELECT count(*) AS traces, coalesce(sum(events), 0) AS events, coalesce(sum(errors), 0) AS errors,
       min(start_unix_ns) AS oldest_unix_ns, max(end_unix_ns) AS newest_unix_ns
  FROM trace;

-- name: drop_summaries
DROP TABLE trace;
DROP TABLE error;
DROP TABLE repeat;
DROP TABLE span;
DROP TABLE process;
DROP TABLE loss;


-- What a query asks for. A frame is a statement whose conditions are put together of clauses, by
-- store/query/plan.py; {op} is a comparison, {leaves} are clauses that are answered as columns.

-- frame: found_traces
-- A page of traces, newest first; pass the last time and id seen to go on.
{summary}
 WHERE (t.start_unix_ns, t.trace_id) < (:time_unix_ns, :id)
   AND {where}
 ORDER BY t.start_unix_ns DESC, t.trace_id DESC
 LIMIT :limit;

-- frame: candidate_traces
-- A page of traces whose events decide whether they are found.
SELECT t.start_unix_ns AS time_unix_ns, t.trace_id AS id, t.trace_id{leaves}
  FROM trace t
  {of_process}
 WHERE (t.start_unix_ns, t.trace_id) < (:time_unix_ns, :id)
   AND {where}
 ORDER BY t.start_unix_ns DESC, t.trace_id DESC
 LIMIT :limit;

-- frame: found_errors
-- A page of errors, newest first; pass the last time and id seen to go on.
SELECT e.*,
       {repeats} AS repeats
  FROM error e
  LEFT JOIN trace t ON t.trace_id = e.trace_id
  {of_process}
 WHERE (e.time_unix_ns, e.error_id) < (:time_unix_ns, :id)
   AND {where}
 ORDER BY e.time_unix_ns DESC, e.error_id DESC
 LIMIT :limit;

-- frame: candidate_errors
-- A page of errors; the events of their traces decide whether they are found.
SELECT e.time_unix_ns, e.error_id AS id, e.trace_id{leaves}
  FROM error e
  LEFT JOIN trace t ON t.trace_id = e.trace_id
  {of_process}
 WHERE (e.time_unix_ns, e.error_id) < (:time_unix_ns, :id)
   AND {where}
 ORDER BY e.time_unix_ns DESC, e.error_id DESC
 LIMIT :limit;

-- clause: anything
1

-- clause: status_error
t.has_failed

-- clause: status_unfinished
NOT t.has_failed AND NOT t.is_closed AND NOT coalesce(p.is_ended, 0)

-- clause: status_ok
NOT t.has_failed AND (t.is_closed OR coalesce(p.is_ended, 0))

-- clause: status_running
NOT t.is_closed AND NOT coalesce(p.is_ended, 0)
AND EXISTS (SELECT 1 FROM segment live WHERE live.process = t.opener AND live.state = 'live')

-- clause: name
casefold(t.name) LIKE :value ESCAPE '\'

-- clause: duration
t.end_unix_ns - t.start_unix_ns {op} :value

-- clause: started
t.start_unix_ns {op} :value

-- clause: session_is
-- Of its own, or of the process that began it.
t.trace_no IN (SELECT own.trace_no FROM trace own WHERE own.session = :value
               UNION ALL
               SELECT part.trace_no
                 FROM trace whole
                 JOIN process opener ON opener.trace_id = whole.trace_id
                 JOIN trace part ON part.opener = opener.process
                WHERE whole.session = :value AND part.session IS NULL)

-- clause: session_like
coalesce(t.session, root.session) GLOB :value

-- clause: session_none
coalesce(t.session, root.session) IS NULL

-- clause: run_is
t.run_id = :value

-- clause: run_like
t.run_id GLOB :value

-- clause: run_none
t.run_id IS NULL

-- clause: command
casefold(command_line(coalesce(t.command, root.command))) LIKE :value ESCAPE '\'

-- clause: command_none
coalesce(t.command, root.command) IS NULL

-- clause: errors_some
t.errors > 0

-- clause: errors
t.errors {op} :value

-- clause: events
t.events {op} :value

-- clause: spans
t.spans {op} :value

-- clause: error
t.errors > 0
AND EXISTS (SELECT 1 FROM error raised
             WHERE raised.trace_id = t.trace_id
               AND (casefold(raised.type) LIKE :value ESCAPE '\'
                    OR casefold(raised.message) LIKE :part ESCAPE '\'))

-- clause: fingerprint
t.errors > 0
AND t.trace_id IN (SELECT raised.trace_id FROM error raised WHERE raised.fingerprint GLOB :value)

-- clause: this_error
casefold(e.type) LIKE :value ESCAPE '\' OR casefold(e.message) LIKE :part ESCAPE '\'

-- clause: this_time
e.time_unix_ns {op} :value

-- clause: this_fingerprint
e.fingerprint GLOB :value

-- What the pages add up.

-- name: error_groups
-- A page of errors that share a fingerprint, those with the newest error first.
SELECT fingerprint, max(time_unix_ns) AS last_unix_ns
  FROM error
 GROUP BY fingerprint
HAVING last_unix_ns >= :since_unix_ns
   AND (last_unix_ns, fingerprint) < (:time_unix_ns, :id)
 ORDER BY last_unix_ns DESC, fingerprint DESC
 LIMIT :limit;

-- name: error_group
SELECT count(*) AS count, count(DISTINCT trace_id) AS traces
  FROM error
 WHERE fingerprint = :fingerprint
   AND time_unix_ns >= :since_unix_ns;

-- name: first_of_group
SELECT min(time_unix_ns) AS first_unix_ns FROM error WHERE fingerprint = :fingerprint;

-- name: last_of_group
SELECT * FROM error
 WHERE fingerprint = :fingerprint ORDER BY time_unix_ns DESC, error_id DESC LIMIT 1;

-- name: repeats_of_group
SELECT coalesce(sum({repeats}), 0) AS repeats
  FROM error e
 WHERE e.fingerprint = :fingerprint
   AND e.time_unix_ns >= :since_unix_ns
   AND e.process IN (SELECT told.process FROM repeat told WHERE told.fingerprint = :fingerprint);

-- name: trend_of_group
SELECT (time_unix_ns - :from_unix_ns) / :bucket_ns AS bucket, count(*) AS count
  FROM error
 WHERE fingerprint = :fingerprint
   AND time_unix_ns >= :from_unix_ns
 GROUP BY bucket;

-- name: sessions
-- A page of sessions, the last active first; traces that have none are one.
WITH part AS (
  SELECT session, opener, count(*) AS traces, sum(errors) AS errors,
         min(start_unix_ns) AS first_unix_ns, max(end_unix_ns) AS last_unix_ns
    FROM trace
   GROUP BY session, opener
)
SELECT coalesce(part.session, root.session, '') AS session,
       sum(part.traces) AS traces,
       sum(part.errors) AS errors,
       min(part.first_unix_ns) AS first_unix_ns,
       max(part.last_unix_ns) AS last_unix_ns
  FROM part
  LEFT JOIN process p ON part.session IS NULL AND p.process = part.opener
  LEFT JOIN trace root ON root.trace_id = p.trace_id
 GROUP BY 1
HAVING (max(part.last_unix_ns), coalesce(part.session, root.session, '')) < (:time_unix_ns, :id)
 ORDER BY last_unix_ns DESC, 1 DESC
 LIMIT :limit;

-- name: last_of_sessions
-- The newest trace of each session; beside a single max() a column is of the row that has it.
WITH part AS (
  SELECT session, opener, max(start_unix_ns) AS start_unix_ns, trace_id
    FROM trace
   GROUP BY session, opener
)
SELECT coalesce(part.session, root.session, '') AS session,
       max(part.start_unix_ns) AS start_unix_ns,
       part.trace_id
  FROM part
  LEFT JOIN process p ON part.session IS NULL AND p.process = part.opener
  LEFT JOIN trace root ON root.trace_id = p.trace_id
 GROUP BY 1;

-- name: trace_counts
-- How many traces began, and failed, in each stretch of time.
SELECT (start_unix_ns - :since_unix_ns) / :bucket_ns AS bucket,
       count(*) AS traces,
       sum(has_failed) AS failed
  FROM trace
 WHERE start_unix_ns >= :since_unix_ns
   AND start_unix_ns <= :until_unix_ns
 GROUP BY bucket;

-- name: trace_durations
-- How long the newest traces of each name took, in nanoseconds.
SELECT name, count(*) AS count, sum(has_failed) AS failed,
       json_group_array(end_unix_ns - start_unix_ns) AS took_ns
  FROM (SELECT name, has_failed, start_unix_ns, end_unix_ns
          FROM trace
         WHERE start_unix_ns >= :since_unix_ns
           AND start_unix_ns <= :until_unix_ns
         ORDER BY start_unix_ns DESC
         LIMIT :traces_max)
 GROUP BY name
 ORDER BY count DESC, name
 LIMIT :limit;

-- Values that a query may name.

-- name: recent_names
SELECT name FROM trace ORDER BY start_unix_ns DESC LIMIT :limit;

-- name: recent_sessions
SELECT session FROM trace
 WHERE session IS NOT NULL GROUP BY session ORDER BY max(start_unix_ns) DESC LIMIT :limit;

-- name: recent_error_types
SELECT type FROM error ORDER BY time_unix_ns DESC LIMIT :limit;

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
