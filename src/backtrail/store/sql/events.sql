-- Events, and what is computed from them. A SELECT uses an index; tests/unit/store asks the plan.
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
DROP TABLE word;
DROP TABLE said;
DROP TABLE span;
DROP TABLE odd_span;
DROP TABLE trait;
DROP TABLE latency;
DROP TABLE process;
DROP TABLE loss;
