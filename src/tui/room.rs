//! One room as somebody is in it on a whole screen: what is in memory of its log, what is new, what is being written
//! there, and what is on its way. Which rooms there are is left to [`super::rooms`].

use std::collections::VecDeque;

use super::editor::Editor;
use super::recall::Recall;
use super::slot::Slot;
use super::timeline::Timeline;
use crate::model::names::key_of;
use crate::model::{Body, NameKey, Seq, User};
use crate::terminal::recent::Recent;
use crate::wire::{Event, Joined, Said};

/// A place in a room's log that is at the bottom of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Anchor {
    /// The last message that can be seen.
    pub seq: Seq,
    /// How many of its rows are below the screen.
    pub below: usize,
}

/// Something on its way to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sending {
    /// Its name here.
    pub id: u64,
    /// What is said.
    pub body: Body,
    /// What it answers.
    pub reply_to: Option<Seq>,
    /// The command that it was typed as, if it was one.
    pub line: Option<String>,
    /// Its place, once the server has it.
    pub said: Option<Seq>,
    /// Whether it came back already.
    pub is_heard: bool,
}

/// A room that one is in, or about to be.
#[derive(Debug)]
pub(super) struct Room {
    /// As whoever made it spelled it, once that is known.
    pub name: String,
    /// What all its spellings have in common.
    pub key: NameKey,
    /// What it is about.
    pub topic: String,
    /// Whether one is in it.
    pub is_joined: bool,
    /// Whether one has asked to be out of it.
    pub is_leaving: bool,
    /// What is in memory of its log.
    pub timeline: Timeline,
    /// What its messages say in a few words, for remarks about them.
    pub recent: Recent,
    /// Where one reads, if that is not at the end.
    pub anchor: Option<Anchor>,
    /// What is being written.
    pub draft: Editor,
    /// The message that is being changed, and what was being written before.
    pub editing: Option<(Seq, String)>,
    /// What was being written before a command was begun for one; it comes back when that is sent.
    pub aside: Option<Editor>,
    /// The message that is being answered.
    pub replying: Option<Seq>,
    /// What was typed before.
    pub recall: Recall,
    /// What is on its way.
    pub sending: VecDeque<Sending>,
    /// Events that were missed while the connection was away, and are still to come.
    pub missed: u64,
    /// Messages that one has not seen.
    pub unread: u64,
    /// Of them, those that name oneself.
    pub mentions: u64,
    /// Where the line stands above which all was seen.
    pub news_from: Option<Seq>,
    /// Whether that place was on the screen, so that one who comes to the end has seen all.
    pub has_shown_news: bool,
    /// Who is here, by name.
    pub members: Vec<User>,
    /// Who is typing, and until when.
    pub typing: Vec<(String, u64)>,
    /// When a page may be asked for again after one did not come.
    pub load_after: u64,
    /// The last event that there is.
    pub head: Seq,
    /// The last event that was seen.
    pub seen: Seq,
    /// How far the server has it that one has read.
    pub read: Option<Seq>,
}

impl Room {
    /// A room that one is about to come into.
    #[must_use]
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            key: key_of(name),
            topic: String::new(),
            is_joined: false,
            is_leaving: false,
            timeline: Timeline::default(),
            recent: Recent::default(),
            anchor: None,
            draft: Editor::default(),
            editing: None,
            aside: None,
            replying: None,
            recall: Recall::default(),
            sending: VecDeque::new(),
            missed: 0,
            unread: 0,
            mentions: 0,
            news_from: None,
            has_shown_news: false,
            members: Vec::new(),
            typing: Vec::new(),
            load_after: 0,
            head: Seq::default(),
            seen: Seq::default(),
            read: None,
        }
    }

    /// One is in it.
    pub(super) fn enter(&mut self, joined: &Joined) {
        self.name.clone_from(&joined.room);
        self.topic.clone_from(&joined.topic);
        self.is_joined = true;
        self.read = self.read.max(joined.read);
        if self.head < joined.head {
            // who comes for the first time has missed nothing
            let from = self.read.unwrap_or(joined.head).max(self.seen).max(self.head);
            self.unread = self.unread.saturating_add(joined.head.0.saturating_sub(from.0));
            if self.news_from.is_none() && from < joined.head {
                self.news_from = Some(from.next());
            }
            self.head = joined.head;
        }
    }

    /// Something was said here. `is_seen` says whether it can be seen at once.
    pub(super) fn hear(&mut self, event: &Event, oneself: &User, is_seen: bool) {
        if event.seq <= self.head && self.timeline.tail().last() >= Some(event.seq) {
            return;
        }
        self.missed = self.missed.saturating_sub(1);
        self.recent.note(event, oneself);
        if let Body::Topic(topic) = &event.body {
            self.topic.clone_from(topic);
        }
        self.typing.retain(|(name, _)| *name != event.author.name);
        let is_own = event.author == *oneself;
        if is_own {
            self.hear_own(event);
        }
        self.timeline.push(event.clone(), self.anchor.is_some());
        self.head = self.head.max(event.seq);
        if is_seen {
            self.see_all();
        } else if !is_own && Slot::new(event.clone()).is_message() {
            if self.unread == 0 {
                self.news_from = Some(event.seq);
            }
            self.unread = self.unread.saturating_add(1);
            self.mentions = self.mentions.saturating_add(u64::from(names(&event.body, &oneself.name)));
        }
    }

    /// The end of the log came: how much of what was missed names oneself?
    pub(super) fn count_mentions(&mut self, events: &[Event], oneself: &User) {
        let seen = self.read.unwrap_or_default().max(self.seen);
        let missed = events.iter().filter(|event| event.seq > seen && event.author != *oneself);
        let mentions = missed.filter(|event| names(&event.body, &oneself.name)).count();
        self.mentions = self.mentions.max(u64::try_from(mentions).unwrap_or(u64::MAX));
    }

    /// All of it was seen.
    pub(super) fn see_all(&mut self) {
        self.seen = self.seen.max(self.head);
        self.unread = 0;
        self.mentions = 0;
        self.has_shown_news = false;
    }

    /// The mark that the server should have and has not.
    #[must_use]
    pub(super) fn missing_mark(&self) -> Option<Seq> {
        Some(self.seen).filter(|seen| self.is_joined && *seen > self.read.unwrap_or_default())
    }

    /// Something from here was acknowledged.
    pub(super) fn said(&mut self, id: u64, said: &Said) {
        if let Some(sending) = self.sending.iter_mut().find(|sending| sending.id == id) {
            sending.said = Some(said.seq);
            sending.is_heard |= said.seq <= self.head;
        }
        self.sending.retain(|sending| sending.said.is_none() || !sending.is_heard);
    }

    /// Takes back what could not be said.
    pub(super) fn unsay(&mut self, id: u64) -> Option<Sending> {
        let place = self.sending.iter().position(|sending| sending.id == id)?;
        self.sending.remove(place)
    }

    /// What is on its way and not here yet.
    pub(super) fn waiting(&self) -> impl DoubleEndedIterator<Item = &Sending> {
        self.sending.iter().filter(|sending| !sending.is_heard)
    }

    /// The log is another one.
    pub(super) fn start_over(&mut self) {
        self.timeline.clear();
        self.recent = Recent::default();
        (self.anchor, self.news_from, self.read) = (None, None, None);
        (self.head, self.seen, self.unread, self.mentions) = (Seq::default(), Seq::default(), 0, 0);
    }

    /// What is said into one room comes back in order.
    fn hear_own(&mut self, event: &Event) {
        let is_it = |sending: &&mut Sending| match sending.said {
            Some(seq) => seq == event.seq,
            None => !sending.is_heard && sending.body == event.body && sending.reply_to == event.reply_to,
        };
        if let Some(sending) = self.sending.iter_mut().find(is_it) {
            sending.is_heard = true;
        }
        self.sending.retain(|sending| sending.said.is_none() || !sending.is_heard);
    }
}

/// Whether a text speaks of somebody with this name.
#[must_use]
pub(super) fn names(body: &Body, name: &str) -> bool {
    let Body::Text(text) = body else { return false };
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    !name.is_empty()
        && text.match_indices(&name).any(|(at, found)| {
            let (before, after) = (text[..at].chars().next_back(), text[at + found.len()..].chars().next());
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{event, text, user};
    use super::*;
    use crate::model::{LogId, Timestamp};

    fn joined(head: u64, read: Option<u64>) -> Joined {
        let (room, topic, read) = ("lobby".to_owned(), String::new(), read.map(Seq));
        Joined { room, log: LogId(1), topic, first: Seq(1), head: Seq(head), members: 1, read }
    }

    #[test]
    fn what_was_missed_is_counted_and_marked_where_it_begins() {
        let mut room = Room::new("lobby");
        room.enter(&joined(9, Some(4)));
        assert_eq!((room.unread, room.news_from, room.missing_mark()), (5, Some(Seq(5)), None));
        room.hear(&event(10, "ben", text("Ann?")), &user("ann"), false);
        assert_eq!((room.unread, room.mentions), (6, 1));
        room.see_all();
        assert_eq!((room.unread, room.mentions, room.missing_mark()), (0, 0, Some(Seq(10))));
        let mut newcomer = Room::new("lobby");
        newcomer.enter(&joined(9, None));
        assert_eq!((newcomer.unread, newcomer.news_from), (0, None));
    }

    #[test]
    fn what_one_says_waits_until_it_is_back() {
        let sending = |id| Sending { id, body: text("hi"), reply_to: None, line: None, said: None, is_heard: false };
        let said = |seq| Said { room: "lobby".to_owned(), seq: Seq(seq), at: Timestamp(0) };
        let mut room = Room::new("lobby");
        room.sending.extend([sending(1), sending(2)]);
        room.hear(&event(1, "ann", text("hi")), &user("ann"), true);
        assert_eq!(room.waiting().map(|sending| sending.id).collect::<Vec<_>>(), [2]);
        room.said(1, &said(1));
        room.said(2, &said(2));
        assert_eq!(room.waiting().count(), 1, "it was kept, and is not here yet");
        room.hear(&event(2, "ann", text("hi")), &user("ann"), true);
        assert!(room.sending.is_empty());
    }

    #[test]
    fn a_mention_is_a_whole_word() {
        for (said, is_one) in
            [("ann: hi", true), ("hi ANN!", true), ("planning", false), ("annie", false), ("@ann", true)]
        {
            assert_eq!(names(&text(said), "Ann"), is_one, "{said}");
        }
    }
}
