//! Searching: from hit to hit, further back than memory reaches, and never round about.

use crossterm::event::{KeyCode, KeyModifiers};

use super::super::arrival::{Effect, Outcome};
use super::super::overlay::Overlay;
use super::super::testing::{event, text};
use super::super::timeline::Way;
use super::person::Person;
use super::scrolling::{in_long_room, log};
use crate::model::Seq;

fn loads(effects: &[Effect]) -> Option<Seq> {
    effects.iter().find_map(|effect| match effect {
        Effect::Load { way: Way::Before(seq), .. } => Some(*seq),
        _ => None,
    })
}

/// Ann in a room whose messages 2 and 4 have what she looks for.
fn in_lobby() -> Person {
    let mut ann = Person::in_lobby(80, 24);
    for (seq, words) in (1..).zip(["hello", "a fire", "no", "Fire!", "bye"]) {
        ann.hears(event(seq, "ben", text(words)));
    }
    ann
}

#[test]
fn the_arrows_go_from_hit_to_hit_and_not_round_about() {
    let mut ann = in_lobby();
    assert_eq!(ann.sends(".search fire"), []);
    assert!(ann.sees().contains("hit 1 of 2 in what is loaded · ↑ older · ↓ newer · Enter answers · Esc leaves"));
    ann.presses(KeyCode::Up);
    assert!(ann.sees().contains("hit 2 of 2 in what"), "{}", ann.sees());
    ann.presses(KeyCode::Up);
    assert!(ann.sees().contains("hit 2 of 2, and none is older · ↑"), "{}", ann.sees());
    ann.holds(KeyModifiers::CONTROL, KeyCode::Char('n'));
    assert!(ann.sees().contains("hit 1 of 2 in what"), "{}", ann.sees());
    ann.presses(KeyCode::Down);
    assert!(ann.sees().contains("hit 1 of 2, and none is newer"), "{}", ann.sees());
    ann.presses(KeyCode::Up);
    ann.presses(KeyCode::Enter);
    assert!(ann.sees().contains("answering #2"), "{}", ann.sees());
}

#[test]
fn who_types_on_while_searching_loses_nothing() {
    for word in ["delete", "one", "n"] {
        let mut ann = in_lobby();
        ann.sends(".search fire");
        assert!(ann.types(word).iter().all(|effect| matches!(effect, Effect::Typing(_))));
        assert!(ann.line() == word && ann.state.overlay.is_none(), "{}", ann.sees());
    }
    let mut ann = in_lobby();
    ann.sends(".search fire");
    ann.presses(KeyCode::Esc);
    assert!(!ann.sees().contains("hit 1"));
    ann.sends(".search");
    assert!(ann.sees().contains("hit 2 of 2"), "again is further back: {}", ann.sees());
    ann.holds(KeyModifiers::ALT, KeyCode::Char('m'));
    assert!(ann.sees().contains("e edit"));
    assert_eq!(ann.state.overlay.as_ref().and_then(Overlay::marked), Some(Seq(2)));
}

#[test]
fn a_search_goes_on_beyond_what_is_in_memory() {
    let mut ann = in_long_room();
    let mut asked = loads(&ann.sends(".search line 123"));
    let mut pages = 0;
    while let Some(before) = asked {
        assert!(ann.sees().contains(&format!("searched back to #{before}, nothing yet · Esc stops")), "{}", ann.sees());
        asked = loads(&ann.reads("lobby", log(before.0 - 200..=before.0 - 1)));
        pages += 1;
    }
    assert!(pages == 4 && ann.sees().contains("hit 1 of 1 in what is loaded"), "{pages}: {}", ann.sees());
    assert!(ann.sees().contains("line 123"), "{}", ann.sees());
    ann.presses(KeyCode::Up);
    assert!(ann.sees().contains("hit 1 of 1, and none is older"), "{}", ann.sees());
}

#[test]
fn a_search_can_be_stopped_and_one_is_back() {
    let mut ann = in_long_room();
    let before = loads(&ann.sends(".search nowhere")).expect("a page");
    ann.reads("lobby", log(before.0 - 200..=before.0 - 1));
    ann.presses(KeyCode::Esc);
    assert!(ann.sees().contains("was not found back to #601, where you stopped"), "{}", ann.sees());
    assert!(ann.sees().contains("line 1000"), "{}", ann.sees());
    ann.sends(".search nowhere");
    ann.learns(Outcome::Page { room: "lobby".to_owned(), way: Way::Before(Seq(601)), page: Err("lost".to_owned()) });
    assert!(ann.sees().contains("no older page came"), "{}", ann.sees());
}

#[test]
fn what_is_nowhere_is_said_to_be() {
    let mut ann = in_lobby();
    ann.sends(".search water");
    assert!(ann.sees().contains("\"water\" was not found back to #1, and none is older"), "{}", ann.sees());
    ann.sends(".search");
    assert!(ann.state.overlay.is_none());
}
