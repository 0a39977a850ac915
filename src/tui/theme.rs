//! Colours: for a dark and a light background, for one that is not known, and none at all. Those of names are chosen so
//! that they can be read on either. What is drawn with them is left to [`super::view`].

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

/// Colours of the palette of 256 that stand out from black and from white alike; a test measures them.
const NAMES: [u8; 16] = [27, 29, 31, 61, 63, 64, 94, 97, 99, 100, 128, 130, 132, 133, 160, 166];
/// The same for a dark background only.
const NAMES_DARK: [u8; 12] = [39, 43, 75, 78, 110, 141, 173, 176, 179, 203, 208, 212];

/// What is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// For any background
    #[default]
    Auto,
    /// For a dark one
    Dark,
    /// For a light one
    Light,
    /// No colours
    None,
}

/// How things look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Theme {
    /// What is less important.
    pub dim: Style,
    /// Where one is.
    pub current: Style,
    /// The bars above and below the conversation.
    pub bar: Style,
    /// What is new.
    pub news: Style,
    /// What is about oneself.
    pub mention: Style,
    /// What went wrong.
    pub fault: Style,
    /// `code`.
    pub code: Style,
    /// `> a quote`.
    pub quote: Style,
    /// Links.
    pub link: Style,
    names: &'static [u8],
}

impl Theme {
    /// The theme for a choice.
    #[must_use]
    pub(super) fn new(choice: Choice) -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let reversed = plain.add_modifier(Modifier::REVERSED);
        let link = plain.add_modifier(Modifier::UNDERLINED);
        let none = Self {
            dim: plain.add_modifier(Modifier::DIM),
            current: reversed,
            bar: reversed,
            news: bold,
            mention: bold.add_modifier(Modifier::REVERSED),
            fault: bold,
            code: bold,
            quote: plain.add_modifier(Modifier::ITALIC),
            link,
            names: &[],
        };
        match choice {
            Choice::None => none,
            Choice::Auto | Choice::Light => Self {
                news: bold.fg(Color::Blue),
                mention: bold.fg(Color::Magenta),
                fault: plain.fg(Color::Red),
                code: plain.fg(Color::Indexed(130)),
                quote: plain.fg(Color::Green),
                names: &NAMES,
                ..none
            },
            Choice::Dark => Self {
                news: bold.fg(Color::LightCyan),
                mention: bold.fg(Color::LightMagenta),
                fault: plain.fg(Color::LightRed),
                code: plain.fg(Color::LightYellow),
                quote: plain.fg(Color::LightGreen),
                link: link.fg(Color::LightBlue),
                names: &NAMES_DARK,
                ..none
            },
        }
    }

    /// The look of a name: the same one always has the same.
    #[must_use]
    pub(super) fn name(&self, name: &str) -> Style {
        let style = Style::new().add_modifier(Modifier::BOLD);
        if self.names.is_empty() {
            return style;
        }
        style.fg(Color::Indexed(self.names[hash(name) as usize % self.names.len()]))
    }
}

/// FNV-1a, which is the same everywhere and always.
fn hash(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The relative luminance of a colour of the cube of 6 × 6 × 6, as WCAG 2 reckons it.
    fn luminance(index: u8) -> f64 {
        let index = index - 16;
        let channel = |step: u8| {
            let value = f64::from([0_u8, 95, 135, 175, 215, 255][usize::from(step)]) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(index / 36) + 0.7152 * channel(index / 6 % 6) + 0.0722 * channel(index % 6)
    }

    #[test]
    fn names_can_be_read_on_black_and_on_white() {
        for index in NAMES {
            let (on_white, on_black) = (1.05 / (luminance(index) + 0.05), (luminance(index) + 0.05) / 0.05);
            assert!(on_white >= 3.0 && on_black >= 3.0, "{index}: {on_white:.1} on white, {on_black:.1} on black");
        }
        for index in NAMES_DARK {
            assert!((luminance(index) + 0.05) / 0.05 >= 7.0, "{index}");
        }
    }

    #[test]
    fn a_name_keeps_its_colour() {
        let theme = Theme::new(Choice::Auto);
        assert_eq!(theme.name("ann"), theme.name("ann"));
        let looks: std::collections::HashSet<_> = (0..100).map(|n| theme.name(&format!("guest-{n}")).fg).collect();
        assert_eq!(looks.len(), NAMES.len(), "all of them are used");
        assert_eq!(Theme::new(Choice::None).name("ann").fg, None);
    }
}
