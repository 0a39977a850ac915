ALTER TABLE users DROP COLUMN removed_at;
ALTER TABLE rooms DROP COLUMN closed_at;
DROP TABLE bans;
