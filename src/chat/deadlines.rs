//! One timer for all connections of a thread. Each connection stands here once, at the second in which it is next
//! looked at; one that was active meanwhile is put back further on. So an idle connection costs no tick, and an
//! active one costs none per frame. Reading the clock is left to the caller.

use std::collections::BTreeMap;

/// Who is to be looked at when; times are whole seconds on any clock that only rises.
#[derive(Debug)]
pub struct Deadlines<K> {
    due: BTreeMap<u64, Vec<K>>,
}

impl<K> Default for Deadlines<K> {
    fn default() -> Self {
        Self { due: BTreeMap::new() }
    }
}

impl<K> Deadlines<K> {
    /// Looks at `key` in second `at_s`.
    pub fn insert(&mut self, at_s: u64, key: K) {
        self.due.entry(at_s).or_default().push(key);
    }

    /// The second in which the next one is due.
    #[must_use]
    pub fn next_s(&self) -> Option<u64> {
        self.due.first_key_value().map(|(at_s, _)| *at_s)
    }

    /// Takes out all that are due at `now_s`.
    pub fn take_due(&mut self, now_s: u64) -> Vec<K> {
        let later = self.due.split_off(&(now_s + 1));
        std::mem::replace(&mut self.due, later).into_values().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_comes_out_once_when_it_is_due() {
        let mut deadlines = Deadlines::default();
        for (at_s, key) in [(5, 'a'), (7, 'b'), (5, 'c')] {
            deadlines.insert(at_s, key);
        }
        assert_eq!(deadlines.next_s(), Some(5));
        assert_eq!(deadlines.take_due(4), Vec::<char>::new());
        assert_eq!(deadlines.take_due(6), ['a', 'c']);
        assert_eq!(deadlines.next_s(), Some(7));
        assert_eq!(deadlines.take_due(100), ['b']);
        assert_eq!(deadlines.next_s(), None);
    }
}
