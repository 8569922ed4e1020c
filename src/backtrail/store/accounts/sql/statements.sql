-- name: set_meta
INSERT OR REPLACE INTO meta (name, value) VALUES (:name, :value)

-- name: meta
SELECT value FROM meta WHERE name = :name

-- name: has_credentials
SELECT EXISTS (SELECT 1 FROM user) OR EXISTS (SELECT 1 FROM key) AS found

-- name: has_users
SELECT EXISTS (SELECT 1 FROM user) AS found

-- name: administrators
SELECT (SELECT count(*) FROM role WHERE project = :project AND role = 'admin')
     + (SELECT count(*) FROM key WHERE project = :project AND scopes LIKE '%admin%') AS found

-- name: add_user
INSERT INTO user (name, password_hash, created_unix_ns)
VALUES (:name, :password_hash, :created_unix_ns)

-- name: user_by_name
SELECT * FROM user WHERE name = :name

-- name: user_by_id
SELECT * FROM user WHERE user_id = :user_id

-- name: users_page
SELECT * FROM user WHERE user_id > :after ORDER BY user_id LIMIT :limit

-- name: count_users
SELECT count(*) AS found FROM user

-- name: roles_of_user
SELECT project, role FROM role WHERE user_id = :user_id ORDER BY project

-- name: set_role
INSERT OR REPLACE INTO role (user_id, project, role) VALUES (:user_id, :project, :role)

-- name: note_login
UPDATE user SET login_unix_ns = :login_unix_ns WHERE user_id = :user_id

-- name: drop_user
DELETE FROM user WHERE user_id = :user_id

-- name: drop_roles
DELETE FROM role WHERE user_id = :user_id

-- name: drop_sessions_of_user
DELETE FROM session WHERE user_id = :user_id

-- name: add_key
INSERT INTO key (key_id, secret_hash, name, project, scopes, rate_per_minute, created_unix_ns)
VALUES (:key_id, :secret_hash, :name, :project, :scopes, :rate_per_minute, :created_unix_ns)

-- name: key_by_id
SELECT * FROM key WHERE key_id = :key_id

-- name: keys_page
SELECT * FROM key WHERE key_no > :after ORDER BY key_no LIMIT :limit

-- name: keys_page_of_project
SELECT * FROM key WHERE project = :project AND key_no > :after ORDER BY key_no LIMIT :limit

-- name: count_keys
SELECT count(*) AS found FROM key

-- name: drop_key
DELETE FROM key WHERE key_id = :key_id

-- name: note_use
UPDATE key SET last_used_unix_ns = :last_used_unix_ns WHERE key_id = :key_id

-- name: add_invitation
INSERT INTO invitation (secret_hash, project, role, created_unix_ns, expires_unix_ns)
VALUES (:secret_hash, :project, :role, :created_unix_ns, :expires_unix_ns)

-- name: invitation
SELECT * FROM invitation WHERE secret_hash = :secret_hash AND expires_unix_ns > :now_unix_ns

-- name: count_invitations
SELECT count(*) AS found FROM invitation

-- name: drop_invitation
DELETE FROM invitation WHERE secret_hash = :secret_hash

-- name: drop_ended_invitations
DELETE FROM invitation WHERE expires_unix_ns <= :now_unix_ns

-- name: add_session
INSERT INTO session (secret_hash, user_id, created_unix_ns, expires_unix_ns)
VALUES (:secret_hash, :user_id, :created_unix_ns, :expires_unix_ns)

-- name: session_by_hash
SELECT * FROM session WHERE secret_hash = :secret_hash AND expires_unix_ns > :now_unix_ns

-- name: session_by_number
SELECT * FROM session WHERE session_no = :session_no AND expires_unix_ns > :now_unix_ns

-- name: drop_session
DELETE FROM session WHERE session_no = :session_no

-- name: drop_ended_sessions
DELETE FROM session WHERE expires_unix_ns <= :now_unix_ns

-- name: drop_oldest_sessions
DELETE FROM session
 WHERE session_no <= (SELECT session_no FROM session
                       ORDER BY session_no DESC LIMIT 1 OFFSET :kept)

-- name: signing_keys
SELECT * FROM signing_key ORDER BY created_unix_ns DESC, kid LIMIT 100

-- name: add_signing_key
INSERT INTO signing_key (kid, private_pem, created_unix_ns)
VALUES (:kid, :private_pem, :created_unix_ns)

-- name: drop_signing_key
DELETE FROM signing_key WHERE kid = :kid

-- name: projects
SELECT * FROM project ORDER BY name LIMIT 1000

-- name: project
SELECT * FROM project WHERE name = :name

-- name: count_projects
SELECT count(*) AS found FROM project

-- name: add_project
INSERT INTO project (name, created_unix_ns) VALUES (:name, :created_unix_ns)

-- name: add_audit
INSERT INTO audit (time_unix_ns, action, actor, about, address, project, times)
VALUES (:time_unix_ns, :action, :actor, :about, :address, :project, :times)

-- name: drop_oldest_audit
DELETE FROM audit WHERE audit_id <= :audit_id

-- name: audit_page
SELECT * FROM audit WHERE audit_id < :before ORDER BY audit_id DESC LIMIT :limit
