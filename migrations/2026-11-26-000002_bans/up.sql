-- Whom the operator keeps out. Times are milliseconds since 1970 in UTC.
CREATE TABLE bans (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('handle', 'device', 'network')),
    value TEXT NOT NULL,  -- the handle's key; the device's id; the network, as in 192.0.2.0/24
    until BIGINT,         -- none: until the operator lifts it
    reason TEXT NOT NULL, -- what the banned one is told, or nothing
    created_at BIGINT NOT NULL,
    UNIQUE (kind, value)
);

-- Since when nothing new is said there.
ALTER TABLE rooms ADD COLUMN closed_at BIGINT;

-- Since when nobody speaks as this user any more; the handle stays taken, and what was said stays.
ALTER TABLE users ADD COLUMN removed_at BIGINT;
