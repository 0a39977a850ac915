//! How pictures come onto the terminal: as it was chosen, or as the environment tells what this terminal can. It is not
//! asked, since its answer would come among the keys. What is then sent is left to [`super::kitty`] and [`super::pixels`].

use serde::Deserialize;

/// How somebody wants to see pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Images {
    /// As well as the terminal is known to be able to
    #[default]
    Auto,
    /// By kitty's protocol, with placeholders
    Kitty,
    /// As sixels
    Sixel,
    /// By iTerm2's protocol
    Iterm2,
    /// In half blocks, which are letters
    Blocks,
    /// Not at all
    None,
}

/// What is sent for a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Way {
    #[default]
    Blocks,
    Kitty,
    Sixel,
    Iterm2,
}

/// Pixels of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CellSize {
    pub width: u16,
    pub height: u16,
}

impl Default for CellSize {
    /// A small one: a picture that is too small leaves some space, one too large would lie over what stands below it.
    fn default() -> Self {
        Self { width: 8, height: 16 }
    }
}

impl CellSize {
    /// Of a terminal with so many columns and rows and pixels, if it says so and that can be.
    #[must_use]
    pub(super) fn new((columns, rows): (u16, u16), (width, height): (u16, u16)) -> Self {
        let cell =
            Self { width: width.checked_div(columns).unwrap_or(0), height: height.checked_div(rows).unwrap_or(0) };
        let is_one = (4..=64).contains(&cell.width) && (cell.width..=cell.width * 3).contains(&cell.height);
        if is_one { cell } else { Self::default() }
    }
}

/// All that a picture is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct How {
    pub way: Way,
    pub cell: CellSize,
}

impl How {
    #[must_use]
    pub(super) fn new(way: Way, cell: CellSize) -> Self {
        let cell = match way {
            // half blocks are the same whatever a cell is
            Way::Blocks => CellSize::default(),
            // these are told columns and rows, and do the rest: only the shape matters
            Way::Kitty | Way::Iterm2 => {
                CellSize { width: 10, height: (cell.height * 10 + cell.width / 2) / cell.width.max(1) }
            }
            Way::Sixel => cell,
        };
        Self { way, cell }
    }
}

/// The way that was chosen, or that suits the terminal of an environment; none for no pictures.
///
/// Konsole and Contour show pictures too, but leave them there when letters are written over them; VS Code, Windows Terminal
/// and xterm show them only where that is switched on or new enough. For these it takes a choice.
#[must_use]
pub(super) fn way(images: Images, variable: impl Fn(&str) -> Option<String>) -> Option<Way> {
    match images {
        Images::None => return None,
        Images::Blocks => return Some(Way::Blocks),
        Images::Kitty => return Some(Way::Kitty),
        Images::Sixel => return Some(Way::Sixel),
        Images::Iterm2 => return Some(Way::Iterm2),
        Images::Auto => {}
    }
    let value = |name| variable(name).unwrap_or_default();
    let (term, program) = (value("TERM"), value("TERM_PROGRAM"));
    let is_between = ["screen", "tmux"].iter().any(|name| term.starts_with(name));
    if is_between || ["TMUX", "STY", "ZELLIJ"].iter().any(|name| !value(name).is_empty()) {
        return Some(Way::Blocks);
    }
    // what runs inside of another terminal inherits its variables, but has a TERM of its own
    Some(match (term.as_str(), program.as_str()) {
        ("xterm-kitty" | "xterm-ghostty", _) => Way::Kitty,
        (term, _) if term == "foot" || term.starts_with("foot-") || term.starts_with("mlterm") => Way::Sixel,
        (_, "ghostty") => Way::Kitty,
        (_, "iTerm.app" | "WezTerm" | "mintty") => Way::Iterm2,
        (_, "") if !value("KITTY_WINDOW_ID").is_empty() => Way::Kitty,
        // these go along over ssh
        (_, "") if matches!(value("LC_TERMINAL").as_str(), "iTerm2") => Way::Iterm2,
        _ => Way::Blocks,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_tells_what_a_terminal_can() {
        let table: [(&[(&str, &str)], Way); 17] = [
            (&[("TERM", "xterm-kitty"), ("KITTY_WINDOW_ID", "1")], Way::Kitty),
            (&[("TERM", "xterm-256color"), ("KITTY_WINDOW_ID", "1")], Way::Kitty),
            (&[("TERM", "xterm-ghostty"), ("TERM_PROGRAM", "ghostty")], Way::Kitty),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "ghostty")], Way::Kitty),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")], Way::Iterm2),
            (&[("TERM", "xterm-256color"), ("LC_TERMINAL", "iTerm2")], Way::Iterm2),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")], Way::Iterm2),
            (&[("TERM", "xterm"), ("TERM_PROGRAM", "mintty")], Way::Iterm2),
            (&[("TERM", "foot")], Way::Sixel),
            (&[("TERM", "foot-extra")], Way::Sixel),
            (&[("TERM", "foot"), ("KITTY_WINDOW_ID", "1")], Way::Sixel),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "vscode"), ("KITTY_WINDOW_ID", "1")], Way::Blocks),
            (&[("TERM", "xterm-256color"), ("KONSOLE_VERSION", "240800")], Way::Blocks),
            (&[("TERM", "tmux-256color"), ("KITTY_WINDOW_ID", "1")], Way::Blocks),
            (&[("TERM", "xterm-kitty"), ("TMUX", "/tmp/tmux-1/default,1,0")], Way::Blocks),
            (&[("TERM", "screen.xterm-256color"), ("STY", "1.x")], Way::Blocks),
            (&[], Way::Blocks),
        ];
        for (environment, expected) in table {
            let variable =
                |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(way(Images::Auto, variable), Some(expected), "{environment:?}");
            assert_eq!(way(Images::None, variable), None);
            assert_eq!(way(Images::Sixel, variable), Some(Way::Sixel), "what was chosen holds");
        }
    }

    #[test]
    fn cells_are_what_they_can_be() {
        let cell = |width, height| CellSize { width, height };
        assert_eq!(CellSize::new((80, 24), (720, 456)), cell(9, 19));
        for (size, pixels) in [((80, 24), (0, 0)), ((0, 0), (720, 456)), ((80, 24), (65_535, 24)), ((80, 24), (80, 24))]
        {
            assert_eq!(CellSize::new(size, pixels), cell(8, 16), "{size:?} {pixels:?}");
        }
        assert_eq!(How::new(Way::Blocks, cell(9, 19)), How::default());
        assert_eq!(How::new(Way::Sixel, cell(9, 19)).cell, cell(9, 19));
        assert_eq!(How::new(Way::Kitty, cell(9, 19)).cell, cell(10, 21));
    }
}
