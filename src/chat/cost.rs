//! What a request costs the server beside others, for the rates: a page of the past keeps a thread busy for as long as
//! dozens of pings do.

use crate::model::limits;
use crate::wire::Request;

/// In requests of the cheapest kind; at least 1.
#[must_use]
pub fn cost(request: &Request) -> u32 {
    match request {
        Request::History(history) => {
            1 + u32::from(history.limit.min(limits::PAGE_EVENTS_MAX)) / limits::EVENTS_PER_REQUEST
        }
        Request::Join(_) | Request::Rooms(_) | Request::Members(_) | Request::Devices(_) => limits::LIST_COST,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{History, InRoom};

    fn page(limit: u16) -> Request {
        Request::History(History { room: "lobby".into(), before: None, after: None, limit })
    }

    #[test]
    fn a_page_costs_more_the_longer_it_may_be() {
        assert_eq!([1, 50, 1_000, u16::MAX].map(|limit| cost(&page(limit))), [1, 3, 51, 51]);
        assert_eq!((cost(&Request::Ping), cost(&Request::Typing(InRoom { room: "lobby".into() }))), (1, 1));
    }
}
