//! What a message looks like: who, when, what, in rows of a width. Whatever others sent passes through [`safe_text`] here.
//! What is marked inside of a text is left to [`super::markup`], which messages are shown to [`super::chat`].

use indicatif::HumanBytes;
use jiff::ZonedDateTime;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::markup::{is_right_to_left, marked, point_out};
use super::picture::Thumb;
use super::room::names;
use super::slot::Slot;
use super::state::Setting;
use super::wrap::{Unit, cut, rows, units};
use crate::model::{Body, Seq, User, safe_text};
use crate::terminal::quote::quote;

/// Columns of a time and the space after it.
const TIME_WIDTH: usize = 6;
/// Digits for which there is room from the beginning, so that a young room does not move as it grows.
const NUMBER_DIGITS: usize = 3;
/// How long somebody's messages belong together, in seconds.
const TOGETHER_S: i64 = 5 * 60;

/// Where a message stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    /// What was chosen.
    pub setting: &'a Setting,
    /// Who reads.
    pub oneself: &'a User,
    /// Columns.
    pub width: usize,
    /// The largest number there is.
    pub head: Seq,
    /// The message before it, if there is one on the same day.
    pub before: Option<&'a Slot>,
    /// Its picture with its number, if it is one.
    pub thumb: Option<(u32, &'a Thumb)>,
    /// The message that it answers, if that is in memory.
    pub answered: Option<&'a Slot>,
}

/// The columns of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    time: usize,
    name: usize,
    text: usize,
    number: usize,
}

impl Columns {
    /// For a conversation of this width whose largest number is `head`.
    #[must_use]
    pub(super) fn new(width: usize, head: Seq) -> Self {
        let time = if width >= 48 { TIME_WIDTH } else { 0 };
        let name = (width / 6).clamp(6, 14);
        let number = if width >= 30 { head.to_string().len().max(NUMBER_DIGITS) + 2 } else { 0 };
        Self { time, name, text: width.saturating_sub(time + name + 1 + number).max(2), number }
    }

    const fn indent(self) -> usize {
        self.time + self.name + 1
    }
}

/// Text of others in lines: newlines and tabs stay what they are, anything else that a terminal obeys is shown as a mark.
#[must_use]
pub(super) fn safe_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        out.push_str(if number > 0 { "\n" } else { "" });
        for (number, part) in line.split('\t').enumerate() {
            out.push_str(if number > 0 { "\t" } else { "" });
            out.push_str(&safe_text(part));
        }
    }
    out
}

/// A time as its reader's clock shows it.
#[must_use]
pub(super) fn moment(slot: &Slot, setting: &Setting) -> ZonedDateTime {
    let at = i64::try_from(slot.event.at.0).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    at.unwrap_or_default().to_zoned_datetime(setting.zone.clone())
}

/// The rows of a message.
#[must_use]
pub(super) fn lines(slot: &Slot, around: &Around<'_>) -> Vec<Line<'static>> {
    let columns = Columns::new(around.width, around.head);
    let theme = &around.setting.theme;
    let time = moment(slot, around.setting).strftime("%H:%M").to_string();
    let is_together = around.before.is_some_and(|before| belongs_to(slot, before, around.setting));
    let shows_time = around.before.is_none_or(|before| time_of(before, around.setting) != time);
    let time = Span::styled(if shows_time { time } else { String::new() }, theme.dim);
    let mut units = body(slot, around);
    if is_right_to_left(units.iter().map(|unit| unit.shown.as_str())) {
        units.splice(0..0, super::wrap::units("\n", Style::default()));
    }
    let name = if is_together { Span::default() } else { author(slot, around, columns.name) };
    let number = Span::styled(format!("#{}", slot.seq()), theme.dim);
    let mut out: Vec<Line<'static>> = answered(slot, around, columns).into_iter().collect();
    out.extend(framed(&units, columns, [time, name, number]));
    if let (Some((id, thumb)), Some(pictures)) = (around.thumb, around.setting.pictures) {
        let indent = || Span::raw(" ".repeat(columns.indent()));
        let rows = thumb.lines(id, columns.text, pictures.has_all_colours).into_iter();
        out.extend(rows.map(|row| Line::from([vec![indent()], row.spans].concat())));
    }
    out.extend(reactions(slot, around, columns));
    out
}

/// A row of a message that is not its first one, with who says it.
#[must_use]
pub(super) fn headed(line: Line<'static>, slot: &Slot, around: &Around<'_>) -> Line<'static> {
    let columns = Columns::new(around.width, around.head);
    let mut spans = line.spans;
    let is_blank = spans.first().is_some_and(|span| span.content.trim().is_empty() && span.width() == columns.indent());
    if is_blank {
        let time = Span::raw(" ".repeat(columns.time));
        spans.splice(0..1, [vec![time], padded(author(slot, around, columns.name), columns.name + 1)].concat());
    }
    Line::from(spans)
}

/// The rows of something that is on its way: it has no time and no number yet. It has a name where somebody else spoke
/// before.
#[must_use]
pub(super) fn sending(
    text: &str,
    name: Option<&str>,
    width: usize,
    head: Seq,
    setting: &Setting,
) -> Vec<Line<'static>> {
    let columns = Columns::new(width, head);
    let style = setting.theme.dim;
    let sign = Span::styled("  …".to_owned(), style);
    let author = name.map(|name| Span::styled(cut(&safe_text(name), columns.name), style)).unwrap_or_default();
    let (time, name) = if columns.time > 0 { (sign, author) } else { (Span::default(), sign) };
    framed(&units(&safe_lines(text), style), columns, [time, name, Span::default()])
}

/// Puts rows of text between what stands beside the first of them.
fn framed(units: &[Unit], columns: Columns, [time, name, number]: [Span<'static>; 3]) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    for (at, row) in rows(units, columns.text).into_iter().enumerate() {
        let mut spans = Vec::new();
        if at == 0 {
            spans.extend(if columns.time > 0 { padded(time.clone(), columns.time) } else { Vec::new() });
            spans.extend(padded(name.clone(), columns.name + 1));
        } else {
            spans.push(Span::raw(" ".repeat(columns.indent())));
        }
        let width = super::wrap::columns(&units[row.clone()]);
        spans.extend(super::wrap::line(&units[row]).spans);
        if at == 0 && columns.number > number.width() && !number.content.is_empty() {
            let gap = (columns.text + columns.number).saturating_sub(width + number.width());
            spans.extend([Span::raw(" ".repeat(gap)), number.clone()]);
        }
        out.push(Line::from(spans));
    }
    out
}

fn padded(span: Span<'static>, width: usize) -> Vec<Span<'static>> {
    let gap = " ".repeat(width.saturating_sub(span.width()));
    vec![span, Span::raw(gap)]
}

fn author(slot: &Slot, around: &Around<'_>, width: usize) -> Span<'static> {
    let name = &slot.event.author.name;
    let theme = &around.setting.theme;
    match slot.event.body {
        Body::Topic(_) => Span::styled("*".to_owned(), theme.dim),
        _ if names(&slot.event.body, &around.oneself.name) && slot.event.author != *around.oneself => {
            Span::styled(cut(&safe_text(name), width), theme.mention)
        }
        _ => Span::styled(cut(&safe_text(name), width), theme.name(name)),
    }
}

fn belongs_to(slot: &Slot, before: &Slot, setting: &Setting) -> bool {
    let (at, earlier) = (moment(slot, setting), moment(before, setting));
    let is_plain = |slot: &Slot| !matches!(slot.event.body, Body::Topic(_));
    slot.event.author == before.event.author
        && slot.event.reply_to.is_none()
        && is_plain(slot)
        && is_plain(before)
        && at.timestamp().as_second() - earlier.timestamp().as_second() <= TOGETHER_S
}

fn time_of(slot: &Slot, setting: &Setting) -> String {
    moment(slot, setting).strftime("%H:%M").to_string()
}

/// What a message says.
fn body(slot: &Slot, around: &Around<'_>) -> Vec<Unit> {
    let theme = &around.setting.theme;
    let who = safe_text(&slot.event.author.name);
    match &slot.event.body {
        Body::Text(text) => {
            let mut said = marked(&safe_lines(text), theme);
            if slot.event.author != *around.oneself {
                point_out(&mut said, &safe_text(&around.oneself.name), theme.mention);
            }
            if slot.is_edited {
                said.extend(units(" (edited)", theme.dim));
            }
            said
        }
        Body::File(file) => {
            let size = HumanBytes(file.size);
            file_row("file", &file.name, &format!("{size}, .save {}", slot.seq()), around)
        }
        Body::Image(image) => {
            let about = format!("{}×{}, {}, .save {}", image.width, image.height, HumanBytes(image.size), slot.seq());
            file_row("image", &image.name, &about, around)
        }
        Body::Topic(topic) if topic.is_empty() => units(&format!("{who} removed the topic"), theme.dim),
        Body::Topic(topic) => units(&format!("{who} set the topic: {}", safe_text(topic)), theme.dim),
        Body::Gone {} => units("(deleted)", theme.dim.add_modifier(Modifier::ITALIC)),
        Body::Edit { .. } | Body::Delete { .. } | Body::React { .. } => Vec::new(),
    }
}

fn file_row(kind: &str, name: &str, about: &str, around: &Around<'_>) -> Vec<Unit> {
    let theme = &around.setting.theme;
    let mut row = units(&format!("[{kind}] "), theme.dim);
    row.extend(units(&safe_text(name), Style::new().add_modifier(Modifier::BOLD)));
    row.extend(units(&format!(" ({about})"), theme.dim));
    row
}

/// What a message answers, above it.
fn answered(slot: &Slot, around: &Around<'_>, columns: Columns) -> Option<Line<'static>> {
    let to = slot.event.reply_to?;
    let words = around.answered.map_or_else(
        || format!("#{to}"),
        |answered| {
            let said = match &answered.event.body {
                Body::Text(text) => text,
                Body::File(file) => &file.name,
                Body::Image(image) => &image.name,
                _ => "(deleted)",
            };
            format!("{}: {}", safe_text(&answered.event.author.name), quote(said, columns.text))
        },
    );
    let indent = " ".repeat(columns.indent());
    let words = cut(&format!("↱ {words}"), columns.text);
    Some(Line::from(vec![Span::raw(indent), Span::styled(words, around.setting.theme.dim)]))
}

/// What people think of a message, below it.
fn reactions(slot: &Slot, around: &Around<'_>, columns: Columns) -> Vec<Line<'static>> {
    if slot.reactions.is_empty() {
        return Vec::new();
    }
    let theme = &around.setting.theme;
    let mut row = Vec::new();
    for reaction in &slot.reactions {
        let is_own = reaction.names.contains(&around.oneself.name);
        let style = if is_own { theme.news } else { theme.dim };
        let emoji = cut(&safe_text(&reaction.emoji), 12);
        row.extend(units(&format!("{emoji} {}", reaction.names.len()), style));
        row.extend(units("   ", Style::default()));
    }
    framed(&row, columns, Default::default())
}

/// A line across, with a word in it.
#[must_use]
pub(super) fn rule(word: &str, width: usize, style: Style) -> Line<'static> {
    let word = format!("── {word} ");
    let rest = "─".repeat(width.saturating_sub(word.width()));
    Line::styled(cut(&(word + &rest), width), style)
}
