//! The smallest useful client: joins the lobby, prints what it hears and says what it is typed.
//! `cargo run --example client 127.0.0.1 8080`; a third argument says by what the server is known over TLS: `tls`, by those
//! whom the system trusts, or the fingerprint that it printed when it started.

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;
use std::sync::Arc;

use tertulia::client::{Client, From, Happening, Options, Pin, Trust};
use tertulia::model::Body;
use tertulia::wire::{Event, Signal};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

const ROOM: &str = "lobby";
/// Lines that wait for their acknowledgement before another is read.
const UNANSWERED_MAX: usize = 64;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let ip = args.next().unwrap_or_else(|| "127.0.0.1".to_owned());
    let port = args.next().unwrap_or_else(|| "8080".to_owned());
    let tls = args.next();
    let Err(error) = talk(&format!("{ip}:{port}"), tls.as_deref()).await else { return ExitCode::SUCCESS };
    // Whoever has read enough has closed the other end of our output.
    if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    eprintln!("{}", safe(&error.to_string()));
    ExitCode::FAILURE
}

async fn talk(address: &str, tls: Option<&str>) -> Result<(), Box<dyn Error>> {
    let tls = match tls {
        None => None,
        Some("tls") => Some(Trust::SystemRoots),
        Some(fingerprint) => Some(Trust::Pin(Arc::new(Pin::for_this_run(Some(fingerprint.parse()?))))),
    };
    // Without a state in the options, each run is a new guest.
    let (client, mut happenings) = Client::connect(address, Options { tls, ..Options::default() }).await?;
    let joined = client.join(ROOM, From::Last(20)).await?;
    print(&format!("you are {}, one of {} in {}", client.user().name, joined.members, joined.room))?;

    let mut lines = typed();
    // Said in the background, so that a broken connection does not hold up what is heard.
    let mut says = JoinSet::new();
    loop {
        tokio::select! {
            line = lines.recv(), if says.len() < UNANSWERED_MAX => match line {
                Some(line) if line.is_empty() => {}
                Some(line) => {
                    let said = client.queue(ROOM, Body::Text(line), None);
                    says.spawn(async { said.await.map_err(|error| eprintln!("not said: {}", safe(&error.to_string()))) });
                }
                None => break,
            },
            Some(said) = says.join_next() => drop(said?),
            happening = happenings.next() => match happening {
                Some(happening) => show(&happening)?,
                None => break,
            },
        }
    }
    says.join_all().await;
    client.quit().await;
    Ok(())
}

/// Lines come from a thread: nothing else can wait for a terminal without holding up the rest.
fn typed() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(1);
    let type_on = move || io::stdin().lines().map_while(Result::ok).try_for_each(|line| sender.blocking_send(line));
    std::thread::spawn(type_on);
    lines
}

fn show(happening: &Happening) -> io::Result<()> {
    match happening {
        Happening::Event(event) => print(&format!("{}: {}", event.author.name, words(event))),
        Happening::Signal(Signal::Presence { user, here: true, .. }) => print(&format!("* {} came", user.name)),
        Happening::Lost { why, retry_in } => print(&format!("* lost: {why}; again in {retry_in:.1?}")),
        Happening::Ended(bye) => print(&format!("* ended: {}", bye.message)),
        Happening::Distrusted(why) => print(&format!("* ended: {why}")),
        _ => Ok(()),
    }
}

/// Says so if nobody reads any more, instead of panicking.
fn print(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{}", safe(line))
}

fn words(event: &Event) -> String {
    match &event.body {
        Body::Text(text) => text.clone(),
        Body::File(file) => format!("sent {}, {} bytes", file.name, file.size),
        Body::Image(image) => format!("sent {}, {} x {} pixels", image.name, image.width, image.height),
        other => format!("{other:?}"),
    }
}

/// A terminal obeys control characters, so those of other people must not get there.
fn safe(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
