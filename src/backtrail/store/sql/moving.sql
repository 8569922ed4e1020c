-- What takes a catalogue from one engine to another.

-- name: blocks_behind
-- A page of all blocks, in the order in which they were written.
SELECT * FROM block WHERE block_id > :block_id ORDER BY block_id LIMIT :limit;

-- name: block_totals
-- How much there is behind a block.
SELECT count(*) AS blocks, coalesce(sum(events), 0) AS events
  FROM block
 WHERE block_id > :block_id;

-- name: all_meta
SELECT name, value FROM meta ORDER BY name;

-- name: drop_meta
DELETE FROM meta WHERE name = :name;
