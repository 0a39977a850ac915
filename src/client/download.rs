//! Fetches a file in pieces, of which a few are on their way at a time, and checks it against its hash. Where it is
//! kept, and whether it is thrown away if it is not what it should be, is left to whoever asked.

use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::transfer::{Attempts, Window};
use super::{Client, Error};
use crate::model::{Digest, Seq};
use crate::wire::{Answer, Data, Fetch, Request};

/// A file as its message announced it.
pub(super) struct Wanted<'a> {
    pub(super) room: &'a str,
    pub(super) seq: Seq,
    pub(super) size: u64,
    pub(super) sha256: &'a Digest,
}

/// Writes the file into `to`.
pub(super) async fn download(
    client: &Client,
    wanted: Wanted<'_>,
    to: &mut (impl AsyncWrite + Unpin),
    progress: impl FnMut(u64, u64),
) -> Result<(), Error> {
    let sha256 = *wanted.sha256;
    let mut sink = Sink { to, hasher: Sha256::new(), done: 0, progress };
    (sink.progress)(0, wanted.size);
    let mut attempts = Attempts::default();
    while sink.done < wanted.size {
        let before = sink.done;
        if let Err(error) = fetch(client, &wanted, &mut sink).await {
            if sink.done > before {
                attempts.progress();
            }
            attempts.after(client, error).await?;
        }
    }
    sink.to.flush().await.map_err(Error::Write)?;
    if sink.hasher.finalize()[..] == sha256.0 { Ok(()) } else { Err(Error::HashMismatch) }
}

/// Fetches until the end, or until a piece came shorter than it was asked for: what was asked after that does not
/// fit any more.
async fn fetch<W, P>(client: &Client, wanted: &Wanted<'_>, sink: &mut Sink<'_, W, P>) -> Result<(), Error>
where
    W: AsyncWrite + Unpin,
    P: FnMut(u64, u64),
{
    let piece_bytes = client.chunk_bytes();
    let length_at = |offset: u64| piece_bytes.min(wanted.size - offset);
    let mut window = Window::new(client.connection());
    let mut asked = sink.done;
    while sink.done < wanted.size {
        if asked < wanted.size && !window.is_full() {
            let length = u32::try_from(length_at(asked)).expect("a chunk is small");
            let fetch = Fetch { room: wanted.room.to_owned(), seq: wanted.seq, offset: asked, length };
            window.send(client, Request::Fetch(fetch)).await?;
            asked += u64::from(length);
            continue;
        }
        let expected = length_at(sink.done);
        let piece = match window.next().await {
            Some(Ok(Answer::Data(data))) => checked(data, sink.done, expected, wanted.size)?,
            Some(Err(error)) => return Err(error),
            Some(Ok(_)) | None => return Err(Error::Unexpected("a file was not sent")),
        };
        sink.write(&piece, wanted.size).await?;
        if (piece.len() as u64) < expected {
            return Ok(());
        }
    }
    Ok(())
}

fn checked(data: Data, offset: u64, length_max: u64, size: u64) -> Result<Vec<u8>, Error> {
    let fits = data.offset == offset && data.size == size && data.data.len() as u64 <= length_max;
    if fits && !data.data.is_empty() { Ok(data.data) } else { Err(Error::Unexpected("a file is not as announced")) }
}

/// Where the bytes go.
struct Sink<'a, W, P> {
    to: &'a mut W,
    hasher: Sha256,
    done: u64,
    progress: P,
}

impl<W: AsyncWrite + Unpin, P: FnMut(u64, u64)> Sink<'_, W, P> {
    async fn write(&mut self, bytes: &[u8], size: u64) -> Result<(), Error> {
        self.to.write_all(bytes).await.map_err(Error::Write)?;
        self.hasher.update(bytes);
        self.done += bytes.len() as u64;
        (self.progress)(self.done, size);
        Ok(())
    }
}
