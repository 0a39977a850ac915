//! The rooms that somebody at a terminal is in, and the one that texts go to. What is known of each is left to
//! [`super::room`], joining and leaving to [`super::act`].

use super::room::Room;
use crate::model::Seq;
use crate::model::names::key_of;
use crate::wire::{Event, Joined, Said};

/// Where an event belongs, seen from the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heard {
    /// In the room that texts go to.
    pub here: bool,
    /// From before one came.
    pub past: bool,
}

/// All rooms that one is in; the last is the current one.
#[derive(Debug, Default)]
pub(super) struct Rooms(Vec<Room>);

impl Rooms {
    /// The room that texts go to.
    #[must_use]
    pub(super) fn current(&self) -> Option<&str> {
        self.current_room().map(|room| room.name.as_str())
    }

    /// The same, with all that is known of it.
    #[must_use]
    pub(super) fn current_room(&self) -> Option<&Room> {
        self.0.last()
    }

    /// Whether this is the room that texts go to.
    #[must_use]
    pub(super) fn is_current(&self, name: &str) -> bool {
        self.current() == Some(name)
    }

    /// A room that one is in.
    #[must_use]
    pub(super) fn get(&self, name: &str) -> Option<&Room> {
        self.0.iter().find(|room| room.name == name)
    }

    /// The same, to change what is known of it.
    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Room> {
        self.0.iter_mut().find(|room| room.name == name)
    }

    /// Whether one is in the room that somebody means with this name, however it is spelled.
    #[must_use]
    pub(super) fn is_in(&self, name: &str) -> bool {
        let key = key_of(name);
        self.0.iter().any(|room| key_of(&room.name) == key)
    }

    /// One came into a room, or came back to it: it is the current one from now on. Returns how much of it is unread.
    pub(super) fn enter(&mut self, joined: &Joined) -> u64 {
        let known = self.0.iter().position(|room| room.name == joined.room).map(|place| self.0.remove(place));
        let mut room = known.unwrap_or_else(|| Room::new(joined));
        let unread = room.unread(joined.head);
        room.topic.clone_from(&joined.topic);
        room.see_all();
        self.0.push(room);
        unread
    }

    /// One is no longer in a room; the one before it is current again.
    pub(super) fn leave(&mut self, name: &str) {
        self.0.retain(|room| room.name != name);
        if let Some(room) = self.0.last_mut() {
            room.see_all();
        }
    }

    /// Something of this terminal was acknowledged.
    pub(super) fn said(&mut self, said: &Said) {
        if let Some(room) = self.get_mut(&said.room) {
            room.said(said.seq);
        }
    }

    /// Something came; nothing if it is of a room that one has left.
    pub(super) fn hear(&mut self, event: &Event) -> Option<Heard> {
        let here = self.is_current(event.room.as_str());
        let past = self.get_mut(event.room.as_str())?.hear(event);
        Some(Heard { here, past })
    }

    /// Whether everything from here came back.
    #[must_use]
    pub(super) fn heard_all(&self) -> bool {
        self.0.iter().all(Room::heard_all)
    }

    /// The mark that the server should have of the current room, and has not.
    #[must_use]
    pub(super) fn missing_mark(&self) -> Option<(&str, Seq)> {
        let room = self.current_room()?;
        Some((room.name.as_str(), room.missing_mark()?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::event as lobby_event;
    use super::*;
    use crate::model::{Body, LogId, RoomName, Timestamp};

    fn joined(room: &str, head: u64) -> Joined {
        let (room, topic) = (room.to_owned(), "bread".to_owned());
        Joined { room, log: LogId(1), topic, first: Seq(1), head: Seq(head), members: 1, read: Some(Seq(1)) }
    }

    fn event(room: &str, seq: u64, body: Body) -> Event {
        Event { room: RoomName::parse(room).unwrap(), ..lobby_event(seq, body) }
    }

    fn topic(rooms: &Rooms) -> Option<&str> {
        rooms.current_room().map(|room| room.topic.as_str())
    }

    #[test]
    fn leaving_goes_back_to_the_room_before() {
        let mut rooms = Rooms::default();
        for name in ["lobby", "dev", "lobby"] {
            rooms.enter(&joined(name, 0));
        }
        assert_eq!(rooms.current(), Some("lobby"));
        rooms.leave("lobby");
        assert_eq!(rooms.current(), Some("dev"));
        rooms.leave("dev");
        assert_eq!((rooms.current(), topic(&rooms)), (None, None));
    }

    #[test]
    fn an_event_is_past_or_not_and_here_or_not() {
        let mut rooms = Rooms::default();
        rooms.enter(&joined("lobby", 3));
        rooms.enter(&joined("dev", 0));
        let mut hear = |room, seq| rooms.hear(&event(room, seq, Body::Gone {}));
        assert_eq!(hear("lobby", 3), Some(Heard { here: false, past: true }));
        assert_eq!(hear("lobby", 4), Some(Heard { here: false, past: false }));
        assert_eq!(hear("dev", 1), Some(Heard { here: true, past: false }));
        assert_eq!(hear("other", 1), None);
        rooms.enter(&joined("lobby", 9));
        assert_eq!(rooms.hear(&event("lobby", 5, Body::Gone {})), Some(Heard { here: true, past: false }));
    }

    #[test]
    fn topics_of_the_past_are_not_the_present_one() {
        let mut rooms = Rooms::default();
        rooms.enter(&joined("lobby", 3));
        rooms.hear(&event("lobby", 2, Body::Topic("old".to_owned())));
        assert_eq!(topic(&rooms), Some("bread"));
        rooms.hear(&event("lobby", 4, Body::Topic("new".to_owned())));
        assert_eq!(topic(&rooms), Some("new"));
    }

    #[test]
    fn what_was_said_has_to_come_back() {
        let mut rooms = Rooms::default();
        rooms.enter(&joined("lobby", 3));
        assert!(rooms.heard_all());
        rooms.said(&Said { room: "lobby".to_owned(), seq: Seq(5), at: Timestamp(0) });
        rooms.hear(&event("lobby", 4, Body::Gone {}));
        assert!(!rooms.heard_all());
        rooms.hear(&event("lobby", 5, Body::Gone {}));
        assert!(rooms.heard_all());
    }

    #[test]
    fn a_room_is_known_by_any_spelling() {
        let mut rooms = Rooms::default();
        rooms.enter(&joined("Lobby", 0));
        assert!(rooms.is_in("lobby") && !rooms.is_in("lob"));
        assert!(rooms.get("lobby").is_none() && rooms.get("Lobby").is_some());
    }

    #[test]
    fn what_another_room_said_is_unread_until_one_goes_there() {
        let mut rooms = Rooms::default();
        assert_eq!(rooms.enter(&joined("dev", 2)), 1);
        assert_eq!(rooms.enter(&joined("lobby", 1)), 0);
        for seq in 2..=4 {
            rooms.hear(&event("dev", seq, Body::Gone {}));
        }
        assert_eq!(rooms.missing_mark(), None);
        assert_eq!(rooms.enter(&joined("dev", 4)), 3);
        assert_eq!(rooms.missing_mark(), Some(("dev", Seq(4))));
        assert_eq!(rooms.enter(&joined("dev", 4)), 0);
    }
}
