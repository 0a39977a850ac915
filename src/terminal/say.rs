//! What a typed line brings about: a text is on its way before the next line is read, a command runs until it is done.
//! What a line means is left to [`super::command`], what becomes of it to [`super::outcome`].

use futures_util::future::{FutureExt, ready};

use super::Error;
use super::act::{self, Scene};
use super::command::{Command, Input, read_line};
use super::line::Line;
use super::people;
use super::remark::{Remark, Saying, means_the_last, saying};
use super::render;
use super::size::too_long;
use super::talk::{Attempt, Errand, Talk};
use super::typist::Typed;
use crate::client;
use crate::model::Body;
use crate::wire::{Said, Say};

/// Characters of a text that could not be said in the line that says so.
const QUOTE_CHARS_MAX: usize = 60;

impl Talk {
    pub(super) async fn on_typed(&mut self, typed: Typed) {
        match typed {
            Typed::Line(line) => self.on_line(line).await,
            Typed::Secret(line, words) => {
                if let Input::Command(command) = read_line(&line) {
                    self.running = Some(people::begin(command, words, self.parts.client.clone()));
                }
            }
            Typed::Unreadable(why) => self.refuse(why, String::new()).await,
            Typed::End => self.leave(),
        }
    }

    async fn on_line(&mut self, line: String) {
        match read_line(&line) {
            Input::Nothing => self.ready(String::new()),
            Input::Text(text) => self.on_saying(line, Saying::new(Body::Text(text))).await,
            Input::Command(Command::Quit) => self.leave(),
            Input::Command(command) if self.has_to_wait(&command) => self.next = Some(command),
            Input::Command(command) => self.obey(line, command).await,
            Input::Mistake(why) if self.setting.is_script => self.give_up([Line::fault(why)]),
            Input::Mistake(why) => self.refuse(why, String::new()).await,
        }
    }

    /// Does a script's command that had to wait.
    pub(super) async fn go_on(&mut self) {
        if let Some(command) = self.next.take_if(|_| self.unanswered == 0 && self.rooms.heard_all()) {
            self.obey(String::new(), command).await;
        }
    }

    /// In a script a command comes after all that was said before, but for those that are said themselves: they keep
    /// their place anyway.
    fn has_to_wait(&self, command: &Command) -> bool {
        let is_said = match command {
            Command::Topic(topic) => topic.is_some(),
            Command::Remark(remark) => !means_the_last(remark),
            _ => false,
        };
        self.setting.is_script && !is_said && !self.has_heard_itself()
    }

    /// Whether all that was said here is there for everybody, and here too.
    fn has_heard_itself(&self) -> bool {
        self.unanswered == 0 && self.rooms.heard_all()
    }

    async fn obey(&mut self, line: String, command: Command) {
        match command {
            Command::Topic(topic) => self.on_topic(line, topic).await,
            Command::Remark(remark) => self.on_remark(line, remark).await,
            command if act::needs_connection(&command) && !self.parts.typist.facts.is_live() => {
                self.running = Some(ready(Err(Error::Offline)).boxed());
            }
            command => self.running = Some(act::begin(command, &self.scene())),
        }
    }

    fn scene(&self) -> Scene<'_> {
        Scene {
            client: &self.parts.client,
            rooms: &self.rooms,
            downloads: &self.setting.downloads,
            from: self.from(),
            screen: &self.parts.screen,
        }
    }

    /// What is about one's own last message waits until that one is back: the line stays, to be sent again.
    async fn on_remark(&mut self, line: String, remark: Remark) {
        let room = self.rooms.current_room().ok_or_else(|| Error::NoRoom.to_string());
        // Whoever has typed words is not to lose them.
        let left = if remark == Remark::Delete(None) { String::new() } else { line.clone() };
        let saying = match room {
            Ok(_) if means_the_last(&remark) && !self.has_heard_itself() => {
                Err("what you said last is still on its way; try again".to_owned())
            }
            room => room.and_then(|room| saying(remark, &room.recent)),
        };
        match saying {
            Ok(saying) => self.on_saying(line, saying).await,
            Err(why) if self.setting.is_script => self.give_up([Line::fault(why)]),
            Err(why) => self.refuse(why, left).await,
        }
    }

    /// Tells why not, and asks for the next line with what was typed in it.
    async fn refuse(&mut self, why: String, line: String) {
        self.fault(why).await;
        self.ready(line);
    }

    async fn on_topic(&mut self, line: String, topic: Option<String>) {
        match (topic, self.rooms.current_room().map(|room| room.topic.as_str())) {
            (Some(topic), _) => return self.on_saying(line, Saying::new(Body::Topic(topic))).await,
            (None, None) => self.fault(Error::NoRoom.to_string()).await,
            (None, Some("")) => self.show(Line::note("no topic; .topic TEXT sets one")).await,
            (None, Some(topic)) => self.show(Line::note(format!("topic: {topic}"))).await,
        }
        self.ready(String::new());
    }

    /// Says something; what cannot be said comes back into the line.
    async fn on_saying(&mut self, line: String, saying: Saying) {
        match check_words(&saying.body, self.parts.client.welcome().limits.text) {
            Err(why) => self.refuse(why, line).await,
            Ok(()) if self.rooms.current().is_none() => self.refuse(Error::NoRoom.to_string(), line).await,
            Ok(()) => {
                self.say(&saying);
                if !self.parts.typist.facts.is_live() {
                    self.show(Line::note("that will be said once the connection is back")).await;
                }
                self.ready(String::new());
            }
        }
    }

    fn say(&mut self, saying: &Saying) {
        let Some(room) = self.rooms.current() else { return };
        let room = room.to_owned();
        let answer = self.parts.client.queue(&room, saying.body.clone(), saying.reply_to);
        self.await_answer(room, saying, answer);
    }

    /// Waits for the answers to what an earlier run left unsaid, which the client is saying already.
    pub(super) async fn say_what_is_left(&mut self) {
        let unsaid = self.parts.client.unsaid();
        if !self.setting.is_script {
            self.show_all(render::resumed(unsaid.len())).await;
        }
        for unsaid in unsaid {
            let Say { room, body, reply_to, .. } = unsaid.say().clone();
            self.await_answer(room, &Saying { reply_to, ..Saying::new(body) }, unsaid.said());
        }
    }

    fn await_answer(
        &mut self,
        room: String,
        saying: &Saying,
        answer: impl Future<Output = Result<Said, client::Error>> + Send + 'static,
    ) {
        let attempt = Attempt {
            room,
            target: saying.target(),
            wants_text: matches!(saying.body, Body::Edit { .. }),
            otherwise: saying.otherwise.clone(),
            quote: saying.words().chars().take(QUOTE_CHARS_MAX).collect(),
        };
        self.unanswered += 1;
        self.errands.push(async move { Errand::Said { attempt, outcome: answer.await } }.boxed());
    }
}

fn check_words(body: &Body, text_bytes_max: u64) -> Result<(), String> {
    match body {
        Body::Text(text) | Body::Edit { text, .. } => check_text(text, text_bytes_max),
        _ => Ok(()),
    }
}

/// What the server would refuse is refused here, where it can still be mended.
fn check_text(text: &str, bytes_max: u64) -> Result<(), String> {
    if let Some(why) = too_long(text, bytes_max) {
        return Err(why);
    }
    match text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        Some(c) => Err(format!("there is a control character in it (U+{:04X}); nothing was said", u32::from(c))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_checked_before_it_is_sent() {
        for text in ["hello", "a\n\tb", "Grüße 👩‍🚀", &"é".repeat(8)] {
            assert_eq!(check_text(text, 16 + 4), Ok(()), "{text}");
        }
        assert!(check_text(&"é".repeat(9), 17).unwrap_err().contains("too long by 1 B: at most 17 B"));
        assert!(check_text("a\x1b[2J", 100).unwrap_err().contains("U+001B"));
        assert!(check_text("a\r", 100).is_err());
    }
}
