-- Spans as narrow rows, and what is counted of them.

-- name: word_no_max
SELECT word_no FROM word WHERE word_no > 0 ORDER BY word_no DESC LIMIT 1;

-- name: word_no
SELECT word_no FROM word WHERE role = :role AND word = :word;

-- name: add_word
INSERT INTO word (word_no, role, word, folded) VALUES (:word_no, :role, :word, :folded);

-- name: add_said
INSERT INTO said (word_no, trace_no) VALUES (:word_no, :trace_no)
    ON CONFLICT (word_no, trace_no) DO NOTHING;

-- name: add_odd_span
INSERT INTO odd_span (span_no, span_id) VALUES (:span_no, :span_id)
    ON CONFLICT (span_no) DO NOTHING;

-- name: span_row
-- The sign leads to the index of numbers: a trace may have very many spans.
SELECT * FROM span WHERE span_no = :span_no AND +trace_no = :trace_no;

-- name: last_span_of_trace
SELECT ordinal FROM span WHERE trace_no = :trace_no ORDER BY ordinal DESC LIMIT 1;

-- name: save_span
INSERT INTO span
  (trace_no, ordinal, span_no, parent_no, name_no, time_unix_ns, took_ns, status, error, half)
VALUES
  (:trace_no, :ordinal, :span_no, :parent_no, :name_no, :time_unix_ns, :took_ns, :status, :error,
   :half)
    ON CONFLICT (trace_no, ordinal) DO UPDATE
   SET parent_no = excluded.parent_no, name_no = excluded.name_no,
       time_unix_ns = excluded.time_unix_ns, took_ns = excluded.took_ns,
       status = excluded.status, error = excluded.error, half = excluded.half;

-- name: span_shapes
-- The spans of a trace in the order in which they began, without what only some are asked for.
SELECT ordinal, span_no, parent_no, time_unix_ns,
       CASE WHEN name_no IS NULL THEN NULL ELSE took_ns END AS took_ns
  FROM span
 WHERE trace_no = :trace_no
 ORDER BY time_unix_ns, ordinal;

-- name: span_at
SELECT s.*, w.word AS name, own.span_id AS odd_id, above.span_id AS odd_parent
  FROM span s
  LEFT JOIN word w ON w.word_no = s.name_no
  LEFT JOIN odd_span own ON own.span_no = s.span_no
  LEFT JOIN odd_span above ON above.span_no = s.parent_no
 WHERE s.trace_no = :trace_no
   AND s.ordinal = :ordinal;

-- name: spans_between
SELECT s.span_no, t.trace_id
  FROM span s
  JOIN trace t ON t.trace_no = s.trace_no
 WHERE s.span_no >= :low
   AND s.span_no <= :high
 ORDER BY s.span_no
 LIMIT :limit;

-- name: odd_spans_between
SELECT o.span_id AS id, t.trace_id
  FROM odd_span o
  JOIN span s ON s.span_no = o.span_no
  JOIN trace t ON t.trace_no = s.trace_no
 WHERE o.span_id >= :low
   AND o.span_id < :high
 ORDER BY o.span_id
 LIMIT :limit;

-- name: trait
SELECT * FROM trait WHERE trace_no = :trace_no;

-- name: save_trait
INSERT INTO trait (trace_no, longest_ns, shortest_ns, pairs, is_cut)
VALUES (:trace_no, :longest_ns, :shortest_ns, :pairs, :is_cut)
    ON CONFLICT (trace_no) DO UPDATE
   SET longest_ns = excluded.longest_ns, shortest_ns = excluded.shortest_ns,
       pairs = excluded.pairs, is_cut = excluded.is_cut;

-- name: cut_traits
SELECT count(*) AS count FROM trait WHERE is_cut = 1;

-- name: add_latency
INSERT INTO latency (width_s, slot, name_no, bucket, count, least_ns, most_ns)
VALUES (:width_s, :slot, :name_no, :bucket, :count, :least_ns, :most_ns)
    ON CONFLICT (width_s, slot, name_no, bucket) DO UPDATE
   SET count = latency.count + excluded.count,
       least_ns = CASE WHEN latency.count > 0 AND latency.least_ns < excluded.least_ns
                       THEN latency.least_ns ELSE excluded.least_ns END,
       most_ns = CASE WHEN latency.count > 0 AND latency.most_ns > excluded.most_ns
                      THEN latency.most_ns ELSE excluded.most_ns END;

-- name: latencies
-- Counts of spans by name and bucket: whole hours, and the minutes before and behind them.
WITH part AS (
  SELECT name_no, bucket, count, least_ns, most_ns
    FROM latency WHERE width_s = 60 AND slot >= :minute AND slot < :before_minute
   UNION ALL
  SELECT name_no, bucket, count, least_ns, most_ns
    FROM latency WHERE width_s = 3600 AND slot >= :hour AND slot < :behind_hour
   UNION ALL
  SELECT name_no, bucket, count, least_ns, most_ns
    FROM latency WHERE width_s = 60 AND slot >= :after_minute AND slot < :behind_minute
)
SELECT name_no, bucket, sum(count) AS count, min(least_ns) AS least_ns, max(most_ns) AS most_ns
  FROM part
 WHERE count > 0
 GROUP BY name_no, bucket
 ORDER BY name_no, bucket;

-- name: word
SELECT word FROM word WHERE word_no = :word_no;

-- name: drop_traits_without_trace
DELETE FROM trait WHERE trace_no NOT IN (SELECT trace_no FROM trace);

-- name: drop_said_without_trace
DELETE FROM said WHERE trace_no NOT IN (SELECT trace_no FROM trace);

-- name: complete_spans
SELECT name_no, time_unix_ns, took_ns
  FROM span
 WHERE trace_no = :trace_no
   AND name_no IS NOT NULL
   AND took_ns IS NOT NULL;
