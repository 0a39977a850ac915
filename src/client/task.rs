//! The task behind a handle: owns the socket, lets the session decide, waits for whatever comes first, and makes a
//! connection again when one breaks. It decides nothing itself but when to give up.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep, sleep_until};

use super::command::{Command, Last};
use super::connection::{Connection, Failure};
use super::keeper::Keeper;
use super::outgoing::Outgoing;
use super::pause::Pauses;
use super::pulse::{Beat, Pulse};
use super::session::{Parting, Session};
use super::tls::Tls;
use super::{Distrust, State};
use crate::model::{Chance, limits};
use crate::wire::{Bye, ByeCode, DeviceKey, Welcome};

/// All that a client's task owns but the socket.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) address: String,
    pub(super) agent: String,
    pub(super) tls: Option<Tls>,
    pub(super) state: Option<State>,
    pub(super) keeper: Option<Keeper>,
    pub(super) outgoing: Arc<Outgoing>,
    pub(super) device: DeviceKey,
    pub(super) idle_s: u64,
    pub(super) session: Session,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) pauses: Pauses,
    /// Ends a pause.
    pub(super) hurry: Arc<Notify>,
    pub(super) chance: Arc<Mutex<Chance>>,
}

/// How a connection ended.
enum End {
    /// It broke: try again.
    Lost(Failure),
    /// The server said something final.
    Ended(Bye),
    /// Nobody wants it any more.
    Closed,
}

impl Task {
    /// Serves the handle until it is closed or the server has said something final.
    pub(super) async fn run(mut self, first: Connection) {
        self.session.connected(Instant::now());
        let mut connection = first;
        let last = loop {
            let since = Instant::now();
            match self.live(connection).await {
                End::Lost(failure) => match self.come_back(failure, since.elapsed()).await {
                    ControlFlow::Continue(again) => connection = again,
                    ControlFlow::Break(last) => break last,
                },
                End::Ended(bye) => break Some(Last::Bye(bye)),
                End::Closed => break None,
            }
        };
        self.end(last).await;
    }

    /// Lets go of the disk first: who is told that all is over may use the state again.
    async fn end(mut self, last: Option<Last>) {
        if let Some(keeper) = self.keeper.take() {
            keeper.finish().await;
        }
        self.outgoing.close(&mut self.commands);
        let Self { session, commands, state, .. } = self;
        drop((commands, state));
        session.ended(last).finish().await;
    }

    /// One connection's life.
    async fn live(&mut self, mut connection: Connection) -> End {
        let mut pulse = Pulse::new(self.idle_s, Instant::now());
        let mut quitting = None;
        loop {
            let beat = self.prepare(&mut connection, &mut pulse);
            let Some(next_beat) = beat else { return End::Lost(Failure::Silent) };
            let next = [self.session.due_at(), quitting].into_iter().flatten().fold(next_beat, Instant::min);
            tokio::select! {
                turn = connection.turn(!self.session.is_held_up()) => match self.hear(turn, &mut pulse) {
                    ControlFlow::Continue(()) => {}
                    ControlFlow::Break(_) if quitting.is_some() => return End::Closed,
                    ControlFlow::Break(end) => return end,
                },
                command = self.commands.recv(), if quitting.is_none() => match command {
                    Some(Command::Quit) | None => {
                        self.session.command(Command::Quit);
                        quitting = Some(Instant::now() + limits::GOODBYE_TIMEOUT);
                    }
                    Some(command) => self.session.command(command),
                },
                () = self.session.space(), if self.session.wants_space() => {}
                () = self.outgoing.has_synced() => {}
                () = sleep_until(next) => if quitting.is_some_and(|at| at <= Instant::now()) {
                    return End::Closed;
                },
            }
        }
    }

    /// Puts what is due into the connection, and tells when to look at the clock again; none if the server is lost.
    fn prepare(&mut self, connection: &mut Connection, pulse: &mut Pulse) -> Option<Instant> {
        let now = Instant::now();
        if self.session.is_held_up() {
            // Who does not listen cannot say that the other side is silent.
            pulse.heard(now);
        }
        pulse.awaits(self.session.awaits(), now);
        let next_beat = loop {
            match pulse.beat(now) {
                Beat::Wait(at) => break at,
                Beat::Ping => self.session.ping(),
                Beat::Lost => return None,
            }
        };
        self.session.advance(now);
        while !connection.is_clogged()
            && let Some((id, request)) = self.session.next_request()
        {
            connection.push(id, &request);
            pulse.sent(now);
        }
        Some(next_beat)
    }

    fn hear(&mut self, turn: Result<Option<crate::wire::ServerFrame>, Failure>, pulse: &mut Pulse) -> ControlFlow<End> {
        let now = Instant::now();
        match turn {
            Ok(None) => ControlFlow::Continue(()),
            Ok(Some(frame)) => {
                pulse.heard(now);
                self.session.heard(frame, now).map_break(|parting| match parting {
                    Parting::Bye(bye) => Self::parted(bye),
                    Parting::Nonsense => End::Lost(Failure::Nonsense),
                })
            }
            Err(failure) => ControlFlow::Break(End::Lost(failure)),
        }
    }

    fn parted(bye: Bye) -> End {
        if is_final(bye.code) { End::Ended(bye) } else { End::Lost(Failure::Bye(bye)) }
    }

    /// Tries until there is a connection again; breaks with what the server said if it is final, or with nothing if
    /// nobody wants one any more.
    async fn come_back(&mut self, failure: Failure, lived: Duration) -> ControlFlow<Option<Last>, Connection> {
        let (mut failure, mut lived) = (failure, lived);
        loop {
            let pause = self.pauses.next(lived, &mut self.chance.lock().unwrap_or_else(PoisonError::into_inner));
            log::debug!("connection to {} lost: trying again in {} ms", self.address, pause.as_millis());
            self.session.lost(failure.to_string(), pause);
            match self.dial_after(pause).await {
                None => return ControlFlow::Break(None),
                Some(Ok((connection, welcome))) => {
                    self.welcomed(welcome);
                    return ControlFlow::Continue(connection);
                }
                Some(Err(again)) => match self.last(again) {
                    Ok(last) => return ControlFlow::Break(Some(last)),
                    Err(again) => (failure, lived) = (again, Duration::ZERO),
                },
            }
        }
    }

    /// The last word if trying again would meet the same, else the failure.
    fn last(&self, failure: Failure) -> Result<Last, Failure> {
        match (failure, &self.tls) {
            (Failure::Bye(bye), _) if is_final(bye.code) => Ok(Last::Bye(bye)),
            (Failure::Distrusted(why), _) => Ok(Last::Distrust(why)),
            (Failure::NoTls, Some(tls)) => Ok(Last::Distrust(tls.has_no_tls())),
            (Failure::NeedsTls, None) => Ok(Last::Distrust(Distrust::NeedsTls { address: self.address.clone() })),
            (failure, _) => Err(failure),
        }
    }

    /// Waits and connects, while commands are still taken; none if nobody wants it any more.
    async fn dial_after(&mut self, pause: Duration) -> Option<Result<(Connection, Welcome), Failure>> {
        let Self { address, agent, tls, device, session, commands, hurry, .. } = self;
        let dial = async {
            tokio::select! {
                () = sleep(pause) => {}
                () = hurry.notified() => {}
            }
            Connection::open(address, tls.as_ref(), agent, Some(device.clone())).await
        };
        tokio::pin!(dial);
        loop {
            session.advance(Instant::now());
            tokio::select! {
                outcome = &mut dial => return Some(outcome),
                command = commands.recv() => match command {
                    Some(Command::Quit) | None => return None,
                    Some(command) => session.command(command),
                },
                () = session.space(), if session.wants_space() => {}
            }
        }
    }

    fn welcomed(&mut self, welcome: Welcome) {
        self.device.clone_from(&welcome.device);
        self.idle_s = welcome.limits.idle;
        if let Some(state) = &mut self.state
            && let Err(error) = state.keep(&welcome.device)
        {
            log::warn!("the device's key is not kept: {error}");
        }
        self.session.reconnected(welcome, Instant::now());
    }
}

/// Whether trying again would meet the same answer, or throw out whoever took one's place.
const fn is_final(code: ByeCode) -> bool {
    match code {
        ByeCode::Quit
        | ByeCode::Denied
        | ByeCode::Replaced
        | ByeCode::BadRequest
        | ByeCode::HelloFirst
        | ByeCode::UnsupportedProtocol => true,
        ByeCode::Shutdown
        | ByeCode::Idle
        | ByeCode::BadFrame
        | ByeCode::HelloTimeout
        | ByeCode::SlowDown
        | ByeCode::Full
        | ByeCode::Unknown => false,
    }
}
