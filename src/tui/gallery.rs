//! Small pictures in memory: those of what is on the screen, or nearly, and of what was there lately, as far as the bounds
//! allow. What looked at longest ago goes first. Making them is left to [`super::thumbs`].

use std::collections::HashMap;

use super::images::{CellSize, How};
use super::kitty::ID_MAX;
use super::picture::Thumb;
use crate::model::{Digest, limits};
use crate::terminal::save::Attachment;

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Gallery {
    how: How,
    places: HashMap<Digest, Place>,
    bytes: usize,
    looks: u64,
    last_id: u32,
}

#[derive(Debug)]
struct Place {
    picture: Picture,
    /// When it was last near.
    looked: u64,
}

#[derive(Debug)]
enum Picture {
    Awaited,
    Never,
    Here(u32, Thumb),
}

impl Picture {
    fn bytes(&self) -> usize {
        if let Self::Here(_, thumb) = self { thumb.bytes() } else { 0 }
    }
}

impl Gallery {
    /// For this terminal.
    #[must_use]
    pub(super) fn new(how: How) -> Self {
        Self { how, ..Self::default() }
    }

    /// How its pictures are made.
    pub(super) const fn how(&self) -> How {
        self.how
    }

    /// The terminal has other cells now: pictures for the old ones are of no use.
    pub(super) fn suit(&mut self, cell: CellSize) {
        let how = How::new(self.how.way, cell);
        if how != self.how {
            (self.how, self.bytes) = (how, 0);
            self.places.clear();
        }
    }

    /// A picture with its number, if it is there.
    #[must_use]
    pub(super) fn get(&self, sha256: &Digest) -> Option<(u32, &Thumb)> {
        match &self.places.get(sha256)?.picture {
            Picture::Here(id, thumb) => Some((*id, thumb)),
            Picture::Awaited | Picture::Never => None,
        }
    }

    /// The same by its number.
    #[must_use]
    pub(super) fn by_id(&self, id: u32) -> Option<&Thumb> {
        self.places.values().find_map(|place| match &place.picture {
            Picture::Here(known, thumb) if *known == id => Some(thumb),
            _ => None,
        })
    }

    /// Whether there is none to be seen.
    #[must_use]
    pub(super) fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Looks at pictures, the nearest first, and returns which of them are to be made. There are no more than fit whatever
    /// they are like, so that none that is near has to go for another.
    pub(super) fn want(&mut self, near: impl Iterator<Item = Attachment>) -> Vec<Attachment> {
        self.looks += 1;
        let mut left = limits::SCREEN_THUMBS_BYTES_MAX;
        let mut wanted = Vec::new();
        for file in near {
            let place = self.places.get(&file.sha256);
            if place.is_some_and(|place| place.looked == self.looks) {
                continue;
            }
            let bytes = match place.map(|place| &place.picture) {
                None | Some(Picture::Awaited) => limits::SCREEN_THUMB_BYTES_MAX,
                Some(picture) => picture.bytes(),
            };
            let Some(rest) = left.checked_sub(bytes) else { break };
            left = rest;
            if place.is_none() && self.awaited() >= limits::SCREEN_THUMBS_AWAITED_MAX {
                break;
            }
            let looked = self.looks;
            let place = self.places.entry(file.sha256).or_insert_with(|| {
                wanted.push(file);
                Place { picture: Picture::Awaited, looked }
            });
            place.looked = looked;
        }
        self.evict();
        wanted
    }

    /// Puts a picture where it was wanted, unless it was made for cells that are no more.
    pub(super) fn put(&mut self, sha256: Digest, how: How, thumb: Option<Thumb>) {
        let Some(place) = self.places.get_mut(&sha256).filter(|_| how == self.how) else { return };
        self.bytes -= place.picture.bytes();
        self.last_id = self.last_id % ID_MAX + 1;
        place.picture = thumb.map_or(Picture::Never, |thumb| Picture::Here(self.last_id, thumb));
        self.bytes += place.picture.bytes();
        self.evict();
    }

    fn awaited(&self) -> usize {
        self.places.values().filter(|place| matches!(place.picture, Picture::Awaited)).count()
    }

    /// What is awaited stays: it is being made already, and counts for as long.
    fn evict(&mut self) {
        let is_over = |gallery: &Self| {
            gallery.bytes > limits::SCREEN_THUMBS_BYTES_MAX || gallery.places.len() > limits::SCREEN_THUMBS_MAX
        };
        while is_over(self) {
            let is_made = |place: &Place| !matches!(place.picture, Picture::Awaited);
            let far = self.places.iter().filter(|(_, place)| place.looked < self.looks && is_made(place));
            let Some((oldest, _)) = far.min_by_key(|(_, place)| place.looked) else { return };
            let oldest = *oldest;
            self.bytes -= self.places.remove(&oldest).map_or(0, |place| place.picture.bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::super::images::Way;
    use super::*;
    use crate::model::Seq;

    fn file(number: u16) -> Attachment {
        let mut sha256 = [0; 32];
        sha256[..2].copy_from_slice(&number.to_be_bytes());
        let (room, name) = ("lobby".to_owned(), "cat.png".to_owned());
        Attachment { room, seq: Seq(u64::from(number)), is_image: true, name, size: 9, sha256: Digest(sha256) }
    }

    fn large(how: How) -> Option<Thumb> {
        let mut seed = 7_u32;
        let noise = RgbImage::from_fn(360, 240, |_, _| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [_, red, green, blue] = seed.to_be_bytes();
            Rgb([red, green, blue])
        });
        Thumb::new(&noise, how)
    }

    #[test]
    fn large_pictures_stay_within_the_bound_and_the_nearest_stay() {
        let how = How::new(Way::Kitty, CellSize::default());
        let mut gallery = Gallery::new(how);
        let thumb = large(how);
        for first in 0..60 {
            let mut asked = Vec::new();
            while let wanted = gallery.want((first..first + 60).map(file))
                && !wanted.is_empty()
            {
                for file in wanted {
                    gallery.put(file.sha256, how, thumb.clone());
                    asked.push(file);
                }
                assert!(gallery.bytes <= limits::SCREEN_THUMBS_BYTES_MAX);
            }
            assert!(asked.len() <= 60, "none is made twice");
            assert!(gallery.get(&file(first).sha256).is_some());
        }
        assert!(gallery.get(&file(0).sha256).is_none(), "what is far away went");
        let held: usize = gallery.places.values().map(|place| place.picture.bytes()).sum();
        assert_eq!((held, gallery.is_empty()), (gallery.bytes, false));
    }

    #[test]
    fn pictures_that_cannot_be_are_bounded_and_not_made_twice() {
        let mut gallery = Gallery::default();
        for number in 0..2_000 {
            assert_eq!(gallery.want(std::iter::once(file(number))).len(), 1);
            gallery.put(file(number).sha256, How::default(), None);
            assert!(gallery.want(std::iter::once(file(number))).is_empty());
        }
        assert_eq!(gallery.places.len(), limits::SCREEN_THUMBS_MAX);
    }

    #[test]
    fn who_scrolls_past_many_pictures_asks_for_a_few_at_a_time() {
        let mut gallery = Gallery::default();
        let asked: Vec<Attachment> =
            (0..2_000).flat_map(|number| gallery.want(std::iter::once(file(number)))).collect();
        assert_eq!(asked.len(), limits::SCREEN_THUMBS_AWAITED_MAX);
        gallery.put(asked[0].sha256, How::default(), None);
        assert_eq!(gallery.want(std::iter::once(file(1_999))).len(), 1);
        assert!(gallery.want(asked.into_iter()).is_empty(), "none is asked for twice");
    }

    #[test]
    fn other_cells_want_other_pictures() {
        let how = How::new(Way::Sixel, CellSize::default());
        let mut gallery = Gallery::new(how);
        let one = Thumb::new(&RgbImage::new(8, 8), how);
        gallery.want(std::iter::once(file(1)));
        gallery.suit(CellSize { width: 9, height: 19 });
        gallery.want(std::iter::once(file(1)));
        gallery.put(file(1).sha256, how, one.clone());
        assert!(gallery.get(&file(1).sha256).is_none(), "it was made for the old ones");
        gallery.put(file(1).sha256, gallery.how(), one);
        let (id, _) = gallery.get(&file(1).sha256).unwrap();
        assert!(gallery.by_id(id).is_some() && gallery.by_id(id + 1).is_none());
    }
}
