//! What stands behind a command's word: numbers of messages, words, texts, paths. Each gives the command or, in words,
//! what is wrong; which word takes which is left to [`super::command`].

use super::command::Command;
use super::path::read_path;
use super::remark::Remark;
use crate::model::{DeviceId, RoomName, Seq, limits};

/// Whatever is larger is no message's number.
const SEQ_LIMIT: u64 = 1 << 53;

const NO_NUMBER: &str = "N is the number of a message, as in #12";

const NO_DEVICE: &str = "revoke ID locks a device out; its ID stands in the list";

/// One word, such as a name.
fn one_word(typed: &str, what: &str) -> Result<String, String> {
    match typed {
        "" => Err(format!("{what} is missing")),
        typed if typed.contains(char::is_whitespace) => Err(format!("{what} is one word")),
        typed => Ok(typed.to_owned()),
    }
}

/// `HANDLE`
pub(super) fn register(typed: &str) -> Result<Command, String> {
    one_word(typed, "a handle").map(Command::Register)
}

/// `HANDLE`
pub(super) fn login(typed: &str) -> Result<Command, String> {
    one_word(typed, "a handle").map(Command::Login)
}

/// Nothing: what is typed behind the word is seen by others.
pub(super) fn password(typed: &str) -> Result<Command, String> {
    let is_alone = typed.is_empty().then_some(Command::Password);
    is_alone.ok_or_else(|| "a password is asked for, and not shown".to_owned())
}

/// `[revoke ID]`
pub(super) fn devices(typed: &str) -> Result<Command, String> {
    match typed.split_whitespace().collect::<Vec<_>>()[..] {
        [] => Ok(Command::Devices(None)),
        ["revoke", id] => id.parse().map(|id| Command::Devices(Some(DeviceId(id)))).map_err(|_| NO_DEVICE.to_owned()),
        _ => Err(NO_DEVICE.to_owned()),
    }
}

/// `PATH`
pub(super) fn file(typed: &str) -> Result<Command, String> {
    read_path(typed).map(Command::File)
}

/// `PATH`
pub(super) fn image(typed: &str) -> Result<Command, String> {
    read_path(typed).map(Command::Image)
}

/// `ROOM`
pub(super) fn join(typed: &str) -> Result<Command, String> {
    room_name(typed).map(Command::Join)
}

/// A room's name, also as other chats write it: no name begins with a `#`, so that it can only be such a sign.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn room_name(typed: &str) -> Result<String, String> {
    let word = one_word(typed, "a room")?;
    let bare = word.strip_prefix('#').unwrap_or(&word);
    RoomName::parse(bare).map(|_| bare.to_owned()).map_err(|why| why.to_string())
}

/// `[TEXT]`
#[expect(clippy::unnecessary_wraps, reason = "as the other commands of the table")]
pub(super) fn topic(typed: &str) -> Result<Command, String> {
    Ok(Command::Topic(Some(typed.to_owned()).filter(|text| !text.is_empty())))
}

/// `[N]`: how many messages.
pub(super) fn history(typed: &str) -> Result<Command, String> {
    let most = limits::PAGE_EVENTS_MAX;
    let events = if typed.is_empty() { Some(limits::TERMINAL_PAST_EVENTS) } else { typed.parse().ok() };
    let events = events.filter(|events| (1..=most).contains(events));
    events.map(Command::History).ok_or_else(|| format!("N is a number from 1 to {most}"))
}

/// `N [PATH]`
pub(super) fn save(typed: &str) -> Result<Command, String> {
    let (seq, path) = message_and_rest(typed)?;
    let to = if path.is_empty() { None } else { Some(read_path(path)?) };
    Ok(Command::Save { seq, to })
}

/// `N TEXT`
pub(super) fn reply(typed: &str) -> Result<Command, String> {
    let (to, text) = message_and_rest(typed)?;
    Ok(Command::Remark(Remark::Reply { to, text: some_text(text, "the answer")? }))
}

/// `[N] TEXT`: a text that begins with a number needs the other one before it.
pub(super) fn edit(typed: &str) -> Result<Command, String> {
    let is_numbered = looks_like_number(first_word(typed).0);
    let (of, text) =
        if is_numbered { message_and_rest(typed).map(|(of, text)| (Some(of), text))? } else { (None, typed) };
    Ok(Command::Remark(Remark::Edit { of, text: some_text(text, "the new text")? }))
}

/// `N`; without it, whoever knows the last message says which number that is.
pub(super) fn delete(typed: &str) -> Result<Command, String> {
    let of = if typed.is_empty() { None } else { Some(message(typed)?) };
    Ok(Command::Remark(Remark::Delete(of)))
}

/// `N EMOJI`
pub(super) fn react(typed: &str, on: bool) -> Result<Command, String> {
    let (of, emoji) = message_and_rest(typed)?;
    let emoji = one_word(emoji, "an emoji")?;
    if emoji.len() > limits::EMOJI_BYTES_MAX || emoji.contains(char::is_control) {
        return Err("that is no emoji".to_owned());
    }
    Ok(Command::Remark(Remark::React { of, emoji, on }))
}

fn message_and_rest(typed: &str) -> Result<(Seq, &str), String> {
    let (number, rest) = first_word(typed);
    Ok((message(number)?, rest))
}

fn first_word(typed: &str) -> (&str, &str) {
    typed.split_once(char::is_whitespace).map_or((typed, ""), |(word, rest)| (word, rest.trim_start()))
}

/// `12` or `#12`
fn message(typed: &str) -> Result<Seq, String> {
    let digits = typed.strip_prefix('#').unwrap_or(typed);
    let number = digits.parse().ok().filter(|number| (1..SEQ_LIMIT).contains(number));
    number.map(Seq).ok_or_else(|| NO_NUMBER.to_owned())
}

fn looks_like_number(word: &str) -> bool {
    let digits = word.strip_prefix('#').unwrap_or(word);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn some_text(typed: &str, what: &str) -> Result<String, String> {
    if typed.is_empty() { Err(format!("{what} is missing")) } else { Ok(typed.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remark(command: Result<Command, String>) -> Remark {
        match command {
            Ok(Command::Remark(remark)) => remark,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_message_has_a_number_with_or_without_its_sign() {
        for (typed, seq) in [("12", 12), ("#12", 12), ("007", 7), ("9007199254740991", (1 << 53) - 1)] {
            assert_eq!(message(typed), Ok(Seq(seq)), "{typed}");
        }
        for typed in ["", "#", "0", "#0", "-1", "##1", "1st", "9007199254740992", "99999999999999999999", "١"] {
            assert_eq!(message(typed), Err(NO_NUMBER.to_owned()), "{typed}");
        }
    }

    #[test]
    fn an_edit_may_leave_out_the_number() {
        let table = [
            ("12 hello", Some(12), "hello"),
            ("#12   a\nb", Some(12), "a\nb"),
            ("hello 12", None, "hello 12"),
            ("#tag it", None, "#tag it"),
            ("1st of May", None, "1st of May"),
            ("12 12 o'clock", Some(12), "12 o'clock"),
        ];
        for (typed, of, text) in table {
            let expected = Remark::Edit { of: of.map(Seq), text: text.to_owned() };
            assert_eq!(remark(edit(typed)), expected, "{typed}");
        }
        for typed in ["", "12", "#12"] {
            assert_eq!(edit(typed), Err("the new text is missing".to_owned()), "{typed}");
        }
        assert_eq!(edit("0 degrees"), Err(NO_NUMBER.to_owned()));
    }

    #[test]
    fn a_reaction_is_one_short_word() {
        let flag = "🏴󠁧󠁢󠁷󠁬󠁳󠁿";
        let expected = Remark::React { of: Seq(3), emoji: flag.to_owned(), on: true };
        assert_eq!(remark(react(&format!("#3 {flag}"), true)), expected);
        let long = format!("3 {}", "a".repeat(limits::EMOJI_BYTES_MAX + 1));
        for (typed, why) in [("3", "missing"), ("3 a b", "one word"), (&long, "no emoji"), ("3 \x1b", "no emoji")] {
            assert!(react(typed, false).unwrap_err().contains(why), "{typed:?}");
        }
    }
}
