-- Who speaks, where, and what was said. Times are milliseconds since 1970 in UTC. Integers are BIGINT so that
-- diesel reads 64 bits; to SQLite that is the same as INTEGER.

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE, -- what two names have in common that pass for each other
    password_hash TEXT,       -- none: only the device that registered speaks as this user
    created_at BIGINT NOT NULL
);

-- All who have no handle. No handle has this key: it is no confusable skeleton, in which there is no 'm'.
INSERT INTO users (id, name, key, created_at) VALUES (1, 'anonymous', 'anonymous', 0);

CREATE TABLE devices (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    guest_name TEXT NOT NULL UNIQUE,
    secret_hash BLOB NOT NULL, -- SHA-256; the secret itself has 128 random bits, so that nothing slower is needed
    created_at BIGINT NOT NULL
);

CREATE INDEX devices_user ON devices (user_id);

CREATE TABLE rooms (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    topic TEXT NOT NULL DEFAULT '',
    first_seq BIGINT NOT NULL DEFAULT 1,
    last_seq BIGINT NOT NULL DEFAULT 0, -- the only authority on order: whoever holds this row's lock numbers what follows
    created_at BIGINT NOT NULL
);

-- The bytes lie beside the database, under their hash.
CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    sha256 BLOB NOT NULL UNIQUE,
    size BIGINT NOT NULL,
    mime TEXT NOT NULL,
    width BIGINT,
    height BIGINT,
    created_at BIGINT NOT NULL
);

CREATE TABLE messages (
    room_id BIGINT NOT NULL REFERENCES rooms (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    device_id BIGINT NOT NULL REFERENCES devices (id),
    author TEXT NOT NULL,  -- the name as it was when this was said
    nonce BIGINT NOT NULL, -- the device's own name for it: 64 bits, the sign means nothing
    kind TEXT NOT NULL
        CHECK (kind IN ('text', 'file', 'image', 'edit', 'delete', 'react', 'unreact', 'topic', 'gone')),
    text TEXT,             -- of a text or an edit; the emoji of a reaction; a topic
    target BIGINT,         -- the seq in this room that an edit, a delete or a reaction is about
    reply_to BIGINT,       -- a seq in this room
    file_id BIGINT REFERENCES files (id),
    file_name TEXT,
    PRIMARY KEY (room_id, seq),
    UNIQUE (device_id, nonce) -- exactly once
);

-- For deletes: what was edited, and who still refers to a file. Few messages stand in either.
CREATE INDEX messages_target ON messages (room_id, target) WHERE target IS NOT NULL;
CREATE INDEX messages_file ON messages (file_id) WHERE file_id IS NOT NULL;

-- One row, made when the server first opens the file: which log this is, and by what the file is known, so that a
-- copy can be told from the original.
CREATE TABLE store (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    log_id BIGINT NOT NULL,
    inode BIGINT NOT NULL,
    born_at BIGINT,
    opened_at BIGINT NOT NULL
);
