//! What happens in rooms and to the connection, as far as the terminal is concerned: what is shown, which file is saved
//! by itself. What it looks like is left to [`super::render`], the past to [`super::past`].

use std::time::Duration;

use futures_util::future::FutureExt;

use super::certificate;
use super::line::Line;
use super::parting;
use super::render;
use super::save::{Attachment, Place, save};
use super::talk::{Errand, Talk};
use crate::client::Happening;
use crate::model::limits;
use crate::wire::{Event, Signal};

impl Talk {
    pub(super) async fn hear(&mut self, happening: Happening) {
        match happening {
            Happening::Event(event) => self.on_event(event).await,
            Happening::Signal(signal) => self.on_presence(&signal).await,
            Happening::Lost { why, retry_in } => self.on_loss(&why, retry_in).await,
            Happening::Back(welcome) => {
                self.parts.typist.facts.set_live(true);
                self.parts.typist.facts.set_guest(welcome.user.guest);
                self.show(Line::fault("back")).await;
                self.want_mark();
            }
            Happening::StartedOver { room } => {
                if let Some(room) = self.rooms.get_mut(&room) {
                    room.start_over();
                }
                self.show(Line::note(format!("{room} has another past than before; going on from now"))).await;
            }
            // what was missed is shown as it comes
            Happening::Resumed { .. } => {}
            Happening::Left { room, why } => {
                self.rooms.leave(&room);
                self.fault(format!("no longer in {room}: {why}")).await;
            }
            Happening::Ended(bye) => self.end(parting::ended(&bye, self.setting.device.as_deref())),
            Happening::Distrusted(why) => self.end(certificate::distrusted(&why)),
        }
    }

    /// The first loss is told, and not that it goes on.
    async fn on_loss(&mut self, why: &str, retry_in: Duration) {
        if self.parts.typist.facts.is_live() {
            self.parts.typist.facts.set_live(false);
            self.show(render::lost(why, retry_in)).await;
        }
    }

    /// The answer to a join may be looked at after the first events that it brought: those wait for it.
    async fn on_event(&mut self, event: Event) {
        if self.rooms.get(event.room.as_str()).is_none() {
            if self.running.is_some() {
                if self.early.len() == limits::TERMINAL_EARLY_EVENTS_MAX {
                    self.early.pop_front();
                }
                self.early.push_back(event);
            }
            return;
        }
        self.show_event(event).await;
    }

    /// Shows an event, or keeps it until all of the past that it belongs to is there.
    pub(super) async fn show_event(&mut self, event: Event) {
        let name = event.room.clone();
        let Some(heard) = self.rooms.hear(&event) else { return };
        let Some(room) = self.rooms.get_mut(name.as_str()) else { return };
        if heard.past {
            if let Some(page) = room.hold_back(event) {
                self.show_page(name.as_str(), page).await;
            }
            return;
        }
        let oneself = self.parts.client.user();
        let telling = event.into();
        let lines = self.parts.renderer.event(&telling, heard.here, &room.recent);
        room.recent.note(&telling.event, &oneself);
        self.show_all(lines).await;
        self.saw(name.as_str(), telling.event.seq);
        if telling.event.author != oneself {
            self.save_small(&telling.event).await;
        }
    }

    /// Saves a file that somebody just sent, if it is small enough.
    async fn save_small(&mut self, event: &Event) {
        let bytes_max = self.setting.auto_save_bytes_max;
        let Some(attachment) = Attachment::of(event).filter(|file| bytes_max > 0 && file.size <= bytes_max) else {
            return;
        };
        let bytes = self.auto_saved_bytes.saturating_add(attachment.size);
        let too_many = match (self.saves, bytes) {
            (limits::TERMINAL_SAVES_WAITING_MAX, _) => "too many files at once",
            (_, 0..=limits::TERMINAL_AUTO_SAVED_BYTES_MAX) => "",
            _ => "enough was saved unasked",
        };
        if !too_many.is_empty() {
            return self.show(Line::note(format!("{too_many}; .save {} fetches this one", event.seq))).await;
        }
        self.saves += 1;
        self.auto_saved_bytes = bytes;
        let (client, saving) = (self.parts.client.clone(), self.saving.clone());
        let place = Place::usual(&self.setting.downloads, &attachment);
        let errand = async move {
            let _turn = saving.acquire().await;
            let outcome = save(&client, &attachment, &place, |_, _| ()).await;
            Errand::Saved { name: attachment.name, outcome }
        };
        self.errands.push(errand.boxed());
    }

    /// Shows who comes, goes and is called otherwise.
    async fn on_presence(&self, signal: &Signal) {
        let (Signal::Typing { room, .. } | Signal::Presence { room, .. } | Signal::Renamed { room, .. }) = signal;
        if let Some(line) = render::signal(signal, self.rooms.is_current(room)) {
            self.show(line).await;
        }
    }

    pub(super) async fn on_left(&mut self, room: &str) {
        self.rooms.leave(room);
        let now = self
            .rooms
            .current()
            .map_or("in no room now; .join ROOM goes to one".to_owned(), |room| format!("in {room}"));
        self.show(Line::note(format!("left {room}; {now}"))).await;
        self.want_mark();
    }
}
