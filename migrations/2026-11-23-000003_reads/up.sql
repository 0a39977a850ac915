-- How far somebody has read a room: a registered user on all devices, a guest on this one.
CREATE TABLE reads (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    room_id BIGINT NOT NULL REFERENCES rooms (id),
    user_id BIGINT REFERENCES users (id),
    device_id BIGINT REFERENCES devices (id),
    seq BIGINT NOT NULL,
    CHECK ((user_id IS NULL) <> (device_id IS NULL)),
    UNIQUE (user_id, room_id),
    UNIQUE (device_id, room_id)
);
