//! The full screen: rooms, a conversation, members and a line to type in, on a whole terminal. The line mode beside it
//! is [`crate::terminal`], which shares with it the commands, the way in and what is saved; beneath both is
//! [`crate::client`].
//!
//! The core is pure. A [`state`] is changed by what comes ([`arrival`], [`update`]) and drawn by a [`view`]; what is to be
//! done goes out as an effect. In reading order: what is in memory of a room ([`slot`], [`span`], [`timeline`], [`room`],
//! [`rooms`]), what is typed ([`motion`], [`editor`], [`recall`], [`complete`], [`emoji`], [`keys`], [`bindings`]), what that does
//! ([`press`], [`act`], [`say`], [`obey`], [`over`], [`secret`], [`paste`], [`uploads`], [`mouse`], [`choose`], [`search`], [`going`], [`leaving`],
//! [`scroll`]), what happens ([`hear`], [`outcome`], [`pace`], [`link`]), what it looks like ([`theme`], [`wrap`], [`markup`],
//! [`images`], [`picture`], [`pixels`], [`kitty`], [`gallery`], [`message`], [`chat`], [`layout`], [`help`], [`page`], the `view_…`),
//! and the edge where it meets the world ([`start`], [`waiting`], [`mod@run`], [`doing`], [`opener`], [`paths`], [`thumbs`], [`guarded`],
//! [`screen`], [`taken`], [`cells`], [`doubt`], [`showing`], [`notify`], [`drafts`]).

mod act;
mod arrival;
mod bindings;
mod cells;
mod chat;
mod choose;
mod complete;
mod doing;
mod doubt;
mod drafts;
mod editor;
mod emoji;
mod fuzzy;
mod gallery;
mod going;
mod guarded;
mod hear;
mod help;
mod images;
mod keys;
mod kitty;
mod layout;
mod leaving;
mod link;
mod markup;
mod message;
mod motion;
mod mouse;
mod notify;
mod obey;
mod opener;
mod outcome;
mod over;
mod overlay;
mod pace;
mod page;
mod paste;
mod paths;
mod picture;
mod pixels;
mod press;
mod recall;
mod room;
mod rooms;
mod run;
mod say;
mod screen;
mod scroll;
mod search;
mod secret;
mod showing;
mod slot;
mod span;
mod start;
mod state;
mod taken;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod theme;
mod thumbs;
mod timeline;
mod update;
mod uploads;
mod view;
mod view_finder;
mod view_line;
mod view_over;
mod view_pictures;
mod view_rooms;
mod waiting;
mod wrap;

pub use self::bindings::Keys;
pub use self::images::Images;
pub use self::notify::Notify;
pub use self::run::run;
pub use self::start::Look;
pub use self::theme::Choice as ThemeChoice;
