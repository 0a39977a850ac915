//! Every limit and what happens at it, with its reason, in one place. `docs/limits.md` is this file for people.

use std::time::Duration;

/// Bytes of a frame: a chunk of a file and its wrapping fit twice over, and a peer never has to hold more than this.
pub const FRAME_BYTES_MAX: usize = 131_072;
/// Bytes of a frame until the server has read `hello`: a stranger costs little memory.
pub const FRAME_BEFORE_HELLO_BYTES_MAX: usize = 4_096;
/// Levels of nesting in a frame: the protocol itself needs six; recursion never grows with what a stranger sends.
pub const FRAME_DEPTH_MAX: usize = 16;

/// Bytes of a text.
pub const TEXT_BYTES_MAX: usize = 16_384;
/// Bytes of a topic.
pub const TOPIC_BYTES_MAX: usize = 1_024;
/// Bytes of a reaction: the longest emoji sequences have fewer than 40.
pub const EMOJI_BYTES_MAX: usize = 64;
/// Bytes of a file's name: what file systems keep.
pub const FILE_NAME_BYTES_MAX: usize = 255;
/// Code points of a room's name, after NFKC.
pub const ROOM_NAME_CHARS_MAX: usize = 64;
/// Code points of a handle, after NFKC.
pub const HANDLE_CHARS_MAX: usize = 32;
/// Code points of a password, after NFC: with fewer a guess is too likely.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Bytes of a password, after NFC: any sentence fits.
pub const PASSWORD_BYTES_MAX: usize = 1_024;
/// Threads that hash passwords: each hash takes 19 MiB and tens of milliseconds of a core.
pub const HASHER_THREADS: usize = 1;
/// Passwords that are hashed or wait for it; one more is `slow_down`.
pub const HASHES_MAX: usize = 64;
/// The same from one address (IPv6: its first 64 bits), so that nobody's own passwords keep others from logging in.
pub const HASHES_PER_NETWORK_MAX: usize = 8;
/// Wrong passwords for one handle from one address (IPv6: its first 64 bits) before guessing is `slow_down`.
pub const GUESSES_PER_HANDLE: u32 = 5;
/// The same for all handles together: several people may be behind one address.
pub const GUESSES_PER_ADDRESS: u32 = 20;
/// The pause after so many; each further one doubles it.
pub const GUESS_PAUSE_FIRST: Duration = Duration::from_secs(1);
/// The longest pause: some hundred guesses a day.
pub const GUESS_PAUSE_MAX: Duration = Duration::from_secs(300);
/// How long wrong passwords are remembered after the last one.
pub const GUESSES_KEPT: Duration = Duration::from_secs(60 * 60);
/// Handles and addresses whose wrong passwords are remembered; with one more the oldest is forgotten.
pub const GUESSERS_MAX: usize = 10_000;
/// Bytes of the reason for a ban: what the banned one is told stays one line.
pub const BAN_REASON_BYTES_MAX: usize = 256;
/// Bytes of an order of the operator's, and of its reply: a page of a list.
pub const CONTROL_FRAME_BYTES_MAX: u32 = 65_536;
/// Rows of such a page: with the longest names and reasons they fit.
pub const CONTROL_ROWS_MAX: usize = 50;
/// Orders that are carried out at the same time; more wait.
pub const CONTROL_EXCHANGES_MAX: usize = 4;
/// How long one may take; who holds the control socket open keeps nobody else from it.
pub const CONTROL_TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes of a chunk, up or down.
pub const CHUNK_BYTES_MAX: usize = 65_536;
/// Bytes of a file, unless `--max-file` says otherwise.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Bytes of all files together, those on their way included, unless `--max-files` says otherwise; one more file is `quota`.
pub const ALL_FILES_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;
/// KiB of files that one user may upload at once, a guest together with all from the same address; beyond it `chunk` is
/// `quota`: a gigabyte.
pub const UPLOAD_BURST_KIB: u32 = 1_048_576;
/// KiB of files that one user may upload, each second after that: a gigabyte a day.
pub const UPLOAD_KIB_PER_SECOND: u32 = 12;
/// Pixels of a picture that is decoded to see whether it is one: more than any camera in use makes.
pub const IMAGE_PIXELS_MAX: u64 = 120_000_000;
/// Bytes that decoding a picture may take; one is decoded at a time, so that these are all.
pub const IMAGE_MEMORY_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Files that are hashed, read and written side by side, beside the one picture that is decoded.
pub const FILE_THREADS: usize = 2;
/// How long an upload that broke off can be resumed; after that nothing of it is left.
pub const UPLOAD_KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// Uploads that one device may have open or broken off; one more is `quota`.
pub const UPLOADS_PER_DEVICE_MAX: usize = 16;

/// Events that one `history` may ask for.
pub const PAGE_EVENTS_MAX: u16 = 1_000;
/// Bytes of events that a page holds: with the answer around them they fit in a frame.
pub const PAGE_BYTES_MAX: usize = FRAME_BYTES_MAX - 1_024;
/// Bytes of encoded events that are read from the log at once for a session that is behind.
pub const CATCH_UP_BYTES_MAX: usize = 65_536;

/// Bytes that wait for a slow socket. Beyond it the session is not served live events, falls behind, and reads them
/// from the log once it has drained; nor are more of its requests read.
pub const OUTBOX_BYTES_MAX: usize = 256 * 1024;
/// Bytes that a frame which waits there takes beside its own: without them, small answers would take many times the limit.
pub const OUTBOX_FRAME_BYTES: usize = 128;
/// A session that is behind reads on from the log when its outbox holds less than this.
pub const OUTBOX_LOW_BYTES: usize = 64 * 1024;
/// Says of one session that may be unanswered; the session is not read until there are fewer.
pub const SAYS_PER_SESSION_MAX: usize = 128;
/// Says for which a session that waits for its turn is given permits at once: one at a time would cost a wake for each.
pub const SAYS_PER_WAIT_MAX: usize = 32;
/// Says of all sessions that may be unanswered: with this many the journal's queue is full and sockets wait.
pub const SAYS_PER_SERVER_MAX: usize = 16_384;
/// Says in one transaction: larger batches gain little and make everybody in them wait.
pub const BATCH_SAYS_MAX: usize = 512;
/// Bytes of text in one transaction, give or take what one session had read: a room's part of a batch is what waits
/// for a slow socket as a whole, so that it must not be large.
pub const BATCH_TEXT_BYTES_MAX: usize = 128 * 1024;
/// Marks, uploads, new devices and the like in one transaction, which everything that is said meanwhile waits for.
pub const GROUP_WRITES_MAX: usize = 64;
/// Requests decoded from one read before a session lets others have the thread.
pub const REQUESTS_PER_TURN_MAX: usize = 64;

/// Rooms in one store; `join` of one more that does not exist is `quota`.
pub const ROOMS_MAX: u64 = 100_000;
/// Rooms that one connection may be in; one more is `quota`.
pub const ROOMS_PER_SESSION_MAX: usize = 1_000;
/// With more members than this a room sends no signals: a crowd's comings and goings would cost the square of its size.
pub const CROWD_MEMBERS: usize = 500;
/// Connections, unless `--max-connections` says otherwise; one more gets `bye full`.
pub const CONNECTIONS_MAX: usize = 10_000;
/// Connections from one IPv4 address, or one /64 of IPv6, unless `--max-per-address` says otherwise: an office behind one
/// address has room, and it takes ten to fill the server. One more gets `bye full`.
pub const CONNECTIONS_PER_ADDRESS_MAX: usize = 1_000;
/// Devices of one registered user that may be connected: more than anybody owns. One more is `quota`.
pub const CONNECTIONS_PER_USER_MAX: usize = 50;
/// File descriptors that connections leave to the database, the files and whatever else the process opens.
pub const DESCRIPTORS_RESERVED: usize = 128;
/// And for each arbiter, which takes some of its own.
pub const DESCRIPTORS_PER_ARBITER: usize = 4;

/// Says a second for one device, unless `--rate` says otherwise: nobody types so fast, and a bridge can be given more.
/// One more is `slow_down`.
pub const SAYS_PER_SECOND: u32 = 20;
/// Seconds whose says and requests may come at once: what was typed while a connection was away.
pub const RATE_BURST_S: u32 = 10;
/// Other requests of a device for each say that it may make: files come and go in chunks, 64 MB a second of them.
pub const REQUESTS_PER_SAY: u32 = 50;
/// Events of a page that `history` may ask for at the price of one request: 50,000 at once and 5,000 a second after
/// that, which nobody can read.
pub const EVENTS_PER_REQUEST: u32 = 5;
/// Requests that a list counts as, and a `join`, after which the log may have to be read, and a `leave`.
pub const LIST_COST: u32 = 10;
/// Requests that whatever is written beside messages counts as: a mark, an upload, a login.
pub const WRITE_COST: u32 = 10;
/// Requests that `typing` counts as, which the whole room hears of.
pub const SIGNAL_COST: u32 = 50;
/// Devices whose full rate of says one network may use up: an office of a thousand talks so fast, and each word of a
/// machine that talks for a thousand goes to everybody in the room.
pub const DEVICES_PER_NETWORK: u32 = 5;
/// Devices whose full rate of other requests one network may use up.
pub const BUSY_DEVICES_PER_NETWORK: u32 = 4;
/// Refusals that a device is given at once for being too fast; then it gets `bye slow_down`.
pub const REFUSALS_BURST: u32 = 1_000;
/// Refusals of the kind that a device may go on to get, each second.
pub const REFUSALS_PER_SECOND: u32 = 10;
/// How long `slow_down` is on its way; meanwhile the connection is not read, and the others have the thread.
pub const SLOW_DOWN_PAUSE: Duration = Duration::from_millis(5);
/// Connections of one network at once, as after a restart of the server: each costs more than a request. One more gets
/// `bye full`.
pub const NEW_CONNECTIONS_BURST: u32 = 1_000;
/// Connections of one network, each second after that.
pub const NEW_CONNECTIONS_PER_SECOND: u32 = 50;
/// New devices of one network at once: each costs the disk a write. One more is `slow_down`, and so are the next two.
pub const NEW_DEVICES_BURST: u32 = 200;
/// New devices of one network, each second after that.
pub const NEW_DEVICES_PER_SECOND: u32 = 2;
/// Handles and passwords that one network may claim at once: a handle is gone for ever, a password takes a hash.
pub const REGISTRATIONS_BURST: u32 = 50;
/// Handles and passwords that one network may claim, each minute after that.
pub const REGISTRATIONS_PER_MINUTE: u32 = 6;
/// Rooms that one network may make at once, of the rooms that the store can hold. One more is `quota`.
pub const NEW_ROOMS_BURST: u32 = 50;
/// Rooms that one network may make, each minute after that.
pub const NEW_ROOMS_PER_MINUTE: u32 = 6;

/// Handshakes of TLS that are under way at once; one more connection is closed. Each takes up to 17 KiB.
pub const HANDSHAKES_MAX: usize = 1_024;
/// Of them, with one network: it takes sixteen to have all.
pub const HANDSHAKES_PER_NETWORK_MAX: usize = 64;
/// Bytes that a handshake of TLS takes from a stranger, who shows no certificate: several times what clients send.
pub const HANDSHAKE_BYTES_MAX: usize = 8 * 1024;
/// Encrypted bytes that wait for a slow socket, beside its outbox: a few records of TLS in one write.
pub const TLS_BUFFER_BYTES: usize = 64 * 1024;

/// How long a connection may take for the handshake of TLS, where it is spoken; the time for `hello` begins after it.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection may take to say `hello`.
pub const HELLO_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a frame may take to come, once it has begun: the longest then comes at 4 KB a second. Later it is `bye idle`.
pub const FRAME_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a connection may send no frame, unless it is told otherwise in `limits.idle`.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(300);
/// How long a closed connection's last words are waited for, and what it still sends is thrown away.
pub const GOODBYE_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a shutdown waits for what is being committed.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(7);

/// Threads that read from the store, beside the one that writes.
pub const READER_THREADS: usize = 2;
/// How long the store waits for another process that holds the database's lock, before it is `unavailable`: longer
/// than a person's query or a checkpoint takes, shorter than clients' patience.
pub const STORE_BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Pages of 4 KiB that the write-ahead log gathers before they are carried into the database: a page that many
/// commits touch is carried once. At SQLite's own 1,000 the store takes half as many messages a second.
pub const WAL_CHECKPOINT_PAGES: i32 = 20_000;
/// With so many pages in the write-ahead log the thread that writes carries them over itself: what is said comes in
/// faster than the thread beside it gets on, and the log must end somewhere.
pub const WAL_PAGES_MAX: i32 = 2 * WAL_CHECKPOINT_PAGES;
/// How long the thread that writes waits for readers when it cuts the write-ahead log after a delete: longer than a page
/// takes to read, short enough to be paid by every commit while somebody keeps an old state of the database open.
pub const ERASURE_BUSY_TIMEOUT: Duration = Duration::from_millis(5);
/// Letters of a guest's name; one more whenever a name is already taken.
pub const GUEST_NAME_LETTERS: usize = 4;

/// Says that a client keeps until they are acknowledged, over broken connections too. With this many, `say` waits and
/// `queue` refuses.
pub const CLIENT_SAYS_MAX: usize = 1_024;
/// Other requests of a client that may be unanswered; one more waits. Enough for a few transfers beside each other.
pub const CLIENT_CALLS_MAX: usize = 64;
/// Happenings that wait to be taken. Beyond it a client stops reading its socket or, while it waits for an answer,
/// lets the rooms fall behind and reads them again from the log.
pub const CLIENT_HAPPENINGS_MAX: usize = 256;
/// Bytes of a client's outbox on disk that are said already; with more, and more than is unsaid, it is written anew.
pub const CLIENT_OUTBOX_DEAD_BYTES: u64 = 256 * 1024;
/// How long a client waits before it writes its cursors: whoever is killed hears so much again, and the disk is spared.
pub const CLIENT_CURSORS_EVERY: Duration = Duration::from_secs(1);
/// Rooms whose cursors a client keeps; with one more, the one that stood still longest is forgotten.
pub const CLIENT_CURSORS_MAX: usize = 4_096;
/// Bytes that a client holds for its socket before it takes the next request: a few chunks.
pub const CLIENT_OUTGOING_BYTES: usize = 256 * 1024;
/// Entries that a client reads of a list: more is a server that never ends it.
pub const CLIENT_LIST_ENTRIES_MAX: usize = 200_000;
/// Bytes of names and topics of such a list: far more than a full server's, far less than memory.
pub const CLIENT_LIST_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Devices of one person on one machine for one server: more is a script that never ends its clients.
pub const CLIENT_DEVICES_MAX: usize = 1_000;
/// Chunks of a transfer that are on their way: enough to fill a line of 20 Mbit/s at 100 ms.
pub const CHUNKS_IN_FLIGHT_MAX: usize = 4;
/// How long a client waits for a connection, and then again for the answer to its `hello`.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The pause after a first failure; each further one doubles it.
pub const PAUSE_FIRST: Duration = Duration::from_millis(250);
/// The longest pause: a server that comes back is found within half a minute.
pub const PAUSE_MAX: Duration = Duration::from_secs(30);
/// A connection that lived this long was a good one: the next pause is a short one again.
pub const STABLE_AFTER: Duration = Duration::from_secs(30);
/// How long a client is silent at most; after three times this without a word from the server it takes it for lost.
pub const PING_EVERY_MAX: Duration = Duration::from_secs(20);
/// How long a client waits while nothing of what it asked for is answered: a server that only answers pings is lost, too.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);

/// Messages of the past that the terminal shows when it comes into a room: a screen or two.
pub const TERMINAL_PAST_EVENTS: u16 = 50;
/// Bytes of a file that the terminal saves by itself, unless `--auto-save` says otherwise: pictures, but no films.
pub const TERMINAL_AUTO_SAVE_BYTES: u64 = 1024 * 1024;
/// Files that the terminal fetches by itself at the same time.
pub const TERMINAL_SAVES_AT_ONCE: usize = 4;
/// How old something is that a killed client left of a file, and that the next one removes: nobody fetches for so long
/// without a byte.
pub const TERMINAL_LEFTOVER_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// Files that wait to be fetched by themselves; one more has to be asked for.
pub const TERMINAL_SAVES_WAITING_MAX: usize = 256;
/// Lines that wait for the screen; with one more nothing else is done until somebody lets the screen go on.
pub const TERMINAL_LINES_WAITING_MAX: usize = 256;
/// Texts that the terminal has on their way; no further line is read until there are fewer.
pub const TERMINAL_UNANSWERED_MAX: usize = 256;
/// Bytes of a line that are read from a file or another program; a longer one is passed over.
pub const TERMINAL_LINE_BYTES_MAX: usize = 65_536;
/// How long somebody who leaves waits for the last acknowledgements.
pub const TERMINAL_LEAVE_TIMEOUT: Duration = Duration::from_secs(2);
/// Messages of a room that the terminal remembers, to say what a reply or a reaction is about: more than anybody
/// scrolls back to while talking; older ones are named by their numbers.
pub const TERMINAL_RECENT_MESSAGES: usize = 300;
/// Bytes of files that one run of the terminal saves by itself: strangers do not fill a disk.
pub const TERMINAL_AUTO_SAVED_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// Rooms whose names the Tab key finishes: with more, nobody would look through them.
pub const TERMINAL_ROOMS_KNOWN_MAX: usize = 10_000;
/// Events that wait until the terminal has looked at the `joined` of their room; the oldest make place.
pub const TERMINAL_EARLY_EVENTS_MAX: usize = 1_024;
/// The pause between two marks of how far somebody has read: each costs the server a write.
pub const TERMINAL_READ_PAUSE: Duration = Duration::from_secs(1);

/// Events of a room that the full screen has in memory where somebody reads: more than anybody scrolls through at once.
pub const SCREEN_SLOTS_MAX: usize = 2_000;
/// Bytes of them: texts are short, but need not be.
pub const SCREEN_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Events of a room that stay in memory while nobody looks at it, so that it is there at once: some screens.
pub const SCREEN_TAIL_SLOTS: usize = 300;
/// Bytes of them.
pub const SCREEN_TAIL_BYTES: usize = 256 * 1024;
/// Edits, deletions and reactions of a room that are remembered, for older messages that are still to come.
pub const SCREEN_CHANGES_MAX: usize = 1_024;
/// Rooms that the next run of the full screen comes back to.
pub const SCREEN_ROOMS_KEPT: usize = 500;
/// Pixels to a side of a picture of which the full screen makes a small one: larger than any camera's.
pub const SCREEN_PICTURE_SIDE_MAX: u32 = 10_000;
/// Bytes that decoding one may take: 40 megapixels.
pub const SCREEN_PICTURE_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// Bytes of a small picture, in memory and on disk: the worst of 360 × 240 pixels, as sixels or a PNG in base64.
pub const SCREEN_THUMB_BYTES_MAX: usize = 512 * 1024;
/// Bytes of small pictures in memory: thirty-two of the worst, more than fit on a screen.
pub const SCREEN_THUMBS_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Files in memory of which a small picture was made, or cannot be.
pub const SCREEN_THUMBS_MAX: usize = 512;
/// Pictures that wait to be made at the same time; those further up are asked for when one comes to them again.
pub const SCREEN_THUMBS_AWAITED_MAX: usize = 64;
/// Small pictures on disk, a photograph has some 100 KiB: with one more the folder begins anew.
pub const SCREEN_THUMBS_KEPT: usize = 500;

const _: () = {
    assert!(CHUNK_BYTES_MAX * 2 <= FRAME_BYTES_MAX, "a chunk fits in a frame");
    assert!(TEXT_BYTES_MAX * 4 <= PAGE_BYTES_MAX, "an event fits in a page");
    assert!(CATCH_UP_BYTES_MAX + OUTBOX_LOW_BYTES <= OUTBOX_BYTES_MAX, "a page fits in a drained outbox");
    assert!(CHUNK_BYTES_MAX * CHUNKS_IN_FLIGHT_MAX <= CLIENT_OUTGOING_BYTES, "a transfer's window fits in the buffer");
    assert!(PING_EVERY_MAX.as_secs() * 3 < IDLE_TIMEOUT.as_secs(), "a client pings before it is taken for idle");
    assert!(TERMINAL_UNANSWERED_MAX <= CLIENT_SAYS_MAX, "what the terminal says is never refused for being too much");
    assert!(TEXT_BYTES_MAX < TERMINAL_LINE_BYTES_MAX, "a text fits in a line");
    assert!(SAYS_PER_SESSION_MAX <= SAYS_PER_SERVER_MAX);
    assert!(SAYS_PER_WAIT_MAX <= SAYS_PER_SESSION_MAX, "what is waited for can come");
};
