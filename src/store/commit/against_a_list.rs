//! The store against the plainest thing that keeps the same promises: a list for each room. Random batches, with the
//! store closed and opened again in between.

#![cfg(test)]

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::model::{DeviceId, Nonce, RoomId};
use crate::store::testing::{Fixture, NOW, entry, file, image, text};

const DEVICES: u64 = 3;
const ROOMS: u64 = 2;
const CONTENTS: u8 = 3;

#[derive(Clone)]
struct Line {
    device: DeviceId,
    body: Body,
    reply_to: Option<Seq>,
}

#[derive(Default)]
struct List {
    rooms: HashMap<u64, Vec<Line>>,
    said: HashMap<(DeviceId, Nonce), (u64, usize)>,
}

impl List {
    fn line(&self, room: u64, seq: Seq) -> Option<&Line> {
        let index = usize::try_from(seq.0).ok()?.checked_sub(1)?;
        self.rooms.get(&room)?.get(index)
    }

    fn settle(&mut self, entry: &Entry) -> Outcome {
        let Place::Room(RoomId(room)) = entry.place else { panic!("these entries know their room") };
        if let Some(&(old_room, index)) = self.said.get(&(entry.device, entry.nonce)) {
            let old = &self.rooms[&old_room][index];
            let is_same = old.body == Body::Gone {} || (&old.body, old.reply_to) == (&entry.body, entry.reply_to);
            let seq = Seq(index as u64 + 1);
            let is_repeated = old_room == room && is_same;
            return if is_repeated { Outcome::Repeated { seq, at: NOW } } else { Outcome::NonceReused };
        }
        if entry.refuse_if_new {
            return Outcome::Refused;
        }
        let refusal = self.refusal(room, entry);
        refusal.unwrap_or_else(|| self.append(room, entry))
    }

    fn refusal(&self, room: u64, entry: &Entry) -> Option<Outcome> {
        let is_message = |line: &&Line| matches!(line.body, Body::Text(_) | Body::File(_) | Body::Image(_));
        let message = |seq| self.line(room, seq).filter(is_message);
        if entry.reply_to.is_some_and(|seq| message(seq).is_none()) {
            return Some(Outcome::NoSuchMessage);
        }
        let (target, is_free) = match entry.body {
            Body::Edit { of, .. } => (message(of).filter(|line| matches!(line.body, Body::Text(_))), false),
            Body::Delete { of } => (message(of), false),
            Body::React { of, .. } => (message(of), true),
            _ => return None,
        };
        match target {
            None => Some(Outcome::NoSuchMessage),
            Some(line) if is_free || line.device == entry.device => None,
            Some(_) => Some(Outcome::Denied),
        }
    }

    fn append(&mut self, room: u64, entry: &Entry) -> Outcome {
        let lines = self.rooms.entry(room).or_default();
        if let Body::Delete { of } = entry.body {
            for (index, line) in lines.iter_mut().enumerate() {
                let is_edit = matches!(line.body, Body::Edit { of: edited, .. } if edited == of);
                if is_edit || index as u64 + 1 == of.0 {
                    (line.body, line.reply_to) = (Body::Gone {}, None);
                }
            }
        }
        lines.push(Line { device: entry.device, body: entry.body.clone(), reply_to: entry.reply_to });
        self.said.insert((entry.device, entry.nonce), (room, lines.len() - 1));
        Outcome::Appended { seq: Seq(lines.len() as u64), at: NOW }
    }

    fn shows(&self, content: u8) -> bool {
        let body_shows = |body: &Body| match body {
            Body::File(file) => file.sha256.0[0] == content,
            Body::Image(image) => image.sha256.0[0] == content,
            _ => false,
        };
        self.rooms.values().flatten().any(|line| body_shows(&line.body))
    }
}

fn seq() -> impl Strategy<Value = Seq> {
    (0..9_u64).prop_map(Seq)
}

fn body() -> impl Strategy<Value = Body> {
    prop_oneof![
        4 => (0..3_u8).prop_map(|n| text(&n.to_string())),
        1 => (0..CONTENTS).prop_map(|content| file("f", content)),
        1 => (0..CONTENTS).prop_map(|content| image("i", content)),
        2 => seq().prop_map(|of| Body::Edit { of, text: "e".to_owned() }),
        2 => seq().prop_map(|of| Body::Delete { of }),
        1 => (seq(), any::<bool>()).prop_map(|(of, on)| Body::React { of, emoji: "x".to_owned(), on }),
        1 => Just(Body::Topic("t".to_owned())),
    ]
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let who = (1..=DEVICES, 0..8_u64, 1..=ROOMS);
    (who, body(), prop::option::weighted(0.2, seq()), prop::bool::weighted(0.1)).prop_map(
        |((device, nonce, room), body, reply_to, refuse_if_new)| Entry {
            reply_to,
            refuse_if_new,
            ..entry(DeviceId(device), nonce, RoomId(room), body)
        },
    )
}

fn check(batches: &[(Vec<Entry>, bool)]) {
    let (mut fixture, mut list) = (Fixture::new(), List::default());
    for device in 1..=DEVICES {
        assert_eq!(fixture.device(), DeviceId(device));
    }
    for room in 1..=ROOMS {
        assert_eq!(fixture.room(&format!("room{room}")), RoomId(room));
    }
    for (batch, reopens) in batches {
        let expected: Vec<Outcome> = batch.iter().map(|entry| list.settle(entry)).collect();
        assert_eq!(fixture.commit(batch), expected);
        if *reopens {
            fixture.reopen();
        }
        for room in 1..=ROOMS {
            let log = fixture.log(RoomId(room));
            let lines = list.rooms.get(&room).cloned().unwrap_or_default();
            assert!(log.iter().map(|message| message.seq.0).eq(1..=lines.len() as u64), "without a gap");
            assert!(log.iter().map(|m| (&m.body, m.reply_to)).eq(lines.iter().map(|l| (&l.body, l.reply_to))));
            assert_eq!(fixture.store.room(RoomId(room)).unwrap().unwrap().head.0, lines.len() as u64);
        }
        for content in 0..CONTENTS {
            assert_eq!(fixture.store.is_file_kept(&Digest([content; 32])), Ok(list.shows(content)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn the_store_keeps_what_a_list_keeps(
        batches in prop::collection::vec((prop::collection::vec(any_entry(), 0..10), prop::bool::weighted(0.2)), 1..8)
    ) {
        check(&batches);
    }
}
