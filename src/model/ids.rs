//! Numbers that must not be mixed up: each kind of id is a type of its own, so that a seq never lands where a nonce
//! belongs. Making them is left to the store.

use serde::{Deserialize, Serialize};

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// A person, or everyone who has no handle ([`UserId::ANONYMOUS`]). Below 2^53.
    UserId
}
number! {
    /// One installation of a client. Below 2^53.
    DeviceId
}
number! {
    /// A room's row in the store; never sent to a client, who knows rooms by name.
    RoomId
}
number! {
    /// A place in a room's log: 1, 2, 3, … without a gap; 0 stands before the first. Below 2^53.
    Seq
}
number! {
    /// What a device calls one of its own messages; with the device's id it names that message for ever. All 64 bits.
    Nonce
}
number! {
    /// Which log a cursor belongs to: a store restored from a copy gets a new one. Below 2^53.
    LogId
}

impl UserId {
    /// The user to whom everything belongs that was said without a handle.
    pub const ANONYMOUS: Self = Self(1);
}

impl Seq {
    /// The seq that follows this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}
