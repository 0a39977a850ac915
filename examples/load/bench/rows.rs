//! The rows of the table, in their order: what is done, what is measured, and what Tertulia promises.

use super::found::Goal;
use super::{Measure, Row, commit, connections, database, fanout, latency};

pub(super) const ROWS: [Row; 12] = [
    Row {
        name: "crowd",
        work: "1 room of 1,000, 10 talk, window 64",
        measures: &[
            Measure {
                what: "CPU per delivery, commits and all / the relay's",
                unit: "",
                goal: Goal::AtMost(1.5),
                parts: &[("server", "µs"), ("relay", "µs")],
            },
            Measure {
                what: "the same / Redis pub/sub's",
                unit: "",
                goal: Goal::AtMost(0.4),
                parts: &[("server", "µs"), ("Redis", "µs")],
            },
        ],
        run: fanout::crowd,
    },
    Row {
        name: "room",
        work: "1 room of 100, 10 talk, window 64",
        measures: &[
            Measure {
                what: "CPU per delivery less that of the commits / the relay's",
                unit: "",
                goal: Goal::AtMost(1.5),
                parts: &[("server", "µs"), ("its commits", "µs"), ("relay", "µs")],
            },
            Measure {
                what: "CPU per delivery, commits and all / NATS core's",
                unit: "",
                goal: Goal::Below(1.0),
                parts: &[("server", "µs"), ("NATS", "µs")],
            },
        ],
        run: fanout::room,
    },
    Row {
        name: "lone-sender",
        work: "1 room of 100, 1 talks, window 1",
        measures: &[Measure {
            what: "CPU per delivery, commits and all / the relay's",
            unit: "",
            goal: Goal::AtMost(1.4),
            parts: &[("server", "µs"), ("relay", "µs")],
        }],
        run: fanout::lone_sender,
    },
    Row {
        name: "rooms",
        work: "200 rooms of 5, all 1,000 talk, window 16",
        measures: &[Measure {
            what: "acknowledged says a second / raw inserts a second, batches of 512",
            unit: "",
            goal: Goal::AtLeast(0.7),
            parts: &[("server", "a second"), ("raw", "a second")],
        }],
        run: commit::rooms,
    },
    Row {
        name: "commit",
        work: "the store alone, batches of 256 over 200 rooms",
        measures: &[Measure {
            what: "CPU per say / the raw inserts'",
            unit: "",
            goal: Goal::AtMost(1.5),
            parts: &[("store", "µs"), ("raw", "µs")],
        }],
        run: commit::commit,
    },
    Row {
        name: "lone-say",
        work: "an idle server, 1 connection, window 1",
        measures: &[Measure {
            what: "median of say to said - an fsync's",
            unit: "ms",
            goal: Goal::AtMost(0.3),
            parts: &[("server", "ms"), ("fsync", "ms")],
        }],
        run: latency::lone_say,
    },
    Row {
        name: "steady",
        work: "100 rooms of 10, 1,000 says and so 10,000 deliveries a second",
        measures: &[Measure {
            what: "p99 of say to delivery / a lone fsync's",
            unit: "",
            goal: Goal::AtMost(4.0),
            parts: &[
                ("server", "ms"),
                ("fsync", "ms"),
                ("the disk alone at this rate, p99", "ms"),
                ("the server's median", "ms"),
                ("deliveries", "a second"),
            ],
        }],
        run: latency::steady,
    },
    Row {
        name: "idle",
        work: "10,000 connections in 100 rooms, all silent",
        measures: &[
            Measure {
                what: "resident memory for each, sockets in the kernel not counted",
                unit: "KiB",
                goal: Goal::AtMost(2.0),
                parts: &[("with all", "MiB"), ("before the first", "MiB")],
            },
            Measure {
                what: "CPU, of a core",
                unit: "%",
                goal: Goal::Open,
                parts: &[("CPU", "s"), ("watched for", "s")],
            },
        ],
        run: connections::idle,
    },
    Row {
        name: "left",
        work: "10,000 rooms, each with one who has gone, for the second time",
        measures: &[Measure {
            what: "resident memory for each, beside after the first time",
            unit: "KiB",
            goal: Goal::Open,
            parts: &[("after 10,000 in one room", "MiB"), ("after the first time", "MiB"), ("the second", "MiB")],
        }],
        run: connections::left,
    },
    Row {
        name: "storm",
        work: "10,000 devices in 100 rooms resume at once, each 1,000 events behind",
        measures: &[Measure {
            what: "time until all are live / one reader's for as many pages",
            unit: "",
            goal: Goal::AtMost(2.0),
            parts: &[("server", "s"), ("reader", "s"), ("pages", "")],
        }],
        run: connections::storm,
    },
    Row {
        name: "history",
        work: "pages of 50 from a log of 100,000, beside 200 rooms of 5 in which all talk",
        measures: &[Measure {
            what: "p99 of a page",
            unit: "ms",
            goal: Goal::Below(5.0),
            parts: &[
                ("median", "ms"),
                ("a woken thread's p99", "ms"),
                ("a ping's p99", "ms"),
                ("pages", "a second"),
                ("says", "a second"),
            ],
        }],
        run: latency::history,
    },
    Row {
        name: "start",
        work: "a database of 1 GiB, after an orderly stop",
        measures: &[Measure {
            what: "start of the process until it listens",
            unit: "s",
            goal: Goal::Below(1.0),
            parts: &[("database", "GiB")],
        }],
        run: database::start,
    },
];
