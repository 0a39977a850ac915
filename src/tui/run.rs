//! The loop: takes what comes, hands it to the pure core, carries out what that wants, and draws. A frame is drawn when
//! something changed, at most one in 16 ms, or 4 after a key, and none while the terminal is still busy with the last; where nothing happens
//! nothing runs. What things mean is left to [`super::update`].

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, sleep_until};

use super::arrival::{Arrival, Effect, Outcome};
use super::doing::{Doer, Doing, mark};
use super::drafts::{self, Kept};
use super::notify::Notify;
use super::room::Sending;
use super::screen::Screen;
use super::start::{Look, begin, cell, gallery, restore, setting};
use super::state::State;
use super::update::update;
use super::waiting::{self, Edge};
use super::{notify, view};
use crate::client::{Happening, Happenings};
use crate::model::limits;
use crate::terminal::door::{self, Entered, Entering};
use crate::terminal::going::Ending;
use crate::terminal::line::Line;
use crate::terminal::signals::{Signal, Signals};
use crate::terminal::{Config, Error, certificate, parting, render};

/// The shortest time between two frames.
const FRAME: Duration = Duration::from_millis(16);
/// The same after a key: who types is not to wait for what others say.
const KEY_FRAME: Duration = Duration::from_millis(4);
/// What is told about transfers and was not looked at yet.
const PROGRESS_MAX: usize = 64;

/// Holds the conversation on the whole screen until it ends. What went wrong is told on standard error afterwards.
pub async fn run(config: Config, look: Look) -> ExitCode {
    let ending = hold(config, look).await.unwrap_or_else(|error| door::failed(&error));
    for line in &ending.words {
        eprintln!("{line}");
    }
    if ending.is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn hold(config: Config, look: Look) -> Result<Ending, Error> {
    match waiting::enter(config).await? {
        (Entering::In(entered), edge) => {
            let edge = edge.map_or_else(Edge::take_over, Ok)?;
            Ok(Run::new(*entered, look, edge).go().await)
        }
        (Entering::TurnedAway(ending), _) => Ok(ending),
    }
}

enum Step {
    Arrived(Arrival),
    Draw,
    Retake,
    Leave,
    End,
}

struct Run {
    state: State,
    doer: Doer,
    screen: Screen,
    notify: Notify,
    happenings: Happenings,
    keys: EventStream,
    signals: Signals,
    doings: FuturesUnordered<Doing>,
    progress: mpsc::Receiver<Outcome>,
    device_dir: Option<PathBuf>,
    begun: Instant,
    drawn: Instant,
    is_changed: bool,
    /// The shortest time from the last frame to the next.
    pause: Duration,
    leave_by: Option<Instant>,
    /// The server has said its last word; whoever reads it leaves when they like.
    is_over: bool,
    ending: Ending,
}

impl Run {
    fn new(entered: Entered, look: Look, edge: Edge) -> Self {
        let Edge { screen, signals, keys, typed, .. } = edge;
        let notify = look.notify;
        let setting = setting(&entered, look);
        let Entered { client, happenings, room, downloads, device_dir, words, .. } = entered;
        let (told, progress) = mpsc::channel(PROGRESS_MAX);
        let saving = Arc::new(Semaphore::new(limits::TERMINAL_SAVES_AT_ONCE));
        let mut state = State::new(setting, client.user(), screen.size());
        state.thumbs = gallery(&state.setting);
        let now = Instant::now();
        restore(&mut state, device_dir.as_deref(), &room);
        begin(&mut state, typed, &words);
        Self {
            state,
            doer: Doer {
                client,
                downloads,
                thumbs: device_dir.as_ref().map(|dir| dir.join("thumbs")),
                saving,
                stops: Vec::new(),
                progress: told,
            },
            screen,
            notify,
            happenings,
            keys,
            signals,
            doings: FuturesUnordered::new(),
            progress,
            device_dir,
            begun: now,
            drawn: now.checked_sub(FRAME).unwrap_or(now),
            is_changed: true,
            pause: FRAME,
            leave_by: None,
            is_over: false,
            ending: Ending { is_good: true, words: Vec::new() },
        }
    }

    async fn go(mut self) -> Ending {
        self.begin();
        loop {
            self.draw();
            match self.step().await {
                Step::Arrived(arrival) => self.take(arrival),
                Step::Draw => {}
                Step::Retake => {
                    self.screen.retake();
                    self.is_changed = true;
                }
                Step::Leave => self.leave(),
                Step::End => return self.end().await,
            }
            let is_done = self.state.unanswered() == 0 || !self.state.link.is_up();
            if self.leave_by.is_some() && is_done {
                return self.end().await;
            }
        }
    }

    /// Says what is left from before, and comes into the rooms: first into the one on the screen.
    fn begin(&mut self) {
        for unsaid in self.doer.client.unsaid() {
            let id = self.state.id();
            let say = unsaid.say().clone();
            let place = self.state.rooms.get_or_add(&say.room);
            let (body, reply_to) = (say.body, say.reply_to);
            let sending = Sending { id, body, reply_to, line: None, said: None, is_heard: false };
            self.state.rooms.all_mut()[place].sending.push_back(sending);
            self.doings.push(Doer::await_unsaid(say.room, id, unsaid));
        }
        let current = self.state.rooms.current().map(|room| room.name.clone());
        let others = self.state.rooms.all().iter().map(|room| room.name.clone());
        let all: Vec<String> =
            current.clone().into_iter().chain(others.filter(|name| Some(name) != current.as_ref())).collect();
        for room in all {
            self.carry_out(Effect::Join(room));
        }
        self.carry_out(Effect::Rooms { is_shown: false });
    }

    async fn step(&mut self) -> Step {
        let deadline = self.state.deadline().map(|at| self.begun + Duration::from_millis(at));
        let frame = (self.is_changed && self.screen.is_ready()).then(|| self.drawn + self.pause);
        let (leave_by, is_over) = (self.leave_by, self.is_over);
        let Self { signals, keys, doings, progress, happenings, screen, .. } = self;
        let arrived = |outcome| Step::Arrived(Arrival::Outcome(Box::new(outcome)));
        tokio::select! {
            biased;
            signal = signals.next() => if signal == Signal::GoOn { Step::Retake } else { Step::Leave },
            key = keys.next() => match key {
                Some(Ok(event)) => Step::Arrived(arrival(event)),
                Some(Err(_)) | None => Step::End,
            },
            () = until(frame) => Step::Draw,
            () = screen.ready() => if screen.is_gone() { Step::Leave } else { Step::Draw },
            Some(outcome) = doings.next() => outcome.map_or(Step::Draw, arrived),
            Some(outcome) = progress.recv() => arrived(outcome),
            happening = happenings.next(), if !is_over => self.happened(happening),
            () = until(deadline) => Step::Arrived(Arrival::Tick),
            () = until(leave_by) => Step::End,
        }
    }

    fn happened(&mut self, happening: Option<Happening>) -> Step {
        let words = match happening {
            Some(Happening::Ended(bye)) => parting::ended(&bye, self.device_dir.as_deref()),
            Some(Happening::Distrusted(why)) => certificate::distrusted(&why),
            Some(happening) => return Step::Arrived(Arrival::Happening(Box::new(happening))),
            None => vec![Line::fault("the connection is closed")],
        };
        let told = words.iter().map(ToString::to_string).collect();
        self.ending = Ending { is_good: false, words };
        self.is_over = true;
        Step::Arrived(Arrival::Over(told))
    }

    fn take(&mut self, arrival: Arrival) {
        if matches!(arrival, Arrival::Resize(..)) {
            // what a terminal does with its cells then is its own affair
            self.screen.forget();
            self.state.thumbs.suit(cell());
        }
        if matches!(arrival, Arrival::Key(_) | Arrival::Paste(_)) {
            self.pause = KEY_FRAME;
        }
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let effects = update(&mut self.state, arrival, now);
        self.is_changed = true;
        for effect in effects {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Keep => self.keep(),
            Effect::Redraw => self.screen.forget(),
            Effect::Suspend => self.screen.suspend(),
            Effect::Notify(text) => self.screen.ring(self.notify, &text),
            Effect::Hurry => self.doer.client.hurry(),
            Effect::Quit => self.leave(),
            effect => self.doings.extend(self.doer.begin(effect)),
        }
    }

    fn draw(&mut self) {
        if !self.is_changed || self.drawn.elapsed() < self.pause || !self.screen.is_ready() {
            return;
        }
        self.state.size = self.screen.size();
        let (state, title) = (&self.state, notify::title(&self.state));
        if self.screen.draw(state.size, &title, &state.thumbs, |buffer| view::draw(state, buffer)) {
            (self.is_changed, self.pause) = (false, FRAME);
        }
        self.drawn = Instant::now();
    }

    /// Drafts are few and small: whoever waits for the disk waits for the outbox there too.
    fn keep(&mut self) {
        let Some(dir) = &self.device_dir else { return };
        if let Err(why) = drafts::write(dir, &Kept::of(&self.state)) {
            self.state.fault(why);
        }
    }

    /// What was said is waited for, for a moment.
    fn leave(&mut self) {
        self.leave_by.get_or_insert(Instant::now() + limits::TERMINAL_LEAVE_TIMEOUT);
    }

    async fn end(mut self) -> Ending {
        self.keep();
        let mut ending = self.ending;
        if self.state.unanswered() > 0 {
            ending.words.push(render::unanswered(self.state.unanswered(), self.device_dir.is_some()));
        }
        drop(self.screen);
        let client = self.doer.client;
        let missing = self.state.rooms.all().iter().find_map(|room| Some((room.name.clone(), room.missing_mark()?)));
        let last = async {
            if let Some((room, seq)) = missing.filter(|_| self.state.link.is_up()) {
                mark(&client, room, seq).await;
            }
        };
        tokio::join!(last, client.clone().quit());
        ending
    }
}

fn arrival(event: Event) -> Arrival {
    match event {
        Event::Key(key) => Arrival::Key(key),
        Event::Mouse(mouse) => Arrival::Mouse(mouse),
        Event::Paste(text) => Arrival::Paste(text),
        Event::Resize(columns, rows) => Arrival::Resize(columns, rows),
        Event::FocusGained => Arrival::Focus(true),
        Event::FocusLost => Arrival::Focus(false),
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
