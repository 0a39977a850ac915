-- What two handles have in common that look alike as they are spelled, though their keys differ: 'lan' and 'Ian'.
-- None for 'anonymous', and for a handle that was claimed before this and looks like an older one.
ALTER TABLE users ADD COLUMN look TEXT;

CREATE UNIQUE INDEX users_look ON users (look);
