-- Files on their way: each becomes the message that its nonce names, goes on after a break, or is forgotten.
CREATE TABLE uploads (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, -- never given twice: the bytes on disk are named after it
    device_id BIGINT NOT NULL REFERENCES devices (id),
    nonce BIGINT NOT NULL,
    room_id BIGINT NOT NULL REFERENCES rooms (id),
    kind TEXT NOT NULL CHECK (kind IN ('file', 'image')),
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 BLOB NOT NULL,
    reply_to BIGINT,
    opened_at BIGINT NOT NULL, -- the last time
    UNIQUE (device_id, nonce)
);

CREATE INDEX uploads_sha256 ON uploads (sha256);
CREATE INDEX uploads_opened_at ON uploads (opened_at);
