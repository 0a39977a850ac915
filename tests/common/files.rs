//! Files on their way to a server and back, chunk by chunk.

use sha2::{Digest as _, Sha256};
use tertulia::model::{Digest, Nonce, Seq, limits};
use tertulia::wire::{Answer, Chunk, Data, Fetch, Finish, Request, Said, Upload, UploadKind, Uploading};

use super::Peer;
use super::peer::Answered;

pub fn digest_of(content: &[u8]) -> Digest {
    Digest(Sha256::digest(content).into())
}

/// An `upload` of a file into the lobby, to be changed by the test.
pub fn upload(nonce: u64, name: &str, content: &[u8]) -> Upload {
    Upload {
        room: "lobby".into(),
        nonce: Nonce(nonce),
        kind: UploadKind::File,
        name: name.into(),
        size: content.len() as u64,
        sha256: digest_of(content),
        reply_to: None,
    }
}

impl Peer {
    pub fn uploading(&mut self, upload: &Upload) -> Uploading {
        match self.call(Request::Upload(upload.clone())) {
            Ok(Answer::Uploading(uploading)) => uploading,
            other => panic!("no upload: {other:?}"),
        }
    }

    pub fn chunk(&mut self, upload: u32, offset: u64, data: &[u8]) -> Answered {
        self.call(Request::Chunk(Chunk { upload, offset, data: data.into() }))
    }

    /// Sends what is missing of `content`, several chunks ahead of their answers.
    pub fn send_rest(&mut self, uploading: &Uploading, content: &[u8]) {
        let mut offset = uploading.offset;
        let mut sent = Vec::new();
        for data in content[usize::try_from(offset).unwrap()..].chunks(limits::CHUNK_BYTES_MAX) {
            sent.push(self.send(&Request::Chunk(Chunk { upload: uploading.upload, offset, data: data.into() })));
            offset += data.len() as u64;
            if sent.len() > 4 {
                assert_eq!(self.answer_to(sent.remove(0)), Ok(Answer::Ok));
            }
        }
        for id in sent {
            assert_eq!(self.answer_to(id), Ok(Answer::Ok));
        }
    }

    pub fn finish(&mut self, upload: u32) -> Answered {
        self.call(Request::Finish(Finish { upload }))
    }

    /// The whole way of a file.
    pub fn send_file(&mut self, upload: &Upload, content: &[u8]) -> Said {
        let uploading = self.uploading(upload);
        self.send_rest(&uploading, content);
        match self.finish(uploading.upload) {
            Ok(Answer::Said(said)) => said,
            other => panic!("not said: {other:?}"),
        }
    }

    pub fn fetch(&mut self, seq: Seq, offset: u64, length: u32) -> Answered {
        self.call(Request::Fetch(Fetch { room: "lobby".into(), seq, offset, length }))
    }

    /// A part of the file at `seq`.
    pub fn data(&mut self, seq: Seq, offset: u64, length: u32) -> Data {
        match self.fetch(seq, offset, length) {
            Ok(Answer::Data(data)) => data,
            other => panic!("no data: {other:?}"),
        }
    }

    /// The whole file at `seq`.
    pub fn fetch_all(&mut self, seq: Seq) -> Vec<u8> {
        let mut content = Vec::new();
        loop {
            let data = self.data(seq, content.len() as u64, u32::MAX);
            if data.data.is_empty() {
                assert_eq!(content.len() as u64, data.size);
                return content;
            }
            content.extend_from_slice(&data.data);
        }
    }
}
