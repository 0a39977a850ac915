//! The screen at several sizes, as text.

use crossterm::event::{KeyCode, KeyModifiers};

use super::super::arrival::{Arrival, Outcome};
use super::super::testing::{event, react, text, user};
use super::person::{Person, in_room};
use crate::client::Happening;
use crate::model::{Body, Digest, FileBody, ImageBody, Seq};
use crate::wire::Event;

/// A conversation with all that there can be in one.
fn full(columns: u16, rows: u16) -> Person {
    let mut ann = Person::in_lobby(columns, rows);
    ann.joins("garden", 0, None);
    ann.joins("a-room-with-quite-a-long-name", 12, Some(3));
    let members = ["ann", "ben", "cyrus-the-very-long-handled"].map(user).to_vec();
    ann.learns(Outcome::Members { room: "lobby".to_owned(), members });
    let sha256 = Digest([0; 32]);
    let image =
        ImageBody { name: "cat.png".into(), size: 12_345, mime: "image/png".into(), sha256, width: 640, height: 480 };
    let file = FileBody { name: "a\u{1b}[2J.txt".into(), size: 17, mime: "text/plain".into(), sha256 };
    for (seq, who, body) in [
        (1, "ben", text("hello, is anybody here?")),
        (
            2,
            "cyrus-the-very-long-handled",
            text(
                "a longer text with https://example.org/a/link?to=it and `code`, which goes over several rows of the screen",
            ),
        ),
        (3, "ben", text("你好世界 👩‍🚀👍🏽 e\u{301}\u{323} שלום")),
        (4, "ben", Body::Image(image)),
        (5, "ben", Body::File(file)),
        (6, "ann", text("> a quote\nand the answer, ann\u{202e}!")),
        (7, "ben", Body::Edit { of: Seq(1), text: "hello, is anybody there?".to_owned() }),
        (8, "cyrus-the-very-long-handled", react(3, "👍", true)),
        (9, "ann", react(3, "👍", true)),
        (10, "ben", Body::Topic("the garden \u{1b}]0;x\u{7}".to_owned())),
        (11, "cyrus-the-very-long-handled", Body::Gone {}),
    ] {
        ann.hears(event(seq, who, body));
    }
    ann.hears(Event { reply_to: Some(Seq(1)), ..event(12, "cyrus-the-very-long-handled", text("ann: I am")) });
    ann.hears(in_room("garden", event(1, "ben", text("are you there, ann?"))));
    ann.types("half a line");
    ann
}

#[test]
fn a_small_screen() {
    insta::assert_snapshot!(full(40, 10).sees());
}

#[test]
fn the_usual_screen() {
    insta::assert_snapshot!(full(80, 24).sees());
}

#[test]
fn a_large_screen() {
    insta::assert_snapshot!(full(200, 60).sees());
}

#[test]
fn away_and_waiting() {
    let mut ann = full(80, 24);
    let lost = Happening::Lost { why: "shutdown".to_owned(), retry_in: std::time::Duration::from_secs(2) };
    ann.takes(Arrival::Happening(Box::new(lost)));
    ann.presses(KeyCode::Enter);
    ann.types("two");
    ann.holds(KeyModifiers::ALT, KeyCode::Enter);
    ann.types("lines");
    insta::assert_snapshot!(ann.sees());
}

#[test]
fn the_help_lies_over_it() {
    let mut ann = full(80, 24);
    ann.presses(KeyCode::F(1));
    insta::assert_snapshot!(ann.sees());
}

#[test]
fn a_room_is_found() {
    let mut ann = full(80, 24);
    ann.holds(KeyModifiers::CONTROL, KeyCode::Char('k'));
    ann.types("gar");
    insta::assert_snapshot!(ann.sees());
}

#[test]
fn the_place_is_kept_while_new_ones_arrive() {
    let mut ann = Person::in_lobby(60, 12);
    ann.hears_lines(1..=40);
    ann.presses(KeyCode::PageUp);
    let before = ann.sees();
    ann.hears_lines(41..=45);
    let after = ann.sees();
    let rows = |screen: &str| {
        screen.lines().skip(1).take(8).map(|row| row.chars().skip(19).collect::<String>()).collect::<Vec<_>>()
    };
    assert_eq!(rows(&before), rows(&after));
    assert!(after.contains("↓ 5 new"), "{after}");
    ann.holds(KeyModifiers::ALT, KeyCode::End);
    assert!(ann.sees().contains("line 45"));
}

#[test]
fn even_the_tiniest_screen_is_one() {
    for (columns, rows) in [(1, 1), (2, 2), (5, 3), (12, 4), (40, 1), (1, 40), (300, 100)] {
        let mut ann = full(columns, rows);
        for key in [KeyCode::PageUp, KeyCode::F(1), KeyCode::Esc, KeyCode::F(7), KeyCode::F(8), KeyCode::Tab] {
            ann.presses(key);
            ann.sees();
        }
    }
}

#[test]
fn an_empty_room_says_what_can_be_done() {
    let mut ann = Person::new(44, 12);
    ann.state.oneself.guest = true;
    ann.joins("lobby", 0, None);
    insta::assert_snapshot!(ann.sees());
    ann.hears(event(1, "ben", text("hello")));
    assert!(!ann.sees().contains("Nobody"));
}

#[test]
fn pages_can_be_read_to_their_end_at_any_width() {
    let mut ann = Person::in_lobby(40, 10);
    let rows =
        (1..=30).map(|row| format!("{row} a row that is longer than a small screen is wide, end{row}")).collect();
    ann.learns(Outcome::List { title: "rows".to_owned(), rows });
    let mut seen = String::new();
    for _ in 0..40 {
        seen += &ann.sees();
        ann.presses(KeyCode::PageDown);
    }
    for row in 1..=30 {
        assert!(seen.contains(&format!("end{row}")), "{row}");
    }
    assert!(ann.sees().contains("end30") && ann.sees().contains("PageUp"));
    ann.presses(KeyCode::Home);
    assert!(ann.sees().contains("1 a row") && ann.sees().contains("1 to 6 of"));
}

#[test]
fn a_question_for_a_password_is_read_on_a_small_screen() {
    let mut ann = Person::in_lobby(40, 10);
    ann.sends(".password");
    ann.types("secret");
    let screen = ann.sees();
    assert!(screen.contains("the old password, or nothing if"), "{screen}");
    assert!(screen.contains("there is none") && screen.contains("••••••") && !screen.contains("secret"), "{screen}");
}

#[test]
fn what_is_told_does_not_hide_what_goes_on() {
    let mut ann = full(80, 24);
    ann.state.tell("something");
    let screen = ann.sees();
    let row = screen.lines().find(|row| row.contains("* something")).expect("it is told");
    assert!(row.ends_with("10 unread, Alt-A"), "{row}");
    ann.state.tell("something so long that there is no room beside it on a screen of eighty columns");
    assert!(!ann.sees().contains("10 unread, Alt-A"));
}

#[test]
fn a_side_for_which_there_is_no_room_is_told_of() {
    let mut ann = Person::in_lobby(30, 10);
    ann.presses(KeyCode::F(8));
    assert!(ann.sees().contains("too narrow"), "{}", ann.sees());
}

#[test]
fn a_line_that_is_longer_than_its_place_says_so() {
    let mut ann = Person::in_lobby(80, 12);
    ann.takes(Arrival::Paste("one\ntwo\nthree\nfour\nfive".to_owned()));
    assert!(ann.sees().contains("↑ two") && !ann.sees().contains("one"), "{}", ann.sees());
    for _ in 0..4 {
        ann.presses(KeyCode::Up);
    }
    assert!(ann.sees().contains("› one") && ann.sees().contains("↓ four"), "{}", ann.sees());
}

#[test]
fn who_comes_back_sees_how_much_is_still_to_come() {
    let mut ann = Person::in_lobby(80, 24);
    let resumed = Happening::Resumed { room: "lobby".to_owned(), missed: 3 };
    ann.takes(Arrival::Happening(Box::new(resumed)));
    assert!(ann.sees().contains("connected, encrypted · behind by 3"), "{}", ann.sees());
    ann.hears_lines(1..=2);
    assert!(ann.sees().contains("behind by 1"));
    ann.hears_lines(3..=4);
    assert!(!ann.sees().contains("behind"));
}

#[test]
fn letters_that_could_be_written_as_one_leave_the_number_where_it_is() {
    let mut ann = Person::in_lobby(80, 24);
    ann.hears(event(1, "ben", text("see لا لا لا لا")));
    let screen = ann.sees();
    let row = screen.lines().find(|row| row.contains("see")).expect("a row");
    assert!(row.ends_with("#1"), "{screen}");
}

#[test]
fn the_page_of_the_end_stays_while_somebody_types_on() {
    let mut ann = Person::in_lobby(80, 24);
    ann.types("a long");
    ann.takes(Arrival::Over(vec!["you are banned".to_owned()]));
    ann.types(" sentence, ");
    assert_eq!(ann.line(), "a long sentence, ");
    assert!(ann.sees().contains("you are banned"));
    ann.presses(KeyCode::Esc);
    assert!(!ann.sees().contains("you are banned"));
}

#[test]
fn an_empty_page_says_so() {
    let mut ann = Person::in_lobby(80, 24);
    ann.presses(KeyCode::F(2));
    assert!(ann.sees().contains("nothing yet"), "{}", ann.sees());
}

#[test]
fn whose_words_are_the_first_on_the_screen_is_said() {
    let mut ann = Person::in_lobby(80, 24);
    for seq in 1..=60 {
        ann.hears(Event { at: crate::model::Timestamp(seq), ..event(seq, "ben", text(&format!("line {seq}"))) });
    }
    let long = "a word ".repeat(400);
    ann.hears(Event { at: crate::model::Timestamp(61), ..event(61, "cy", text(&long)) });
    assert!(ann.sees().lines().nth(1).is_some_and(|row| row.contains("cy ")), "{}", ann.sees());
    ann.presses(KeyCode::PageUp);
    ann.presses(KeyCode::PageUp);
    ann.presses(KeyCode::PageUp);
    let screen = ann.sees();
    let first = screen.lines().nth(1).unwrap();
    assert!(first.contains("ben") && first.contains("line"), "{screen}");
    assert_eq!(screen.matches(" ben ").count(), 1, "only there: {screen}");
}

#[test]
fn ones_name_is_marked_where_others_say_it() {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    let mut ann = Person::in_lobby(80, 24);
    ann.hears(event(1, "ben", text("is ann here? not Anna")));
    let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
    super::super::view::draw(&ann.state, &mut buffer);
    let mention = ann.state.setting.theme.mention;
    let row: String = (0..80).map(|x| buffer[(x, 21)].symbol().to_owned()).collect();
    let marked: String = (0..80)
        .filter(|x| buffer[(*x, 21)].modifier == mention.add_modifier)
        .map(|x| buffer[(x, 21)].symbol())
        .collect();
    assert!(row.contains("is ann here"), "{row}");
    assert_eq!(marked, "benann", "whoever says it, and the name");
}
