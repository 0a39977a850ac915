//! How the connection is, for the status line: shown calmly, since nothing is lost while it is away.

/// The connection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Link {
    /// There is one.
    #[default]
    Up,
    /// There will be none.
    Over,
    /// There is none; why, and when the next attempt is.
    Down {
        /// Not yet fit for a terminal.
        why: String,
        /// Milliseconds since the beginning.
        retry_at: u64,
    },
}

impl Link {
    /// Whether there is one.
    #[must_use]
    pub(super) const fn is_up(&self) -> bool {
        matches!(self, Self::Up)
    }

    /// What stands in the status line.
    #[must_use]
    pub(super) fn words(&self, now: u64, is_encrypted: bool) -> String {
        match self {
            Self::Up if is_encrypted => "connected, encrypted".to_owned(),
            Self::Up => "connected".to_owned(),
            Self::Down { retry_at, .. } if *retry_at > now => {
                format!("offline, again in {} s, Enter: now", (retry_at - now).div_ceil(1_000))
            }
            Self::Down { .. } => "offline, connecting".to_owned(),
            Self::Over => "over, Ctrl-C twice leaves".to_owned(),
        }
    }

    /// When that will be something else: each second of a countdown, and not at all otherwise.
    #[must_use]
    pub(super) const fn redraw_at(&self, now: u64) -> Option<u64> {
        match self {
            Self::Down { retry_at, .. } if *retry_at > now => {
                let left = *retry_at - now;
                Some(now + if left.is_multiple_of(1_000) { 1_000 } else { left % 1_000 })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_countdown_moves_each_second_and_then_rests() {
        let link = Link::Down { why: "shutdown".to_owned(), retry_at: 2_500 };
        assert_eq!(link.words(0, true), "offline, again in 3 s, Enter: now");
        assert_eq!((link.redraw_at(0), link.redraw_at(500), link.redraw_at(2_500)), (Some(500), Some(1_500), None));
        assert_eq!(link.words(2_500, true), "offline, connecting");
        assert_eq!((Link::Up.words(0, true).as_str(), Link::Up.redraw_at(0)), ("connected, encrypted", None));
    }
}
