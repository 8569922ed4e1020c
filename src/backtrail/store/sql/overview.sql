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
