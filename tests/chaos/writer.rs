//! A device that says things, in bursts and several rooms, over connections that break; what was not answered it says
//! again under the same nonces, in its first order.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use tertulia::model::{Body, Nonce};
use tertulia::wire::{self, ByeCode, DeviceKey, Request};
use tokio::time::Instant;

use crate::conversation::{Conversation, Heard};
use crate::diary::{Diary, Phase, World};
use crate::line::Over;
use crate::plan::{Dice, Fate, LAST_WORD_BYTES, LAST_WORDS, ROOMS, room_name};
use crate::record::Say;

pub(crate) struct Writer {
    index: usize,
    dice: Dice,
    diary: Diary,
    device: Option<DeviceKey>,
    author: String,
    /// Indices of the diary's says that are not answered, in their first order.
    pending: VecDeque<usize>,
}

impl Writer {
    pub(crate) fn new(index: usize, dice: Dice, world: World) -> Self {
        let diary = Diary::new(format!("writer {index}"), world);
        Self { index, dice, diary, device: None, author: String::new(), pending: VecDeque::new() }
    }

    /// Its life; ends with the last words.
    pub(crate) async fn live(mut self) -> Diary {
        let is_last = |phase: &Phase| matches!(phase, Phase::LastWords(_) | Phase::Silence(_));
        let mut before = None;
        while let Some(address) = self.diary.world.server(is_last).await {
            let fate = self.dice.fate();
            if let Ok(conversation) = self.begin(address, fate, before.take()).await {
                before = self.talk(conversation).await.unwrap_or(None);
            }
        }
        if let Phase::LastWords(address) = self.diary.world.phase()
            && self.speak_last_words(address).await.is_err()
        {
            self.diary.fault("the last words were not heard");
        }
        self.diary
    }

    /// Says all that was not answered, and much more: more than who does not read can be told at once.
    async fn speak_last_words(&mut self, address: SocketAddr) -> Result<(), Over> {
        let mut conversation = self.begin(address, Fate::ENDLESS, None).await?;
        self.come_in(&mut conversation);
        for _ in 0..LAST_WORDS {
            let index = self.think(&".".repeat(LAST_WORD_BYTES));
            conversation.say(index, &request(&self.diary.says[index]));
        }
        self.hear_answers(&mut conversation, 0).await
    }

    /// A new connection, perhaps beside the one before, which is replaced then and heard to its end.
    async fn begin(
        &mut self,
        address: SocketAddr,
        fate: Fate,
        before: Option<Conversation>,
    ) -> Result<Conversation, Over> {
        let device = self.device.clone();
        let began = Conversation::begin(address, fate, false, device, &mut self.diary).await;
        if let (Ok(_), Some(mut before)) = (&began, before) {
            while let Ok(heard) = before.hear(&mut self.diary).await {
                self.note(&heard, true);
            }
        }
        let (conversation, welcome) = began?;
        if self.device.replace(welcome.device.clone()).is_some_and(|device| device != welcome.device)
            || (!self.author.is_empty() && self.author != welcome.user.name)
        {
            self.diary.fault("somebody else after coming back");
        }
        self.author = welcome.user.name;
        Ok(conversation)
    }

    /// Until it has had enough; returns the connection if it is to be replaced.
    async fn talk(&mut self, mut conversation: Conversation) -> Result<Option<Conversation>, Over> {
        self.come_in(&mut conversation);
        for _ in 0..self.dice.between(1, 40) {
            if !matches!(self.diary.world.phase(), Phase::Up(_)) {
                break;
            }
            self.burst(&mut conversation);
            let left = usize::try_from(self.dice.between(0, 40)).expect("small");
            self.hear_answers(&mut conversation, left).await?;
            let pause = if self.dice.one_in(4) { self.dice.ms(0, 60) } else { Duration::ZERO };
            self.listen(&mut conversation, pause).await?;
        }
        match self.dice.between(0, 3) {
            0 => return Ok(Some(conversation)),
            1 => self.leave(conversation).await?,
            2 => self.hear_answers(&mut conversation, 0).await?,
            _ => {}
        }
        Ok(None)
    }

    /// Joins and says again what was not answered, or gives it up; sometimes also what was.
    fn come_in(&mut self, conversation: &mut Conversation) {
        for room in 0..ROOMS {
            let after = if self.dice.one_in(2) { Some(self.diary.world.head(room)) } else { None };
            conversation.join(room, after);
        }
        if self.dice.one_in(6) {
            let settled = Some(self.diary.world.now());
            self.pending.drain(..).for_each(|index| self.diary.says[index].settled = settled);
        }
        for index in &self.pending {
            conversation.say(*index, &request(&self.diary.says[*index]));
        }
        if self.dice.one_in(4) && !self.diary.says.is_empty() {
            let index = self.dice.index(self.diary.says.len());
            if !self.diary.says[index].answers.is_empty() {
                conversation.say(index, &request(&self.diary.says[index]));
            }
        }
    }

    /// Mostly a few, sometimes more than a session may have unanswered.
    fn burst(&mut self, conversation: &mut Conversation) {
        let most = if self.dice.one_in(10) { 200 } else { 12 };
        for _ in 0..self.dice.between(1, most) {
            let padding = self.dice.padding();
            let index = self.think(&padding);
            let request = request(&self.diary.says[index]);
            conversation.say(index, &request);
            if self.dice.one_in(50) {
                conversation.say(index, &request);
            }
        }
    }

    fn think(&mut self, padding: &str) -> usize {
        let (writer, index) = (self.index, self.diary.says.len());
        let nonce = u64::try_from(index).expect("fits") + 1;
        let text = format!("w{writer} n{nonce} {padding}");
        let (room, author, sent) = (self.dice.index(ROOMS), self.author.clone(), self.diary.world.now());
        self.diary.says.push(Say { writer, nonce, room, author, text, sent, settled: None, answers: Vec::new() });
        self.pending.push_back(index);
        index
    }

    /// Until no more than `left` are unanswered.
    async fn hear_answers(&mut self, conversation: &mut Conversation, left: usize) -> Result<(), Over> {
        while conversation.unanswered > left {
            let heard = conversation.hear(&mut self.diary).await?;
            self.note(&heard, false);
        }
        Ok(())
    }

    async fn listen(&mut self, conversation: &mut Conversation, pause: Duration) -> Result<(), Over> {
        let deadline = Instant::now() + pause;
        while let Some(heard) = conversation.hear_until(deadline, &mut self.diary).await? {
            self.note(&heard, false);
        }
        Ok(())
    }

    async fn leave(&mut self, mut conversation: Conversation) -> Result<(), Over> {
        conversation.quit();
        loop {
            let heard = conversation.hear(&mut self.diary).await?;
            if matches!(heard, Heard::Bye(ByeCode::Quit)) {
                if conversation.unanswered > 0 {
                    self.diary.fault(&format!("good-bye before {} answers", conversation.unanswered));
                }
                return Ok(());
            }
            self.note(&heard, false);
        }
    }

    fn note(&mut self, heard: &Heard, is_replaced: bool) {
        match heard {
            Heard::Said(index) => self.pending.retain(|pending| pending != index),
            Heard::Bye(ByeCode::Shutdown) => {}
            Heard::Bye(ByeCode::Replaced) if is_replaced => {}
            Heard::Bye(code) => self.diary.fault(&format!("an unexpected good-bye: {code:?}")),
            Heard::Welcome(_) | Heard::Noted => {}
        }
    }
}

fn request(say: &Say) -> Request {
    let (room, body) = (room_name(say.room), Body::Text(say.text.clone()));
    Request::Say(wire::Say { room, nonce: Nonce(say.nonce), body, reply_to: None })
}
