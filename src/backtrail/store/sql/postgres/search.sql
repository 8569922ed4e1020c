-- Conditions in PostgreSQL's words: a number is no truth value, and GLOB is a function.

-- clause: anything
TRUE

-- clause: status_error
t.has_failed <> 0

-- clause: status_unfinished
t.has_failed = 0 AND t.is_closed = 0 AND coalesce(p.is_ended, 0) = 0

-- clause: status_ok
t.has_failed = 0 AND (t.is_closed <> 0 OR coalesce(p.is_ended, 0) <> 0)

-- clause: status_running
t.is_closed = 0 AND coalesce(p.is_ended, 0) = 0
AND EXISTS (SELECT 1 FROM segment live WHERE live.process = t.opener AND live.state = 'live')

-- clause: session_like
glob(:value, coalesce(t.session, root.session))

-- clause: run_like
glob(:value, t.run_id)

-- clause: fingerprint
t.errors > 0
AND t.trace_id IN (SELECT raised.trace_id FROM error raised WHERE glob(:value, raised.fingerprint))

-- clause: this_fingerprint
glob(:value, e.fingerprint)
