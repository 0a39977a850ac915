//! A history in which all is well, and each fault planted into it: a checker that misses one would prove nothing.

use std::time::Duration;

use super::{Violation, check};
use crate::record::{Answer, Event, History, Moment, Say, Seen, Stream};

const ROOM: usize = 0;

fn ms(ms: u64) -> Moment {
    Duration::from_millis(ms)
}

fn event(writer: usize, nonce: u64, seq: u64) -> Event {
    Event { seq, at: 1_000 + seq, author: format!("guest-{writer}"), text: format!("w{writer} n{nonce}") }
}

/// Sent at `sent`; if it has a seq, answered five milliseconds later.
fn say(writer: usize, nonce: u64, sent: u64, seq: Option<u64>) -> Say {
    let request = u32::try_from(nonce).expect("small");
    let answer = |seq| Answer { time: ms(sent + 5 + nonce), connection: 1, request, seq, at: 1_000 + seq };
    let Event { author, text, .. } = event(writer, nonce, 0);
    let answers = seq.map(answer).into_iter().collect();
    Say { writer, nonce, room: ROOM, author, text, sent: ms(sent), settled: None, answers }
}

fn stream(after: u64, events: &[Event]) -> Stream {
    let seen = events.iter().map(|event| Seen { time: ms(400), event: event.clone() }).collect();
    Stream { reader: "ann".into(), room: ROOM, after, seen }
}

/// Two writers. The second one's last two were never answered: one of them stands in the log.
fn good() -> History {
    let log = [event(0, 1, 1), event(0, 2, 2), event(1, 1, 3), event(0, 3, 4), event(1, 2, 5)];
    let says = vec![
        say(0, 1, 10, Some(1)),
        say(0, 2, 10, Some(2)),
        say(0, 3, 100, Some(4)),
        say(1, 1, 50, Some(3)),
        say(1, 2, 100, None),
        say(1, 3, 100, None),
    ];
    let streams = vec![stream(0, &log), stream(2, &log[2..4]), stream(5, &[])];
    History { says, streams, logs: vec![log.to_vec()], faults: Vec::new() }
}

fn found(plant: impl FnOnce(&mut History)) -> Vec<Violation> {
    let mut history = good();
    plant(&mut history);
    check(&history)
}

#[test]
fn a_history_that_keeps_all_promises_passes() {
    assert_eq!(found(|_| {}), []);
    assert_eq!(check(&History::default()), []);
}

#[test]
fn an_unknown_outcome_may_be_none_or_one() {
    let none = found(|history| {
        history.logs[ROOM].pop();
        history.streams.clear();
    });
    assert_eq!(none, []);
    let both = found(|history| history.logs[ROOM].push(event(1, 3, 6)));
    assert_eq!(both, []);
}

#[test]
fn a_lost_acknowledged_message() {
    let at_the_end = found(|history| history.says[4].answers = say(1, 2, 100, Some(6)).answers);
    assert_eq!(at_the_end, [Violation::Lost { writer: 1, nonce: 2, seq: 6 }]);
    let replaced = found(|history| {
        history.streams.clear();
        history.logs[ROOM][0] = event(1, 3, 1);
    });
    assert!(replaced.contains(&Violation::Lost { writer: 0, nonce: 1, seq: 1 }), "{replaced:?}");
}

#[test]
fn a_doubled_message() {
    let doubled = found(|history| history.logs[ROOM].push(event(1, 2, 6)));
    assert_eq!(doubled, [Violation::Doubled { room: ROOM, seq: 6, first: 5 }]);
}

#[test]
fn a_reordered_device() {
    let reordered = found(|history| {
        history.streams.clear();
        history.says[0].answers.clear();
        history.says[1].answers.clear();
        history.logs[ROOM][0] = event(0, 2, 1);
        history.logs[ROOM][1] = event(0, 1, 2);
    });
    assert_eq!(reordered, [Violation::Reordered { writer: 0, room: ROOM, seq: 2 }]);
}

#[test]
fn a_gap_in_the_log() {
    let gap = found(|history| {
        history.streams.clear();
        history.says[3].answers.clear();
        history.logs[ROOM].remove(2);
    });
    let at = |expected, found| Violation::Gap { room: ROOM, expected, found };
    assert_eq!(gap, [at(3, 4), at(4, 5)]);
}

#[test]
fn an_invented_message() {
    let invented = found(|history| history.logs[ROOM].push(event(7, 1, 6)));
    assert_eq!(invented, [Violation::Invented { room: ROOM, seq: 6 }]);
    let misplaced = found(|history| {
        history.logs.push(vec![event(1, 3, 1)]);
    });
    assert_eq!(misplaced, [Violation::Invented { room: 1, seq: 1 }]);
}

#[test]
fn a_message_under_another_name() {
    let renamed = found(|history| {
        history.streams.clear();
        history.logs[ROOM][4].author = "guest-0".into();
    });
    assert_eq!(renamed, [Violation::Invented { room: ROOM, seq: 5 }]);
}

#[test]
fn a_changed_content() {
    let changed = found(|history| history.streams[1].seen[0].event.text.push('!'));
    assert_eq!(changed, [Violation::Changed { reader: "ann".into(), room: ROOM, seq: 3 }]);
    let another_time = found(|history| history.streams[1].seen[0].event.at += 1);
    assert_eq!(another_time, [Violation::Changed { reader: "ann".into(), room: ROOM, seq: 3 }]);
}

#[test]
fn another_answer_to_a_repetition() {
    let repeat = |change: fn(&mut Answer)| {
        found(|history| {
            let mut answer = history.says[3].answers[0].clone();
            answer.request += 1;
            answer.time += ms(1);
            change(&mut answer);
            history.says[3].answers.push(answer);
        })
    };
    assert_eq!(repeat(|_| {}), []);
    assert!(repeat(|answer| answer.seq = 5).contains(&Violation::OtherAnswer { writer: 1, nonce: 1 }));
    assert_eq!(repeat(|answer| answer.at += 1), [Violation::OtherAnswer { writer: 1, nonce: 1 }]);
    let never = found(|history| history.says[3].answers[0].at += 1);
    assert_eq!(never, [Violation::OtherAnswer { writer: 1, nonce: 1 }]);
}

#[test]
fn answers_in_another_order() {
    let swapped = found(|history| {
        history.says[0].answers[0].time = ms(30);
        history.says[1].answers[0].time = ms(20);
    });
    assert_eq!(swapped, [Violation::AnswersReordered { writer: 0, nonce: 1 }]);
}

#[test]
fn something_shown_that_was_never_committed() {
    let shown = found(|history| {
        let time = ms(500);
        history.streams[0].seen.push(Seen { time, event: event(1, 3, 6) });
    });
    assert_eq!(shown, [Violation::Uncommitted { reader: "ann".into(), room: ROOM, seq: 6 }]);
}

#[test]
fn a_reader_who_misses_one_or_sees_one_twice() {
    let skipped = |expected, found| Violation::Skipped { reader: "ann".into(), room: ROOM, expected, found };
    let missed = found(|history| drop(history.streams[0].seen.remove(1)));
    assert_eq!(missed, [skipped(2, 3)]);
    let missed_at_the_seam = found(|history| drop(history.streams[1].seen.remove(0)));
    assert_eq!(missed_at_the_seam, [skipped(3, 4)]);
    let twice = found(|history| {
        let again = history.streams[0].seen[0].clone();
        history.streams[0].seen.insert(1, again);
    });
    assert_eq!(twice, [skipped(2, 1)]);
}

#[test]
fn one_that_was_sent_after_a_later_one_was_known() {
    let by_its_answer = found(|history| history.says[3].sent = ms(109));
    assert_eq!(by_its_answer, [Violation::Overtaken { room: ROOM, seq: 3 }]);
    let by_its_sight = found(|history| {
        history.says[4].answers.clear();
        history.says[2].answers.clear();
        history.streams[0].seen[4].time = ms(90);
    });
    assert_eq!(by_its_sight, [Violation::Overtaken { room: ROOM, seq: 4 }]);
}

#[test]
fn one_that_was_committed_after_its_device_had_come_back_without_it() {
    let settled = |settled_ms| found(|history| history.says[4].settled = Some(ms(settled_ms)));
    assert_eq!(settled(101), []);
    assert_eq!(settled(60), [Violation::Overtaken { room: ROOM, seq: 4 }]);
    assert_eq!(found(|history| history.says[5].settled = Some(ms(1))), [], "it was never committed");
}

#[test]
fn whatever_no_conversation_may_contain() {
    let fault = found(|history| history.faults.push("refused".into()));
    assert_eq!(fault, [Violation::Fault("refused".into())]);
}
