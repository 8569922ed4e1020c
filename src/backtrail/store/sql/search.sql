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

-- clause: said_is
-- Some span, or some call of a model, has a name. What few traces say is gathered first; what many
-- say is asked of one after the other, until enough are found.
CASE WHEN (SELECT s.trace_no FROM word w JOIN said s ON s.word_no = w.word_no
             WHERE w.role = :role AND w.folded = :value
             LIMIT 1 OFFSET 2000) IS NULL
     THEN t.trace_no IN
            (SELECT s.trace_no FROM word w JOIN said s ON s.word_no = w.word_no
             WHERE w.role = :role AND w.folded = :value)
     ELSE EXISTS
            (SELECT 1 FROM word w JOIN said s ON s.word_no = w.word_no
              WHERE w.role = :role AND w.folded = :value AND s.trace_no = t.trace_no)
END

-- clause: said_like
CASE WHEN (SELECT s.trace_no FROM word w JOIN said s ON s.word_no = w.word_no
             WHERE w.role = :role AND w.folded LIKE :value ESCAPE '\'
             LIMIT 1 OFFSET 2000) IS NULL
     THEN t.trace_no IN
            (SELECT s.trace_no FROM word w JOIN said s ON s.word_no = w.word_no
             WHERE w.role = :role AND w.folded LIKE :value ESCAPE '\')
     ELSE EXISTS
            (SELECT 1 FROM word w JOIN said s ON s.word_no = w.word_no
              WHERE w.role = :role AND w.folded LIKE :value ESCAPE '\' AND s.trace_no = t.trace_no)
END

-- clause: longest_span
-- The sign before the number keeps the order of the list: the newest is looked at first.
+t.trace_no IN (SELECT f.trace_no FROM trait f WHERE f.longest_ns {op} :value)

-- clause: shortest_span
+t.trace_no IN (SELECT f.trace_no FROM trait f WHERE f.shortest_ns {op} :value)

-- clause: attribute_may_be
-- A checksum of an attribute is among those of the trace: three bytes that are looked for in some
-- hundred, which goes through all traces in no more time than an index of each would take to keep.
+t.trace_no IN (SELECT f.trace_no FROM trait f WHERE f.trace_no > 0 AND instr(f.pairs, :pair) > 0)

-- clause: attributes_are_many
+t.trace_no IN (SELECT f.trace_no FROM trait f WHERE f.is_cut = 1)

-- clause: this_error
casefold(e.type) LIKE :value ESCAPE '\' OR casefold(e.message) LIKE :part ESCAPE '\'

-- clause: this_time
e.time_unix_ns {op} :value

-- clause: this_fingerprint
e.fingerprint GLOB :value

-- Values that a query may name.

-- name: recent_names
SELECT name FROM trace ORDER BY start_unix_ns DESC LIMIT :limit;

-- name: recent_sessions
SELECT session FROM trace
 WHERE session IS NOT NULL GROUP BY session ORDER BY max(start_unix_ns) DESC LIMIT :limit;

-- name: recent_error_types
SELECT type FROM error ORDER BY time_unix_ns DESC LIMIT :limit;
