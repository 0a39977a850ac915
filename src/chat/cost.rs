//! What a request costs the server beside others, for the rates: a page of the past keeps a thread busy for as long as
//! dozens of pings do, and whoever types is heard by a whole room.

use crate::model::limits;
use crate::wire::Request;

/// By which rate a request is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// Nothing: whoever leaves may always.
    Free,
    /// One message.
    Message,
    /// A request, and a hash of a password or a handle that is gone for ever.
    Account,
    /// So many requests of the cheapest kind; at least 1.
    Requests(u32),
}

/// What this costs.
#[must_use]
pub fn cost(request: &Request) -> Cost {
    Cost::Requests(match request {
        Request::Quit => return Cost::Free,
        Request::Say(_) | Request::Finish(_) => return Cost::Message,
        Request::Register(_) | Request::Passwd(_) => return Cost::Account,
        Request::History(history) => {
            1 + u32::from(history.limit.min(limits::PAGE_EVENTS_MAX)) / limits::EVENTS_PER_REQUEST
        }
        Request::Typing(_) => limits::SIGNAL_COST,
        Request::Join(_) | Request::Leave(_) | Request::Rooms(_) | Request::Members(_) | Request::Devices(_) => {
            limits::LIST_COST
        }
        Request::Login(_) | Request::Revoke(_) | Request::Read(_) | Request::Upload(_) => limits::WRITE_COST,
        Request::Hello(_) | Request::Chunk(_) | Request::Fetch(_) | Request::Ping => 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Finish, History, InRoom, Passwd, Read};

    fn page(limit: u16) -> Request {
        Request::History(History { room: "lobby".into(), before: None, after: None, limit })
    }

    #[test]
    fn a_page_costs_more_the_longer_it_may_be() {
        let costs = [1, 50, 1_000, u16::MAX].map(|limit| cost(&page(limit)));
        assert_eq!(costs, [1, 11, 201, 201].map(Cost::Requests));
    }

    #[test]
    fn what_reaches_others_or_the_disk_costs_more_than_a_ping() {
        let read = Request::Read(Read { room: "lobby".into(), seq: crate::model::Seq(1) });
        assert_eq!(cost(&Request::Ping), Cost::Requests(1));
        assert_eq!(cost(&Request::Typing(InRoom { room: "lobby".into() })), Cost::Requests(limits::SIGNAL_COST));
        assert_eq!(cost(&read), Cost::Requests(limits::WRITE_COST));
        assert_eq!(cost(&Request::Finish(Finish { upload: 1 })), Cost::Message);
        assert_eq!(cost(&Request::Passwd(Passwd { password: "x".into(), old: None })), Cost::Account);
        assert_eq!(cost(&Request::Quit), Cost::Free);
    }
}
