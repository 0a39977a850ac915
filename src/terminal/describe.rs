//! What an event says, in words: who, to whom, about what. Names, quotes and emoji are one safe line each; a text's own
//! lines are made by [`super::line`]. When it was and where is left to [`super::render`].

use indicatif::HumanBytes;

use super::fold::Telling;
use super::recent::Recent;
use crate::model::safe_text;
use crate::model::{Body, FileBody, ImageBody, Seq, User};

/// The words for an event; `known` is what was said before it.
#[must_use]
pub(super) fn describe(telling: &Telling, known: &Recent) -> String {
    let event = &telling.event;
    let who = name(&event.author);
    let to = event.reply_to.map(|seq| format!(", to {}", message(seq, known))).unwrap_or_default();
    let comma = if to.is_empty() { "" } else { "," };
    let edited = if telling.is_edited { " (edited)" } else { "" };
    match &event.body {
        Body::Text(text) => format!("{who}{to}{edited}: {text}"),
        Body::File(file) => format!("{who}{to}{comma} sent a file: {}", describe_file(file, event.seq)),
        Body::Image(image) => format!("{who}{to}{comma} sent an image: {}", describe_image(image, event.seq)),
        Body::Topic(topic) if topic.is_empty() => format!("{who} removed the topic"),
        Body::Topic(topic) => format!("{who} set the topic: {}", one_line(topic)),
        Body::Edit { of, text } => format!("{who} changed #{of}: {text}"),
        Body::Delete { of } => format!("{who} deleted #{of}{}", whose(*of, &event.author, known)),
        Body::React { of, emoji, on } => {
            let did = if *on { "reacted to" } else { "took back a reaction to" };
            format!("{who} {did} {}: {}", message(*of, known), one_line(emoji))
        }
        Body::Gone {} => format!("{who} (deleted)"),
    }
}

/// A name of others on one line, whatever it holds.
#[must_use]
pub(super) fn name(user: &User) -> String {
    one_line(&user.name)
}

fn one_line(text: &str) -> String {
    safe_text(text).into_owned()
}

/// A message that another one speaks about: a few words of it, or its number if they are forgotten.
fn message(seq: Seq, known: &Recent) -> String {
    known.get(seq).map_or_else(|| format!("#{seq}"), |message| format!("{}'s \"{}\"", message.author, message.words))
}

/// Whose message somebody deleted, if that is not plain.
fn whose(seq: Seq, deleter: &User, known: &Recent) -> String {
    let author = known.get(seq).map(|message| message.author.as_str());
    author.filter(|author| *author != name(deleter)).map(|author| format!(" of {author}")).unwrap_or_default()
}

fn describe_file(file: &FileBody, seq: Seq) -> String {
    format!("{} ({}), .save {seq}", one_line(&file.name), HumanBytes(file.size))
}

fn describe_image(image: &ImageBody, seq: Seq) -> String {
    let ImageBody { width, height, .. } = image;
    format!("{} ({width}×{height}, {}), .save {seq}", one_line(&image.name), HumanBytes(image.size))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ann, event, text};
    use super::*;
    use crate::model::Digest;
    use crate::wire::Event;

    fn react(of: u64, on: bool) -> Body {
        Body::React { of: Seq(of), emoji: "👍\n".to_owned(), on }
    }

    fn file() -> Body {
        let (name, mime) = ("a\x1b.txt".to_owned(), "text/plain".to_owned());
        Body::File(FileBody { name, size: 1536, mime, sha256: Digest([0; 32]) })
    }

    fn image() -> Body {
        let (name, mime) = ("cat.png".to_owned(), "image/png".to_owned());
        Body::Image(ImageBody { name, size: 12, mime, sha256: Digest([0; 32]), width: 640, height: 480 })
    }

    fn described(event: Event, known: &Recent) -> String {
        describe(&event.into(), known)
    }

    #[test]
    fn every_body_has_words() {
        let table = [
            (text("hello"), "ann: hello"),
            (file(), "ann sent a file: a␛.txt (1.50 KiB), .save 12"),
            (image(), "ann sent an image: cat.png (640×480, 12 B), .save 12"),
            (Body::Topic("bread\n13:00 bob: x".to_owned()), "ann set the topic: bread␊13:00 bob: x"),
            (Body::Topic(String::new()), "ann removed the topic"),
            (Body::Edit { of: Seq(3), text: "b".to_owned() }, "ann changed #3: b"),
            (Body::Delete { of: Seq(3) }, "ann deleted #3"),
            (react(3, true), "ann reacted to #3: 👍␊"),
            (react(3, false), "ann took back a reaction to #3: 👍␊"),
            (Body::Gone {}, "ann (deleted)"),
        ];
        for (body, words) in table {
            assert_eq!(described(event(12, body), &Recent::default()), words);
        }
    }

    #[test]
    fn what_is_spoken_about_is_quoted() {
        let mut known = Recent::default();
        known.note(&event(3, text("hello, is anybody here? \"\x1b\n")), &ann());
        known.note(&event(4, file()), &ann());
        let reply = |to, body| Event { reply_to: Some(Seq(to)), ..event(12, body) };
        let table = [
            (reply(3, text("yes")), "ann, to ann's \"hello, is anybody here?…\": yes"),
            (reply(9, text("yes")), "ann, to #9: yes"),
            (reply(9, image()), "ann, to #9, sent an image: cat.png (640×480, 12 B), .save 12"),
            (event(12, react(4, true)), "ann reacted to ann's \"a␛.txt\": 👍␊"),
            (event(12, react(3, false)), "ann took back a reaction to ann's \"hello, is anybody here?…\": 👍␊"),
        ];
        for (event, words) in table {
            assert_eq!(described(event, &known), words);
        }
    }

    #[test]
    fn a_deletion_says_whose_it_was_where_that_is_not_plain() {
        let mut known = Recent::default();
        let guest = User { name: "guest-x3k9".to_owned(), ..ann() };
        known.note(&Event { author: guest, ..event(3, text("a")) }, &ann());
        known.note(&event(4, text("b")), &ann());
        for (of, words) in [(3, "ann deleted #3 of guest-x3k9"), (4, "ann deleted #4")] {
            assert_eq!(described(event(12, Body::Delete { of: Seq(of) }), &known), words);
        }
    }

    #[test]
    fn an_edited_text_says_so_before_the_colon() {
        let edited = Telling { event: event(12, text("a\nb")), is_edited: true };
        assert_eq!(describe(&edited, &Recent::default()), "ann (edited): a\nb");
        let reply = Event { reply_to: Some(Seq(9)), ..event(12, text("a")) };
        assert_eq!(describe(&Telling { event: reply, is_edited: true }, &Recent::default()), "ann, to #9 (edited): a");
    }
}
