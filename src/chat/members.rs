//! Who is in a room: one entry for each registered user, however many of their devices are there, and one for each
//! guest's device. Who is told of a coming or going is left to the room.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::model::{NameKey, User, limits};

/// Somebody with the key of their name, by which members are told apart and listed: handles are unique by their
/// keys, guests' names too, and no handle begins like a guest's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// As the others see them.
    pub user: User,
    /// Of the user's name.
    pub key: NameKey,
}

/// The members of one room; `S` names a session.
#[derive(Debug)]
pub struct Members<S> {
    present: BTreeMap<NameKey, (User, Vec<S>)>,
}

impl<S> Default for Members<S> {
    fn default() -> Self {
        Self { present: BTreeMap::new() }
    }
}

impl<S: PartialEq> Members<S> {
    /// A session of somebody comes; true if it is their first. One that is there already changes nothing.
    pub fn arrive(&mut self, who: &Present, session: S) -> bool {
        let (_, sessions) = self.present.entry(who.key.clone()).or_insert_with(|| (who.user.clone(), Vec::new()));
        if !sessions.contains(&session) {
            sessions.push(session);
            return sessions.len() == 1;
        }
        false
    }

    /// A session of somebody leaves; true if it was their last.
    pub fn depart(&mut self, key: &NameKey, session: &S) -> bool {
        let Some((_, sessions)) = self.present.get_mut(key) else { return false };
        let before = sessions.len();
        sessions.retain(|other| other != session);
        let gone = before > 0 && sessions.is_empty();
        if gone {
            self.present.remove(key);
        }
        gone
    }

    /// How many are there.
    #[must_use]
    pub fn count(&self) -> u32 {
        u32::try_from(self.present.len()).unwrap_or(u32::MAX)
    }

    /// Whether so many are there that they are not told of each other's doings.
    #[must_use]
    pub fn is_crowd(&self) -> bool {
        self.present.len() > limits::CROWD_MEMBERS
    }

    /// Those whose keys come after `after`, in the order of their keys.
    pub fn list(&self, after: Option<&NameKey>) -> impl Iterator<Item = &User> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.present.range((from, Bound::Unbounded)).map(|(_, (user, _))| user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::UserId;
    use crate::model::names::key_of;

    fn present(id: u64, name: &str) -> Present {
        Present { user: User { id: UserId(id), name: name.into(), guest: id == 1 }, key: key_of(name) }
    }

    #[test]
    fn a_user_is_there_once_with_several_devices() {
        let (ann, mut members) = (present(2, "Ann"), Members::default());
        assert!(members.arrive(&ann, 10));
        assert!(!members.arrive(&ann, 11));
        assert!(!members.arrive(&ann, 11));
        assert_eq!(members.count(), 1);
        assert!(!members.depart(&ann.key, &10));
        assert!(!members.depart(&ann.key, &10));
        assert!(members.depart(&ann.key, &11));
        assert!(!members.depart(&ann.key, &11));
        assert_eq!(members.count(), 0);
    }

    #[test]
    fn the_list_goes_on_after_a_name() {
        let mut members = Members::default();
        for (session, name) in ["guest-b", "Zoe", "ann"].into_iter().enumerate() {
            members.arrive(&present(1, name), session);
        }
        let names = |after: Option<&str>| {
            let key = after.map(key_of);
            members.list(key.as_ref()).map(|user| user.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(None), ["ann", "guest-b", "Zoe"]);
        assert_eq!(names(Some("guest-b")), ["Zoe"]);
        assert_eq!(names(Some("zz")), [""; 0]);
    }
}
