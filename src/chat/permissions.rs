//! Who may do what: one table, which every request that reads or writes asks through one function. Whether a request is
//! well formed is [`super::form`]'s to say, who somebody is the session's, and bans are judged at the door.
//!
//! Later roles and private rooms are further columns here, and nothing elsewhere.

use crate::model::{Body, User};
use crate::wire::{Code, Refusal, Request};

/// What somebody wants to do; each request is one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// To be there: `hello`, `ping`, `quit`, `leave`.
    Attend,
    /// To claim a handle.
    Register,
    /// To become a user who is known already.
    Login,
    /// To set one's password, to list one's devices, to revoke one.
    ManageAccount,
    /// To see which rooms there are.
    ListRooms,
    /// To follow a room.
    Join,
    /// To read what was said in it.
    History,
    /// To see who is in it.
    Members,
    /// To read a file that was said in it.
    Fetch,
    /// To note how far one has read.
    MarkRead,
    /// To show that one is typing.
    Typing,
    /// To say something.
    Say,
    /// To send a file.
    Upload,
    /// To change what one has said.
    Edit,
    /// To take back what one has said.
    Delete,
    /// To react to what was said.
    React,
    /// To say what a room is about.
    SetTopic,
}

/// Who wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Somebody without a handle.
    Guest,
    /// Somebody with one.
    User,
}

/// How a room stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoomState {
    /// As rooms are; also where no room is asked about, or where it is not known yet: it is asked again where it is.
    Open,
    /// The operator has closed it.
    Closed,
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Nothing new is said in a closed room.
    #[error("this room is closed")]
    RoomClosed,
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        Self::new(Code::Denied, denied.to_string())
    }
}

impl From<&User> for Role {
    fn from(user: &User) -> Self {
        if user.guest { Self::Guest } else { Self::User }
    }
}

impl RoomState {
    /// How a room stands, by whether it is closed.
    #[must_use]
    pub const fn of(is_closed: bool) -> Self {
        if is_closed { Self::Closed } else { Self::Open }
    }
}

impl Action {
    /// What a request is about. There is no arm for the rest: a new request is to say what it is.
    #[must_use]
    pub const fn of(request: &Request) -> Self {
        match request {
            Request::Hello(_) | Request::Leave(_) | Request::Ping | Request::Quit => Self::Attend,
            Request::Register(_) => Self::Register,
            Request::Login(_) => Self::Login,
            Request::Passwd(_) | Request::Devices(_) | Request::Revoke(_) => Self::ManageAccount,
            Request::Join(_) => Self::Join,
            Request::Say(say) => Self::of_body(&say.body),
            Request::History(_) => Self::History,
            Request::Rooms(_) => Self::ListRooms,
            Request::Members(_) => Self::Members,
            Request::Typing(_) => Self::Typing,
            Request::Read(_) => Self::MarkRead,
            Request::Upload(_) | Request::Chunk(_) | Request::Finish(_) => Self::Upload,
            Request::Fetch(_) => Self::Fetch,
        }
    }

    const fn of_body(body: &Body) -> Self {
        match body {
            Body::Text(_) => Self::Say,
            Body::File(_) | Body::Image(_) => Self::Upload,
            Body::Edit { .. } => Self::Edit,
            Body::Delete { .. } | Body::Gone {} => Self::Delete,
            Body::React { .. } => Self::React,
            Body::Topic(_) => Self::SetTopic,
        }
    }
}

/// Whether somebody may do something in a room that stands so.
///
/// # Errors
/// Why not.
pub const fn may(role: Role, action: Action, room: RoomState) -> Result<(), Denied> {
    match (action, role, room) {
        (
            Action::Say | Action::Upload | Action::Edit | Action::Delete | Action::React | Action::SetTopic,
            Role::Guest | Role::User,
            RoomState::Closed,
        ) => Err(Denied::RoomClosed),
        (
            Action::Attend
            | Action::Register
            | Action::Login
            | Action::ManageAccount
            | Action::ListRooms
            | Action::Join
            | Action::History
            | Action::Members
            | Action::Fetch
            | Action::MarkRead
            | Action::Typing
            | Action::Say
            | Action::Upload
            | Action::Edit
            | Action::Delete
            | Action::React
            | Action::SetTopic,
            Role::Guest | Role::User,
            RoomState::Open | RoomState::Closed,
        ) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::InRoom;

    #[test]
    fn the_table() {
        const YES: Result<(), Denied> = Ok(());
        const NO: Result<(), Denied> = Err(Denied::RoomClosed);
        let table = [
            // action, open, closed; guests and users may do the same so far
            (Action::Attend, YES, YES),
            (Action::Register, YES, YES),
            (Action::Login, YES, YES),
            (Action::ManageAccount, YES, YES),
            (Action::ListRooms, YES, YES),
            (Action::Join, YES, YES),
            (Action::History, YES, YES),
            (Action::Members, YES, YES),
            (Action::Fetch, YES, YES),
            (Action::MarkRead, YES, YES),
            (Action::Typing, YES, YES),
            (Action::Say, YES, NO),
            (Action::Upload, YES, NO),
            (Action::Edit, YES, NO),
            (Action::Delete, YES, NO),
            (Action::React, YES, NO),
            (Action::SetTopic, YES, NO),
        ];
        for (action, open, closed) in table {
            for role in [Role::Guest, Role::User] {
                assert_eq!(may(role, action, RoomState::Open), open, "{role:?} {action:?} open");
                assert_eq!(may(role, action, RoomState::Closed), closed, "{role:?} {action:?} closed");
            }
        }
    }

    #[test]
    fn a_request_is_what_its_body_does() {
        let say = |body| {
            let (room, nonce) = ("lobby".into(), crate::model::Nonce(1));
            Action::of(&Request::Say(crate::wire::Say { room, nonce, body, reply_to: None }))
        };
        assert_eq!(say(Body::Text("x".into())), Action::Say);
        assert_eq!(say(Body::Topic("x".into())), Action::SetTopic);
        assert_eq!(say(Body::Delete { of: crate::model::Seq(1) }), Action::Delete);
        assert_eq!(Action::of(&Request::Typing(InRoom { room: "lobby".into() })), Action::Typing);
        assert_eq!(Action::of(&Request::Quit), Action::Attend);
    }

    #[test]
    fn who_is_denied_is_told_why() {
        let refusal = Refusal::from(Denied::RoomClosed);
        assert_eq!((refusal.code, &*refusal.message), (Code::Denied, "this room is closed"));
    }
}
