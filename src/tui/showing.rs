//! Which pictures the terminal has, and what has to be sent so that it has those that can be seen: pixels once when a picture
//! appears or moves, and word to kitty of what is no longer in memory here, so that it is not kept there either. Where
//! pictures stand is left to [`super::view_pictures`].

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError, TryLockError};

use super::gallery::Gallery;
use super::images::Way;
use super::view_pictures::Placed;
use super::{kitty, pixels};

/// The numbers that kitty knows. Whoever gives the terminal back, be it after a panic, takes them back first.
static SENT: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// What is on the terminal.
#[derive(Debug, Default)]
pub(super) struct Showing {
    placed: Vec<Placed>,
    /// What takes back what was forgotten.
    lost: String,
    is_tmux: bool,
}

impl Showing {
    #[must_use]
    pub(super) const fn new(is_tmux: bool) -> Self {
        Self { placed: Vec::new(), lost: String::new(), is_tmux }
    }

    /// What goes out before the cells of a frame, and behind them.
    pub(super) fn frame(&mut self, gallery: &Gallery, placed: Vec<Placed>) -> [String; 2] {
        match gallery.how().way {
            Way::Blocks => [String::new(), String::new()],
            Way::Kitty => [self.transmitted(gallery, &placed), String::new()],
            Way::Sixel | Way::Iterm2 => [String::new(), self.painted(gallery, placed)],
        }
    }

    fn transmitted(&mut self, gallery: &Gallery, placed: &[Placed]) -> String {
        let mut sent = SENT.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = std::mem::take(&mut self.lost);
        sent.retain(|id| {
            let is_kept = gallery.by_id(*id).is_some();
            if !is_kept {
                out += &kitty::delete(*id, self.is_tmux);
            }
            is_kept
        });
        for id in placed.iter().map(|placed| placed.id) {
            let Some(thumb) = gallery.by_id(id) else { continue };
            if let Some(data) = thumb.data()
                && sent.insert(id)
            {
                out += &kitty::transmit(id, thumb.size(), data, self.is_tmux);
            }
        }
        out
    }

    fn painted(&mut self, gallery: &Gallery, placed: Vec<Placed>) -> String {
        let mut out = String::new();
        for new in placed.iter().filter(|placed| !self.placed.contains(placed)) {
            let Some(thumb) = gallery.by_id(new.id) else { continue };
            let Some(data) = thumb.data() else { continue };
            write!(out, "\x1b[{};{}H", new.y + 1, new.x + 1).expect("a string takes everything");
            out += &if gallery.how().way == Way::Sixel { data.to_owned() } else { pixels::iterm2(data, thumb.size()) };
        }
        self.placed = placed;
        // the cursor goes back to where the frame has put it
        if out.is_empty() { out } else { format!("\x1b7{out}\x1b8") }
    }

    /// Rows were cleared, and with them what was painted there.
    pub(super) fn repaint(&mut self) {
        self.placed.clear();
    }

    /// Nobody knows what the terminal still has.
    pub(super) fn forget(&mut self) {
        self.placed.clear();
        self.lost += &taken_back();
    }
}

/// What takes back all that was sent.
#[must_use]
pub(super) fn taken_back() -> String {
    // a panic may have come from where this is locked
    let mut sent = match SENT.try_lock() {
        Ok(sent) => sent,
        Err(TryLockError::Poisoned(sent)) => sent.into_inner(),
        Err(TryLockError::WouldBlock) => return String::new(),
    };
    let is_tmux = std::env::var_os("TMUX").is_some_and(|value| !value.is_empty());
    std::mem::take(&mut *sent).into_iter().map(|id| kitty::delete(id, is_tmux)).collect()
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::super::images::{CellSize, How};
    use super::super::picture::Thumb;
    use super::*;
    use crate::model::{Digest, Seq};
    use crate::terminal::save::Attachment;

    const DIGEST: Digest = Digest([7; 32]);
    /// There is one terminal.
    static TERMINAL: Mutex<()> = Mutex::new(());

    /// A gallery of one picture, with its number.
    fn hung(way: Way) -> (Gallery, u32) {
        let how = How::new(way, CellSize::default());
        let mut gallery = Gallery::new(how);
        let (room, name) = ("lobby".to_owned(), "cat.png".to_owned());
        let file = Attachment { room, seq: Seq(1), is_image: true, name, size: 9, sha256: DIGEST };
        gallery.want(std::iter::once(file));
        gallery.put(DIGEST, how, Thumb::new(&RgbImage::from_pixel(64, 32, Rgb([255, 0, 0])), how));
        let (id, _) = gallery.get(&DIGEST).expect("it hangs there");
        (gallery, id)
    }

    #[test]
    fn pixels_are_painted_when_they_come_or_move() {
        let _terminal = TERMINAL.lock().unwrap_or_else(PoisonError::into_inner);
        for (way, begins) in [(Way::Sixel, "\x1b7\x1b[6;4H\x1bP"), (Way::Iterm2, "\x1b7\x1b[6;4H\x1b]1337;File=")] {
            let (gallery, id) = hung(way);
            let mut showing = Showing::new(false);
            let mut painted = |placed: &[Placed]| showing.frame(&gallery, placed.to_vec())[1].clone();
            let (here, there) = (Placed { id, x: 3, y: 5 }, Placed { id, x: 3, y: 4 });
            assert!(painted(&[here]).starts_with(begins), "{way:?}");
            assert_eq!(painted(&[here]), "", "it is there");
            assert!(painted(&[there]).starts_with("\x1b7\x1b[5;4H"));
            assert_eq!(painted(&[]), "");
            assert!(painted(&[there]).ends_with("\x1b8"), "it came back");
            showing.forget();
            assert!(!showing.frame(&gallery, vec![there])[1].is_empty(), "it may be gone");
        }
    }

    #[test]
    fn kitty_is_told_once_and_told_to_forget() {
        let _terminal = TERMINAL.lock().unwrap_or_else(PoisonError::into_inner);
        let (gallery, id) = hung(Way::Kitty);
        let mut showing = Showing::new(false);
        let placed = |x| vec![Placed { id, x, y: 5 }];
        assert_eq!(showing.frame(&gallery, Vec::new()), [String::new(), String::new()]);
        assert!(showing.frame(&gallery, placed(3))[0].contains(&format!("i={id},c=7,r=2,")));
        for x in [3, 4] {
            assert_eq!(showing.frame(&gallery, placed(x)), [String::new(), String::new()], "it moves by itself");
        }
        let delete = kitty::delete(id, false);
        showing.forget();
        assert!(showing.frame(&gallery, placed(3))[0].starts_with(&format!("{delete}\x1b_Gq=2,a=T,")));
        let other = Gallery::new(gallery.how());
        assert_eq!(showing.frame(&other, Vec::new())[0], delete, "it is not in memory here either");
        showing.frame(&gallery, placed(3));
        assert_eq!([taken_back(), taken_back()], [delete, String::new()]);
    }
}
