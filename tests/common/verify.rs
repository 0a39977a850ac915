//! `server verify`, as an operator runs it.

use std::path::Path;
use std::process::Command;

/// Its exit code, and what it wrote to standard output and standard error.
pub fn verify(data_dir: &Path) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    command.args(["verify", "--data-dir"]).arg(data_dir).env_remove("DATABASE_URL");
    let output = command.output().expect("the server's binary");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

/// Everything that was promised holds for what is in this directory.
pub fn is_sound(data_dir: &Path) {
    let (code, found, error) = verify(data_dir);
    assert!(code == 0 && found.starts_with("ok: "), "{code}: {found}{error}");
}
