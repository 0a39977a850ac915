//! What somebody stumbled over who sat at the full screen for the first time.

use crossterm::event::{KeyCode, KeyModifiers};

use super::super::arrival::{Arrival, Effect};
use super::super::testing::{event, text};
use super::person::Person;
use crate::client::Happening;
use crate::model::{Body, Seq};

fn is_offline(ann: &mut Person) {
    let lost = Happening::Lost { why: "shutdown".to_owned(), retry_in: std::time::Duration::from_secs(60) };
    ann.takes(Arrival::Happening(Box::new(lost)));
}

#[test]
fn what_waits_to_be_sent_is_not_changed_in_the_place_of_something_older() {
    let mut ann = Person::in_lobby(120, 24);
    ann.hears(event(1, "ann", text("the older one")));
    is_offline(&mut ann);
    ann.sends("the nwe one");
    assert_eq!(ann.sends(".edit the new one"), []);
    assert_eq!(ann.line(), ".edit the new one");
    assert!(
        ann.sees().contains("your last message is still on its way; it can be changed once it has"),
        "{}",
        ann.sees()
    );
    ann.holds(KeyModifiers::CONTROL, KeyCode::Char('u'));
    assert_eq!((ann.presses(KeyCode::Up), ann.line()), (vec![], ""));
    assert_eq!(ann.sends(".delete"), []);
    assert!(ann.sees().contains("still on its way") && ann.line() == ".delete", "{}", ann.sees());
    ann.holds(KeyModifiers::CONTROL, KeyCode::Char('u'));
    assert!(matches!(ann.sends(".edit 1 an older one")[..], [Effect::Say { .. }, Effect::Keep]), "a number is plain");
    ann.hears(event(2, "ann", text("the nwe one")));
    ann.hears(event(3, "ann", Body::Edit { of: Seq(1), text: "an older one".to_owned() }));
    ann.presses(KeyCode::Up);
    assert_eq!(ann.line(), "the nwe one");
}
