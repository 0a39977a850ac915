//! The conversation at a terminal: one loop that takes what is typed, what happens and what became of things under
//! way, one at a time, and shows it. The same loop serves a person at a prompt and a script behind a pipe. What
//! happens in rooms is left to [`super::hear`], what is typed to [`super::say`], what became of it to [`super::outcome`],
//! how it ends to [`super::going`].

use std::collections::VecDeque;
use std::future::pending;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::FuturesUnordered;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until};

use super::Error;
use super::act::{self, Doing, Done};
use super::command::Command;
use super::going::{Ending, Going};
use super::kept::Saved;
use super::line::Line;
use super::marks::Pace;
use super::render::{self, Renderer};
use super::rooms::Rooms;
use super::screen::Screen;
use super::signals::{Signal, Signals};
use super::typist::{Ready, Typed, Typist};
use crate::client::{self, Client, From, Happening, Happenings};
use crate::model::safe_text;
use crate::model::{Seq, limits};
use crate::wire::{Event, RoomEntry, Said};

/// What does not change during a conversation.
#[derive(Debug)]
pub(super) struct Setting {
    /// The room to begin in.
    pub room: String,
    /// Where files of others go.
    pub downloads: PathBuf,
    /// Larger files of others are not saved by themselves; 0 for none at all.
    pub auto_save_bytes_max: u64,
    /// Where this device is remembered, if it is: then what is unsaid at the end is said by the next run.
    pub device: Option<PathBuf>,
    /// Nobody watches: no past, and whatever fails shows in the exit code.
    pub is_script: bool,
}

/// What the conversation is made of.
pub(super) struct Parts {
    /// The connection.
    pub client: Client,
    /// What comes from it.
    pub happenings: Happenings,
    /// Where it is shown.
    pub screen: Screen,
    /// Who types.
    pub typist: Typist,
    /// What the system wants.
    pub signals: Signals,
    /// Makes lines of events.
    pub renderer: Renderer,
}

/// What became of something that nobody waits for at the prompt.
pub(super) enum Errand {
    Said { attempt: Attempt, outcome: Result<Said, client::Error> },
    Saved { name: String, outcome: Result<Saved, Error> },
    Rooms(Vec<RoomEntry>),
    Marked { room: String, seq: Seq, is_done: bool },
}

/// What was about to be said, for who is told that it was not.
pub(super) struct Attempt {
    /// Where.
    pub room: String,
    /// The message that it is about.
    pub target: Option<Seq>,
    /// Whether that has to be a text.
    pub wants_text: bool,
    /// What it means if it is refused.
    pub otherwise: String,
    /// A few words of it.
    pub quote: String,
}

enum Step {
    Signal(Signal),
    Gone,
    Done(Result<Done, Error>),
    Errand(Errand),
    Typed(Typed),
    Happening(Option<Happening>),
    Mark,
    TooLate,
}

/// A conversation under way.
pub(super) struct Talk {
    pub(super) parts: Parts,
    pub(super) setting: Setting,
    pub(super) rooms: Rooms,
    pub(super) errands: FuturesUnordered<BoxFuture<'static, Errand>>,
    pub(super) saves: usize,
    /// Bytes that were saved, or are to be, though nobody asked for them.
    pub(super) auto_saved_bytes: u64,
    pub(super) saving: Arc<Semaphore>,
    /// Events of a room whose `joined` was not looked at yet.
    pub(super) early: VecDeque<Event>,
    pub(super) running: Option<Doing>,
    /// A script's command, which waits until all that the script said before has come back.
    pub(super) next: Option<Command>,
    /// Messages of this terminal that are not acknowledged.
    pub(super) unanswered: usize,
    /// When to tell how far one has read.
    pub(super) pace: Pace,
    /// Whether one has been in a room at all.
    pub(super) has_entered: bool,
    pub(super) going: Going,
    pub(super) leave_by: Option<Instant>,
    pub(super) ending: Ending,
}

impl Talk {
    /// Begins a conversation: nothing has been joined yet.
    #[must_use]
    pub(super) fn new(parts: Parts, setting: Setting) -> Self {
        Self {
            parts,
            setting,
            rooms: Rooms::default(),
            errands: FuturesUnordered::new(),
            saves: 0,
            auto_saved_bytes: 0,
            saving: Arc::new(Semaphore::new(limits::TERMINAL_SAVES_AT_ONCE)),
            early: VecDeque::new(),
            running: None,
            next: None,
            unanswered: 0,
            pace: Pace::default(),
            has_entered: false,
            going: Going::Stays,
            leave_by: None,
            ending: Ending { is_good: true, words: Vec::new() },
        }
    }

    /// Goes on until somebody leaves or the server hangs up for good.
    pub(super) async fn run(mut self) -> Ending {
        self.enter().await;
        while !self.is_finished() {
            let step = self.step().await;
            self.handle(step).await;
            self.go_on().await;
        }
        if self.unanswered > 0 {
            self.give_up([render::unanswered(self.unanswered, self.setting.device.is_some())]);
        }
        self.settle().await;
        self.say_goodbye().await;
        self.ending
    }

    async fn enter(&mut self) {
        let client = self.parts.client.clone();
        self.parts.typist.facts.set_live(true);
        self.parts.typist.facts.set_guest(client.user().guest);
        if !self.setting.is_script {
            self.show(Line::note(client.welcome().server)).await;
            self.show(Line::note(format!("you are {}; .usage shows what you can do", client.user().name))).await;
            let client = client.clone();
            self.errands.push(async move { Errand::Rooms(client.rooms(None).await.unwrap_or_default()) }.boxed());
        }
        self.say_what_is_left().await;
        self.running = Some(act::join(client, self.setting.room.clone(), self.from()));
    }

    pub(super) const fn from(&self) -> From {
        if self.setting.is_script { From::Now } else { From::Last(limits::TERMINAL_PAST_EVENTS as u64) }
    }

    async fn step(&mut self) -> Step {
        let takes_lines =
            self.running.is_none() && self.going == Going::Stays && self.unanswered < limits::TERMINAL_UNANSWERED_MAX;
        let Parts { screen, typist, signals, happenings, .. } = &mut self.parts;
        tokio::select! {
            biased;
            signal = signals.next() => Step::Signal(signal),
            () = screen.gone(), if self.going == Going::Stays => Step::Gone,
            done = finished(&mut self.running) => Step::Done(done),
            Some(errand) = self.errands.next() => Step::Errand(errand),
            typed = typist.next(), if takes_lines => Step::Typed(typed),
            happening = happenings.next() => Step::Happening(happening),
            () = until(self.pace.due_at()) => Step::Mark,
            () = until(self.leave_by) => Step::TooLate,
        }
    }

    async fn handle(&mut self, step: Step) {
        match step {
            Step::Signal(signal) => self.on_signal(signal).await,
            Step::Gone => self.leave(),
            Step::Done(done) => self.on_done(done).await,
            Step::Errand(errand) => self.on_errand(errand).await,
            Step::Typed(typed) => self.on_typed(typed).await,
            Step::Happening(Some(happening)) => self.hear(happening).await,
            Step::Happening(None) => self.end([Line::fault("the connection is closed")]),
            Step::Mark => self.send_mark(),
            Step::TooLate => self.going = self.going.max(Going::IsOver),
        }
    }

    pub(super) async fn show(&self, line: Line) {
        self.parts.screen.show(line).await;
    }

    pub(super) async fn show_all(&self, lines: impl IntoIterator<Item = Line>) {
        for line in lines {
            self.show(line).await;
        }
    }

    /// Tells that something did not work; a script has failed then.
    pub(super) async fn fault(&mut self, why: String) {
        self.ending.is_good &= !self.setting.is_script;
        self.show(Line::fault(why)).await;
    }

    /// Asks for the next line, with words in it that are not to be lost.
    pub(super) fn ready(&self, left: String) {
        if self.going == Going::Stays {
            let prompt = format!("{}> ", safe_text(self.rooms.current().unwrap_or_default()));
            self.parts.typist.ready(Ready { prompt, left });
        }
    }
}

async fn finished(running: &mut Option<Doing>) -> Result<Done, Error> {
    match running {
        Some(doing) => doing.await,
        None => pending().await,
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => pending().await,
    }
}
