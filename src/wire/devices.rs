//! What a server says of one's own devices, so that a lost one can be told from the others.

use serde::{Deserialize, Serialize};

use crate::model::{DeviceId, Timestamp};

/// To `devices`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Devices {
    /// In the order of their ids.
    pub devices: Vec<DeviceEntry>,
    /// Whether there are more.
    pub more: bool,
}

/// A device in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceEntry {
    /// Which device.
    pub id: DeviceId,
    /// When it first said hello.
    pub created: Timestamp,
    /// Whether it is connected.
    pub here: bool,
    /// Whether it is the one that asks.
    pub this: bool,
}
