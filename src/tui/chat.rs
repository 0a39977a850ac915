//! Which rows of a conversation are on the screen. They are laid out from the bottom up, and no more of them than fit,
//! so that a long conversation costs what a short one does. Moving about in it is left to [`super::scroll`].

use ratatui::text::Line;

use super::message::{Around, headed, lines, moment, rule, sending};
use super::room::{Room, Sending};
use super::slot::Slot;
use super::state::State;
use crate::model::{Body, Seq};

/// A row on the screen.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// The message that it belongs to.
    pub seq: Option<Seq>,
    /// What is drawn.
    pub line: Line<'static>,
}

/// The rows of what stands at `index` of the span, with what has to stand above it: a day, and where news begin.
#[must_use]
pub(super) fn item(state: &State, room: &Room, index: usize, width: usize) -> Vec<Line<'static>> {
    let Some((slot, above, around)) = placed(state, room, index, width) else { return Vec::new() };
    above.into_iter().chain(lines(slot, &around)).collect()
}

/// What stands at `index`, what has to stand above it, and what is around it.
fn placed<'a>(
    state: &'a State,
    room: &'a Room,
    index: usize,
    width: usize,
) -> Option<(&'a Slot, Vec<Line<'static>>, Around<'a>)> {
    let slots = room.timeline.span().slots();
    let slot = slots.get(index).filter(|slot| slot.is_shown())?;
    let before = slots.iter().take(index).rev().find(|slot| slot.is_shown());
    let (setting, theme) = (&state.setting, &state.setting.theme);
    let day = moment(slot, setting).date();
    let is_same_day = before.is_some_and(|before| moment(before, setting).date() == day);
    let mut out = Vec::new();
    if !is_same_day {
        out.push(rule(&day.strftime("%A, %-d %B %Y").to_string(), width, theme.dim));
    }
    let is_first_new = room.news_from.is_some_and(|news| is_first_new(state, room, index, news));
    if is_first_new {
        out.push(rule("new", width, theme.news));
    }
    let around = Around {
        setting,
        oneself: &state.oneself,
        width,
        head: room.head,
        before: before.filter(|_| is_same_day && !is_first_new),
        thumb: match &slot.event.body {
            Body::Image(image) => state.thumbs.get(&image.sha256),
            _ => None,
        },
        answered: slot.event.reply_to.and_then(|to| find(room, to)),
    };
    Some((slot, out, around))
}

/// Whether news begin here: what one said oneself is none.
fn is_first_new(state: &State, room: &Room, index: usize, news: Seq) -> bool {
    let is_news = |slot: &Slot| slot.is_shown() && slot.seq() >= news && slot.event.author != state.oneself;
    let slots = room.timeline.span().slots();
    let mut before = slots.iter().take(index).rev().take_while(|slot| slot.seq() >= news);
    news > Seq(1) && slots.get(index).is_some_and(is_news) && !before.any(is_news)
}

/// A message, wherever in memory it is.
#[must_use]
pub(super) fn find(room: &Room, seq: Seq) -> Option<&Slot> {
    room.timeline.span().get(seq).or_else(|| room.timeline.tail().get(seq))
}

/// The rows that are on a screen of this size, from top to bottom.
#[must_use]
pub(super) fn visible(state: &State, room: &Room, width: usize, height: usize) -> Vec<Row> {
    let slots = room.timeline.span().slots();
    let mut rows: Vec<Row> = Vec::new();
    let anchored = room.anchor.and_then(|anchor| Some((room.timeline.span().nearest(anchor.seq)? + 1, anchor.below)));
    if anchored.is_none() {
        rows.extend(on_their_way(state, room, width).into_iter().rev());
    }
    let (mut index, mut below) = anchored.unwrap_or((slots.len(), 0));
    let mut hidden = 0;
    while rows.len() < height && index > 0 {
        index -= 1;
        let mut lines = item(state, room, index, width);
        hidden = std::mem::take(&mut below);
        lines.truncate(lines.len().saturating_sub(hidden));
        let seq = slots.get(index).map(Slot::seq);
        rows.extend(lines.into_iter().rev().map(|line| Row { seq, line }));
    }
    rows.truncate(height);
    rows.reverse();
    name_the_first(state, room, index, (width, hidden), &mut rows);
    rows
}

/// Whose words are the first on the screen is said, also where the name has scrolled away.
fn name_the_first(state: &State, room: &Room, index: usize, (width, hidden): (usize, usize), rows: &mut [Row]) {
    let Some((slot, above, around)) = placed(state, room, index, width) else { return };
    let mut all = above;
    all.extend(lines(slot, &Around { before: None, ..around }));
    all.truncate(all.len().saturating_sub(hidden));
    let seen = rows.iter().take_while(|row| row.seq == Some(slot.seq())).count().min(all.len());
    let is_cut = seen < all.len();
    for (at, (row, line)) in rows.iter_mut().zip(all.split_off(all.len() - seen)).enumerate() {
        row.line = if at == 0 && is_cut { headed(line, slot, &around) } else { line };
    }
}

/// What has been said and is not back yet.
fn on_their_way(state: &State, room: &Room, width: usize) -> Vec<Row> {
    let last = room.timeline.span().slots().iter().rev().find(|slot| slot.is_shown());
    let is_other = last.is_none_or(|slot| slot.event.author != state.oneself);
    let name = |at: usize| Some(state.oneself.name.as_str()).filter(|_| at == 0 && is_other);
    let texts = room.waiting().filter_map(words).enumerate();
    let rows = texts.flat_map(|(at, text)| sending(text, name(at), width, room.head, &state.setting));
    rows.map(|line| Row { seq: None, line }).collect()
}

fn words(sending: &Sending) -> Option<&str> {
    match &sending.body {
        Body::Text(text) => Some(text),
        _ => None,
    }
}
