//! `.register`, `.login`, `.password` and `.devices`: who one is. Passwords come from [`super::secret`], and go to the
//! server and nowhere else.

use futures_util::future::FutureExt;

use super::Error;
use super::act::{Doing, Done};
use super::command::Command;
use super::line::Line;
use crate::client::Client;
use crate::model::{DeviceId, Password};

/// Begins what a command says, with the passwords that were typed for it.
pub(crate) fn begin(command: Command, words: Vec<Password>, client: Client) -> Doing {
    let mut words = words.into_iter().map(|word| Some(word).filter(|word| !word.0.is_empty()));
    let (first, second) = (words.next().flatten(), words.next().flatten());
    async move {
        match command {
            Command::Register(handle) => Ok(Done::Registered(client.register(&handle, first).await?)),
            Command::Login(handle) => {
                Ok(Done::Registered(client.login(&handle, first.ok_or(Error::NoPassword)?).await?))
            }
            Command::Password => {
                client.set_password(second.ok_or(Error::NoPassword)?, first).await?;
                Ok(note("the password is set; .login on another device asks for it".to_owned()))
            }
            Command::Devices(None) => Ok(Done::Devices(client.devices().await?)),
            Command::Devices(Some(device)) => revoke(&client, device).await,
            _ => Ok(Done::Lines(Vec::new())),
        }
    }
    .boxed()
}

async fn revoke(client: &Client, device: DeviceId) -> Result<Done, Error> {
    client.revoke(device).await?;
    Ok(note(format!("device {device} is locked out")))
}

fn note(text: String) -> Done {
    Done::Lines(vec![Line::note(text)])
}
