//! What became of things under way: said, saved, done, or not. Bringing them about is left to [`super::say`].

use super::Error;
use super::act::Done;
use super::certificate;
use super::line::Line;
use super::parting;
use super::render;
use super::talk::{Attempt, Errand, Talk};
use crate::client;
use crate::wire::{Code, Refusal, RoomEntry, Said};

impl Talk {
    pub(super) async fn on_errand(&mut self, errand: Errand) {
        match errand {
            Errand::Said { attempt, outcome } => self.on_answer(&attempt, outcome).await,
            Errand::Marked { room, seq, is_done } => self.on_marked(&room, seq, is_done),
            Errand::Saved { name, outcome } => {
                self.saves -= 1;
                match outcome {
                    Ok(saved) => self.show(Line::note(saved.to_string())).await,
                    Err(error) => self.fault(format!("{name} was not saved: {error}")).await,
                }
            }
            Errand::Rooms(entries) => self.learn(&entries),
        }
    }

    async fn on_answer(&mut self, attempt: &Attempt, outcome: Result<Said, client::Error>) {
        if let Err(client::Error::Ended(_) | client::Error::Distrusted(_)) = outcome {
            // nobody will answer: what is left is counted at the end
            return;
        }
        self.unanswered -= 1;
        match outcome {
            Ok(said) => self.rooms.said(&said),
            Err(error) => {
                let why = self.why_missing(attempt, &error).map_or_else(|| error.to_string(), str::to_owned);
                self.fault(render::refused(&attempt.otherwise, &why, &attempt.quote)).await;
            }
        }
    }

    /// The server has one word for all messages that are not there.
    fn why_missing(&self, attempt: &Attempt, error: &client::Error) -> Option<&'static str> {
        let client::Error::Refused(Refusal { code: Code::NoSuchMessage, .. }) = error else { return None };
        Some(self.rooms.get(&attempt.room)?.why_missing(attempt.target?, attempt.wants_text))
    }

    pub(super) async fn on_done(&mut self, done: Result<Done, Error>) {
        self.running = None;
        match done {
            Ok(done) => self.on_result(done).await,
            Err(Error::Client(client::Error::Ended(bye))) => {
                self.end(parting::ended(&bye, self.setting.device.as_deref()));
            }
            Err(Error::Client(client::Error::Distrusted(why))) => self.end(certificate::distrusted(&why)),
            Err(error) => self.on_failure(error).await,
        }
        self.early.clear();
        self.ready(String::new());
    }

    /// Whoever does not even come into the first room has nothing to do here, and what a script goes on to say may
    /// have been meant for elsewhere.
    async fn on_failure(&mut self, error: Error) {
        let why = error.to_string();
        if self.setting.is_script || !self.has_entered {
            self.give_up([Line::fault(why)]);
        } else {
            self.fault(why).await;
        }
    }

    async fn on_result(&mut self, done: Done) {
        match done {
            Done::Lines(lines) => self.show_all(lines).await,
            Done::Past(events) => self.show_past(events).await,
            Done::Joined(joined) => self.on_joined(joined).await,
            Done::Left(room) => self.on_left(&room).await,
            Done::Rooms(entries) => {
                self.learn(&entries);
                let unread = |entry: &RoomEntry| self.rooms.get(&entry.room).map_or(0, |room| room.unread(entry.head));
                let is_script = self.setting.is_script;
                let row = |entry| render::room_row(entry, if is_script { 0 } else { unread(entry) });
                self.show_all(entries.iter().map(row)).await;
            }
            Done::Registered(user) => {
                self.parts.typist.facts.set_guest(user.guest);
                self.show(Line::note(format!("you are {} now", user.name))).await;
            }
            Done::Devices(devices) => {
                let rows: Vec<Line> = devices.iter().map(|device| self.parts.renderer.device(device)).collect();
                self.show_all(rows).await;
            }
            Done::Saved(saved) => self.show(Line::note(saved.to_string())).await,
        }
    }

    fn learn(&self, entries: &[RoomEntry]) {
        for entry in entries {
            self.parts.typist.facts.add_room(&entry.room);
        }
    }
}
