//! The rooms that somebody is in, in the order in which they stand at the left, and the one that is on the screen. What
//! is known of each is left to [`super::room`].

use super::room::Room;
use crate::model::names::key_of;

/// All rooms; one of them is on the screen, if there is one.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    all: Vec<Room>,
    current: usize,
}

impl Rooms {
    /// Something of all rooms together; what a server says of itself may be any number.
    #[must_use]
    pub(super) fn count(&self, of: impl Fn(&Room) -> u64) -> u64 {
        self.all().iter().map(of).fold(0, u64::saturating_add)
    }

    /// All of them, in order.
    #[must_use]
    pub(super) fn all(&self) -> &[Room] {
        &self.all
    }

    /// The same, to change what is known.
    pub(super) fn all_mut(&mut self) -> &mut [Room] {
        &mut self.all
    }

    /// The room on the screen.
    #[must_use]
    pub(super) fn current(&self) -> Option<&Room> {
        self.all.get(self.current)
    }

    /// The same, to change what is known.
    pub(super) fn current_mut(&mut self) -> Option<&mut Room> {
        self.all.get_mut(self.current)
    }

    /// Its place.
    #[must_use]
    pub(super) const fn place(&self) -> usize {
        self.current
    }

    /// Where a room stands, however it is spelled.
    #[must_use]
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        let exactly = self.all.iter().position(|room| room.name == name);
        exactly.or_else(|| {
            let key = key_of(name);
            self.all.iter().position(|room| room.key == key)
        })
    }

    /// A room, however it is spelled.
    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Room> {
        let place = self.find(name)?;
        self.all.get_mut(place)
    }

    /// The same; it is there afterwards.
    pub(super) fn get_or_add(&mut self, name: &str) -> usize {
        self.find(name).unwrap_or_else(|| {
            self.all.push(Room::new(name));
            self.all.len() - 1
        })
    }

    /// Puts a room on the screen.
    pub(super) fn go(&mut self, place: usize) {
        if place < self.all.len() {
            self.current = place;
        }
    }

    /// Takes a room out. Returns whether it was on the screen.
    pub(super) fn remove(&mut self, name: &str) -> bool {
        let Some(place) = self.find(name) else { return false };
        self.all.remove(place);
        let was_current = place == self.current;
        if place < self.current || self.current == self.all.len() {
            self.current = self.current.saturating_sub(1);
        }
        was_current
    }

    /// The room so many places further on, round about.
    #[must_use]
    pub(super) fn beside(&self, steps: isize) -> usize {
        let rooms = isize::try_from(self.all.len()).unwrap_or(isize::MAX).max(1);
        let place = isize::try_from(self.current).unwrap_or(0);
        usize::try_from((place + steps).rem_euclid(rooms)).unwrap_or(0)
    }

    /// The next room with something new; rooms that name oneself come first.
    #[must_use]
    pub(super) fn next_news(&self) -> Option<usize> {
        let order = || (1..self.all.len()).map(|step| (self.current + step) % self.all.len());
        let named = order().find(|place| self.all[*place].mentions > 0);
        named.or_else(|| order().find(|place| self.all[*place].unread > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rooms(names: &[&str]) -> Rooms {
        let mut rooms = Rooms::default();
        for name in names {
            rooms.get_or_add(name);
        }
        rooms
    }

    #[test]
    fn one_goes_round_about() {
        let mut rooms = rooms(&["a", "b", "c"]);
        assert_eq!((rooms.beside(1), rooms.beside(-1)), (1, 2));
        rooms.go(2);
        assert_eq!(rooms.beside(1), 0);
        rooms.go(9);
        assert_eq!(rooms.place(), 2, "there is none");
        assert_eq!(Rooms::default().beside(1), 0);
    }

    #[test]
    fn who_leaves_a_room_stays_where_others_are() {
        let mut rooms = rooms(&["a", "b", "Lobby"]);
        rooms.go(2);
        assert!(!rooms.remove("a"));
        assert_eq!(rooms.current().map(|room| room.name.as_str()), Some("Lobby"));
        assert!(rooms.remove("lobby"));
        assert_eq!(rooms.current().map(|room| room.name.as_str()), Some("b"));
        assert!(rooms.remove("b") && rooms.current().is_none());
    }

    #[test]
    fn news_about_oneself_come_first() {
        let mut rooms = rooms(&["a", "b", "c"]);
        assert_eq!(rooms.next_news(), None);
        rooms.all_mut()[1].unread = 2;
        assert_eq!(rooms.next_news(), Some(1));
        rooms.all_mut()[2].mentions = 1;
        assert_eq!(rooms.next_news(), Some(2));
    }
}
