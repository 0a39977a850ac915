//! Where a client begins: the first connection, the device's key, the task behind the handle. What happens after that
//! is left to [`super::task`].

use std::sync::{Arc, Mutex};

use tokio::sync::{Notify, Semaphore, mpsc, watch};

use super::command::{COMMANDS_MAX, Standing, reply};
use super::connection::Connection;
use super::keeper::Keeper;
use super::marks::Marks;
use super::outgoing::Outgoing;
use super::outlet::Outlet;
use super::pause::Pauses;
use super::session::Session;
use super::task::Task;
use super::tls::Tls;
use super::{Client, Error, Happenings, Options, State, Unsaid};
use crate::model::{Chance, limits};
use crate::wire::{DeviceKey, Say};

/// Connects for the first time, and leaves a task behind that keeps connected.
pub(super) async fn start(address: &str, options: Options) -> Result<(Client, Happenings), Error> {
    let Options { agent, tls, mut state, chance, retry } = options;
    let tls = tls.map(|trust| Tls::new(address, trust)).transpose()?;
    let chance = chance.map_or_else(Chance::from_os, Ok).map_err(Error::Chance)?;
    let device = state.as_ref().and_then(State::key).cloned();
    let opened = Connection::open(address, tls.as_ref(), &agent, device).await;
    let (connection, welcome) = opened.map_err(|failure| failure.into_error(address))?;
    let Kept { outgoing, marks, left, keeper } = match &mut state {
        Some(state) => Kept::in_state(state, &welcome.device)?,
        None => Kept::default(),
    };
    let (chance, hurry) = (Arc::new(Mutex::new(chance)), Arc::new(Notify::new()));
    let (outlet, happenings) = Outlet::new();
    let (commands, incoming) = mpsc::channel(COMMANDS_MAX);
    let (device, idle_s) = (welcome.device.clone(), welcome.limits.idle);
    let (told, standing) = watch::channel(Standing { welcome, online: true, connection: 0, ended: None });
    let says = Arc::new(Semaphore::new(limits::CLIENT_SAYS_MAX.max(left.len())));
    let mut session = Session::new(outlet, told, Arc::clone(&outgoing), Arc::clone(&marks));
    let unsaid = left.into_iter().map(|say| say_left(&mut session, say, &says, standing.clone())).collect();
    let task = Task {
        address: address.to_owned(),
        agent,
        tls,
        state,
        keeper,
        outgoing: Arc::clone(&outgoing),
        device,
        idle_s,
        session,
        commands: incoming,
        pauses: Pauses::new(retry),
        hurry: Arc::clone(&hurry),
        chance: Arc::clone(&chance),
    };
    tokio::spawn(task.run(connection));
    let client = Client::new(commands, standing, chance, says, (outgoing, unsaid), hurry);
    Ok((client, Happenings::new(happenings, marks)))
}

/// Says what an earlier run left unsaid.
fn say_left(session: &mut Session, say: Say, says: &Arc<Semaphore>, standing: watch::Receiver<Standing>) -> Unsaid {
    let permit = Arc::clone(says).try_acquire_owned().expect("there is one for each");
    let (reply, answered) = reply(permit, standing);
    session.say_left(say.clone(), reply);
    Unsaid::new(say, answered)
}

/// What is remembered beyond this run, or only for as long as it lasts.
#[derive(Default)]
struct Kept {
    outgoing: Arc<Outgoing>,
    marks: Arc<Marks>,
    left: Vec<Say>,
    keeper: Option<Keeper>,
}

impl Kept {
    fn in_state(state: &mut State, key: &DeviceKey) -> Result<Self, Error> {
        // Before anybody relies on it: who registers a handle must not lose it with a crash.
        state.keep(key)?;
        let (spool, left) = state.open_outbox(key)?;
        let outgoing = Arc::new(Outgoing::new(Some(spool)));
        let marks = Arc::new(Marks::new(state.take_cursors()));
        let keeper = Keeper::start(Arc::clone(&outgoing), Arc::clone(&marks), state.cursors_path());
        Ok(Self { outgoing, marks, left, keeper: Some(keeper) })
    }
}
