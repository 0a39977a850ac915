//! Keeps files of others: fetched into a temporary file of the same folder, checked by the client library, and only
//! then given their name, which never replaces anything. Which name is fit for a file system is left to
//! [`super::names`], what is worth saving to [`super::talk`].

use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;

use super::Error;
use super::kept::{self, Saved};
use super::leftovers::{ARRIVING, own_folders};
use super::names::{numbered, safe_file_name};
use crate::client::Client;
use crate::model::{Body, Digest, Seq};
use crate::wire::Event;

/// Numbers that are tried beside a name that is taken.
const NUMBERS_MAX: u32 = 9_999;

/// A file or image, as a message announced it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attachment {
    /// Where it was sent.
    pub room: String,
    /// The message.
    pub seq: Seq,
    /// As it was sent: not to be trusted.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Of the content.
    pub sha256: Digest,
    /// Whether the server found it to be a picture.
    pub is_image: bool,
}

impl Attachment {
    /// What a message announces, if it does.
    #[must_use]
    pub(crate) fn of(event: &Event) -> Option<Self> {
        let (name, size, sha256, is_image) = match &event.body {
            Body::File(file) => (&file.name, file.size, file.sha256, false),
            Body::Image(image) => (&image.name, image.size, image.sha256, true),
            _ => return None,
        };
        let room = event.room.as_str().to_owned();
        Some(Self { room, seq: event.seq, name: name.clone(), size, sha256, is_image })
    }
}

/// Where a file shall be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a folder, under its own name or the next free one like it.
    In(PathBuf),
    /// The same in a folder that the client makes for itself, which is no symbolic link.
    Own(PathBuf),
    /// Exactly there.
    At(PathBuf),
}

impl Place {
    /// Where a file goes that nobody gave a place: `images/` or `files/` of the download directory.
    #[must_use]
    pub(crate) fn usual(downloads: &Path, attachment: &Attachment) -> Self {
        Self::Own(own_folders(downloads)[usize::from(!attachment.is_image)].clone())
    }

    /// What somebody means who types a path: the folder, if it is one, else the file.
    #[must_use]
    pub(crate) fn typed(path: PathBuf) -> Self {
        let ends_as_folder = path.as_os_str().to_string_lossy().ends_with(std::path::is_separator);
        if ends_as_folder || path.is_dir() { Self::In(path) } else { Self::At(path) }
    }

    fn folder(&self) -> &Path {
        match self {
            Self::In(folder) | Self::Own(folder) => folder,
            Self::At(path) => path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")),
        }
    }
}

/// Fetches a file and keeps it; where, is the answer. What is in its usual place already is not fetched again.
///
/// # Errors
/// [`Error::Exists`] before anything is fetched if exactly that place is taken, [`Error::Link`], [`Error::Write`], and those of the
/// client. Nothing is left behind then.
pub(crate) async fn save(
    client: &Client,
    attachment: &Attachment,
    place: &Place,
    progress: impl FnMut(u64, u64),
) -> Result<Saved, Error> {
    if let Some(path) = already(attachment, place).await {
        return Ok(Saved { path, was_there: true });
    }
    let arriving = begin(place)?;
    let failed = |source| Error::Write { path: place.folder().to_owned(), source };
    let mut file = tokio::fs::File::from_std(arriving.as_file().try_clone().map_err(failed)?);
    let Attachment { room, seq, size, sha256, .. } = attachment;
    client.download(room, *seq, *size, sha256, &mut file, progress).await?;
    file.flush().await.map_err(failed)?;
    Ok(Saved { path: keep(arriving, place, &attachment.name)?, was_there: false })
}

/// Only where nobody chose the place: elsewhere a copy is what was asked for.
async fn already(attachment: &Attachment, place: &Place) -> Option<PathBuf> {
    let Place::Own(folder) = place else { return None };
    let (folder, Attachment { name, size, sha256, .. }) = (folder.clone(), attachment.clone());
    let find =
        move || Some(folder).filter(|own| !own.is_symlink()).and_then(|own| kept::find(&own, &name, size, &sha256));
    tokio::task::spawn_blocking(find).await.ok().flatten()
}

/// A file under a name for the time until all of it is there.
type Arriving = NamedTempFile<std::fs::File>;

/// An empty file that nobody else knows of, in the folder where it will stay.
fn begin(place: &Place) -> Result<Arriving, Error> {
    let folder = place.folder();
    match place {
        Place::At(path) if path.symlink_metadata().is_ok() => return Err(Error::Exists(path.clone())),
        Place::Own(folder) if folder.is_symlink() => return Err(Error::Link(folder.clone())),
        Place::At(_) => {}
        Place::In(_) | Place::Own(_) => {
            std::fs::create_dir_all(folder).map_err(|source| write_error(folder, source))?;
        }
    }
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o644);
    let mut builder = tempfile::Builder::new();
    builder.prefix(ARRIVING.0).suffix(ARRIVING.1);
    // made here, so that an error names what somebody typed, and not what stands there for a moment
    builder.make_in(folder, |path| options.open(path)).map_err(|source| write_error(folder, source))
}

/// Gives a file its name. The system sees to it that nothing is replaced, however many try at once, and does not
/// follow a link that stands there.
fn keep(mut arriving: Arriving, place: &Place, sent: &str) -> Result<PathBuf, Error> {
    let name = safe_file_name(sent);
    let others = (2..=NUMBERS_MAX).map(|number| numbered(&name, number));
    let candidates: Box<dyn Iterator<Item = PathBuf>> = match place {
        Place::At(path) => Box::new(std::iter::once(path.clone())),
        Place::In(folder) | Place::Own(folder) => {
            Box::new(std::iter::once(name.clone()).chain(others).map(|name| folder.join(name)))
        }
    };
    let mut taken = PathBuf::new();
    for path in candidates {
        match arriving.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(failure) if failure.error.kind() == io::ErrorKind::AlreadyExists => arriving = failure.file,
            Err(failure) => return Err(write_error(&path, failure.error)),
        }
        taken = path;
    }
    Err(Error::Exists(taken))
}

fn write_error(path: &Path, source: io::Error) -> Error {
    Error::Write { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use super::*;

    fn kept(place: &Place, sent: &str, content: &str) -> Result<PathBuf, Error> {
        let mut file = begin(place)?;
        file.write_all(content.as_bytes()).unwrap();
        keep(file, place, sent)
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let home = tempfile::tempdir().unwrap();
        let place = Place::In(home.path().join("images"));
        for content in ["1", "2", "3"] {
            kept(&place, "../cat.png", content).unwrap();
        }
        let folder = home.path().join("images");
        assert_eq!(names(&folder), ["cat (2).png", "cat (3).png", "cat.png"]);
        assert_eq!(fs::read_to_string(folder.join("cat (3).png")).unwrap(), "3");
    }

    #[test]
    fn a_folder_that_is_not_there_is_named_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("none/a.txt");
        let why = kept(&Place::At(path), "x", "1").unwrap_err().to_string();
        let folder = home.path().join("none");
        assert_eq!(why, format!("cannot write {}: No such file or directory (os error 2)", folder.display()));
    }

    #[test]
    fn an_exact_place_is_never_overwritten() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a.txt");
        let place = Place::typed(path.clone());
        assert_eq!(kept(&place, "x", "1").unwrap(), path);
        assert!(matches!(kept(&place, "x", "2"), Err(Error::Exists(taken)) if taken == path));
        assert_eq!(fs::read_to_string(&path).unwrap(), "1");
        assert_eq!(names(home.path()), ["a.txt"]);
    }

    #[test]
    fn a_place_that_is_taken_meanwhile_is_not_overwritten_either() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a.txt");
        let place = Place::At(path.clone());
        let arriving = begin(&place).unwrap();
        fs::write(&path, "first").unwrap();
        assert!(matches!(keep(arriving, &place, "x"), Err(Error::Exists(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        assert_eq!(names(home.path()), ["a.txt"]);
    }

    #[test]
    fn a_typed_folder_is_a_folder() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(Place::typed(home.path().to_owned()), Place::In(home.path().to_owned()));
        assert_eq!(Place::typed("new/".into()), Place::In("new/".into()));
        assert_eq!(Place::typed("new".into()), Place::At("new".into()));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_and_nothing_is_executable() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let home = tempfile::tempdir().unwrap();
        let secret = home.path().join("secret");
        let folder = home.path().join("files");
        fs::create_dir(&folder).unwrap();
        symlink(&secret, folder.join("a.sh")).unwrap();
        let path = kept(&Place::In(folder.clone()), "a.sh", "1").unwrap();
        assert_eq!(path, folder.join("a (2).sh"));
        assert!(!secret.exists());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7133, 0);
        assert!(matches!(kept(&Place::At(folder.join("a.sh")), "x", "1"), Err(Error::Exists(_))));
    }
    #[cfg(unix)]
    #[test]
    fn a_folder_of_ones_own_that_leads_elsewhere_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let (elsewhere, images) = (home.path().join("elsewhere"), home.path().join("images"));
        fs::create_dir(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &images).unwrap();
        assert!(matches!(kept(&Place::Own(images.clone()), "a.png", "1"), Err(Error::Link(link)) if link == images));
        assert_eq!(names(&elsewhere), [""; 0]);
        let path = kept(&Place::typed(images.clone()), "a.png", "1").unwrap();
        assert_eq!(path, images.join("a.png"), "whoever types it means it");
    }

    #[test]
    fn no_name_climbs_out_of_the_folder_or_hides_in_it() {
        let home = tempfile::tempdir().unwrap();
        let place = Place::Own(home.path().join("files"));
        for sent in [
            "../../x",
            "/etc/passwd",
            "C:\\boot.ini",
            "..\\x",
            "a\0b",
            ".",
            "..",
            "",
            ".bashrc",
            ".ssh/authorized_keys",
            "NUL",
            "CON.txt",
            "-rf",
            "~/.profile",
            "x\x1b]0;t\x07",
            "x\u{202e}gpj.exe",
            "x\r\ny",
            "a/../..//b",
        ] {
            let path = kept(&place, sent, "1").unwrap();
            assert_eq!(path.parent(), Some(place.folder()), "{sent:?} to {}", path.display());
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            assert!(!name.starts_with(['.', '-', '~']) && !name.contains(char::is_control), "{sent:?} to {name:?}");
        }
        assert_eq!(names(home.path()), ["files"], "nothing beside it");
    }
}
