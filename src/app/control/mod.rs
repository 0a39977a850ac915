//! What the operator tells a server: one order, one reply. On a running server they go through a socket in the data
//! directory that only its user can open; on a stopped one the order is carried out at once, under the directory's lock.
//! How orders are written on the command line is left to [`super::options`].

mod ask;
mod lists;
mod obey;
mod serve;

use serde::{Deserialize, Serialize};

use crate::model::{DeviceId, RoomId, Timestamp, UserId};

pub use ask::{OperateError, operate};
pub(super) use serve::{ControlSocket, serve};

/// The socket's name in the data directory.
const NAME: &str = "control";

/// What the operator wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// A page of the users after this one.
    Users {
        /// The last one of the page before.
        after: UserId,
    },
    /// A page of the bans.
    Bans {
        /// How many were seen before.
        after: u64,
    },
    /// A page of the rooms after this one.
    Rooms {
        /// The last one of the page before.
        after: RoomId,
    },
    /// To keep somebody out.
    Ban {
        /// Whom.
        on: Target,
        /// Until when; without it, for good.
        until: Option<Timestamp>,
        /// What the banned one is told, or nothing.
        reason: String,
    },
    /// To let somebody in again.
    Unban {
        /// Whom.
        on: Target,
    },
    /// Nobody shall speak as this user any more.
    Remove {
        /// The handle.
        handle: String,
    },
    /// A device's secret shall be worth nothing.
    Revoke {
        /// The device.
        device: DeviceId,
    },
    /// Nothing new shall be said in a room.
    Close {
        /// The room.
        room: String,
    },
    /// Things may be said there again.
    Open {
        /// The room.
        room: String,
    },
}

/// What a ban is on, as the operator writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// A handle.
    Handle(String),
    /// A device.
    Device(DeviceId),
    /// An address or a network, as in `192.0.2.0/24`.
    Network(String),
}

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// It was carried out; one line says what that means.
    Done(String),
    /// A page of a list.
    Table {
        /// The cells of each row.
        rows: Vec<Vec<String>>,
        /// What the next page comes after, if there is one.
        next: Option<u64>,
    },
    /// It cannot be carried out; one line says why.
    Refused(String),
}
