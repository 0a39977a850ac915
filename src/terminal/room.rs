//! One room as somebody at a terminal is in it: what is past, what was said from here and came back, what was seen and
//! is marked as read. Which room is the current one is left to [`super::rooms`].

use super::fold::split_at_mark;
use super::recent::Recent;
use crate::model::{Body, Seq, limits};
use crate::wire::{Event, Joined};

/// A room that one is in.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// As whoever made it spelled it.
    pub name: String,
    /// What it is about.
    pub topic: String,
    /// What its events speak about.
    pub recent: Recent,
    /// The last event from before one came.
    past: Seq,
    /// The last event from here.
    said: Seq,
    /// The last event that came.
    heard: Seq,
    /// The last event that stood on the screen while this was the current room.
    seen: Seq,
    /// How far the server has it that one has read.
    read: Option<Seq>,
    /// Events of the past that are not shown yet.
    page: Vec<Event>,
}

/// A part of the past.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// Read before, or nobody knows.
    pub old: Vec<Event>,
    /// Not read before.
    pub new: Vec<Event>,
}

impl Room {
    /// A room that one has just come into.
    #[must_use]
    pub(super) fn new(joined: &Joined) -> Self {
        Self { name: joined.room.clone(), past: joined.head, read: joined.read, ..Self::default() }
    }

    /// Something came. Returns whether it is from before one came.
    pub(super) fn hear(&mut self, event: &Event) -> bool {
        self.heard = self.heard.max(event.seq);
        let is_past = event.seq <= self.past;
        match &event.body {
            Body::Topic(topic) if !is_past => self.topic.clone_from(topic),
            _ => {}
        }
        is_past
    }

    /// Keeps an event of the past until all of them are there, or too many to wait for the rest: then they are
    /// returned, to be shown together.
    pub(super) fn hold_back(&mut self, event: Event) -> Option<Page> {
        let is_last = event.seq >= self.past;
        self.page.push(event);
        let is_due = is_last || self.page.len() == limits::TERMINAL_RECENT_MESSAGES;
        is_due.then(|| {
            let (old, new) = split_at_mark(std::mem::take(&mut self.page), self.read);
            Page { old, new }
        })
    }

    /// Something of this terminal was acknowledged. What was said before one came, such as the rest of an earlier run,
    /// need not come back.
    pub(super) fn said(&mut self, seq: Seq) {
        if seq > self.past {
            self.said = self.said.max(seq);
        }
    }

    /// Whether everything from here came back.
    #[must_use]
    pub(super) fn heard_all(&self) -> bool {
        self.heard >= self.said
    }

    /// All up to this event stood on the screen.
    pub(super) fn see(&mut self, seq: Seq) {
        self.seen = self.seen.max(seq);
    }

    /// All that came stood on the screen, be it among what other rooms said.
    pub(super) fn see_all(&mut self) {
        self.see(self.heard);
    }

    /// The mark that the server should have and has not.
    #[must_use]
    pub(super) fn missing_mark(&self) -> Option<Seq> {
        Some(self.seen).filter(|seen| *seen > self.read.unwrap_or_default())
    }

    /// The server has it that all up to this event was read.
    pub(super) fn marked(&mut self, seq: Seq) {
        self.read = self.read.max(Some(seq));
    }

    /// How many events up to this one are unread. Who comes for the first time has missed nothing.
    #[must_use]
    pub(super) fn unread(&self, head: Seq) -> u64 {
        head.0.saturating_sub(self.read.unwrap_or(self.past).max(self.seen).0)
    }

    /// Why the server finds no message with this number, of which a text was wanted or any message.
    #[must_use]
    pub(super) fn why_missing(&self, of: Seq, wants_text: bool) -> &'static str {
        match self.recent.get(of) {
            _ if of > self.heard.max(self.past) => "there is no message with that number yet",
            _ if self.recent.is_deleted(of) => "it is deleted",
            Some(message) if wants_text && !message.is_text => "it is a file, and only texts can be changed",
            _ if wants_text => "there is no text with that number",
            _ => "there is no text or file with that number",
        }
    }

    /// The log is another one: its numbers begin anew.
    pub(super) fn start_over(&mut self) {
        let (name, topic) = (std::mem::take(&mut self.name), std::mem::take(&mut self.topic));
        *self = Self { name, topic, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ann, event, text};
    use super::*;
    use crate::model::{Digest, FileBody, LogId};

    fn room(head: u64, read: Option<u64>) -> Room {
        let (room, topic, read) = ("lobby".to_owned(), String::new(), read.map(Seq));
        Room::new(&Joined { room, log: LogId(1), topic, first: Seq(1), head: Seq(head), members: 1, read })
    }

    fn held_back(room: &mut Room, seq: u64) -> Option<[usize; 2]> {
        room.hold_back(event(seq, text("x"))).map(|page| [page.old.len(), page.new.len()])
    }

    #[test]
    fn the_past_comes_together_and_divided_where_one_stopped_reading() {
        let mut newcomer = room(3, None);
        assert_eq!([1, 2, 3].map(|seq| held_back(&mut newcomer, seq)), [None, None, Some([3, 0])]);
        let mut reader = room(3, Some(1));
        assert_eq!([1, 2, 3].map(|seq| held_back(&mut reader, seq)), [None, None, Some([1, 2])]);
    }

    #[test]
    fn a_past_without_end_is_not_waited_for() {
        let most = limits::TERMINAL_RECENT_MESSAGES as u64;
        let mut room = room(2 * most, None);
        assert_eq!((1..most).find_map(|seq| held_back(&mut room, seq)), None);
        assert_eq!(held_back(&mut room, most), Some([limits::TERMINAL_RECENT_MESSAGES, 0]));
        assert_eq!(held_back(&mut room, 2 * most), Some([1, 0]));
    }

    #[test]
    fn what_was_seen_is_marked_once() {
        let mut room = room(7, Some(4));
        assert_eq!((room.missing_mark(), room.unread(Seq(7))), (None, 3));
        room.hear(&event(6, text("x")));
        room.see_all();
        assert_eq!((room.missing_mark(), room.unread(Seq(7))), (Some(Seq(6)), 1));
        room.marked(Seq(6));
        room.marked(Seq(5));
        assert_eq!((room.missing_mark(), room.unread(Seq(7))), (None, 1));
        room.see(Seq(3));
        assert_eq!((room.missing_mark(), room.unread(Seq(9))), (None, 3));
    }

    #[test]
    fn who_comes_for_the_first_time_has_missed_nothing() {
        let mut room = room(7, None);
        assert_eq!((room.missing_mark(), room.unread(Seq(7)), room.unread(Seq(9))), (None, 0, 2));
        room.see(Seq(7));
        assert_eq!(room.missing_mark(), Some(Seq(7)));
    }

    #[test]
    fn only_what_was_said_here_has_to_come_back() {
        let mut room = room(7, None);
        room.said(Seq(7));
        assert!(room.heard_all());
        room.said(Seq(8));
        assert!(!room.heard_all());
        room.hear(&event(8, text("x")));
        assert!(room.heard_all());
    }

    #[test]
    fn what_is_missing_is_missing_for_a_reason() {
        let mut room = room(3, None);
        let file = FileBody { name: "a.txt".to_owned(), size: 1, mime: String::new(), sha256: Digest([0; 32]) };
        for event in [event(3, Body::File(file)), event(4, Body::Delete { of: Seq(2) }), event(5, text("x"))] {
            room.hear(&event);
            room.recent.note(&event, &ann());
        }
        for (of, wants_text, why) in [
            (6, false, "yet"),
            (6, true, "yet"),
            (2, false, "deleted"),
            (2, true, "deleted"),
            (3, true, "only texts"),
            (4, true, "no text with"),
            (4, false, "no text or file"),
        ] {
            assert!(room.why_missing(Seq(of), wants_text).contains(why), "{of}");
        }
    }

    #[test]
    fn another_log_is_another_memory() {
        let mut room = room(7, Some(7));
        room.said(Seq(9));
        room.start_over();
        assert!(room.heard_all() && room.name == "lobby");
        assert!(!room.hear(&event(1, text("x"))));
        room.see_all();
        assert_eq!(room.missing_mark(), Some(Seq(1)));
    }
}
