//! Whether what was asked for has the form that the protocol wants, before anything is looked up: sizes, control
//! characters, names. The nonce, membership and targets come after, in that order, elsewhere.

use std::borrow::Cow;

use crate::model::{Body, Handle, Password, PasswordError, RoomName, limits};
use crate::wire::{Code, History, Refusal, Upload};

/// The room that a request names.
///
/// # Errors
/// `room_invalid`
pub fn room(name: &str) -> Result<RoomName, Refusal> {
    RoomName::parse(name).map_err(|error| Refusal::new(Code::RoomInvalid, error.to_string()))
}

/// The handle that somebody wants.
///
/// # Errors
/// `handle_invalid`
pub fn handle(name: &str) -> Result<Handle, Refusal> {
    Handle::parse(name).map_err(|error| Refusal::new(Code::HandleInvalid, error.to_string()))
}

/// A password in its one form.
///
/// # Errors
/// `bad_request` if it is too short, `too_large`
pub fn password(password: &Password) -> Result<Password, Refusal> {
    password.normal().map_err(|error| match error {
        PasswordError::TooLong => too_large("password", limits::PASSWORD_BYTES_MAX as u64),
        PasswordError::TooShort => bad(error.to_string()),
    })
}

/// Whether a body may be said.
///
/// # Errors
/// `bad_request` or `too_large`
pub fn body(body: &Body) -> Result<(), Refusal> {
    match body {
        Body::Text(text) | Body::Edit { text, .. } => words("text", text, 1, limits::TEXT_BYTES_MAX, is_text_control),
        Body::Topic(topic) => words("topic", topic, 0, limits::TOPIC_BYTES_MAX, char::is_control),
        Body::React { emoji, .. } => words("emoji", emoji, 1, limits::EMOJI_BYTES_MAX, char::is_control),
        Body::Delete { .. } => Ok(()),
        Body::File(_) | Body::Image(_) => Err(bad("files and images are sent by upload, not by say")),
        Body::Gone {} => Err(bad("gone is never said")),
    }
}

/// The name and size of an upload; returns the name that is kept, which has no path.
///
/// # Errors
/// `bad_request` or `too_large`
pub fn upload(upload: &Upload, file_bytes_max: u64) -> Result<String, Refusal> {
    if upload.size > file_bytes_max {
        return Err(too_large("file", file_bytes_max));
    }
    words("file name", &upload.name, 1, limits::FILE_NAME_BYTES_MAX, char::is_control)?;
    match upload.name.rsplit(['/', '\\']).next().unwrap_or_default() {
        "" | "." | ".." => Err(bad("a file name needs something besides a path")),
        name => Ok(name.to_owned()),
    }
}

/// Whether a page may be asked for in this way.
///
/// # Errors
/// `bad_request`
pub fn history(history: &History) -> Result<(), Refusal> {
    if history.before.is_some() && history.after.is_some() {
        return Err(bad("history walks before or after, not both"));
    }
    if history.limit == 0 || history.limit > limits::PAGE_EVENTS_MAX {
        return Err(bad("limit is 1 to 1,000"));
    }
    Ok(())
}

/// A refusal for what has not the protocol's form.
#[must_use]
pub fn bad(message: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::new(Code::BadRequest, message)
}

fn too_large(what: &str, bytes_max: u64) -> Refusal {
    Refusal::new(Code::TooLarge, format!("a {what} has at most {bytes_max} bytes"))
}

fn words(what: &str, text: &str, min: usize, max: usize, forbidden: fn(char) -> bool) -> Result<(), Refusal> {
    if text.len() > max {
        return Err(too_large(what, max as u64));
    }
    if text.len() < min {
        return Err(bad(format!("the {what} is empty")));
    }
    if text.contains(forbidden) {
        return Err(bad(format!("the {what} holds a control character")));
    }
    Ok(())
}

fn is_text_control(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digest, Nonce, Seq};
    use crate::wire::UploadKind;

    fn code(result: Result<impl Sized, Refusal>) -> Option<Code> {
        result.err().map(|refusal| refusal.code)
    }

    #[test]
    fn bodies_are_bounded_and_hold_no_control_characters() {
        let of = Seq(1);
        for (said, expected) in [
            (Body::Text("hello\n\tthere".into()), None),
            (Body::Text("x".repeat(16_384)), None),
            (Body::Text("x".repeat(16_385)), Some(Code::TooLarge)),
            (Body::Text(String::new()), Some(Code::BadRequest)),
            (Body::Text("\u{1b}[2J".into()), Some(Code::BadRequest)),
            (Body::Text("\u{9b}2J".into()), Some(Code::BadRequest)),
            (Body::Topic(String::new()), None),
            (Body::Topic("two\nlines".into()), Some(Code::BadRequest)),
            (Body::Topic("x".repeat(1_025)), Some(Code::TooLarge)),
            (Body::React { of, emoji: "👍".into(), on: true }, None),
            (Body::React { of, emoji: String::new(), on: true }, Some(Code::BadRequest)),
            (Body::React { of, emoji: "x".repeat(65), on: true }, Some(Code::TooLarge)),
            (Body::Edit { of, text: String::new() }, Some(Code::BadRequest)),
            (Body::Delete { of }, None),
            (Body::Gone {}, Some(Code::BadRequest)),
        ] {
            assert_eq!(code(body(&said)), expected, "{said:?}");
        }
    }

    #[test]
    fn a_password_has_one_form_and_bounds() {
        assert_eq!(password(&"Cafe\u{301} 123".into()), Ok("Caf\u{e9} 123".into()));
        for (said, expected) in [
            ("x".repeat(7), Some(Code::BadRequest)),
            ("e\u{301}".repeat(7), Some(Code::BadRequest)),
            ("x".repeat(8), None),
            ("é".repeat(8), None),
            ("x".repeat(1_024), None),
            ("x".repeat(1_025), Some(Code::TooLarge)),
        ] {
            assert_eq!(code(password(&said.clone().into())), expected, "{said}");
        }
    }

    #[test]
    fn a_file_name_loses_its_path() {
        let named = |name: &str| Upload {
            room: "lobby".into(),
            nonce: Nonce(1),
            kind: UploadKind::File,
            name: name.into(),
            size: 10,
            sha256: Digest([0; 32]),
            reply_to: None,
        };
        for (sent, kept) in
            [("a.txt", "a.txt"), ("../../etc/passwd", "passwd"), ("C:\\x\\y.png", "y.png"), ("...", "...")]
        {
            assert_eq!(upload(&named(sent), 10).unwrap(), kept);
        }
        for bad in ["", ".", "..", "a/", "a/..", "a\\.", "a\0b", "a\nb"] {
            assert_eq!(code(upload(&named(bad), 10)), Some(Code::BadRequest), "{bad:?}");
        }
        assert_eq!(code(upload(&named(&"x".repeat(256)), 10)), Some(Code::TooLarge));
        assert_eq!(code(upload(&named("a"), 9)), Some(Code::TooLarge));
    }
}
