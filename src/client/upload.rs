//! Sends a file: its hash first, then its bytes in chunks, of which a few are on their way at a time. The nonce makes
//! all attempts one message, so an attempt that breaks off is followed by another from wherever the server stands.
//! What the bytes are is judged by the server.

use std::io::SeekFrom;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::transfer::{Attempts, Window};
use super::{Client, Error};
use crate::model::{Digest, limits};
use crate::wire::{Answer, Chunk, Finish, Request, Said, Upload, UploadKind, Uploading};

/// Sends the file at `path` into a room.
pub(super) async fn upload(
    client: &Client,
    room: &str,
    path: &Path,
    kind: UploadKind,
    mut progress: impl FnMut(u64, u64),
) -> Result<Said, Error> {
    let mut source = Source::open(path, client.welcome().limits.file).await?;
    let request = Upload {
        room: room.to_owned(),
        nonce: client.nonce(),
        kind,
        name: name_of(path),
        size: source.size,
        sha256: source.hash().await?,
        reply_to: None,
    };
    let (mut attempts, mut reached) = (Attempts::default(), 0);
    loop {
        let mut told = |done| {
            if done > reached {
                reached = done;
                attempts.progress();
            }
            progress(done, request.size);
        };
        match attempt(client, &request, &mut source, &mut told).await {
            Err(error) => attempts.after(client, error).await?,
            said => return said,
        }
    }
}

async fn attempt(
    client: &Client,
    request: &Upload,
    source: &mut Source,
    progress: &mut impl FnMut(u64),
) -> Result<Said, Error> {
    // The number of an upload means something else on another connection.
    let connection = client.connection();
    let uploading = match client.call_on(connection, Request::Upload(request.clone())).await? {
        Answer::Uploading(uploading) if uploading.offset <= request.size => uploading,
        _ => return Err(Error::Unexpected("an upload was not taken up")),
    };
    send_chunks(client, &uploading, source, Window::new(connection), progress).await?;
    match client.call_on(connection, Request::Finish(Finish { upload: uploading.upload })).await? {
        Answer::Said(said) => Ok(said),
        _ => Err(Error::Unexpected("an upload was not finished")),
    }
}

async fn send_chunks(
    client: &Client,
    uploading: &Uploading,
    source: &mut Source,
    mut window: Window,
    progress: &mut impl FnMut(u64),
) -> Result<(), Error> {
    let chunk_bytes = client.chunk_bytes();
    let (mut sent, mut done) = (uploading.offset, uploading.offset);
    source.seek(sent).await?;
    progress(done);
    while done < source.size {
        if sent < source.size && !window.is_full() {
            let data = source.read(chunk_bytes.min(source.size - sent)).await?;
            let chunk = Chunk { upload: uploading.upload, offset: sent, data };
            sent += chunk.data.len() as u64;
            window.send(client, Request::Chunk(chunk)).await?;
            continue;
        }
        match window.next().await {
            Some(Ok(Answer::Ok)) => done = (done + chunk_bytes).min(source.size),
            Some(Ok(_)) | None => return Err(Error::Unexpected("a chunk was not taken")),
            Some(Err(error)) => return Err(error),
        }
        progress(done);
    }
    Ok(())
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The file to send, and what to say when it cannot be read.
struct Source {
    path: PathBuf,
    file: File,
    size: u64,
}

impl Source {
    async fn open(path: &Path, bytes_max: u64) -> Result<Self, Error> {
        let failed = |source| Error::File { path: path.to_owned(), source };
        // Opening a pipe would wait for who writes into it.
        let metadata = tokio::fs::metadata(path).await.map_err(failed)?;
        if !metadata.is_file() {
            return Err(failed(std::io::Error::other("it is not a file")));
        }
        let size = metadata.len();
        if size > bytes_max {
            return Err(Error::TooLarge { what: "file", bytes: size, bytes_max });
        }
        let file = File::open(path).await.map_err(failed)?;
        Ok(Self { path: path.to_owned(), file, size })
    }

    async fn hash(&mut self) -> Result<Digest, Error> {
        let mut hasher = Sha256::new();
        let mut left = self.size;
        while left > 0 {
            let bytes = self.read(left.min(limits::CHUNK_BYTES_MAX as u64)).await?;
            left -= bytes.len() as u64;
            hasher.update(&bytes);
        }
        Ok(Digest(hasher.finalize().into()))
    }

    async fn seek(&mut self, offset: u64) -> Result<(), Error> {
        let sought = self.file.seek(SeekFrom::Start(offset)).await;
        sought.map(drop).map_err(|error| self.failed(error))
    }

    /// Exactly so many bytes: a file that has become shorter is an error.
    async fn read(&mut self, bytes: u64) -> Result<Vec<u8>, Error> {
        let mut data = vec![0; usize::try_from(bytes).expect("a chunk is small")];
        let read = self.file.read_exact(&mut data).await;
        read.map(|_| data).map_err(|error| self.failed(error))
    }

    fn failed(&self, source: std::io::Error) -> Error {
        Error::File { path: self.path.clone(), source }
    }
}
