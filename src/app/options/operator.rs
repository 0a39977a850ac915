//! The operator's words on the command line, as orders. What they lead to is left to [`crate::app::control`].

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::app::{Order, Target};
use crate::model::{Clock, DeviceId, RoomId, Timestamp, UserId};

const PEOPLE: &str = "\
They work on a server that runs, through the socket `control` in its data directory, and on a stopped one.

Examples:
  server user list                                handles, since when, their devices, what is up with them
  server user ban Ann --for 3d --reason 'spam'    her connections end at once; she is told why and until when
  server user unban Ann
  server user remove Ann                          for good: nobody speaks as Ann any more; what she said stays";

const DEVICES: &str = "\
Examples:
  server device ban 7 --until 2027-01-01    a guest, say, who has no handle
  server device revoke 7                    its secret is worth nothing from now on";

const NETWORKS: &str = "\
Examples:
  server network ban 192.0.2.0/24 --for 12h    whoever comes from there, and whoever is there now
  server network unban 192.0.2.0/24";

const ROOMS: &str = "\
Examples:
  server room list           rooms, their last message's number, and since when they are closed
  server room close lobby    it can be read, and nothing new is said there
  server room open lobby";

/// See the module.
#[derive(Debug, Subcommand)]
pub(super) enum Operate {
    /// List users, ban them, remove them
    #[command(subcommand, after_help = PEOPLE)]
    User(OnUser),
    /// Ban a device, or make its secret worth nothing
    #[command(subcommand, after_help = DEVICES)]
    Device(OnDevice),
    /// Ban addresses
    #[command(subcommand, after_help = NETWORKS)]
    Network(OnNetwork),
    /// List bans
    #[command(subcommand)]
    Ban(OnBan),
    /// List rooms, close one to what is new, or open it again
    #[command(subcommand, after_help = ROOMS)]
    Room(OnRoom),
}

#[derive(Debug, Subcommand)]
pub(super) enum OnUser {
    /// All who have a handle
    List(Places),
    /// Keep out whoever speaks as this user
    Ban {
        /// The handle
        handle: String,
        #[command(flatten)]
        terms: Terms,
        #[command(flatten)]
        places: Places,
    },
    /// Let them in again
    Unban {
        /// The handle
        handle: String,
        #[command(flatten)]
        places: Places,
    },
    /// Let nobody speak as this user any more
    Remove {
        /// The handle
        handle: String,
        #[command(flatten)]
        places: Places,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum OnDevice {
    /// Keep out a device
    Ban {
        /// The device's number
        id: u64,
        #[command(flatten)]
        terms: Terms,
        #[command(flatten)]
        places: Places,
    },
    /// Let it in again
    Unban {
        /// The device's number
        id: u64,
        #[command(flatten)]
        places: Places,
    },
    /// Make its secret worth nothing, for good
    Revoke {
        /// The device's number
        id: u64,
        #[command(flatten)]
        places: Places,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum OnNetwork {
    /// Keep out whoever comes from these addresses
    Ban {
        /// An address or a network, as in 192.0.2.0/24
        cidr: String,
        #[command(flatten)]
        terms: Terms,
        #[command(flatten)]
        places: Places,
    },
    /// Let them in again
    Unban {
        /// As it was banned
        cidr: String,
        #[command(flatten)]
        places: Places,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum OnBan {
    /// All bans that hold now: on what, until when, why
    List(Places),
}

#[derive(Debug, Subcommand)]
pub(super) enum OnRoom {
    /// All rooms: their heads, and since when they are closed
    List(Places),
    /// Let nothing new be said there
    Close {
        /// The room
        name: String,
        #[command(flatten)]
        places: Places,
    },
    /// Let things be said there again
    Open {
        /// The room
        name: String,
        #[command(flatten)]
        places: Places,
    },
}

/// Where a server keeps what it has.
#[derive(Debug, Args)]
pub(super) struct Places {
    /// The server's configuration, for the places that it names
    #[arg(long, value_name = "FILE", env = "TERTULIA_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// Where the database and the files are kept [default: data]
    #[arg(long, value_name = "DIR", env = "TERTULIA_DATA_DIR")]
    pub(super) data_dir: Option<PathBuf>,
    /// The database, if it is not tertulia.db in the data directory
    #[arg(long, value_name = "FILE", env = "DATABASE_URL")]
    pub(super) database: Option<String>,
}

/// How long a ban holds, and why.
#[derive(Debug, Args)]
pub(super) struct Terms {
    /// It ends after so long: 30m, 12h, 3d, 2w; without an end it is for good
    #[arg(long = "for", value_name = "TIME", value_parser = duration_ms, conflicts_with = "until")]
    length_ms: Option<u64>,
    /// It ends then: 2027-01-31, or 2027-01-31T12:00:00Z, in UTC
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
    /// What the banned one is told
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
}

impl Operate {
    /// The order, and where it is to be carried out.
    pub(super) fn into_order(self) -> (Order, Places) {
        let device = |id| Target::Device(DeviceId(id));
        match self {
            Self::User(OnUser::List(places)) => (Order::Users { after: UserId(0) }, places),
            Self::User(OnUser::Ban { handle, terms, places }) => (terms.ban(Target::Handle(handle)), places),
            Self::User(OnUser::Unban { handle, places }) => (Order::Unban { on: Target::Handle(handle) }, places),
            Self::User(OnUser::Remove { handle, places }) => (Order::Remove { handle }, places),
            Self::Device(OnDevice::Ban { id, terms, places }) => (terms.ban(device(id)), places),
            Self::Device(OnDevice::Unban { id, places }) => (Order::Unban { on: device(id) }, places),
            Self::Device(OnDevice::Revoke { id, places }) => (Order::Revoke { device: DeviceId(id) }, places),
            Self::Network(OnNetwork::Ban { cidr, terms, places }) => (terms.ban(Target::Network(cidr)), places),
            Self::Network(OnNetwork::Unban { cidr, places }) => (Order::Unban { on: Target::Network(cidr) }, places),
            Self::Ban(OnBan::List(places)) => (Order::Bans { after: 0 }, places),
            Self::Room(OnRoom::List(places)) => (Order::Rooms { after: RoomId(0) }, places),
            Self::Room(OnRoom::Close { name, places }) => (Order::Close { room: name }, places),
            Self::Room(OnRoom::Open { name, places }) => (Order::Open { room: name }, places),
        }
    }
}

impl Terms {
    fn ban(self, on: Target) -> Order {
        let now = Clock::default().now().0;
        let until = self.until.or_else(|| self.length_ms.map(|length_ms| Timestamp(now.saturating_add(length_ms))));
        Order::Ban { on, until, reason: self.reason }
    }
}

fn duration_ms(text: &str) -> Result<u64, String> {
    let wrong = || "a number with s, m, h, d or w, as in 3d".to_owned();
    let (number, unit) = text.split_at(text.len() - text.chars().next_back().map_or(0, char::len_utf8));
    let unit_ms = match unit {
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 604_800_000,
        _ => return Err(wrong()),
    };
    number.parse::<u32>().map(|number| u64::from(number) * unit_ms).map_err(|_| wrong())
}

fn time(text: &str) -> Result<Timestamp, String> {
    let midnight = |day: jiff::civil::Date| jiff::tz::TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok();
    let time = text.parse::<jiff::Timestamp>().ok().or_else(|| text.parse().ok().and_then(midnight));
    let ms = time.and_then(|time| u64::try_from(time.as_millisecond()).ok());
    ms.map(Timestamp).ok_or_else(|| "a day, as in 2027-01-31, or a time, as in 2027-01-31T12:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_a_length_or_a_time() {
        assert_eq!(duration_ms("3d"), Ok(259_200_000));
        assert_eq!(duration_ms("30m"), Ok(1_800_000));
        for wrong in ["", "3", "d", "-1d", "3 d", "3y", "1.5h", "é", "99999999999w"] {
            assert!(duration_ms(wrong).is_err(), "{wrong}");
        }
        assert_eq!(time("2026-09-21T14:13:20Z"), Ok(Timestamp(1_790_000_000_000)));
        assert_eq!(time("2026-09-21"), Ok(Timestamp(1_789_948_800_000)));
        for wrong in ["", "tomorrow", "2026-13-01", "1969-12-31"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
