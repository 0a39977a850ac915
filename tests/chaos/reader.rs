//! Somebody who comes and goes with cursors, and reads slowly or not at all for a while. When nothing more is said,
//! whoever is there must be shown all of it.

use std::net::SocketAddr;
use std::time::Duration;

use tertulia::wire::{ByeCode, DeviceKey};
use tokio::time::Instant;

use crate::conversation::{Conversation, Heard};
use crate::diary::{Diary, Phase, World};
use crate::line::Over;
use crate::plan::{Dice, Fate, ROOMS};

pub(crate) struct Reader {
    dice: Dice,
    diary: Diary,
    is_slow: bool,
    device: Option<DeviceKey>,
    /// The last seq that it was shown in each room on its latest connection there.
    cursors: [u64; ROOMS],
}

impl Reader {
    pub(crate) fn new(name: String, is_slow: bool, dice: Dice, world: World) -> Self {
        Self { dice, diary: Diary::new(name, world), is_slow, device: None, cursors: [0; ROOMS] }
    }

    /// Its life; ends with the silence.
    pub(crate) async fn live(mut self) -> Diary {
        let is_last = |phase: &Phase| matches!(phase, Phase::Silence(_));
        while let Some(address) = self.diary.world.server(is_last).await {
            if self.is_late() {
                self.rest(address).await;
                return self.diary;
            }
            // however it ended, there is another visit
            drop(self.visit(address).await);
        }
        self.diary
    }

    /// Who is slow is there for the last words and does not read them until nothing more is said.
    async fn rest(&mut self, address: SocketAddr) {
        let began = Conversation::begin(address, Fate::ENDLESS, true, None, &mut self.diary).await;
        let Ok((mut conversation, _)) = began else { return self.diary.fault("nobody was welcome in the end") };
        (0..ROOMS).for_each(|room| conversation.join(room, None));
        while conversation.streams.len() < ROOMS && conversation.hear(&mut self.diary).await.is_ok() {}
        self.diary.world.silence().await;
        if let Phase::Silence(heads) = self.diary.world.phase()
            && self.hear_all(&mut conversation, &heads).await.is_err()
        {
            self.diary.fault("the end was not shown");
        }
    }

    fn is_late(&self) -> bool {
        self.is_slow && matches!(self.diary.world.phase(), Phase::LastWords(_))
    }

    async fn visit(&mut self, address: SocketAddr) -> Result<(), Over> {
        let (fate, device) = (self.dice.fate(), self.device.clone().filter(|_| !self.dice.one_in(4)));
        let began = Conversation::begin(address, fate, self.is_slow, device, &mut self.diary).await;
        let (mut conversation, welcome) = began?;
        self.device = Some(welcome.device);
        let ended = self.stay(&mut conversation).await;
        for (room, stream) in &conversation.streams {
            self.cursors[*room] = self.diary.last_seen(*stream);
        }
        ended
    }

    async fn stay(&mut self, conversation: &mut Conversation) -> Result<(), Over> {
        for room in 0..ROOMS {
            if !self.dice.one_in(4) {
                let after = self.cursor(room);
                conversation.join(room, after);
            }
        }
        for _ in 0..self.dice.between(1, 12) {
            if let Phase::Silence(heads) = self.diary.world.phase() {
                return self.hear_all(conversation, &heads).await;
            }
            if self.is_late() {
                break;
            }
            self.step(conversation).await?;
        }
        if self.dice.one_in(2) {
            conversation.quit();
            self.listen(conversation, Duration::from_secs(1)).await?;
        }
        Ok(())
    }

    /// From where to go on: where it was, the beginning, the end, or anywhere.
    fn cursor(&mut self, room: usize) -> Option<u64> {
        let head = self.diary.world.head(room);
        match self.dice.between(0, 5) {
            0 => None,
            1 => Some(0),
            2 => Some(head),
            3 => Some(self.dice.between(0, head)),
            _ => Some(self.cursors[room]),
        }
    }

    async fn step(&mut self, conversation: &mut Conversation) -> Result<(), Over> {
        let room = self.dice.index(ROOMS);
        match self.dice.between(0, 9) {
            0 if conversation.streams.contains_key(&room) => conversation.leave(room),
            1 => {
                let after = self.cursor(room);
                conversation.join(room, after);
            }
            2 if conversation.streams.contains_key(&room) => self.ask_for_page(conversation, room),
            3 => conversation.ping(),
            4 => {
                let pause_ms = if self.is_slow { 3_000 } else { 300 };
                let pause = self.dice.ms(0, pause_ms);
                self.diary.world.pause(pause).await;
            }
            _ => {}
        }
        let while_ms = if self.is_slow { 50 } else { 300 };
        let pause = self.dice.ms(0, while_ms);
        self.listen(conversation, pause).await
    }

    fn ask_for_page(&mut self, conversation: &mut Conversation, room: usize) {
        let head = self.diary.world.head(room);
        let after = if self.dice.one_in(2) { Some(self.dice.between(0, head)) } else { None };
        let limit = u16::try_from(self.dice.between(1, 1_000)).expect("small");
        conversation.history(room, after, limit);
    }

    async fn listen(&mut self, conversation: &mut Conversation, pause: Duration) -> Result<(), Over> {
        let deadline = Instant::now() + pause;
        while let Some(heard) = conversation.hear_until(deadline, &mut self.diary).await? {
            self.note(&heard)?;
        }
        Ok(())
    }

    /// Nothing more is said: everything that was asked is answered, and every joined room is shown to its end.
    async fn hear_all(&mut self, conversation: &mut Conversation, heads: &[u64]) -> Result<(), Over> {
        loop {
            let behind =
                conversation.streams.iter().find(|(room, stream)| self.diary.last_seen(**stream) < heads[**room]);
            if behind.is_none() && conversation.is_answered() {
                return Ok(());
            }
            let heard = conversation.hear(&mut self.diary).await?;
            self.note(&heard)?;
        }
    }

    fn note(&mut self, heard: &Heard) -> Result<(), Over> {
        match heard {
            Heard::Bye(ByeCode::Shutdown | ByeCode::Quit) => Err(Over::Closed),
            Heard::Bye(code) => {
                self.diary.fault(&format!("an unexpected good-bye: {code:?}"));
                Err(Over::Closed)
            }
            _ => Ok(()),
        }
    }
}
