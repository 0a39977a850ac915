//! Floods of says, and what came back over a connection until it was over.

use tertulia::model::Body;
use tertulia::wire::{Answer, Event, Request, Said, ServerFrame};

use crate::common::{Peer, peer};

pub(crate) fn numbered(writer: usize, nonce: u64) -> Request {
    peer::say("lobby", nonce, Body::Text(format!("{writer}.{nonce}")))
}

/// Sends the says with these nonces in one go.
pub(crate) fn flood(peer: &mut Peer, writer: usize, nonces: impl Iterator<Item = u64>) {
    let frames: Vec<Vec<u8>> = nonces.map(|nonce| peer::frame(id_of(nonce), &numbered(writer, nonce))).collect();
    peer.send_bytes(&frames.concat());
}

pub(crate) fn id_of(nonce: u64) -> u32 {
    u32::try_from(nonce).expect("small")
}

/// What a connection brought until the server was gone.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) said: Vec<(u64, Said)>,
    pub(crate) events: Vec<Event>,
}

impl Heard {
    fn note(&mut self, frame: ServerFrame) {
        match frame {
            ServerFrame::Answer((id, Answer::Said(said))) => self.said.push((id.into(), said)),
            ServerFrame::Error((_, refusal)) => panic!("refused: {refusal}"),
            ServerFrame::Event(event) => self.events.push(event),
            _ => {}
        }
    }

    /// Everything to the end of the connection. A frame that was cut in two by the end is none.
    pub(crate) fn to_the_end(mut peer: Peer) -> Self {
        let mut heard = Self::default();
        while let Some(frame) = peer.whole_frame() {
            heard.note(frame);
        }
        heard
    }

    /// Until so many says were answered.
    pub(crate) fn answers(&mut self, peer: &mut Peer, count: usize) {
        while self.said.len() < count {
            self.note(peer.frame().expect("the server lives"));
        }
    }
}
