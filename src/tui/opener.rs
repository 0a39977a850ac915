//! Opens a file or a link with the program that the system has for it. Only what somebody asked for with a key comes
//! here, and of links only those of the web.

use std::ffi::OsStr;
use std::process::{Command, Stdio};
use std::thread;

/// The system's program that knows which one it is.
const OPENER: &str = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };

/// Opens it; what it says goes nowhere.
///
/// # Errors
/// In words, if there is no such program.
pub(super) fn open(what: impl AsRef<OsStr>) -> Result<(), String> {
    let mut command = Command::new(OPENER);
    command.arg(what).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| format!("{OPENER} cannot be started: {error}"))?;
    // whoever started it has to wait for it, so that nothing is left of it
    let wait = move || drop(child.wait());
    thread::Builder::new().name("opener".to_owned()).spawn(wait).map_err(|error| error.to_string())?;
    Ok(())
}
