//! What a person is told whom the server turns away for good, at the door or later: in its own words, and what to do
//! about it.

use std::path::Path;

use super::line::Line;
use crate::wire::{Bye, ByeCode};

/// How the server begins when it says that somebody is banned, until when and why: no other device would change that.
const BANS: [&str; 3] = ["this handle is banned", "this device is banned", "this address is banned"];

/// The server's last word. What is remembered of this device stands in the directory `device`, if anything is.
#[must_use]
pub(crate) fn ended(bye: &Bye, device: Option<&Path>) -> Vec<Line> {
    let said = &bye.message;
    let fact = match bye.code {
        ByeCode::Denied if BANS.iter().any(|ban| said.starts_with(ban)) => return vec![Line::fault(said)],
        ByeCode::Denied => return denied(said, device),
        ByeCode::Replaced => "this device is connected elsewhere now; start the client again to go on here",
        ByeCode::UnsupportedProtocol => "client and server are too far apart in age; update the older one",
        ByeCode::SlowDown => "too much came from here; come back in a while",
        ByeCode::Full => "the server has no room for more; come back later",
        _ => "the server ended the conversation",
    };
    vec![Line::fault(format!("{fact} ({said})"))]
}

fn denied(said: &str, device: Option<&Path>) -> Vec<Line> {
    let mut lines = vec![Line::fault(format!("the server does not accept this device: {said}"))];
    if let Some(device) = device {
        let device = device.display();
        lines
            .push(Line::note(format!("to come as a new guest, delete {device}: what waits there to be said goes too")));
        lines.push(Line::note("--new-device comes as a new guest this once, and deletes nothing"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(code: ByeCode, message: &'static str, device: Option<&str>) -> String {
        let lines = ended(&Bye { code, message: message.into() }, device.map(Path::new));
        assert!(lines[0].is_fault());
        lines.iter().map(Line::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn who_is_not_known_any_more_learns_what_to_delete() {
        let told = |device| told(ByeCode::Denied, "this device was revoked", device);
        for words in
            ["* the server does not accept this device: this device was revoked", "delete /s/1:", "--new-device"]
        {
            assert!(told(Some("/s/1")).contains(words), "{}", told(Some("/s/1")));
        }
        assert_eq!(told(None).lines().count(), 1, "who is forgotten anyway has nothing to delete");
    }

    #[test]
    fn who_is_banned_is_told_nothing_else() {
        for on in ["handle", "device", "address"] {
            let words = format!("this {on} is banned until 2026-09-21T14:13:21Z: rude");
            assert_eq!(told(ByeCode::Denied, words.clone().leak(), Some("/s/1")), format!("* {words}"));
        }
    }

    #[test]
    fn what_a_server_says_is_shown_raw_nowhere() {
        for code in [ByeCode::Denied, ByeCode::Full, ByeCode::Unknown] {
            assert!(told(code, "\x1b[2Jno", None).contains("␛[2Jno"));
        }
        assert!(!told(ByeCode::Denied, "this device is banned\n\x1b[2J", None).contains(['\n', '\x1b']));
    }
}
