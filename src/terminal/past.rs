//! Coming into a room, its past, and how far one has read it. Folding is left to [`super::fold`], when to mark to
//! [`super::marks`].

use futures_util::future::FutureExt;
use tokio::time::Instant;

use super::fold::fold;
use super::line::Line;
use super::recent::Recent;
use super::render;
use super::room::Page;
use super::talk::{Errand, Talk};
use crate::client;
use crate::model::{Seq, limits};
use crate::wire::{Answer, Event, Joined, Read, Request};

impl Talk {
    pub(super) async fn on_joined(&mut self, joined: Joined) {
        self.has_entered = true;
        let is_new = self.rooms.get(&joined.room).is_none();
        let unread = self.rooms.enter(&joined);
        self.parts.typist.facts.add_room(&joined.room);
        if !self.setting.is_script {
            self.show(render::joined(&joined)).await;
            let shown = if is_new { u64::from(limits::TERMINAL_PAST_EVENTS) } else { 0 };
            self.show_all(render::unread(unread, shown)).await;
        }
        for event in std::mem::take(&mut self.early) {
            self.show_event(event).await;
        }
        self.want_mark();
    }

    /// Shows the past of a room that one has just come into, with a line where one stopped reading it.
    pub(super) async fn show_page(&mut self, room: &str, page: Page) {
        let Page { old, new } = page;
        let Some(last) = new.last().or(old.last()).map(|event| event.seq) else { return };
        let known = self.learn_page(room, &old);
        self.show_folded(old, &known).await;
        let known = self.learn_page(room, &new);
        if !new.is_empty() && self.rooms.is_current(room) {
            self.show(Line::rule("new")).await;
        }
        self.show_folded(new, &known).await;
        self.saw(room, last);
    }

    /// Shows messages that were asked for, of one room.
    pub(super) async fn show_past(&mut self, events: Vec<Event>) {
        let Some(room) = events.first().map(|event| event.room.clone()) else { return };
        let known = self.learn_page(room.as_str(), &events);
        self.show_folded(events, &known).await;
    }

    /// Notes that what is on the screen was read.
    pub(super) fn saw(&mut self, name: &str, seq: Seq) {
        if self.rooms.is_current(name)
            && let Some(room) = self.rooms.get_mut(name)
        {
            room.see(seq);
            self.want_mark();
        }
    }

    /// A script does not read.
    pub(super) fn want_mark(&mut self) {
        if !self.setting.is_script && self.rooms.missing_mark().is_some() {
            self.pace.want(Instant::now());
        }
    }

    pub(super) fn send_mark(&mut self) {
        self.pace.begin(Instant::now());
        let Some((room, seq)) = self.missing_mark() else { return self.pace.end() };
        let answer = mark(self.parts.client.clone(), room.clone(), seq);
        self.errands.push(async move { Errand::Marked { room, seq, is_done: answer.await } }.boxed());
    }

    pub(super) fn on_marked(&mut self, name: &str, seq: Seq, is_done: bool) {
        self.pace.end();
        if is_done {
            if let Some(room) = self.rooms.get_mut(name) {
                room.marked(seq);
            }
            self.want_mark();
        }
    }

    /// Takes leave, with a last mark if one is missing.
    pub(super) async fn say_goodbye(&self) {
        let client = self.parts.client.clone();
        let last = self.missing_mark().filter(|_| !self.setting.is_script && self.parts.typist.facts.is_live());
        let mark = async {
            if let Some((room, seq)) = last {
                mark(client.clone(), room, seq).await;
            }
        };
        tokio::join!(mark, client.clone().quit());
    }

    fn missing_mark(&self) -> Option<(String, Seq)> {
        self.rooms.missing_mark().map(|(room, seq)| (room.to_owned(), seq))
    }

    /// Remembers what a page holds, and returns what is known with all of it.
    fn learn_page(&mut self, room: &str, page: &[Event]) -> Recent {
        let oneself = self.parts.client.user();
        let Some(room) = self.rooms.get_mut(room) else { return Recent::default().with(page, &oneself) };
        room.recent.note_all(page, &oneself);
        room.recent.with(page, &oneself)
    }

    async fn show_folded(&mut self, events: Vec<Event>, known: &Recent) {
        for telling in fold(events) {
            let here = self.rooms.is_current(telling.event.room.as_str());
            let lines = self.parts.renderer.event(&telling, here, known);
            self.show_all(lines).await;
        }
    }
}

/// Whether the server has it.
async fn mark(client: client::Client, room: String, seq: Seq) -> bool {
    matches!(client.call(Request::Read(Read { room, seq })).await, Ok(Answer::Ok))
}
