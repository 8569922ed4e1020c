-- What PostgreSQL says in other words than SQLite; each stands for the one of the same name.

-- copy: add_block
block (trace_id, process, seq_min, seq_max, time_min_ns, time_max_ns, offset_ns, events, line_bytes,
       kinds, payload)


-- name: save_segment
INSERT INTO segment
  (name, process, number, state, note, bytes_read, size, seq_first, seq_next, offset_ns,
   time_min_ns, time_max_ns, torn, pid)
VALUES
  (:name, :process, :number, :state, :note, :bytes_read, :size, :seq_first, :seq_next, :offset_ns,
   :time_min_ns, :time_max_ns, :torn, :pid)
ON CONFLICT (name) DO UPDATE
   SET (process, number, state, note, bytes_read, size, seq_first, seq_next, offset_ns,
        time_min_ns, time_max_ns, torn, pid)
     = (excluded.process, excluded.number, excluded.state, excluded.note, excluded.bytes_read,
        excluded.size, excluded.seq_first, excluded.seq_next, excluded.offset_ns,
        excluded.time_min_ns, excluded.time_max_ns, excluded.torn, excluded.pid);

-- name: save_trace
INSERT INTO trace
  (trace_no, trace_id, start_unix_ns, end_unix_ns, events, errors, spans, dropped, name, name_rank,
   name_ns, has_failed, is_closed, opener, opener_rank, opener_ns, run_id, session, command,
   exit_code, signal, stored_bytes, line_bytes)
VALUES
  (:trace_no, :trace_id, :start_unix_ns, :end_unix_ns, :events, :errors, :spans, :dropped, :name,
   :name_rank, :name_ns, :has_failed, :is_closed, :opener, :opener_rank, :opener_ns, :run_id,
   :session, :command, :exit_code, :signal, :stored_bytes, :line_bytes)
ON CONFLICT (trace_no) DO UPDATE
   SET (trace_id, start_unix_ns, end_unix_ns, events, errors, spans, dropped, name, name_rank,
        name_ns, has_failed, is_closed, opener, opener_rank, opener_ns, run_id, session, command,
        exit_code, signal, stored_bytes, line_bytes)
     = (excluded.trace_id, excluded.start_unix_ns, excluded.end_unix_ns, excluded.events,
        excluded.errors, excluded.spans, excluded.dropped, excluded.name, excluded.name_rank,
        excluded.name_ns, excluded.has_failed, excluded.is_closed, excluded.opener,
        excluded.opener_rank, excluded.opener_ns, excluded.run_id, excluded.session,
        excluded.command, excluded.exit_code, excluded.signal, excluded.stored_bytes,
        excluded.line_bytes);

-- name: add_error
INSERT INTO error
  (error_id, trace_id, process, seq, time_unix_ns, type, message, mechanism, is_handled,
   fingerprint, file, line, function)
VALUES
  (:error_id, :trace_id, :process, :seq, :time_unix_ns, :type, :message, :mechanism, :is_handled,
   :fingerprint, :file, :line, :function)
ON CONFLICT DO NOTHING;

-- name: add_repeat
INSERT INTO repeat (fingerprint, process, seq, count)
VALUES (:fingerprint, :process, :seq, :count)
ON CONFLICT DO NOTHING;

-- name: add_dropped
INSERT INTO loss (process, reason, dropped, counted) VALUES (:process, :reason, :count, 0)
    ON CONFLICT (process, reason) DO UPDATE SET dropped = loss.dropped + excluded.dropped;

-- name: add_counted
INSERT INTO loss (process, reason, dropped, counted) VALUES (:process, :reason, 0, :count)
    ON CONFLICT (process, reason) DO UPDATE
   SET counted = greatest(loss.counted, excluded.counted);

-- name: losses
SELECT reason, sum(greatest(dropped, counted)) AS count FROM loss GROUP BY reason ORDER BY reason;

-- name: oldest_traces
SELECT t.trace_no, t.trace_id, t.name, t.end_unix_ns, t.errors, t.stored_bytes,
       t.is_closed = 0 AND coalesce(p.is_ended, 0) = 0
         AND EXISTS (SELECT 1 FROM segment s WHERE s.process = t.opener AND s.state = 'live')
         AS is_live
  FROM trace t
  LEFT JOIN process p ON p.process = t.opener
 WHERE (t.end_unix_ns, t.trace_no) > (:end_unix_ns, :trace_no)
 ORDER BY t.end_unix_ns, t.trace_no
 LIMIT :limit;
