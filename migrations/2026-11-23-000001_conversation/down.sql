DROP TABLE store;
DROP TABLE messages;
DROP TABLE files;
DROP TABLE rooms;
DROP TABLE devices;
DROP TABLE users;
