//! A bot that answers whoever begins with `echo `: `cargo run --example echo_bot 127.0.0.1 8080`

use std::process::ExitCode;

use tertulia::client::{Client, Error, From, Happening, Options, State};
use tertulia::model::Body;

const ROOM: &str = "lobby";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let ip = args.next().unwrap_or_else(|| "127.0.0.1".to_owned());
    let port = args.next().unwrap_or_else(|| "8080".to_owned());
    let Err(error) = echo(&format!("{ip}:{port}")).await else { return ExitCode::SUCCESS };
    eprintln!("{error}");
    ExitCode::FAILURE
}

async fn echo(address: &str) -> Result<(), Error> {
    // With a state, the bot is the same guest in every run, and says what a run that was killed had left unsaid.
    let state = Some(State::for_server(address)?);
    let options = Options { agent: "echo-bot 1".to_owned(), state, ..Options::default() };
    let (client, mut happenings) = Client::connect(address, options).await?;
    client.join(ROOM, From::Now).await?;

    while let Some(happening) = happenings.next().await {
        match happening {
            Happening::Event(event) if event.author != client.user() => {
                if let Body::Text(text) = &event.body
                    && let Some(echo) = text.strip_prefix("echo ")
                    && let Err(error) = client.send(ROOM, Body::Text(echo.to_owned()), Some(event.seq)).await
                {
                    eprintln!("not answered: {error}");
                }
            }
            Happening::Ended(bye) => return Err(Error::Ended(bye)),
            Happening::Distrusted(why) => return Err(Error::Distrusted(why)),
            _ => {}
        }
    }
    Ok(())
}
