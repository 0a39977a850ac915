//! One connection: it holds the framed socket, decodes requests, asks whether each is legal now, and passes it on.
//! Requests take effect in the order in which they came: says are pipelined, everything else is waited for, and
//! meanwhile the socket is not read. One file for each kind of request; the shared parts are here.

mod catch_up;
mod devices;
mod fetch;
mod hello;
mod incoming;
mod link;
mod lists;
mod membership;
mod people;
mod rooms;
mod say;
mod slow_down;
pub(in crate::actors) mod stream;
mod uploads;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;

use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, Context, StreamHandler, WrapFuture};
use bytes::Bytes;

pub use self::link::{Link, SessionId};
pub use self::stream::Stream;

use self::incoming::{Happened, Incoming};
use self::membership::Memberships;
use self::say::Gathered;
use self::uploads::Uploads;
use super::journal::Origin;
use super::lobby::Depart;
use super::permits::{Permit, Permits};
use super::registry::Registry;
use super::user_places::UserPlace;
use super::{Hub, hub};
use crate::chat::permissions::{self, Action, Role, RoomState};
use crate::chat::{Present, form};
use crate::model::{DeviceId, limits};
use crate::wire::{self, Answer, ByeCode, Refusal, Request, ServerFrame};

/// See the module.
pub struct Session {
    hub: Arc<Hub>,
    link: Rc<Link>,
    registry: Rc<RefCell<Registry>>,
    origin: Arc<Origin>,
    /// The lobby knows, or is about to be told, that this session speaks for the device.
    device: Option<DeviceId>,
    present: Option<Arc<Present>>,
    backlog: VecDeque<Arrived>,
    /// A request is under way that the next ones have to wait for.
    is_busy: bool,
    is_reading_log: bool,
    gathered: Option<Box<Gathered>>,
    memberships: Memberships,
    uploads: Option<Box<Uploads>>,
    permits: Permits,
    /// What was waited for, until the requests at hand are taken up; boxed, since an idle session has none.
    in_hand: Option<Box<Permit>>,
    /// Boxed, since most are guests.
    user_place: Option<Box<UserPlace>>,
}

// An idle connection is mostly its task, which the runtime lays out in steps of 128 bytes: eight more than this cost as much.
const _: () = assert!(size_of::<Session>() <= 192, "box what only some sessions need");

/// Who speaks over this connection, once it has been welcomed.
#[derive(Clone)]
struct Who {
    device: DeviceId,
    present: Arc<Present>,
}

/// What was read and not yet looked at.
enum Arrived {
    Frame(Bytes),
    /// A frame that was counted for the rate, and waits for its permit.
    Counted(Bytes),
    Broken,
    End,
}

impl Session {
    /// A session over a fresh connection, which the fan-out knows already.
    pub fn new(hub: Arc<Hub>, link: Rc<Link>, registry: Rc<RefCell<Registry>>, origin: Arc<Origin>) -> Self {
        let permits = Permits::new(Arc::clone(&hub.says));
        Self {
            hub,
            link,
            registry,
            origin,
            device: None,
            present: None,
            backlog: VecDeque::new(),
            is_busy: false,
            is_reading_log: false,
            gathered: None,
            memberships: Memberships::default(),
            uploads: None,
            permits,
            in_hand: None,
            user_place: None,
        }
    }

    fn who(&self) -> Option<Who> {
        Some(Who { device: self.device?, present: self.present.clone()? })
    }

    /// Takes up what was read, as far as nothing has to be waited for.
    fn go_on(&mut self, ctx: &mut Context<Self>) {
        while !self.is_busy && self.link.is_open() && self.link.has_room() {
            let Some(arrived) = self.backlog.pop_front() else { break };
            self.take_up(arrived, ctx);
        }
        if self.backlog.is_empty() {
            // whoever is idle now may be so for long
            self.backlog = VecDeque::new();
        }
        // who does not read its answers, or is done, must not keep from others what it does not use
        self.in_hand = None;
        self.submit();
        if !self.link.has_room() {
            self.link.ask_for_room();
        }
        self.link.pause(self.is_busy || !self.backlog.is_empty());
        self.link.flush();
    }

    fn take_up(&mut self, arrived: Arrived, ctx: &mut Context<Self>) {
        match arrived {
            Arrived::Frame(frame) => self.take_up_frame(&frame, Self::keep_pace, ctx),
            Arrived::Counted(frame) => self.take_up_frame(&frame, |_, _, _| Ok(()), ctx),
            Arrived::Broken => self.end(ByeCode::BadFrame, "a frame of this length is not allowed", ctx),
            Arrived::End => self.end(ByeCode::Quit, "good-bye", ctx),
        }
    }

    /// Looks at a frame; what `count` refuses comes too early.
    fn take_up_frame(
        &mut self,
        frame: &Bytes,
        count: impl FnOnce(&Self, &Who, Option<&Request>) -> Result<(), Refusal>,
        ctx: &mut Context<Self>,
    ) {
        let Ok((id, request)) = wire::decode_request(frame) else {
            return self.end(ByeCode::BadFrame, "this was no frame of the protocol", ctx);
        };
        let counted = self.who().map(|who| count(self, &who, request.as_ref().ok()).map_err(|refusal| (who, refusal)));
        match (request, counted) {
            (request, Some(Err((who, refusal)))) => self.slow_down(id, &who, request.ok(), refusal, ctx),
            (Ok(request), _) => self.obey(id, request, frame, ctx),
            (Err(bad), _) => self.refuse_malformed(id, bad.to_string(), frame),
        }
    }

    /// Each request's life is in the file that its arm leads to.
    fn obey(&mut self, id: u32, request: Request, frame: &Bytes, ctx: &mut Context<Self>) {
        let Some(who) = self.who() else { return self.first_request(id, request, ctx) };
        // a closed room's writes are judged once more, where rooms are known
        if let Err(denied) = permissions::may(Role::from(&who.present.user), Action::of(&request), RoomState::Open) {
            return self.refuse(id, denied.into());
        }
        match request {
            Request::Hello(_) => self.refuse(id, form::bad("hello comes once")),
            Request::Register(register) => self.register(id, &who, &register, ctx),
            Request::Login(login) => self.login(id, &who, &login, ctx),
            Request::Passwd(passwd) => self.passwd(id, &who, &passwd, ctx),
            Request::Devices(devices) => self.devices(id, &who, &devices, ctx),
            Request::Revoke(revoke) => self.revoke(id, &who, revoke, ctx),
            Request::Join(join) => self.join(id, who, &join, ctx),
            Request::Leave(leave) => self.leave(id, &leave, ctx),
            Request::Say(say) => self.say(id, &who, say, frame, ctx),
            Request::History(history) => self.history(id, &history, ctx),
            Request::Rooms(rooms) => self.rooms(id, &rooms, ctx),
            Request::Members(members) => self.members(id, &members, ctx),
            Request::Typing(typing) => self.typing(id, &typing, ctx),
            Request::Read(read) => self.read(id, &who, &read, ctx),
            Request::Upload(upload) => self.upload(id, &who, upload, ctx),
            Request::Chunk(chunk) => self.chunk(id, chunk, ctx),
            Request::Finish(finish) => self.finish(id, &who, finish, frame, ctx),
            Request::Fetch(fetch) => self.fetch(id, &fetch, ctx),
            Request::Ping => self.answer(id, Ok(Answer::Pong)),
            Request::Quit => self.end(ByeCode::Quit, "good-bye", ctx),
        }
    }

    /// Does something that the next requests have to wait for, and answers it.
    fn later<T: 'static>(
        &mut self,
        id: u32,
        ctx: &mut Context<Self>,
        work: impl Future<Output = Result<T, Refusal>> + 'static,
        then: impl FnOnce(&mut Self, T) -> Result<Answer, Refusal> + 'static,
    ) {
        self.wait_for(ctx, work, move |session, done, _| {
            let answer = done.and_then(|done| then(session, done));
            session.answer(id, answer);
        });
    }

    /// Does something that the next requests have to wait for. What was said before it goes first.
    fn wait_for<T: 'static>(
        &mut self,
        ctx: &mut Context<Self>,
        work: impl Future<Output = T> + 'static,
        then: impl FnOnce(&mut Self, T, &mut Context<Self>) + 'static,
    ) {
        self.submit();
        self.is_busy = true;
        ctx.spawn(work.into_actor(self).map(|done, session, ctx| {
            session.is_busy = false;
            then(session, done, ctx);
            session.go_on(ctx);
        }));
    }

    fn answer(&self, id: u32, answer: Result<Answer, Refusal>) {
        self.link.say(&match answer {
            Ok(answer) => ServerFrame::Answer((id, answer)),
            Err(refusal) => ServerFrame::Error((id, refusal)),
        });
    }

    fn refuse(&self, id: u32, refusal: Refusal) {
        self.answer(id, Err(refusal));
    }

    fn refuse_malformed(&self, id: u32, why: String, frame: &Bytes) {
        let refusal = form::bad(why);
        if self.present.is_some() { self.refuse(id, refusal) } else { self.refuse_stranger(id, refusal, frame) }
    }

    /// The last that is obeyed: what was said before it is answered, then `bye`.
    fn end(&mut self, code: ByeCode, message: &'static str, ctx: &mut Context<Self>) {
        let permits = self.permits.clone();
        self.wait_for(ctx, permits.wait_for_all(), move |session, (), _| session.link.close(code, message));
    }
}

impl Actor for Session {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.add_stream(Incoming::new(Rc::clone(&self.link)));
    }
}

impl StreamHandler<Happened> for Session {
    fn handle(&mut self, happened: Happened, ctx: &mut Context<Self>) {
        match happened {
            Happened::Frames(frames, broken) => {
                self.backlog.extend(frames.into_iter().map(Arrived::Frame));
                self.backlog.extend(broken.map(|_| Arrived::Broken));
            }
            Happened::AtEnd => self.backlog.push_back(Arrived::End),
            Happened::Drained => self.catch_up(ctx),
            Happened::Closing => {
                self.memberships.clear();
                self.backlog.clear();
                ctx.run_later(limits::GOODBYE_TIMEOUT, |session, _| session.link.give_up());
            }
        }
        self.go_on(ctx);
    }

    fn finished(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

/// However a session ends, by a panic too, it leaves nothing behind.
impl Drop for Session {
    fn drop(&mut self) {
        self.registry.borrow_mut().remove(self.link.id);
        if let Some(device) = self.device {
            // bounded: one a hello, which its session waited for
            self.hub.lobby.do_send(Depart(device, self.link.id, self.permits.clone()));
        }
        log::debug!("session {} is gone", self.link.id);
    }
}

/// The actor at the other end is gone, and the process with it soon.
fn gone<E>(_: E) -> Refusal {
    hub::internal()
}
