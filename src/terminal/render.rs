//! What happens in rooms, in lines for people. Pure: time zone and the present come from outside. The words for an event
//! are left to [`super::describe`], that nothing raw comes through to [`Line`], doing something about what happened to
//! [`super::talk`].

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::describe::{describe, name};
use super::fold::Telling;
use super::line::Line;
use super::recent::Recent;
use crate::model::{self, User, limits};
use crate::wire::{DeviceEntry, Joined, RoomEntry, Signal};

/// Makes lines of events, and knows which day it wrote last.
#[derive(Debug)]
pub(crate) struct Renderer {
    zone: TimeZone,
    day: Date,
}

impl Renderer {
    /// For somebody in this time zone, whose day is the one of `now`.
    #[must_use]
    pub(crate) fn new(zone: TimeZone, now: model::Timestamp) -> Self {
        let day = moment(now).to_zoned_datetime(zone.clone()).date();
        Self { zone, day }
    }

    /// The lines for an event: those of the current room (`here`) do not name it. `known` is what was said before.
    pub(super) fn event(&mut self, telling: &Telling, here: bool, known: &Recent) -> Vec<Line> {
        let event = &telling.event;
        let at = moment(event.at).to_zoned_datetime(self.zone.clone());
        let mut lines = Vec::with_capacity(2);
        if at.date() != self.day {
            self.day = at.date();
            lines.push(Line::note(at.strftime("%A, %-d %B %Y").to_string()));
        }
        let text = room_mark(event.room.as_str(), here) + &describe(telling, known);
        lines.push(Line::said(&at.strftime("%H:%M").to_string(), event.seq, &text));
        lines
    }

    /// The row of a device in a list: the server tells when it came first, and not when it was last there.
    #[must_use]
    pub(crate) fn device(&self, device: &DeviceEntry) -> Line {
        let is = match device {
            DeviceEntry { this: true, .. } => "this one",
            DeviceEntry { here: true, .. } => "connected",
            DeviceEntry { .. } => "away",
        };
        let first = moment(device.created).to_zoned_datetime(self.zone.clone());
        Line::row(format!("{:>8} {is:<9}  since {}", device.id, first.strftime("%-d %B %Y, %H:%M")))
    }
}

/// A line for what no log keeps, if it is worth one.
#[must_use]
pub(super) fn signal(signal: &Signal, here: bool) -> Option<Line> {
    let (room, text) = match signal {
        Signal::Typing { .. } => return None,
        Signal::Presence { room, user, here: true } => (room, format!("{} came", name(user))),
        Signal::Presence { room, user, here: false } => (room, format!("{} left", name(user))),
        Signal::Renamed { room, from, to } => (room, format!("{} is now {}", name(from), name(to))),
    };
    Some(Line::note(room_mark(room, here) + &text))
}

/// The line for a room that one has come into.
#[must_use]
pub(super) fn joined(joined: &Joined) -> Line {
    let topic = if joined.topic.is_empty() { String::new() } else { format!("; topic: {}", joined.topic) };
    Line::note(format!("in {}, {} here{topic}", joined.room, joined.members))
}

/// The line for a connection that broke.
#[must_use]
pub(super) fn lost(why: &str, retry_in: Duration) -> Line {
    let seconds = retry_in.as_secs_f64().ceil().max(1.0);
    Line::fault(format!("connection lost ({why}); trying again in {seconds:.0} s"))
}

/// Why something was not said, and what it was.
#[must_use]
pub(super) fn refused(otherwise: &str, why: &str, quote: &str) -> String {
    let quote = if quote.is_empty() { String::new() } else { format!(": {quote}") };
    format!("{otherwise}: {why}{quote}")
}

/// How much an earlier run left to be sent, if anything.
#[must_use]
pub(super) fn resumed(messages: usize) -> Option<Line> {
    let lines = if messages == 1 { "line" } else { "lines" };
    (messages > 0).then(|| Line::note(format!("sending {messages} {lines} from before")))
}

/// What becomes of so many messages that have no answer when one leaves.
#[must_use]
pub(crate) fn unanswered(messages: usize, is_remembered: bool) -> Line {
    let fate =
        if is_remembered { "the next start sends what is missing" } else { "whether they were said is not known" };
    Line::fault(format!("{messages} not acknowledged: {fate}"))
}

/// The row of a room in a list.
#[must_use]
pub(super) fn room_row(entry: &RoomEntry, unread: u64) -> Line {
    let RoomEntry { room, topic, members, head } = entry;
    let unread = if unread == 0 { String::new() } else { format!(", {unread} unread") };
    let topic = if topic.is_empty() { String::new() } else { format!("  {topic}") };
    Line::row(format!("{room:<20} {members:>4} here, {head:>6} messages{unread}{topic}"))
}

/// The row of a person in a list.
#[must_use]
pub(super) fn user_row(user: &User, oneself: &User) -> Line {
    let you = if user == oneself { " (you)" } else { "" };
    Line::row(format!("{}{you}", name(user)))
}

/// How much somebody has missed, if anything; of the past, `shown` events are about to be shown.
#[must_use]
pub(super) fn unread(unread: u64, shown: u64) -> Option<Line> {
    let most = u64::from(limits::PAGE_EVENTS_MAX);
    let how = match unread {
        _ if unread <= shown => String::new(),
        1 => "; .history 1 shows it".to_owned(),
        _ if unread <= most => format!("; .history {unread} shows them"),
        _ => format!("; .history {most} shows the last {most} of them"),
    };
    let what = if unread == 1 { "1 message is" } else { &format!("{unread} messages are") };
    (unread > 0).then(|| Line::note(format!("{what} unread{how}")))
}

fn room_mark(room: &str, here: bool) -> String {
    if here { String::new() } else { format!("[{room}] ") }
}

/// A time that no calendar reaches stands at the epoch: others choose what they send.
fn moment(at: model::Timestamp) -> Timestamp {
    i64::try_from(at.0).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{NOON, ann, event, text};
    use super::*;
    use crate::model::{Body, DeviceId, Seq, Timestamp, UserId};

    fn told(at: Timestamp, body: Body) -> Telling {
        let mut event = event(12, body);
        event.at = at;
        event.into()
    }

    fn user(name: &str) -> User {
        User { id: UserId(7), name: name.to_owned(), guest: false }
    }

    #[test]
    fn an_event_has_a_time_a_number_and_words() {
        let mut renderer = Renderer::new(TimeZone::UTC, NOON);
        let mut shown = |body, here| renderer.event(&told(NOON, body), here, &Recent::default());
        assert_eq!(shown(text("hello"), true), [Line::said("12:00", Seq(12), "ann: hello")]);
        assert_eq!(shown(text("a\n* b"), true)[0].to_string(), "12:00 #12 ann: a\n        * b");
        assert_eq!(shown(text("hi"), false)[0].to_string(), "12:00 #12 [lobby] ann: hi");
    }

    #[test]
    fn what_was_said_before_is_known() {
        let mut known = Recent::default();
        known.note(&event(3, text("hello")), &ann());
        let react = Body::React { of: Seq(3), emoji: "👍".to_owned(), on: true };
        let lines = Renderer::new(TimeZone::UTC, NOON).event(&told(NOON, react), true, &known);
        assert_eq!(lines[0].to_string(), "12:00 #12 ann reacted to ann's \"hello\": 👍");
    }

    #[test]
    fn a_new_day_gets_a_line_of_its_own() {
        let mut renderer = Renderer::new(TimeZone::UTC, NOON);
        let mut lines = |at| renderer.event(&told(Timestamp(at), Body::Gone {}), true, &Recent::default());
        let (noon, day) = (NOON.0, 86_400_000);
        let days = [noon - day, noon - day, noon, noon, noon + day];
        assert_eq!(days.map(|at| lines(at).len()), [2, 1, 2, 1, 2]);
        assert_eq!(lines(0)[0].to_string(), "* Thursday, 1 January 1970");
    }

    #[test]
    fn odd_times_survive() {
        let mut renderer = Renderer::new(TimeZone::UTC, Timestamp(u64::MAX));
        let lines = renderer.event(&told(Timestamp(u64::MAX), text("hi")), true, &Recent::default());
        assert_eq!(lines[0].to_string(), "00:00 #12 ann: hi");
    }

    #[test]
    fn a_device_has_a_number_and_the_time_of_where_one_is() {
        let renderer = Renderer::new(TimeZone::fixed(jiff::tz::offset(2)), NOON);
        let row = |here, this| {
            let device = DeviceEntry { id: DeviceId(12), created: NOON, here, this };
            renderer.device(&device).to_string()
        };
        assert_eq!(row(true, true), "        12 this one   since 21 September 2026, 14:00");
        assert_eq!(row(true, false), "        12 connected  since 21 September 2026, 14:00");
        assert_eq!(row(false, false), "        12 away       since 21 September 2026, 14:00");
    }

    #[test]
    fn what_was_missed_is_counted() {
        let line = |missed, shown| unread(missed, shown).map(|line| line.to_string());
        assert_eq!(line(0, 0), None);
        assert_eq!(line(3, 50).as_deref(), Some("* 3 messages are unread"));
        assert_eq!(line(1, 0).as_deref(), Some("* 1 message is unread; .history 1 shows it"));
        assert_eq!(line(51, 50).as_deref(), Some("* 51 messages are unread; .history 51 shows them"));
        let most = "* 20000 messages are unread; .history 1000 shows the last 1000 of them";
        assert_eq!(line(20_000, 0).as_deref(), Some(most));
    }

    #[test]
    fn what_is_left_unsaid_is_said_by_the_next_run() {
        let line = |messages| resumed(messages).map(|line| line.to_string());
        assert_eq!(
            [0, 1, 2].map(line),
            [None, Some("* sending 1 line from before".to_owned()), Some("* sending 2 lines from before".to_owned())]
        );
        assert_eq!(unanswered(2, true).to_string(), "* 2 not acknowledged: the next start sends what is missing");
        assert!(unanswered(1, false).is_fault());
    }

    #[test]
    fn a_room_says_what_is_unread_in_it() {
        let entry = RoomEntry { room: "dev".to_owned(), topic: "bread".to_owned(), members: 2, head: Seq(12) };
        let row = |unread| room_row(&entry, unread).to_string();
        assert_eq!(row(0), "  dev                     2 here,     12 messages  bread");
        assert_eq!(row(3), "  dev                     2 here,     12 messages, 3 unread  bread");
    }

    #[test]
    fn comings_and_goings_are_calm() {
        let presence = |here| Signal::Presence { room: "lobby".to_owned(), user: user("guest-x3k9"), here };
        assert_eq!(signal(&presence(true), true).unwrap().to_string(), "* guest-x3k9 came");
        assert_eq!(signal(&presence(false), false).unwrap().to_string(), "* [lobby] guest-x3k9 left");
        assert_eq!(signal(&Signal::Typing { room: "lobby".to_owned(), user: user("a") }, true), None);
        let renamed = Signal::Renamed { room: "lobby".to_owned(), from: user("guest-a"), to: user("a\x1bb") };
        assert_eq!(signal(&renamed, true).unwrap().to_string(), "* guest-a is now a␛b");
    }

    #[test]
    fn a_lost_connection_is_one_calm_line() {
        let line = lost("shutdown", Duration::from_millis(1200));
        assert_eq!(line.to_string(), "* connection lost (shutdown); trying again in 2 s");
    }
}
