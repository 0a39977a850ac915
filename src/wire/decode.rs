//! From the bytes of a frame to what it says. No bytes make this panic, and it allocates no more than was sent.

use serde::Deserialize;

use super::strict::Strict;
use super::{Broken, Request, ServerFrame, walk};

/// Enough for the names of all requests, which serde lists where one is unknown.
const REASON_CHARS_MAX: usize = 250;

/// A well-formed `[id, value]` that is no request of the protocol: answered with `bad_request`.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadRequest(String);

/// What a client's frame asks for, and the id to answer it with.
///
/// # Errors
/// [`Broken`] if the frame is not one well-formed `[u32, value]`; the inner error if the value is no request.
pub fn decode_request(frame: &[u8]) -> Result<(u32, Result<Request, BadRequest>), Broken> {
    let (id, value) = walk::request(frame)?;
    Ok((id, value_of(value)))
}

/// Whether a well-formed frame means to be a `hello`, however malformed that is.
#[must_use]
pub fn is_hello(frame: &[u8]) -> bool {
    let Ok((_, mut value)) = walk::request(frame) else { return false };
    let bare = rmp::decode::read_str_from_slice(value).is_ok_and(|(name, _)| name == "hello");
    bare || rmp::decode::read_map_len(&mut value).is_ok_and(|entries| entries == 1)
        && rmp::decode::read_str_from_slice(value).is_ok_and(|(name, _)| name == "hello")
}

/// What a server's frame says.
///
/// # Errors
/// [`Broken`] if it is not one well-formed frame of the protocol.
pub fn decode_server_frame(frame: &[u8]) -> Result<ServerFrame, Broken> {
    walk::single(frame)?;
    value_of(frame).map_err(|_| Broken::Malformed)
}

/// What serde has to say about a value may repeat it, which can be long and hold anything.
fn brief(reason: &str) -> String {
    let mut words: String = reason.chars().filter(|c| !c.is_control()).take(REASON_CHARS_MAX + 1).collect();
    if let Some((end, _)) = words.char_indices().nth(REASON_CHARS_MAX) {
        words.replace_range(end.., " …");
    }
    words
}

fn value_of<'de, T: Deserialize<'de>>(value: &'de [u8]) -> Result<T, BadRequest> {
    let mut inner = rmp_serde::Deserializer::from_read_ref(value);
    T::deserialize(Strict(&mut inner)).map_err(|error| BadRequest(brief(&error.to_string())))
}
