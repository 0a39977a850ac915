//! What has to hold between rows: each rule as a query for what breaks it, one line of text a fault. They run row by row
//! over tables of any size: nothing is sorted, no table is held in memory, and so there are no window functions.
//!
//! Where a database is open for reading only, SQLite does not look at its CHECK constraints: what they say is said again
//! here.

/// What must not be found.
pub(super) struct Rule {
    /// What people are told meanwhile.
    pub(super) looks_at: &'static str,
    /// Rows of one column, `fault`.
    pub(super) query: &'static str,
}

const fn rule(looks_at: &'static str, query: &'static str) -> Rule {
    Rule { looks_at, query }
}

pub(super) const ALL: [Rule; 16] = [
    rule(
        "the database's own structure",
        "SELECT 'the database itself: ' || integrity_check AS fault FROM pragma_integrity_check \
         WHERE integrity_check <> 'ok'",
    ),
    rule(
        "rows that other rows name",
        "SELECT 'row ' || coalesce(rowid, '?') || ' of ' || \"table\" || ' names a row that is not in ' || parent \
         AS fault FROM pragma_foreign_key_check",
    ),
    rule(
        "what is there once",
        "SELECT 'the store should have one identity and the anonymous user' AS fault \
         WHERE (SELECT count(*) FROM store) <> 1 OR NOT EXISTS (SELECT 1 FROM users WHERE id = 1)",
    ),
    rule(
        "gaps",
        "SELECT 'room ' || name || ': nothing stands between ' \
         || (SELECT max(seq) FROM messages b WHERE b.room_id = m.room_id AND b.seq < m.seq) || ' and ' || seq AS fault \
         FROM messages m JOIN rooms ON rooms.id = m.room_id WHERE seq > first_seq \
         AND NOT EXISTS (SELECT 1 FROM messages b WHERE b.room_id = m.room_id AND b.seq = m.seq - 1) \
         AND EXISTS (SELECT 1 FROM messages b WHERE b.room_id = m.room_id AND b.seq < m.seq)",
    ),
    rule(
        "first and last events",
        "SELECT 'room ' || name || ': it should hold ' || first_seq || ' to ' || last_seq || ', and holds ' \
         || coalesce(lowest || ' to ' || highest, 'nothing') AS fault \
         FROM rooms LEFT JOIN (SELECT room_id, min(seq) AS lowest, max(seq) AS highest FROM messages GROUP BY room_id) \
         ON room_id = rooms.id WHERE coalesce(lowest, first_seq) <> first_seq \
         OR coalesce(highest, first_seq - 1) <> last_seq",
    ),
    rule(
        "times",
        "SELECT 'room ' || name || ': ' || m.seq || ' is older than the event before it' AS fault \
         FROM messages m JOIN messages b ON b.room_id = m.room_id AND b.seq = m.seq - 1 \
         JOIN rooms ON rooms.id = m.room_id WHERE m.at < b.at",
    ),
    rule(
        "targets",
        "SELECT 'room ' || name || ': ' || m.seq || ' (' || m.kind || ') is about ' || coalesce(m.target, 'nothing') \
         || ', which is ' || coalesce(t.kind, 'not there') AS fault \
         FROM messages m JOIN rooms ON rooms.id = m.room_id \
         LEFT JOIN messages t ON t.room_id = m.room_id AND t.seq = m.target AND t.seq < m.seq \
         WHERE CASE m.kind WHEN 'edit' THEN t.kind IS NOT 'text' WHEN 'delete' THEN t.kind IS NOT 'gone' \
         WHEN 'react' THEN coalesce(t.kind NOT IN ('text', 'file', 'image', 'gone'), TRUE) \
         WHEN 'unreact' THEN coalesce(t.kind NOT IN ('text', 'file', 'image', 'gone'), TRUE) \
         ELSE m.target IS NOT NULL END",
    ),
    rule(
        "replies",
        "SELECT 'room ' || name || ': ' || m.seq || ' answers ' || m.reply_to || ', which is ' \
         || coalesce(t.kind, 'not there') AS fault FROM messages m JOIN rooms ON rooms.id = m.room_id \
         LEFT JOIN messages t ON t.room_id = m.room_id AND t.seq = m.reply_to AND t.seq < m.seq \
         WHERE m.reply_to IS NOT NULL AND coalesce(t.kind NOT IN ('text', 'file', 'image', 'gone'), TRUE)",
    ),
    rule(
        "nonces",
        "SELECT 'device ' || device_id || ' said ' || count(*) || ' things under the nonce ' || nonce AS fault \
         FROM messages GROUP BY device_id, nonce HAVING count(*) > 1",
    ),
    rule(
        "what was deleted",
        "SELECT 'room ' || name || ': ' || seq || ' is gone, and still holds something' AS fault \
         FROM messages JOIN rooms ON rooms.id = room_id WHERE kind = 'gone' \
         AND coalesce(text, target, reply_to, file_id, file_name) IS NOT NULL",
    ),
    rule(
        "bodies",
        "SELECT 'room ' || rooms.name || ': ' || seq || ' (' || kind || ') is not whole' AS fault \
         FROM messages JOIN rooms ON rooms.id = room_id LEFT JOIN files ON files.id = file_id \
         WHERE CASE WHEN kind IN ('text', 'edit', 'react', 'unreact', 'topic') THEN text IS NULL \
         WHEN kind = 'file' THEN file_name IS NULL OR sha256 IS NULL \
         WHEN kind = 'image' THEN file_name IS NULL OR width IS NULL OR height IS NULL ELSE kind NOT IN ('delete', 'gone') END",
    ),
    rule(
        "files that are shown",
        "SELECT 'the file ' || lower(hex(sha256)) || ' is shown by no message' AS fault FROM files \
         WHERE NOT EXISTS (SELECT 1 FROM messages WHERE file_id = files.id)",
    ),
    rule(
        "names of files",
        "SELECT 'the file in row ' || id || ' has no SHA-256 or no size' AS fault FROM files \
         WHERE length(sha256) <> 32 OR size < 0",
    ),
    rule(
        "read marks",
        "SELECT 'room ' || name || ': somebody has read up to ' || seq || ', but it ends at ' || last_seq AS fault \
         FROM reads JOIN rooms ON rooms.id = room_id WHERE seq > last_seq",
    ),
    rule(
        "whose read marks they are",
        "SELECT 'the read mark in row ' || id || ' belongs to nobody, or to two' AS fault FROM reads \
         WHERE (user_id IS NULL) = (device_id IS NULL)",
    ),
    rule(
        "bans",
        "SELECT 'the ban in row ' || id || ' is on nobody: ' || kind || ' ' || value AS fault FROM bans \
         WHERE CASE kind WHEN 'handle' THEN NOT EXISTS (SELECT 1 FROM users WHERE key = value AND users.id <> 1) \
         WHEN 'device' THEN NOT EXISTS (SELECT 1 FROM devices WHERE devices.id = CAST(value AS INTEGER)) \
         ELSE kind <> 'network' END",
    ),
];
