//! One connection and what was asked over it: every answer finds its question, and all of it goes into the diary. What
//! to ask is left to writers and readers.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;

use tertulia::model::Seq;
use tertulia::wire::{self, Answer, ByeCode, DeviceKey, Hello, InRoom, Join, Refusal, Request, ServerFrame, Welcome};
use tokio::time::{Instant, timeout, timeout_at};

use crate::diary::{Diary, PATIENCE};
use crate::line::{Line, Over};
use crate::plan::{Fate, room_name, room_of};
use crate::record::{self, Event};

/// What a request was for.
#[derive(Debug, Clone, Copy)]
enum Question {
    Hello,
    Join { room: usize, after: Option<u64> },
    Leave { room: usize },
    Say { index: usize },
    History { room: usize },
    Ping,
}

/// What came.
#[derive(Debug)]
pub(crate) enum Heard {
    Welcome(Welcome),
    /// The say with this index in the diary was answered.
    Said(usize),
    Bye(ByeCode),
    /// Anything else, all of it in the diary.
    Noted,
}

pub(crate) struct Conversation {
    line: Line,
    number: u64,
    questions: HashMap<u32, Question>,
    /// The stream of each room that was joined.
    pub(crate) streams: BTreeMap<usize, usize>,
    /// Says that were sent here and not yet answered.
    pub(crate) unanswered: usize,
}

impl Conversation {
    /// Connects and says hello.
    pub(crate) async fn begin(
        address: SocketAddr,
        fate: Fate,
        is_narrow: bool,
        device: Option<DeviceKey>,
        diary: &mut Diary,
    ) -> Result<(Self, Welcome), Over> {
        let line = Line::connect(address, fate, is_narrow).await.map_err(|_| Over::Closed)?;
        diary.connections += 1;
        let (number, questions, streams) = (diary.connections, HashMap::new(), BTreeMap::new());
        let mut this = Self { line, number, questions, streams, unanswered: 0 };
        this.ask(Question::Hello, &Request::Hello(Hello { protocol: wire::PROTOCOL, agent: "chaos".into(), device }));
        loop {
            if let Heard::Welcome(welcome) = this.hear(diary).await? {
                return Ok((this, welcome));
            }
        }
    }

    fn ask(&mut self, question: Question, request: &Request) -> u32 {
        let id = self.line.queue(request);
        self.questions.insert(id, question);
        id
    }

    pub(crate) fn join(&mut self, room: usize, after: Option<u64>) {
        let request = Join { room: room_name(room), after: after.map(Seq), log: None };
        self.ask(Question::Join { room, after }, &Request::Join(request));
    }

    pub(crate) fn leave(&mut self, room: usize) {
        self.ask(Question::Leave { room }, &Request::Leave(InRoom { room: room_name(room) }));
    }

    /// A page forward from `after`, or back from the end.
    pub(crate) fn history(&mut self, room: usize, after: Option<u64>, limit: u16) {
        let request = wire::History { room: room_name(room), before: None, after: after.map(Seq), limit };
        self.ask(Question::History { room }, &Request::History(request));
    }

    pub(crate) fn ping(&mut self) {
        self.ask(Question::Ping, &Request::Ping);
    }

    /// The good-bye has no answer but `bye`.
    pub(crate) fn quit(&mut self) {
        self.line.queue(&Request::Quit);
    }

    /// Sends the say with this index in the diary, for the first time or again.
    pub(crate) fn say(&mut self, index: usize, request: &Request) {
        self.ask(Question::Say { index }, request);
        self.unanswered += 1;
    }

    /// Whether everything that was asked is answered.
    pub(crate) fn is_answered(&self) -> bool {
        self.questions.is_empty()
    }

    /// The next frame, which has to come.
    pub(crate) async fn hear(&mut self, diary: &mut Diary) -> Result<Heard, Over> {
        let Ok(frame) = timeout(PATIENCE, self.line.frame()).await else {
            diary.fault(&format!("silence, and unanswered were {:?}", self.questions));
            return Err(Over::Closed);
        };
        self.note(frame, diary)
    }

    /// The next frame, if it comes before `deadline`.
    pub(crate) async fn hear_until(&mut self, deadline: Instant, diary: &mut Diary) -> Result<Option<Heard>, Over> {
        match timeout_at(deadline, self.line.frame()).await {
            Ok(frame) => self.note(frame, diary).map(Some),
            Err(_) => Ok(None),
        }
    }

    fn note(&mut self, frame: Result<ServerFrame, Over>, diary: &mut Diary) -> Result<Heard, Over> {
        match frame {
            Ok(ServerFrame::Answer((id, answer))) => return Ok(self.answered(id, answer, diary)),
            Ok(ServerFrame::Error((id, refusal))) => self.refused(id, &refusal, diary),
            Ok(ServerFrame::Event(event)) => self.shown(event, diary),
            Ok(ServerFrame::Signal(_)) => {}
            Ok(ServerFrame::Bye(bye)) => return Ok(Heard::Bye(bye.code)),
            Err(Over::Garbage(what)) => {
                diary.fault(&format!("garbage: {what}"));
                return Err(Over::Closed);
            }
            Err(over) => {
                diary.cuts += u64::from(matches!(over, Over::Cut));
                return Err(over);
            }
        }
        Ok(Heard::Noted)
    }

    fn answered(&mut self, id: u32, answer: Answer, diary: &mut Diary) -> Heard {
        match (self.questions.remove(&id), answer) {
            (Some(Question::Hello), Answer::Welcome(welcome)) => return Heard::Welcome(welcome),
            (Some(Question::Say { index }), Answer::Said(said)) => {
                self.said(id, index, &said, diary);
                return Heard::Said(index);
            }
            (Some(Question::Join { room, after }), Answer::Joined(joined)) => {
                if *diary.log.get_or_insert(joined.log.0) != joined.log.0 || joined.first != Seq(1) {
                    diary.fault(&format!("another log: {joined:?}"));
                }
                diary.world.note_head(room, joined.head.0);
                self.streams.insert(room, diary.begin_stream(room, after.unwrap_or(joined.head.0)));
            }
            (Some(Question::Leave { room }), Answer::Ok) => drop(self.streams.remove(&room)),
            (Some(Question::History { room }), Answer::Page(page)) => {
                if let Some(first) = page.events.first() {
                    let stream = diary.begin_stream(room, first.seq.0 - 1);
                    page.events.into_iter().for_each(|event| diary.see(stream, Event::of(event)));
                }
            }
            (Some(Question::Ping), Answer::Pong) => {}
            (question, answer) => diary.fault(&format!("{question:?} was answered with {answer:?}")),
        }
        Heard::Noted
    }

    fn said(&mut self, request: u32, index: usize, said: &wire::Said, diary: &mut Diary) {
        self.unanswered -= 1;
        let (time, connection) = (diary.world.now(), self.number);
        let say = &mut diary.says[index];
        say.answers.push(record::Answer { time, connection, request, seq: said.seq.0, at: said.at.0 });
        let room = say.room;
        if said.room == room_name(room) {
            diary.world.note_head(room, said.seq.0);
        } else {
            diary.fault(&format!("said in {} what was meant for room {room}", said.room));
        }
    }

    fn refused(&mut self, id: u32, refusal: &Refusal, diary: &mut Diary) {
        let question = self.questions.remove(&id);
        if matches!(question, Some(Question::Say { .. })) {
            self.unanswered -= 1;
        }
        diary.fault(&format!("{question:?} was refused: {:?} {refusal}", refusal.code));
    }

    fn shown(&mut self, event: wire::Event, diary: &mut Diary) {
        let stream = room_of(event.room.as_str()).and_then(|room| self.streams.get(&room));
        match stream {
            Some(stream) => diary.see(*stream, Event::of(event)),
            None => diary.fault(&format!("shown {} of {}, which was not joined", event.seq, event.room)),
        }
    }
}
