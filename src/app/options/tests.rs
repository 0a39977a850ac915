//! Flags, files and defaults, and what cannot be used.

use super::*;
use crate::store::Sync;

fn config(arguments: &[&str]) -> Result<Config, OptionsError> {
    Options::try_parse_from(["server"].iter().chain(arguments)).expect("arguments parse").into_config()
}

#[test]
fn verify_has_places_of_its_own_and_nothing_else() {
    let task = |arguments: &[&str]| Options::try_parse_from(["server"].iter().chain(arguments));
    let Ok(Task::Verify(config)) = task(&["verify", "--data-dir", "copy"]).unwrap().into_task() else { panic!() };
    assert_eq!(config.database_path(), Path::new("copy/tertulia.db"));
    assert!(matches!(task(&["127.0.0.1", "0"]).unwrap().into_task(), Ok(Task::Serve(_))));
    for wrong in [&["--data-dir", "copy", "verify"][..], &["verify", "0"], &["verify", "--idle", "5"]] {
        assert_eq!(task(wrong).unwrap_err().exit_code(), 2, "{wrong:?}");
    }
}

#[test]
fn a_flag_beats_the_file_and_the_file_beats_the_default() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("server.toml");
    std::fs::write(&path, "port = 9000\nmax-file = 5\nsync = \"normal\"\n").unwrap();
    let config = config(&["--config", path.to_str().unwrap(), "--max-file", "7"]).unwrap();
    assert_eq!(config.address, "127.0.0.1:9000".parse().unwrap());
    assert_eq!((config.file_bytes_max, config.sync), (7, Sync::Normal));
    assert_eq!(config.idle_s, Config::default().idle_s);
}

#[test]
fn a_file_with_a_mistake_says_where() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("server.toml");
    std::fs::write(&path, "prot = 9000\n").unwrap();
    let error = config(&["--config", path.to_str().unwrap()]).unwrap_err().to_string();
    assert!(error.contains("server.toml") && error.contains("prot") && !error.contains('\n'), "{error}");
}

#[test]
fn nothing_that_would_let_nobody_in_is_taken_for_a_limit() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("server.toml");
    for name in ["max-connections", "idle"] {
        assert!(Options::try_parse_from(["server", &format!("--{name}"), "0"]).is_err(), "{name}");
        std::fs::write(&path, format!("{name} = 0\n")).unwrap();
        let error = config(&["--config", path.to_str().unwrap()]).unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn a_database_is_a_path_or_an_sqlite_url() {
    assert_eq!(config(&["--database", "a/b.db"]).unwrap().database_path(), Path::new("a/b.db"));
    assert_eq!(config(&["--database", "sqlite://a/b.db"]).unwrap().database_path(), Path::new("a/b.db"));
    assert!(config(&["--database", "postgres://host/db"]).is_err());
    assert_eq!(Config::default().database_path(), Path::new("data/tertulia.db"));
}
