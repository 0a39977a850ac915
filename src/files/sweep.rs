//! Clears away what nothing refers to: uploads that broke off, and content whose message was never committed or was
//! deleted. Who is asked what is still referred to, and when, is left to [`crate::actors`].

use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;
use std::time::SystemTime;

use super::{BlobStore, disk};
use crate::model::Digest;

/// What a sweep removed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Uploads that were never finished.
    pub uploads: u64,
    /// Files that nothing refers to.
    pub files: u64,
    /// What both held.
    pub bytes: u64,
    /// What is left, those that are no concern of the sweep included.
    pub bytes_left: u64,
}

impl BlobStore {
    /// Removes what was last touched before `older_than` and is neither an open upload nor referred to. What comes in
    /// meanwhile is younger than that and stays. Where an answer cannot be had, answer yes: a file that stays too
    /// long can still be removed. Names that are not of this store's making are left alone.
    ///
    /// # Errors
    /// The disk's; what was removed before stays removed, and the next sweep goes on.
    pub fn sweep(
        &self,
        is_open_upload: impl Fn(u64) -> bool,
        mut is_kept: impl FnMut(&Digest) -> bool,
        older_than: SystemTime,
    ) -> io::Result<Swept> {
        let (mut swept, before) = (Swept::default(), self.tally().bytes());
        self.sweep_uploads(&is_open_upload, older_than, &mut swept)?;
        for folder in fs::read_dir(self.root())? {
            let folder = folder?;
            if name_of(&folder).is_some_and(|name| is_folder_of_digests(&name)) {
                self.sweep_files(&folder.path(), &mut is_kept, older_than, &mut swept)?;
            }
        }
        self.tally().correct(before.saturating_sub(swept.bytes), swept.bytes_left);
        Ok(swept)
    }

    fn sweep_uploads(
        &self,
        is_open_upload: &impl Fn(u64) -> bool,
        older_than: SystemTime,
        swept: &mut Swept,
    ) -> io::Result<()> {
        for entry in fs::read_dir(self.partial_folder())? {
            let entry = entry?;
            let Some(upload) = name_of(&entry).and_then(|name| name.parse().ok()) else { continue };
            let Some((bytes, is_old)) = look_at(&entry, older_than)? else { continue };
            if is_old && !is_open_upload(upload) && self.unlink(&entry.path(), bytes)? {
                swept.uploads += 1;
                swept.bytes += bytes;
            } else {
                swept.bytes_left += bytes;
            }
        }
        Ok(())
    }

    fn sweep_files(
        &self,
        folder: &Path,
        is_kept: &mut impl FnMut(&Digest) -> bool,
        older_than: SystemTime,
        swept: &mut Swept,
    ) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let Some(digest) = name_of(&entry).and_then(|name| Digest::from_hex(&name)) else { continue };
            let Some((bytes, is_old)) = look_at(&entry, older_than)? else { continue };
            if is_old && !is_kept(&digest) && self.remove(&digest, older_than)? {
                swept.files += 1;
                swept.bytes += bytes;
            } else {
                swept.bytes_left += bytes;
            }
        }
        Ok(())
    }
}

fn name_of(entry: &DirEntry) -> Option<String> {
    entry.file_name().into_string().ok()
}

fn is_folder_of_digests(name: &str) -> bool {
    name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// How many bytes a file has, and whether it is older. Another thread may finish or discard an upload while it is
/// looked at.
fn look_at(entry: &DirEntry, older_than: SystemTime) -> io::Result<Option<(u64, bool)>> {
    let found = disk::some_if_there(entry.metadata())?.filter(fs::Metadata::is_file);
    found.map(|metadata| Ok((metadata.len(), metadata.modified()? < older_than))).transpose()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const REFERRED_TO: Digest = Digest([0x0a; 32]);
    const ORPHAN: Digest = Digest([0x0b; 32]);

    fn store_with_two_of_each(home: &Path) -> BlobStore {
        let store = BlobStore::open(home).unwrap();
        for (upload, digest) in [(1, REFERRED_TO), (2, ORPHAN)] {
            store.append(upload, 0, b"kept").unwrap();
            store.keep(upload, &digest).unwrap();
        }
        for upload in [3, 4] {
            store.append(upload, 0, b"partial").unwrap();
        }
        store
    }

    #[test]
    fn what_nothing_refers_to_goes() {
        let home = tempfile::tempdir().unwrap();
        let store = store_with_two_of_each(home.path());
        fs::write(home.path().join("partial/notes.txt"), b"somebody else's").unwrap();
        let later = SystemTime::now() + Duration::from_secs(60);

        let swept = store.sweep(|upload| upload == 3, |digest| *digest == REFERRED_TO, later).unwrap();
        assert_eq!(swept, Swept { uploads: 1, files: 1, bytes: 11, bytes_left: 11 });
        assert_eq!([store.received(3).unwrap(), store.received(4).unwrap()], [7, 0]);
        assert_eq!([store.size(&REFERRED_TO).unwrap(), store.size(&ORPHAN).unwrap()], [Some(4), None]);
        assert!(home.path().join("partial/notes.txt").exists());
    }

    #[test]
    fn what_is_young_stays() {
        let home = tempfile::tempdir().unwrap();
        let store = store_with_two_of_each(home.path());
        let earlier = SystemTime::now() - Duration::from_secs(60);
        assert_eq!(store.sweep(|_| false, |_| false, earlier).unwrap(), Swept { bytes_left: 22, ..Swept::default() });
        assert_eq!(store.tally().bytes(), 22);
        assert_eq!(store.received(4).unwrap(), 7);
        assert_eq!(store.size(&ORPHAN).unwrap(), Some(4));
    }

    #[test]
    fn what_is_kept_again_while_a_sweep_looks_at_it_stays() {
        let home = tempfile::tempdir().unwrap();
        let store = store_with_two_of_each(home.path());
        let path = home.path().join("0b").join(ORPHAN.to_string());
        fs::File::open(path).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        let grace = SystemTime::now() - Duration::from_secs(60);

        let somebody_sends_it_again = |_: &Digest| {
            store.append(5, 0, b"kept").unwrap();
            store.keep(5, &ORPHAN).unwrap();
            false
        };
        let nothing = Swept { bytes_left: 22, ..Swept::default() };
        assert_eq!(store.sweep(|_| true, somebody_sends_it_again, grace).unwrap(), nothing);
        assert_eq!(store.tally().bytes(), 22, "kept once");
        assert_eq!(store.size(&ORPHAN).unwrap(), Some(4));
    }
}
