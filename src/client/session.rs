//! The rules of the conversation, apart from socket and clock: what to send when, which answer belongs to what, and
//! what a broken connection means for whatever was under way. Rooms have their rule in [`super::room`], says in
//! [`super::outbox`]; reading and writing is left to [`super::task`].

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::command::{Command, Last, Reply, Standing};
use super::marks::Marks;
use super::outbox::Outbox;
use super::outgoing::Outgoing;
use super::outlet::Outlet;
use super::requests::{Pending, Requests};
use super::room::{Refused, Verdict};
use super::rooms::Rooms;
use super::{Error, Happening};
use crate::model::NameKey;
use crate::wire::{Answer, Bye, Event, InRoom, Refusal, Request, Said, Say, ServerFrame, Welcome};

/// How the server ends a connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parting {
    /// With a word.
    Bye(Bye),
    /// By answering something else than what was asked.
    Nonsense,
}

/// All that a client remembers of a conversation, over as many connections as it takes.
#[derive(Debug)]
pub(super) struct Session {
    rooms: Rooms,
    outbox: Outbox,
    requests: Requests,
    outlet: Outlet,
    standing: watch::Sender<Standing>,
}

impl Session {
    pub(super) fn new(
        outlet: Outlet,
        standing: watch::Sender<Standing>,
        outgoing: Arc<Outgoing>,
        marks: Arc<Marks>,
    ) -> Self {
        Self {
            rooms: Rooms::new(marks),
            outbox: Outbox::new(outgoing),
            requests: Requests::default(),
            outlet,
            standing,
        }
    }

    /// Says what an earlier run left unsaid, in whatever room.
    pub(super) fn say_left(&mut self, say: Say, reply: Reply<Said>) {
        self.rooms.run_errand(&say.room);
        self.outbox.push_left(say, reply);
    }

    /// Somebody wants something.
    pub(super) fn command(&mut self, command: Command) {
        match command {
            Command::Join { room, from, reply } => self.rooms.ask(&room, from, reply),
            Command::Leave { room, reply } => self.rooms.leave(room, reply),
            Command::Say { say, number, reply } => self.outbox.push(say, number, reply),
            Command::Call { connection, reply, .. } if !self.is_on(connection) => reply.send(Err(Error::Disconnected)),
            Command::Call { request, reply, .. } => self.ask(request, Pending::Call(reply)),
            Command::Quit => self.requests.push_last_word(Request::Quit),
        }
    }

    /// How many answers came to what somebody waited for; none if nobody waits for one.
    pub(super) fn awaits(&self) -> Option<u64> {
        self.requests.is_waited_for().then(|| self.requests.answers())
    }

    /// Shows the server that one is there.
    pub(super) fn ping(&mut self) {
        self.ask(Request::Ping, Pending::Ping);
    }

    /// There is a connection, and the server knows nothing of the one before: the rooms come first.
    pub(super) fn connected(&mut self, now: Instant) {
        self.rooms.reconnected();
        self.outbox.reconnected();
        self.standing.send_modify(|standing| standing.online = true);
        self.advance(now);
    }

    /// There is one again.
    pub(super) fn reconnected(&mut self, welcome: Welcome, now: Instant) {
        self.standing.send_modify(|standing| {
            standing.welcome = welcome.clone();
            standing.connection += 1;
        });
        self.outlet.notice(Happening::Back(welcome));
        self.connected(now);
    }

    /// There is none.
    pub(super) fn lost(&mut self, why: String, retry_in: Duration) {
        self.standing.send_modify(|standing| standing.online = false);
        self.requests.lost();
        self.outlet.notice(Happening::Lost { why, retry_in });
    }

    /// There will be none again. Whoever waits for something is told so by the end of this; what is left are the last
    /// notices.
    pub(super) fn ended(self, last: Option<Last>) -> Outlet {
        let Self { standing, mut outlet, .. } = self;
        standing.send_modify(|standing| {
            standing.online = false;
            standing.ended.clone_from(&last);
        });
        match last {
            Some(Last::Bye(bye)) => outlet.notice(Happening::Ended(bye)),
            Some(Last::Distrust(why)) => outlet.notice(Happening::Distrusted(why)),
            None => {}
        }
        outlet
    }

    /// What the server says; breaks if that was its last word.
    pub(super) fn heard(&mut self, frame: ServerFrame, now: Instant) -> ControlFlow<Parting> {
        match frame {
            ServerFrame::Answer((id, answer)) => return self.answered(id, answer),
            ServerFrame::Error((id, refusal)) => self.refused(id, refusal, now),
            ServerFrame::Event(event) => self.event(event),
            ServerFrame::Signal(signal) => _ = self.outlet.offer(Happening::Signal(signal), None),
            ServerFrame::Bye(bye) => return ControlFlow::Break(Parting::Bye(bye)),
        }
        ControlFlow::Continue(())
    }

    /// Makes requests of what is due by now: joins, then says, then leaves.
    pub(super) fn advance(&mut self, now: Instant) {
        self.outlet.flush();
        if self.is_online() {
            self.rooms.join_due(now, self.outlet.has_space(), &mut self.requests);
            self.say_what_is_due(now);
        }
        self.leave_rooms();
    }

    /// The next request to send, with its id.
    pub(super) fn next_request(&mut self) -> Option<(u32, Request)> {
        self.requests.pop()
    }

    /// When something is due that has to wait until then.
    pub(super) fn due_at(&self) -> Option<Instant> {
        self.rooms.due_at().into_iter().chain(self.outbox.due_at()).min()
    }

    /// Whether it is better not to read on: nobody takes what happens, nor waits for an answer, which would be for
    /// ever.
    pub(super) fn is_held_up(&self) -> bool {
        self.outlet.is_full() && !self.requests.is_waited_for()
    }

    /// Whether something waits for space among the happenings.
    pub(super) fn wants_space(&self) -> bool {
        !self.outlet.has_space() && (self.outlet.is_full() || self.rooms.is_any_behind())
    }

    /// Resolves once there is space among the happenings.
    pub(super) async fn space(&self) {
        self.outlet.space().await;
    }

    fn is_online(&self) -> bool {
        self.standing.borrow().online
    }

    fn is_on(&self, connection: u64) -> bool {
        let standing = self.standing.borrow();
        standing.online && standing.connection == connection
    }

    fn ask(&mut self, request: Request, pending: Pending) {
        let id = self.requests.next_id();
        self.requests.push(id, request, pending);
    }

    fn say_what_is_due(&mut self, now: Instant) {
        let rooms = &self.rooms;
        self.outbox.send_due(
            now,
            |key| rooms.is_open(key),
            |key, say| {
                let id = self.requests.next_id();
                self.requests.push(id, Request::Say(say), Pending::Say(key.clone()));
                id
            },
        );
    }

    fn leave_rooms(&mut self) {
        let outbox = &self.outbox;
        for (room, reply) in self.rooms.leave_due(|key| outbox.is_empty(key)) {
            if self.is_online() {
                self.ask(Request::Leave(InRoom { room }), Pending::Leave(Some(reply)));
            } else {
                reply.send(Ok(()));
            }
        }
    }

    fn answered(&mut self, id: u32, answer: Answer) -> ControlFlow<Parting> {
        match (self.requests.answered(id), answer) {
            (Some(Pending::Join(key)), Answer::Joined(joined)) => {
                if let Some(missed) = self.rooms.joined(&key, id, &joined) {
                    self.outlet.offer(missed, None);
                }
            }
            (Some(Pending::Say(key)), Answer::Said(said)) => self.said(&key, id, said),
            (Some(Pending::Leave(reply)), Answer::Ok) => reply.into_iter().for_each(|reply| reply.send(Ok(()))),
            (Some(Pending::Call(reply)), answer) => self.called(reply, answer),
            (Some(Pending::Ping), Answer::Pong) => {}
            (Some(_), _) => return ControlFlow::Break(Parting::Nonsense),
            (None, _) => log::debug!("an answer to nothing that was asked"),
        }
        ControlFlow::Continue(())
    }

    fn refused(&mut self, id: u32, refusal: Refusal, now: Instant) {
        match self.requests.answered(id) {
            Some(Pending::Join(key)) => self.not_joined(&key, id, refusal, now),
            Some(Pending::Say(key)) => self.not_said(&key, id, refusal, now),
            Some(Pending::Leave(Some(reply))) => reply.send(Err(Error::Refused(refusal))),
            Some(Pending::Call(reply)) => reply.send(Err(Error::Refused(refusal))),
            Some(Pending::Leave(None) | Pending::Ping) => {}
            None => log::debug!("a refusal of nothing that was asked"),
        }
    }

    fn called(&self, reply: Reply<Answer>, answer: Answer) {
        if let Answer::User(user) = &answer {
            self.standing.send_modify(|standing| standing.welcome.user.clone_from(user));
        }
        reply.send(Ok(answer));
    }

    fn said(&mut self, key: &NameKey, id: u32, said: Said) {
        self.outbox.answered(key, id, Ok(said));
        self.end_errand(key);
    }

    fn not_said(&mut self, key: &NameKey, id: u32, why: Refusal, now: Instant) {
        self.outbox.refused(key, id, why, now);
        self.end_errand(key);
    }

    /// Leaves a room that was joined only to say what is said now.
    fn end_errand(&mut self, key: &NameKey) {
        if self.rooms.is_errand(key)
            && self.outbox.is_empty(key)
            && let Some(room) = self.rooms.remove(key)
        {
            self.ask(Request::Leave(InRoom { room: room.name().to_owned() }), Pending::Leave(None));
        }
    }

    fn not_joined(&mut self, key: &NameKey, id: u32, why: Refusal, now: Instant) {
        let Some((room, refused)) = self.rooms.refused(key, id, &why, now) else { return };
        match refused {
            Refused::Stays => {}
            Refused::StartsOver => self.outlet.notice(Happening::StartedOver { room }),
            Refused::NoErrand => self.outbox.give_up(key, &why),
            Refused::Out { was_in } => {
                if self.outbox.has_left(key) {
                    self.rooms.run_errand(&room);
                }
                if was_in {
                    self.outlet.notice(Happening::Left { room, why });
                }
            }
        }
    }

    fn event(&mut self, event: Event) {
        let Some(room) = self.rooms.named(event.room.as_str()) else { return };
        let (seq, log) = (event.seq, room.log());
        match room.verdict(seq) {
            Verdict::Drop => {}
            Verdict::Hear if self.outlet.offer(Happening::Event(event), log) => room.heard(seq),
            Verdict::Hear => room.fall_behind(),
            Verdict::Gap => {
                log::warn!("the server left out events of a room before seq {seq}: reading them from the log");
                room.fall_behind();
            }
        }
    }
}
