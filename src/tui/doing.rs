//! Carries effects out: each becomes one future, which ends with what became of it. What that changes is left to
//! [`super::outcome`].

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use jiff::tz::TimeZone;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::arrival::{Effect, Outcome};
use super::timeline::Way;
use super::{opener, paths, thumbs};
use crate::client::{self, Client, From, Unsaid};
use crate::model::{Body, Clock, Seq};
use crate::terminal::act::{Done, announced};
use crate::terminal::kept::Saved;
use crate::terminal::render::Renderer;
use crate::terminal::save::{Attachment, Place, save};
use crate::terminal::{Error, people};
use crate::wire::{Answer, History, InRoom, Page, Read, Request, UploadKind};

/// Events that are asked for at once: a few screens, and an answer without a pause.
const PAGE_EVENTS: u16 = 200;

/// Something under way; it goes nowhere unless it is polled.
pub(super) type Doing = BoxFuture<'static, Option<Outcome>>;
/// A transfer, and what there is to tell about it.
type Told = BoxFuture<'static, Result<Option<String>, String>>;

/// Who does it.
#[derive(Debug)]
pub(super) struct Doer {
    /// The connection.
    pub client: Client,
    /// Where files of others go.
    pub downloads: PathBuf,
    /// Where small pictures are kept, if anything is.
    pub thumbs: Option<PathBuf>,
    /// Files that are fetched unasked at the same time.
    pub saving: Arc<Semaphore>,
    /// What is on its way: it stops when its sender is dropped.
    pub stops: Vec<(u64, oneshot::Sender<()>)>,
    /// How far transfers are; what does not fit is not needed.
    pub progress: mpsc::Sender<Outcome>,
}

impl Doer {
    /// Begins something; nothing for what the loop itself does.
    pub(super) fn begin(&mut self, effect: Effect) -> Option<Doing> {
        let client = self.client.clone();
        Some(match effect {
            Effect::Join(room) => join(client, room),
            Effect::Leave(room) => leave(client, room),
            Effect::Load { room, way } => load(client, room, way),
            Effect::Members(room) => members(client, room),
            Effect::Who(room) => async move { Some(who(&client, &room).await) }.boxed(),
            Effect::Rooms { is_shown } => rooms(client, is_shown),
            Effect::People(command, answers) => {
                let doing = people::begin(command, answers, client);
                async move { Some(told(doing.await)) }.boxed()
            }
            Effect::Say { room, id, body, reply_to } => self.say(room, id, body, reply_to),
            Effect::Typing(room) => typing(client, room),
            Effect::Mark { room, seq } => async move {
                let is_done = mark(&client, room.clone(), seq).await;
                Some(Outcome::Marked { room, seq, is_done })
            }
            .boxed(),
            effect => return self.begin_with_files(effect),
        })
    }

    fn begin_with_files(&mut self, effect: Effect) -> Option<Doing> {
        let client = self.client.clone();
        Some(match effect {
            Effect::Upload { transfer, room, path, kind } => {
                let sent = self.upload(transfer, room, path, kind);
                self.until_stopped(transfer, sent)
            }
            Effect::Save { transfer, room, seq, to } => {
                let saved = self.fetch(transfer, room, seq, to);
                let told = async move { saved.await.map(|saved| Some(saved.to_string())) };
                self.until_stopped(transfer, told.boxed())
            }
            Effect::Open { transfer, room, seq } => {
                let saved = self.fetch(transfer, room, seq, None);
                let told = async move {
                    let opened = saved.await.and_then(|saved| opener::open(&saved.path).map(|()| saved.path));
                    opened.map(|path| Some(format!("opened {}", path.display())))
                };
                self.until_stopped(transfer, told.boxed())
            }
            Effect::AutoSave { attachment } => {
                let (saving, downloads) = (Arc::clone(&self.saving), self.downloads.clone());
                async move { Some(auto_save(&client, &saving, &downloads, &attachment).await) }.boxed()
            }
            Effect::Thumb(file, how) => {
                let (saving, dir) = (Arc::clone(&self.saving), self.thumbs.clone());
                async move {
                    let thumb = thumbs::thumb(&client, &saving, dir, &file, how).await;
                    Some(Outcome::Thumb { sha256: file.sha256, how, thumb })
                }
                .boxed()
            }
            Effect::Stop(transfer) => {
                self.stops.retain(|(id, _)| *id != transfer);
                return None;
            }
            Effect::OpenLink(link) => async move { opener::open(link).err().map(Outcome::Fault) }.boxed(),
            Effect::Paths(typed) => blocking(move || Some(Outcome::Paths { found: paths::completed(&typed), typed })),
            Effect::Look(typed) => blocking(move || paths::dropped(&typed)),
            _ => return None,
        })
    }

    /// What an earlier run left unsaid.
    pub(super) fn await_unsaid(room: String, id: u64, unsaid: Unsaid) -> Doing {
        async move { Some(Outcome::Said { room, id, said: unsaid.said().await.map_err(words) }) }.boxed()
    }

    /// It has its place in the order, and is on disk, before this returns.
    fn say(&self, room: String, id: u64, body: Body, reply_to: Option<Seq>) -> Doing {
        let answer = self.client.queue(&room, body, reply_to);
        async move { Some(Outcome::Said { room, id, said: answer.await.map_err(words) }) }.boxed()
    }

    fn upload(&self, transfer: u64, room: String, path: PathBuf, kind: UploadKind) -> Told {
        let (client, progress) = (self.client.clone(), self.progress(transfer));
        async move { client.upload(&room, &path, kind, progress).await.map(|_| None).map_err(words) }.boxed()
    }

    /// A transfer that ends early when [`Effect::Stop`] names it.
    fn until_stopped(&mut self, transfer: u64, telling: Told) -> Doing {
        let (stop, stopped) = oneshot::channel();
        self.stops.retain(|(_, stop)| !stop.is_closed());
        self.stops.push((transfer, stop));
        async move {
            tokio::select! {
                biased;
                told = telling => Some(Outcome::Transferred { transfer: Some(transfer), told }),
                _ = stopped => Some(Outcome::Stopped(transfer)),
            }
        }
        .boxed()
    }

    fn fetch(
        &self,
        transfer: u64,
        room: String,
        seq: Seq,
        to: Option<PathBuf>,
    ) -> impl Future<Output = Result<Saved, String>> + use<> {
        let (client, downloads, progress) = (self.client.clone(), self.downloads.clone(), self.progress(transfer));
        async move {
            let attachment = announced(&client, &room, seq).await.map_err(words)?;
            let place = to.map_or_else(|| Place::usual(&downloads, &attachment), Place::typed);
            save(&client, &attachment, &place, progress).await.map_err(words)
        }
    }

    fn progress(&self, transfer: u64) -> impl FnMut(u64, u64) + Send + use<> {
        let progress = self.progress.clone();
        move |done, total| drop(progress.try_send(Outcome::Progress { transfer, done, total }))
    }
}

/// It is asked for before this returns, as words are queued: what is said to the room next comes behind it.
fn join(client: Client, room: String) -> Doing {
    let mut joining = async move {
        let joined = client.join(&room, From::Now).await.map_err(words);
        Some(Outcome::Joined { asked: room, joined })
    }
    .boxed();
    match (&mut joining).now_or_never() {
        Some(done) => std::future::ready(done).boxed(),
        None => joining,
    }
}

fn leave(client: Client, room: String) -> Doing {
    async move {
        let left = client.leave(&room).await.map_err(words);
        Some(Outcome::Left { room, left })
    }
    .boxed()
}

fn load(client: Client, room: String, way: Way) -> Doing {
    async move {
        let page = page(&client, &room, way).await.map_err(words);
        Some(Outcome::Page { room, way, page })
    }
    .boxed()
}

fn members(client: Client, room: String) -> Doing {
    async move {
        let members = client.members(&room).await.unwrap_or_default();
        Some(Outcome::Members { room, members })
    }
    .boxed()
}

fn rooms(client: Client, is_shown: bool) -> Doing {
    async move {
        let rooms = client.rooms(None).await.map_err(words);
        Some(Outcome::Rooms { rooms, is_shown })
    }
    .boxed()
}

fn typing(client: Client, room: String) -> Doing {
    async move {
        let _ = client.call(Request::Typing(InRoom { room })).await;
        None
    }
    .boxed()
}

/// Tells the server how far one has read. Returns whether it has it.
pub(super) async fn mark(client: &Client, room: String, seq: Seq) -> bool {
    matches!(client.call(Request::Read(Read { room, seq })).await, Ok(Answer::Ok))
}

fn blocking(work: impl FnOnce() -> Option<Outcome> + Send + 'static) -> Doing {
    async move { tokio::task::spawn_blocking(work).await.ok().flatten() }.boxed()
}

async fn page(client: &Client, room: &str, way: Way) -> Result<Page, client::Error> {
    let (before, after) = match way {
        Way::End => (None, None),
        Way::Before(before) => (Some(before), None),
        Way::After(after) | Way::To(after) => (None, Some(after)),
    };
    let history = History { room: room.to_owned(), before, after, limit: PAGE_EVENTS };
    match client.call(Request::History(history)).await? {
        Answer::Page(page) => Ok(page),
        _ => Err(client::Error::Unexpected("no page of a room's log")),
    }
}

async fn who(client: &Client, room: &str) -> Outcome {
    let (members, oneself) = match client.members(room).await {
        Ok(members) => (members, client.user()),
        Err(error) => return Outcome::Fault(words(error)),
    };
    let row = |user: &crate::model::User| format!("{}{}", user.name, if *user == oneself { " (you)" } else { "" });
    Outcome::List { title: format!("{} in {room}", members.len()), rows: members.iter().map(row).collect() }
}

fn told(done: Result<Done, Error>) -> Outcome {
    match done {
        Ok(Done::Registered(user)) => Outcome::Registered(user),
        Ok(Done::Lines(lines)) => {
            let words: Vec<String> = lines.iter().map(ToString::to_string).collect();
            Outcome::Note(words.join(" ").trim_start_matches("* ").to_owned())
        }
        Ok(Done::Devices(devices)) => {
            let renderer = Renderer::new(TimeZone::system(), Clock::System.now());
            let rows = devices.iter().map(|device| renderer.device(device).to_string()).collect();
            Outcome::List { title: "your devices".to_owned(), rows }
        }
        Ok(_) => Outcome::Note("done".to_owned()),
        Err(error) => Outcome::Fault(error.to_string()),
    }
}

async fn auto_save(client: &Client, saving: &Semaphore, downloads: &std::path::Path, file: &Attachment) -> Outcome {
    let _turn = saving.acquire().await;
    let saved = save(client, file, &Place::usual(downloads, file), |_, _| ()).await;
    let told = match saved {
        Ok(saved) => Ok(Some(saved.to_string())),
        Err(error) => Err(format!("{} was not saved: {error}", file.name)),
    };
    Outcome::Transferred { transfer: None, told }
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}
