//! Whatever is pressed and whatever happens, nothing panics, no word that was typed is lost, and nothing on the screen is
//! what a terminal obeys.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use super::super::arrival::{Arrival, Outcome};
use super::super::drafts::Kept;
use super::super::editor::Editor;
use super::super::testing::{event, react, text, user};
use super::person::{Person, in_room};
use crate::client::Happening;
use crate::model::{Body, LogId, Seq};
use crate::wire::{Joined, Page, RoomEntry, Signal};

fn key() -> impl Strategy<Value = Arrival> {
    let codes = prop_oneof![
        any::<char>().prop_filter("those of a draft", |c| !"ЖЩЮЯ".contains(*c)).prop_map(KeyCode::Char),
        prop::sample::select("abcdefghijklmnopqrstuvwxyz./:0123456789_ ".chars().collect::<Vec<_>>())
            .prop_map(KeyCode::Char),
        (1_u8..=12).prop_map(KeyCode::F),
        prop::sample::select(vec![
            KeyCode::Enter,
            KeyCode::Tab,
            KeyCode::BackTab,
            KeyCode::Backspace,
            KeyCode::Delete,
            KeyCode::Esc,
            KeyCode::Home,
            KeyCode::End,
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::Left,
            KeyCode::Right,
            KeyCode::PageUp,
            KeyCode::PageDown,
        ]),
    ];
    let all = prop_oneof![6 => (codes, 0_u8..8), 1 => Just((KeyCode::Char('m'), 4)), 1 => Just((KeyCode::Enter, 0))];
    all.prop_map(|(code, held)| {
        let modifiers = KeyModifiers::from_bits_truncate(held);
        Arrival::Key(KeyEvent::new(code, modifiers))
    })
}

fn mouse() -> impl Strategy<Value = Arrival> {
    let left = MouseButton::Left;
    let kinds = [
        MouseEventKind::ScrollUp,
        MouseEventKind::ScrollDown,
        MouseEventKind::Down(left),
        MouseEventKind::Drag(left),
        MouseEventKind::Up(left),
    ];
    (prop::sample::select(kinds.to_vec()), 0_u16..100, 0_u16..40)
        .prop_map(|(kind, column, row)| Arrival::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
}

fn body() -> impl Strategy<Value = Body> {
    prop_oneof![
        any::<String>().prop_map(Body::Text),
        "[a-z \u{1b}\u{202e}你👩\u{200d}🚀`>\n]{0,200}".prop_map(Body::Text),
        (seq(), any::<String>()).prop_map(|(of, text)| Body::Edit { of: Seq(of), text }),
        seq().prop_map(|of| Body::Delete { of: Seq(of) }),
        (seq(), any::<String>(), any::<bool>()).prop_map(|(of, emoji, on)| react(of, &emoji, on)),
        any::<String>().prop_map(Body::Topic),
        Just(Body::Gone {}),
    ]
}

/// Numbers of messages, of which a hostile server has others than ours.
fn seq() -> impl Strategy<Value = u64> {
    prop_oneof![20 => 0_u64..60, 1 => Just(u64::MAX), 1 => any::<u64>()]
}

fn happening() -> impl Strategy<Value = Arrival> {
    let rooms = || prop::sample::select(vec!["lobby", "dev", "nowhere"]);
    let event = (rooms(), seq(), any::<String>(), body(), prop::option::of(seq())).prop_map(
        |(room, seq, who, body, reply_to)| {
            let event = in_room(room, event(seq, &who, body));
            Happening::Event(crate::wire::Event { reply_to: reply_to.map(Seq), ..event })
        },
    );
    let others = (rooms(), any::<String>(), 0_u8..6, seq()).prop_map(|(room, who, which, missed)| {
        let (room, user) = (room.to_owned(), user(&who));
        match which {
            0 => Happening::Signal(Signal::Typing { room, user }),
            1 => Happening::Signal(Signal::Presence { room, user, here: true }),
            2 => Happening::Signal(Signal::Presence { room, user, here: false }),
            3 => Happening::StartedOver { room },
            4 => Happening::Resumed { room, missed },
            _ => Happening::Lost { why: who, retry_in: std::time::Duration::from_secs(3) },
        }
    });
    prop_oneof![3 => event, 1 => others].prop_map(|happening| Arrival::Happening(Box::new(happening)))
}

fn rest() -> impl Strategy<Value = Arrival> {
    prop_oneof![
        any::<String>().prop_map(Arrival::Paste),
        (1_u16..120, 1_u16..50).prop_map(|(columns, rows)| Arrival::Resize(columns, rows)),
        any::<bool>().prop_map(Arrival::Focus),
        Just(()).prop_map(|()| Arrival::Tick),
        (seq(), seq(), prop::collection::vec((seq(), body()), 0..8)).prop_map(|(first, head, bodies)| {
            let events = bodies.into_iter().map(|(seq, body)| event(seq, "dee", body)).collect();
            let page = Page { room: "lobby".to_owned(), first: Seq(first), head: Seq(head), events };
            let way = super::super::timeline::Way::End;
            Arrival::Outcome(Box::new(Outcome::Page { room: "lobby".to_owned(), way, page: Ok(page) }))
        }),
        (1_u64..9, any::<String>()).prop_map(|(id, why)| {
            Arrival::Outcome(Box::new(Outcome::Said { room: "lobby".to_owned(), id, said: Err(why) }))
        }),
        (any::<String>(), any::<String>())
            .prop_map(|(title, row)| { Arrival::Outcome(Box::new(Outcome::List { title, rows: vec![row; 40] })) }),
        outcome().prop_map(|outcome| Arrival::Outcome(Box::new(outcome))),
        prop::collection::vec(any::<String>(), 0..4).prop_map(Arrival::Over),
    ]
}

/// What becomes of things that may never have been begun.
fn outcome() -> impl Strategy<Value = Outcome> {
    let rooms = || prop::sample::select(vec!["lobby", "dev", "nowhere"]).prop_map(str::to_owned);
    let entry = |(room, topic): (String, String)| RoomEntry { room, topic, members: 1, head: Seq(9) };
    prop_oneof![
        (rooms(), any::<String>()).prop_map(|(asked, why)| Outcome::Joined { asked, joined: Err(why) }),
        (rooms(), any::<String>(), seq(), prop::option::of(seq())).prop_map(|(room, topic, head, read)| {
            let (log, head, read) = (LogId(1), Seq(head), read.map(Seq));
            let joined = Joined { room: room.clone(), log, topic, first: Seq(1), head, members: 1, read };
            Outcome::Joined { asked: room, joined: Ok(joined) }
        }),
        prop::collection::vec((rooms(), any::<String>()).prop_map(entry), 0..9)
            .prop_map(|rooms| Outcome::Rooms { rooms: Ok(rooms), is_shown: true }),
        (0_u64..9, any::<u64>(), any::<u64>()).prop_map(|(transfer, done, total)| Outcome::Progress {
            transfer,
            done,
            total
        }),
        (0_u64..9, any::<String>())
            .prop_map(|(transfer, why)| Outcome::Transferred { transfer: Some(transfer), told: Err(why) }),
        (0_u64..9).prop_map(Outcome::Stopped),
        any::<String>().prop_map(|name| Outcome::Registered(user(&name))),
        (rooms(), prop::collection::vec(any::<String>(), 0..4)).prop_map(|(room, names)| {
            Outcome::Members { room, members: names.iter().map(|name| user(name)).collect() }
        }),
        any::<String>().prop_map(Outcome::Note),
        any::<String>().prop_map(Outcome::Fault),
        any::<String>().prop_map(|typed| Outcome::Paths { found: vec![typed.clone(); 3], typed }),
    ]
}

fn anything() -> impl Strategy<Value = Arrival> {
    prop_oneof![5 => key(), 1 => mouse(), 3 => happening(), 1 => rest()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_panics_and_nothing_raw_is_drawn(arrivals in prop::collection::vec(anything(), 0..40)) {
        let mut ann = Person::in_lobby(80, 24);
        ann.joins("dev", 9, Some(2));
        for arrival in arrivals {
            ann.takes(arrival);
            let screen = ann.sees();
            prop_assert!(!screen.chars().any(|c| c.is_control() && c != '\n'), "{:?}", screen);
            prop_assert!(!screen.contains(['\u{202e}', '\u{2066}', '\u{200b}', '\u{2028}']), "{:?}", screen);
        }
    }

    #[test]
    fn no_draft_is_lost_by_what_happens(
        draft in "[a-z 👩\u{301}]{1,30}",
        arrivals in prop::collection::vec(prop_oneof![happening(), mouse(), rest().prop_filter("no paste", |arrival| !matches!(arrival, Arrival::Paste(_)))], 0..40),
    ) {
        let mut ann = Person::in_lobby(80, 24);
        ann.joins("dev", 9, Some(2));
        ann.takes(Arrival::Paste(draft.clone()));
        for arrival in arrivals {
            ann.takes(arrival);
        }
        let kept = Kept::of(&ann.state);
        prop_assert!(kept.rooms.iter().any(|room| room.name == "lobby" && room.draft == draft));
    }

    /// Whatever keys follow, each letter of a line is in a line, or among what can be brought back. Only keys that take a
    /// single letter out, turn two around, or take back what was typed, are not among them: that is what they are for.
    #[test]
    fn no_draft_is_lost_by_keys(keys in prop::collection::vec(key().prop_filter("one letter", takes_no_letter), 0..40)) {
        // letters that no key types here
        const PRECIOUS: &str = "ЖЩЮЯ";
        let mut ann = Person::in_lobby(80, 24);
        ann.joins("dev", 9, Some(2));
        for (seq, who) in [(1, "ann"), (2, "ben"), (3, "ann")] {
            ann.hears(event(seq, who, text("something to choose")));
        }
        ann.types(PRECIOUS);
        for key in keys {
            ann.takes(key);
        }
        let mut lobby = ann.state.rooms.all().iter().filter(|room| room.name == "lobby");
        let lobby = lobby.next().expect("nobody left it");
        let mut kept = lobby.draft.text().to_owned();
        let (mut undone, mut redone) = (lobby.draft.clone(), lobby.draft.clone());
        for _ in 0..300 {
            undone.undo();
            redone.redo();
            kept += undone.text();
            kept += redone.text();
        }
        kept += lobby.aside.as_ref().map_or("", Editor::text);
        kept.extend(lobby.editing.iter().map(|(_, before)| before.as_str()));
        kept.extend(lobby.recall.lines().map(String::as_str));
        kept.extend(ann.state.kills.iter().map(String::as_str));
        prop_assert!(PRECIOUS.chars().all(|letter| kept.contains(letter)), "{:?}", lobby);
    }
}

fn takes_no_letter(arrival: &Arrival) -> bool {
    let Arrival::Key(key) = arrival else { return true };
    let is_held = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Backspace | KeyCode::Delete => false,
        KeyCode::Char(c) => !(is_held && matches!(c.to_ascii_lowercase(), 'h' | 't' | 'd' | '7' | '_')),
        _ => true,
    }
}

#[test]
fn a_name_is_not_what_a_terminal_obeys() {
    let mut ann = Person::in_lobby(100, 24);
    ann.hears(event(1, "\u{1b}]0;pwn\u{7}", text("\u{9b}31mred\r\u{202e}")));
    let members = vec![user("\u{1b}[2J")];
    ann.learns(Outcome::Members { room: "lobby".to_owned(), members });
    let screen = ann.sees();
    assert!(screen.contains("␛]0;pwn␇") && screen.contains("␛[2J") && screen.contains("<U+202E>"), "{screen}");
}
