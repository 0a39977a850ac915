//! A page of the past as somebody wants to read it: what was changed stands there as it is now, what was taken back is
//! gone, and the changes do not stand there a second time. What happens while one is there comes unfolded, as it
//! happens. Reading pages is left to [`super::act`], showing them to [`super::past`].

use std::collections::HashMap;

use crate::model::{Body, Seq};
use crate::wire::Event;

/// An event as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Telling {
    /// With its newest text.
    pub event: Event,
    /// Whether that is not the first one.
    pub is_edited: bool,
}

impl From<Event> for Telling {
    fn from(event: Event) -> Self {
        Self { event, is_edited: false }
    }
}

/// Folds a page, in rising order. Whatever is about a message of another page stays as it is.
#[must_use]
pub(super) fn fold(page: Vec<Event>) -> Vec<Telling> {
    let mut tellings: Vec<Telling> = Vec::with_capacity(page.len());
    let mut places: HashMap<Seq, usize> = HashMap::with_capacity(page.len());
    for event in page {
        let target = target(&event.body).and_then(|of| places.get(&of)).and_then(|place| tellings.get_mut(*place));
        if let Some(target) = target {
            apply(event.body, target);
        } else {
            places.insert(event.seq, tellings.len());
            tellings.push(event.into());
        }
    }
    tellings
}

/// The page up to what was read, and the rest.
#[must_use]
pub(super) fn split_at_mark(mut page: Vec<Event>, read: Option<Seq>) -> (Vec<Event>, Vec<Event>) {
    let news = read.map_or(page.len(), |read| page.partition_point(|event| event.seq <= read));
    let unread = page.split_off(news);
    (page, unread)
}

const fn target(body: &Body) -> Option<Seq> {
    match body {
        Body::Edit { of, .. } | Body::Delete { of } => Some(*of),
        _ => None,
    }
}

fn apply(change: Body, target: &mut Telling) {
    match (change, &mut target.event.body) {
        (Body::Edit { text: new, .. }, Body::Text(text)) => {
            *text = new;
            target.is_edited = true;
        }
        (Body::Delete { .. }, body) => {
            *body = Body::Gone {};
            target.is_edited = false;
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{event, text};
    use super::*;

    fn edit(of: u64, text: &str) -> Body {
        Body::Edit { of: Seq(of), text: text.to_owned() }
    }

    fn page(bodies: &[(u64, Body)]) -> Vec<Event> {
        bodies.iter().map(|(seq, body)| event(*seq, body.clone())).collect()
    }

    fn folded(bodies: &[(u64, Body)]) -> Vec<(u64, Body, bool)> {
        let tellings = fold(page(bodies));
        tellings.into_iter().map(|told| (told.event.seq.0, told.event.body, told.is_edited)).collect()
    }

    #[test]
    fn changes_are_told_where_the_message_stands() {
        let delete = |of| Body::Delete { of: Seq(of) };
        let react = Body::React { of: Seq(1), emoji: "👍".to_owned(), on: true };
        assert_eq!(
            folded(&[(1, text("a")), (2, edit(1, "b")), (3, react.clone()), (4, edit(1, "c")), (5, text("d"))]),
            [(1, text("c"), true), (3, react, false), (5, text("d"), false)]
        );
        assert_eq!(folded(&[(1, text("a")), (2, edit(1, "b")), (3, delete(1))]), [(1, Body::Gone {}, false)]);
        assert_eq!(folded(&[(1, Body::Gone {}), (2, delete(1))]), [(1, Body::Gone {}, false)]);
        assert_eq!(folded(&[(1, Body::Gone {}), (2, edit(1, "b"))]), [(1, Body::Gone {}, false)]);
    }

    #[test]
    fn what_is_about_another_page_stays() {
        let bodies = [(8, edit(1, "b")), (9, Body::Delete { of: Seq(2) })];
        assert_eq!(folded(&bodies), bodies.clone().map(|(seq, body)| (seq, body, false)));
    }

    #[test]
    fn a_mark_divides_a_page() {
        let all = page(&[(4, text("a")), (5, text("b")), (6, text("c"))]);
        for (read, old) in [(None, 3), (Some(3), 0), (Some(4), 1), (Some(6), 3), (Some(99), 3)] {
            let (before, after) = split_at_mark(all.clone(), read.map(Seq));
            assert_eq!((before.len(), after.len()), (old, 3 - old), "{read:?}");
        }
    }
}
