//! Words that are commands in other chats and none here: whoever types one is told what there is instead. Those that mean
//! the same as a command stand beside it, in [`super::command`].

/// Words, and what there is instead.
static TABLE: [(&[&str], &str); 8] = [
    (&["me", "action", "describe"], "say it in words; your name stands before them"),
    (
        &["msg", "query", "dm", "pm", "whisper", "w", "notice", "tell", "privmsg"],
        "nothing is said to one person alone here; .join ROOM makes a room, and who joins it reads it",
    ),
    (&["away", "back", "afk", "brb"], "nobody is marked as away here; .who lists who is connected"),
    (&["whois", "whowas"], ".who lists who is here; more is not told about anybody"),
    (
        &["kick", "ban", "op", "deop", "voice", "mode", "invite", "mute"],
        "nobody rules a room here; whoever runs the server can turn people out",
    ),
    (&["ignore", "unignore", "block"], "nobody can be hidden from you here"),
    (&["connect", "server", "disconnect", "reconnect"], "name another server when you start the client"),
    (&["clear", "cls"], "what was said stays; Ctrl-L draws the screen anew"),
];

/// What there is instead of what somebody knows from elsewhere.
#[must_use]
pub(super) fn instead(word: &str) -> Option<&'static str> {
    let is_it = |known: &&str| known.eq_ignore_ascii_case(word);
    TABLE.iter().find(|(words, _)| words.iter().any(is_it)).map(|(_, instead)| *instead)
}

#[cfg(test)]
mod tests {
    use super::super::command::row_of;
    use super::*;

    #[test]
    fn no_command_is_said_to_be_missing() {
        let mut words: Vec<&str> = TABLE.iter().flat_map(|(words, _)| *words).copied().collect();
        assert!(words.iter().all(|word| row_of(word).is_none()));
        let all = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), all);
        assert!(instead("ME").is_some() && instead("fnord").is_none());
    }
}
