//! What holds of any bytes, whoever makes them up: proptest does here, the fuzzer in `fuzz/`, which shares this file.

use bytes::BytesMut;
use tertulia::model::limits;
use tertulia::wire::{self, Broken, FrameCodec};
use tokio_util::codec::Decoder;

/// Bytes of a message about what is wrong, whatever was sent.
const REASON_BYTES_MAX: usize = 1_024;

/// The one frame that `value` makes, without its length.
pub(crate) fn content(value: &impl serde::Serialize) -> Vec<u8> {
    let mut stream = BytesMut::from(&wire::encode_frame(value)[..]);
    let mut codec = FrameCodec { frame_bytes_max: usize::MAX };
    let frame = codec.decode(&mut stream).expect("a frame").expect("a whole one");
    assert!(stream.is_empty());
    frame.to_vec()
}

/// Bytes are a request, or are answered briefly, or break the stream. A request is no larger than what was sent, and
/// comes out once more as it came out first.
pub(crate) fn request(bytes: &[u8]) {
    let is_hello = wire::is_hello(bytes);
    match wire::decode_request(bytes) {
        Ok((id, Ok(request))) => {
            assert!(wire::encoded_len(&request) <= bytes.len());
            assert_eq!(is_hello, matches!(request, wire::Request::Hello(_)));
            let (again_id, again) = wire::decode_request(&content(&(id, &request))).expect("ours is well formed");
            assert_eq!((again_id, again.expect("ours is a request")), (id, request));
        }
        Ok((_, Err(bad))) => {
            let reason = bad.to_string();
            assert!(reason.len() <= REASON_BYTES_MAX, "{} bytes about {}", reason.len(), bytes.len());
            assert!(!reason.contains(char::is_control), "{reason:?}");
        }
        Err(Broken::Malformed) => assert!(!is_hello),
        Err(other) => panic!("{other}"),
    }
}

/// The same of what a server sends.
pub(crate) fn server_frame(bytes: &[u8]) {
    let Ok(frame) = wire::decode_server_frame(bytes) else { return };
    // a code of a later server is kept as one that takes no memory, and is written as a word that may be longer
    assert!(wire::encoded_len(&frame) <= bytes.len() + "unknown".len());
    assert_eq!(wire::decode_server_frame(&content(&frame)).expect("ours is well formed"), frame);
}

/// Cuts pieces into frames and decodes these. The codec holds no more than what it was given.
pub(crate) fn stream<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) {
    let (mut codec, mut stream) = (FrameCodec::default(), BytesMut::new());
    for piece in pieces {
        stream.extend_from_slice(piece);
        let held = stream.capacity();
        loop {
            match codec.decode(&mut stream) {
                Ok(Some(frame)) => {
                    assert!((1..=limits::FRAME_BYTES_MAX).contains(&frame.len()));
                    request(&frame);
                    server_frame(&frame);
                }
                Ok(None) => break,
                Err(_) => return,
            }
        }
        assert!(stream.capacity() <= held, "nothing is reserved for what was only announced");
    }
}
