//! Somebody at a screen that exists in memory only: presses keys, hears what happens, and looks.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;

use super::super::arrival::{Arrival, Effect, Outcome};
use super::super::bindings::Keys;
use super::super::images::Way;
use super::super::state::{Pictures, Setting, State};
use super::super::testing::{event, text, user};
use super::super::theme::{Choice, Theme};
use super::super::update::update;
use super::super::view;
use crate::client::Happening;
use crate::model::{LogId, RoomName, Seq};
use crate::wire::{Event, Joined, Page};

pub(super) struct Person {
    pub(super) state: State,
    now: u64,
}

impl Person {
    /// Ann, who is in no room yet.
    pub(super) fn new(columns: u16, rows: u16) -> Self {
        let setting = Setting {
            auto_save_bytes_max: 0,
            is_encrypted: true,
            is_second: false,
            text_bytes_max: 16_384,
            server: "tertulia".to_owned(),
            zone: TimeZone::UTC,
            theme: Theme::new(Choice::Auto),
            keys: Keys::default(),
            pictures: Some(Pictures { way: Way::Blocks, has_all_colours: true }),
        };
        Self { state: State::new(setting, user("ann"), (columns, rows)), now: 0 }
    }

    /// Ann in the lobby, where nothing was said.
    pub(super) fn in_lobby(columns: u16, rows: u16) -> Self {
        let mut ann = Self::new(columns, rows);
        ann.joins("lobby", 0, None);
        ann
    }

    pub(super) fn joins(&mut self, room: &str, head: u64, read: Option<u64>) -> Vec<Effect> {
        self.state.rooms.get_or_add(room);
        let (topic, read) = ("bread and roses".to_owned(), read.map(Seq));
        let joined =
            Joined { room: room.to_owned(), log: LogId(1), topic, first: Seq(1), head: Seq(head), members: 1, read };
        self.learns(Outcome::Joined { asked: room.to_owned(), joined: Ok(joined) })
    }

    pub(super) fn learns(&mut self, outcome: Outcome) -> Vec<Effect> {
        self.takes(Arrival::Outcome(Box::new(outcome)))
    }

    pub(super) fn hears(&mut self, event: Event) -> Vec<Effect> {
        self.takes(Arrival::Happening(Box::new(Happening::Event(event))))
    }

    /// Others say so many things, one each minute.
    pub(super) fn hears_lines(&mut self, seqs: std::ops::RangeInclusive<u64>) {
        for seq in seqs {
            self.hears(event(seq, ["ben", "cy"][usize::from(seq % 3 == 0)], text(&format!("line {seq}"))));
        }
    }

    /// What was asked for of the log comes.
    pub(super) fn reads(&mut self, room: &str, events: Vec<Event>) -> Vec<Effect> {
        let way = self.state.rooms.get_mut(room).and_then(|room| room.timeline.loading).expect("a page is asked for");
        let head = self.state.rooms.get_mut(room).map(|room| room.head).unwrap_or_default();
        let page = Page { room: room.to_owned(), first: Seq(1), head, events };
        self.learns(Outcome::Page { room: room.to_owned(), way, page: Ok(page) })
    }

    pub(super) fn presses(&mut self, code: KeyCode) -> Vec<Effect> {
        self.takes(Arrival::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    pub(super) fn holds(&mut self, modifiers: KeyModifiers, code: KeyCode) -> Vec<Effect> {
        self.takes(Arrival::Key(KeyEvent::new(code, modifiers)))
    }

    pub(super) fn types(&mut self, line: &str) -> Vec<Effect> {
        line.chars().flat_map(|c| self.presses(KeyCode::Char(c))).collect()
    }

    pub(super) fn sends(&mut self, line: &str) -> Vec<Effect> {
        self.types(line);
        self.presses(KeyCode::Enter)
    }

    pub(super) fn waits(&mut self, ms: u64) -> Vec<Effect> {
        self.now += ms;
        self.takes(Arrival::Tick)
    }

    /// Time goes on, and nothing happens but what comes next.
    pub(super) fn is_slow(&mut self, ms: u64) {
        self.now += ms;
    }

    pub(super) fn takes(&mut self, arrival: Arrival) -> Vec<Effect> {
        self.now += 1;
        update(&mut self.state, arrival, self.now)
    }

    pub(super) fn line(&self) -> &str {
        self.state.rooms.current().map_or("", |room| room.draft.text())
    }

    pub(super) fn sees(&self) -> String {
        view::drawn(&self.state)
    }
}

/// The same in another room.
pub(super) fn in_room(room: &str, event: Event) -> Event {
    Event { room: RoomName::parse(room).expect("a name"), ..event }
}
