//! Who is in a room: one entry for each registered user, however many of their devices are there, and one for each
//! guest's device. Who is told of a coming or going is left to the room.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use crate::model::{NameKey, User, limits};

/// Somebody with the key of their name, by which members are told apart and listed: handles are unique by their
/// keys, guests' names too, and no handle begins like a guest's name.
#[derive(Debug, Clone)]
pub struct Present {
    /// As the others see them.
    pub user: User,
    /// Of the user's name.
    pub key: NameKey,
}

impl PartialEq for Present {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Present {}

impl PartialOrd for Present {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Present {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl Borrow<NameKey> for Arc<Present> {
    fn borrow(&self) -> &NameKey {
        &self.key
    }
}

/// The members of one room. Which sessions they are is left to the room, which counts each of them once.
#[derive(Debug, Default)]
pub struct Members {
    /// With the number of their sessions.
    present: BTreeMap<Arc<Present>, usize>,
}

impl Members {
    /// A session of somebody comes; true if it is their first.
    pub fn arrive(&mut self, who: &Arc<Present>) -> bool {
        let sessions = self.present.entry(Arc::clone(who)).or_default();
        *sessions += 1;
        *sessions == 1
    }

    /// A session of somebody leaves; true if it was their last.
    pub fn depart(&mut self, key: &NameKey) -> bool {
        let Some(sessions) = self.present.get_mut(key) else { return false };
        *sessions -= 1;
        let gone = *sessions == 0;
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
        self.present.range::<NameKey, _>((from, Bound::Unbounded)).map(|(who, _)| &who.user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::UserId;
    use crate::model::names::key_of;

    fn present(id: u64, name: &str) -> Arc<Present> {
        Arc::new(Present { user: User { id: UserId(id), name: name.into(), guest: id == 1 }, key: key_of(name) })
    }

    #[test]
    fn a_user_is_there_once_with_several_devices() {
        let (ann, mut members) = (present(2, "Ann"), Members::default());
        assert!(members.arrive(&ann));
        assert!(!members.arrive(&ann));
        assert_eq!(members.count(), 1);
        assert!(!members.depart(&ann.key));
        assert!(members.depart(&ann.key));
        assert!(!members.depart(&ann.key));
        assert_eq!(members.count(), 0);
    }

    #[test]
    fn the_list_goes_on_after_a_name() {
        let mut members = Members::default();
        for name in ["guest-b", "Zoe", "ann"] {
            members.arrive(&present(1, name));
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
