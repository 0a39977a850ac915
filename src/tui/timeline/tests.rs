//! A timeline is held against the log that it is a window on.

use super::super::testing::{event, react, text};
use super::*;
use crate::model::Body;

fn log(seqs: std::ops::RangeInclusive<u64>) -> Vec<Event> {
    seqs.map(|seq| event(seq, "ann", text(&format!("m{seq}")))).collect()
}

fn seqs(span: &Span) -> (u64, u64) {
    (span.first().unwrap().0, span.last().unwrap().0)
}

#[test]
fn a_page_joins_what_came_meanwhile() {
    let mut timeline = Timeline::default();
    timeline.push(event(11, "ann", text("live")), false);
    assert!(timeline.insert(Way::End, Seq(1), log(2..=11)));
    assert_eq!(seqs(timeline.span()), (2, 11));
    assert!(timeline.insert(Way::Before(Seq(2)), Seq(1), log(1..=1)));
    assert!(timeline.is_at_beginning() && timeline.is_at_tail());
}

#[test]
fn a_hundred_thousand_messages_take_the_memory_of_a_few() {
    let mut timeline = Timeline::default();
    for event in log(1..=100_000) {
        timeline.push(event, false);
    }
    assert!(timeline.tail().slots().len() <= limits::SCREEN_SLOTS_MAX);
    let mut first = timeline.span().first().unwrap().0;
    while first > 1 {
        let from = first.saturating_sub(200).max(1);
        timeline.insert(Way::Before(Seq(first)), Seq(1), log(from..=first - 1));
        assert_eq!(timeline.span().first(), Some(Seq(from)), "scrolling goes on");
        assert!(timeline.span().slots().len() <= limits::SCREEN_SLOTS_MAX);
        first = from;
    }
    assert!(timeline.is_at_beginning() && !timeline.is_at_tail());
    let mut last = timeline.span().last().unwrap().0;
    while !timeline.is_at_tail() {
        timeline.insert(Way::After(Seq(last)), Seq(1), log(last + 1..=(last + 200).min(100_000)));
        last += 200;
        assert!(last < 110_000, "it comes back");
    }
    assert_eq!(timeline.span().last(), Some(Seq(100_000)));
}

#[test]
fn who_reads_is_not_disturbed_by_what_comes() {
    let mut timeline = Timeline::default();
    let most = limits::SCREEN_SLOTS_MAX as u64;
    log(1..=most).into_iter().for_each(|event| timeline.push(event, true));
    log(most + 1..=2 * most).into_iter().for_each(|event| timeline.push(event, true));
    assert_eq!(timeline.span().first(), Some(Seq(1)));
    timeline.go_to_tail();
    assert_eq!(timeline.span().last(), Some(Seq(2 * most)));
}

#[test]
fn changes_reach_what_comes_later() {
    let mut timeline = Timeline::default();
    timeline.push(event(9, "ann", Body::Edit { of: Seq(3), text: "new".to_owned() }), false);
    timeline.push(event(10, "ben", react(4, "👍", true)), false);
    timeline.insert(Way::End, Seq(1), log(2..=10));
    let slot = |seq| timeline.span().get(Seq(seq)).unwrap();
    assert_eq!((&slot(3).event.body, slot(3).is_edited), (&text("new"), true));
    assert_eq!(slot(4).reactions.len(), 1);
}
