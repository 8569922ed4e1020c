CREATE TABLE user (
  user_id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name            TEXT NOT NULL UNIQUE,
  password_hash   TEXT NOT NULL,
  created_unix_ns INTEGER NOT NULL,
  login_unix_ns   INTEGER
);

CREATE TABLE role (
  user_id INTEGER NOT NULL,
  project TEXT NOT NULL,
  role    TEXT NOT NULL,
  PRIMARY KEY (user_id, project)
) WITHOUT ROWID;
CREATE INDEX role_by_project ON role (project, role);

-- Of a key only the SHA-256 is here: it is 256 random bits, which no dictionary has.
CREATE TABLE key (
  key_no            INTEGER PRIMARY KEY AUTOINCREMENT,
  key_id            TEXT NOT NULL UNIQUE,
  secret_hash       BLOB NOT NULL,
  name              TEXT NOT NULL,
  project           TEXT NOT NULL,
  scopes            TEXT NOT NULL,
  rate_per_minute   INTEGER NOT NULL,
  created_unix_ns   INTEGER NOT NULL,
  last_used_unix_ns INTEGER
);
CREATE INDEX key_by_project ON key (project, key_no);

CREATE TABLE invitation (
  secret_hash     BLOB PRIMARY KEY,
  project         TEXT NOT NULL,
  role            TEXT NOT NULL,
  created_unix_ns INTEGER NOT NULL,
  expires_unix_ns INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX invitation_by_end ON invitation (expires_unix_ns);

CREATE TABLE session (
  session_no      INTEGER PRIMARY KEY AUTOINCREMENT,
  secret_hash     BLOB NOT NULL UNIQUE,
  user_id         INTEGER NOT NULL,
  created_unix_ns INTEGER NOT NULL,
  expires_unix_ns INTEGER NOT NULL
);
CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX session_by_end ON session (expires_unix_ns);

CREATE TABLE signing_key (
  kid             TEXT PRIMARY KEY,
  private_pem     TEXT NOT NULL,
  created_unix_ns INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX signing_key_by_age ON signing_key (created_unix_ns);

CREATE TABLE project (
  name            TEXT PRIMARY KEY,
  created_unix_ns INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit (
  audit_id     INTEGER PRIMARY KEY AUTOINCREMENT,
  time_unix_ns INTEGER NOT NULL,
  action       TEXT NOT NULL,
  actor        TEXT NOT NULL,
  about        TEXT NOT NULL,
  address      TEXT NOT NULL,
  project      TEXT,
  times        INTEGER NOT NULL
);
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'what was done is never changed'); END;

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
