-- What the file of the text index is asked; store/text/statements.py reads it.

-- name: schema
CREATE TABLE state (
  store      TEXT NOT NULL,
  next_part  INTEGER NOT NULL
);
CREATE TABLE piece (piece TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE VIRTUAL TABLE part USING fts5
  (pieces, content = '', columnsize = 0, detail = 'none', tokenize = 'ascii');

-- name: begin
INSERT INTO state (store, next_part) VALUES (:store, 0);

-- name: state
SELECT store, next_part FROM state;

-- name: advance
UPDATE state SET next_part = :next_part;

-- name: add_part
INSERT INTO part (rowid, pieces) VALUES (:part, :pieces);

-- name: add_piece
INSERT INTO piece (piece) VALUES (?) ON CONFLICT (piece) DO NOTHING;

-- name: pieces_with
-- Goes through all pieces: a word that is looked for may be inside of a longer one.
SELECT piece FROM piece WHERE instr(piece, :run) > 0 LIMIT :limit;

-- name: parts_with
SELECT rowid AS part FROM part WHERE part MATCH :pieces LIMIT :limit;
