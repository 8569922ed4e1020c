-- What tells how blocks are packed.

-- name: blocks_beyond
-- Whether there are blocks of a number or a higher one.
SELECT block_id FROM block WHERE block_id >= :block_id LIMIT 1;

-- name: drop_meta
DELETE FROM meta WHERE name = :name;

-- name: blocks_before
SELECT * FROM block WHERE block_id < :block_id ORDER BY block_id DESC LIMIT :limit;

-- name: last_block
SELECT block_id FROM block WHERE block_id > 0 ORDER BY block_id DESC LIMIT 1;

-- name: blocks_between
SELECT block_id, payload FROM block WHERE block_id >= :low AND block_id < :high ORDER BY block_id;
