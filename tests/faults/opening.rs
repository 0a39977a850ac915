//! What a killed process wrote and had not synced is visible, and could still vanish: before anybody is shown it, it is
//! on disk.

use super::common::{Peer, ServerProcess};
use super::machine::Traced;

#[test]
fn all_that_is_visible_is_on_disk_before_anything_is_served() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let server = ServerProcess::start(home.path());
    let mut ann = Peer::guest(server.address);
    ann.join("lobby", None);
    ann.say("lobby", "kept, but not in the database's own file");
    server.kill();
    let Some(server) = Traced::start(home.path(), &["-e", "trace=pwrite64,fsync,fdatasync,ftruncate,write"]) else {
        return;
    };
    let calls = server.calls();
    let lines: Vec<&str> = calls.lines().collect();
    let first = |from: usize, call: &str, file: &str| {
        // a sync is either of two calls, as SQLite was built
        let found = lines[from..].iter().position(|line| line.contains(call) && line.contains(file));
        from + found.unwrap_or_else(|| panic!("no {call} of {file} after line {from} of\n{calls}"))
    };
    let log_is_synced = first(0, "sync(", "tertulia.db-wal>");
    let carried = first(log_is_synced, "pwrite64(", "tertulia.db>");
    let database_is_synced = first(carried, "sync(", "tertulia.db>");
    let log_is_cut = first(database_is_synced, "ftruncate(", "tertulia.db-wal>");
    let marked = first(log_is_cut, "pwrite64(", "tertulia.db-wal>");
    let mark_is_synced = first(marked, "sync(", "tertulia.db-wal>");
    let told = first(0, "write(", "listening on");
    assert!(mark_is_synced < told, "{calls}");
    assert!(lines.iter().all(|line| !line.contains("sync(") || line.ends_with(" = 0")), "{calls}");
}
