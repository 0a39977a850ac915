//! Remarks about messages, made ready to be said: which message is meant, and what to tell if it does not work. Saying
//! them is left to [`super::say`].

use super::recent::Recent;
use crate::model::{Body, Seq};

/// Something to say about a message of the current room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Remark {
    /// An answer.
    Reply {
        /// To this message.
        to: Seq,
        /// In these words.
        text: String,
    },
    /// Other words.
    Edit {
        /// Of this text; of one's own last one if missing.
        of: Option<Seq>,
        /// The new words.
        text: String,
    },
    /// Take it back. Without a number nothing is: one cannot have back what is deleted.
    Delete(Option<Seq>),
    /// React, or take that back.
    React {
        /// To this message.
        of: Seq,
        /// With this.
        emoji: String,
        /// True to react.
        on: bool,
    },
}

/// Something on its way to the current room.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Saying {
    /// What is said.
    pub body: Body,
    /// The message that it answers.
    pub reply_to: Option<Seq>,
    /// What it means if it is refused.
    pub otherwise: String,
}

impl Saying {
    /// Something that stands for itself.
    #[must_use]
    pub(crate) fn new(body: Body) -> Self {
        Self { body, reply_to: None, otherwise: "not said".to_owned() }
    }

    /// The message that it is about.
    #[must_use]
    pub(super) const fn target(&self) -> Option<Seq> {
        match self.body {
            Body::Edit { of, .. } | Body::Delete { of } | Body::React { of, .. } => Some(of),
            _ => self.reply_to,
        }
    }

    /// The words in it, if there are some that somebody would not want to lose.
    #[must_use]
    pub(crate) fn words(&self) -> &str {
        match &self.body {
            Body::Text(text) | Body::Edit { text, .. } | Body::Topic(text) => text,
            _ => "",
        }
    }
}

/// Whether it depends on what one said last, so that all of that has to be back first.
#[must_use]
pub(crate) const fn means_the_last(remark: &Remark) -> bool {
    matches!(remark, Remark::Edit { of: None, .. } | Remark::Delete(None))
}

/// What to say for a remark.
///
/// # Errors
/// In words, if it is not plain which message is meant.
pub(crate) fn saying(remark: Remark, recent: &Recent) -> Result<Saying, String> {
    match remark {
        Remark::Reply { to, text } => {
            let otherwise = format!("not said as an answer to #{to}");
            Ok(Saying { body: Body::Text(text), reply_to: Some(to), otherwise })
        }
        Remark::Edit { of, text } => {
            let of = of.or_else(|| recent.own_last_text()).ok_or("which text? .edit N TEXT changes number N")?;
            Ok(Saying { otherwise: format!("#{of} was not changed"), ..Saying::new(Body::Edit { of, text }) })
        }
        Remark::Delete(Some(of)) => {
            Ok(Saying { otherwise: format!("#{of} was not deleted"), ..Saying::new(Body::Delete { of }) })
        }
        Remark::Delete(None) => Err(which_to_delete(recent)),
        Remark::React { of, emoji, on } => {
            let otherwise = format!("{emoji} to #{of} was not {}", if on { "said" } else { "taken back" });
            Ok(Saying { otherwise, ..Saying::new(Body::React { of, emoji, on }) })
        }
    }
}

fn which_to_delete(recent: &Recent) -> String {
    let last = recent.own_last_message().and_then(|seq| Some((seq, recent.get(seq)?)));
    match last {
        Some((seq, message)) => format!("which one? .delete {seq} takes back your last, \"{}\"", message.words),
        None => "which one? .delete N takes back your message number N".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ann, event, text};
    use super::*;

    fn edit(of: Option<u64>) -> Remark {
        Remark::Edit { of: of.map(Seq), text: "new".to_owned() }
    }

    #[test]
    fn a_remark_is_about_the_message_that_is_meant() {
        let mut recent = Recent::default();
        recent.note(&event(4, text("old")), &ann());
        let body = |remark| saying(remark, &recent).unwrap().body;
        let edited = |of| Body::Edit { of: Seq(of), text: "new".to_owned() };
        assert_eq!([body(edit(None)), body(edit(Some(2)))], [edited(4), edited(2)]);
        assert_eq!(body(Remark::Delete(Some(Seq(2)))), Body::Delete { of: Seq(2) });
        let reply = saying(Remark::Reply { to: Seq(9), text: "yes".to_owned() }, &recent).unwrap();
        assert_eq!((reply.reply_to, reply.target(), reply.words()), (Some(Seq(9)), Some(Seq(9)), "yes"));
    }

    #[test]
    fn what_is_not_plain_is_explained() {
        let mut recent = Recent::default();
        let why = |remark, recent: &Recent| saying(remark, recent).unwrap_err();
        assert_eq!(why(edit(None), &recent), "which text? .edit N TEXT changes number N");
        assert_eq!(why(Remark::Delete(None), &recent), "which one? .delete N takes back your message number N");
        recent.note(&event(4, text("old")), &ann());
        assert_eq!(why(Remark::Delete(None), &recent), "which one? .delete 4 takes back your last, \"old\"");
    }

    #[test]
    fn a_refusal_names_what_was_not_done() {
        let react = |on| Remark::React { of: Seq(3), emoji: "👍".to_owned(), on };
        let table = [
            (edit(Some(3)), "#3 was not changed"),
            (Remark::Delete(Some(Seq(3))), "#3 was not deleted"),
            (react(true), "👍 to #3 was not said"),
            (react(false), "👍 to #3 was not taken back"),
        ];
        for (remark, otherwise) in table {
            assert_eq!(saying(remark, &Recent::default()).unwrap().otherwise, otherwise);
        }
    }
}
