-- What the pages add up, in PostgreSQL's words.

-- name: error_groups
SELECT fingerprint, max(time_unix_ns) AS last_unix_ns
  FROM error
 GROUP BY fingerprint
HAVING max(time_unix_ns) >= :since_unix_ns
   AND (max(time_unix_ns), fingerprint) < (:time_unix_ns, :id)
 ORDER BY last_unix_ns DESC, fingerprint DESC
 LIMIT :limit;

-- name: last_of_sessions
SELECT DISTINCT ON (1)
       coalesce(t.session, root.session, '') AS session,
       t.start_unix_ns,
       t.trace_id
  FROM trace t
  LEFT JOIN process p ON t.session IS NULL AND p.process = t.opener
  LEFT JOIN trace root ON root.trace_id = p.trace_id
 ORDER BY 1, t.start_unix_ns DESC, t.trace_id DESC;

-- name: trace_durations
SELECT name, count(*) AS count, sum(has_failed) AS failed,
       json_agg(end_unix_ns - start_unix_ns)::text AS took_ns
  FROM (SELECT name, has_failed, start_unix_ns, end_unix_ns
          FROM trace
         WHERE start_unix_ns >= :since_unix_ns
           AND start_unix_ns <= :until_unix_ns
         ORDER BY start_unix_ns DESC
         LIMIT :traces_max) AS newest
 GROUP BY name
 ORDER BY count DESC, name
 LIMIT :limit;
