//! Kills a client process with `kill -9` at all kinds of moments and starts it again with the same state: what it had
//! been asked to say stands in the log once, and in order. The process is this test's own binary.

mod common;

use std::env;
use std::io::{BufRead, BufReader, Lines};
use std::net::SocketAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

use common::{Peer, ServerProcess, text};
use tertulia::client::{Client, Error, From, Happening, Options, State};
use tertulia::model::{Body, Chance};
use tertulia::wire::Request;

const ROOM: &str = "lobby";
const LINES: u64 = 100;
/// What the process is to do: `offline`, `online` or nothing, and the lines to say.
const PLAN: &str = "CLIENT_KILLED_PLAN";
const ADDRESS: &str = "CLIENT_KILLED_ADDRESS";
const STATE_DIR: &str = "CLIENT_KILLED_STATE_DIR";

#[test]
fn what_was_queued_before_the_kill_is_said_once_however_often_the_next_runs_are_killed() {
    let world = World::new();
    let server = ServerProcess::start(&world.data());
    let mut client = ClientProcess::start(&world.state(), server.address, "offline", 0..LINES);
    assert_eq!(client.told("unsaid"), 0);
    server.kill();
    assert_eq!(client.told("queued"), LINES);
    client.kill();

    let mut server = ServerProcess::start(&world.data());
    let mut watcher = watcher(&server);
    let mut chance = Chance::seeded(3);
    let mut kills = 1;
    for _ in 0..12 {
        let mut client = ClientProcess::start(&world.state(), server.address, "", 0..0);
        let unsaid = client.told("unsaid");
        // The first may stand in the log already, and have been watched.
        for _ in 0..chance.between(0, 12).min(unsaid.saturating_sub(1)) {
            watcher.event();
        }
        kills += u64::from(unsaid > 0);
        if chance.between(0, 2) == 0 {
            server.kill();
            client.kill();
            server = ServerProcess::start(&world.data());
            watcher = self::watcher(&server);
        } else {
            client.kill();
        }
    }
    assert!(kills > 6, "only {kills} kills while something was unsaid");
    finish(&world, &server);
    assert_log_is(&server, LINES);
}

#[test]
fn what_is_queued_while_the_kill_comes_is_said_once_up_to_some_line_and_none_is_left_out() {
    let world = World::new();
    let server = ServerProcess::start(&world.data());
    let mut chance = Chance::seeded(5);
    let mut said = 0;
    for _ in 0..5 {
        let mut client = ClientProcess::start(&world.state(), server.address, "online", said..LINES);
        client.told("unsaid");
        let kill_at = said + chance.between(0, 15);
        while client.told("line") < kill_at {}
        let last = client.kill().unwrap_or(kill_at);
        finish(&world, &server);
        // A line that was queued and not yet told may be said, too.
        said = log_of(&server).len() as u64;
        assert!(said > last && said <= LINES, "{said} lines, of which {last} was told last");
        assert_log_is(&server, said);
    }
}

/// Hears what is said from now on.
fn watcher(server: &ServerProcess) -> Peer {
    let mut watcher = Peer::guest(server.address);
    watcher.join(ROOM, None);
    watcher
}

/// Runs the client until it has nothing more to say.
fn finish(world: &World, server: &ServerProcess) {
    let mut client = ClientProcess::start(&world.state(), server.address, "", 0..0);
    let unsaid = client.told("unsaid");
    assert_eq!(client.told("said"), unsaid);
    client.wait();
    let mut client = ClientProcess::start(&world.state(), server.address, "", 0..0);
    assert_eq!(client.told("unsaid"), 0, "acknowledged, and not forgotten");
    client.wait();
}

fn log_of(server: &ServerProcess) -> Vec<String> {
    let mut peer = Peer::guest(server.address);
    let head = peer.join(ROOM, Some(0)).head.0;
    (0..head).map(|_| text(&peer.event()).to_owned()).collect()
}

fn assert_log_is(server: &ServerProcess, lines: u64) {
    assert!(log_of(server).into_iter().eq((0..lines).map(line)), "each line once and in order: {:?}", log_of(server));
}

fn line(number: u64) -> String {
    format!("line {number}")
}

struct World(tempfile::TempDir);

impl World {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn state(&self) -> PathBuf {
        self.0.path().join("state")
    }
}

struct ClientProcess {
    child: Child,
    told: Lines<BufReader<ChildStderr>>,
}

impl ClientProcess {
    fn start(state_dir: &Path, server: SocketAddr, plan: &str, lines: Range<u64>) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--ignored", "--exact", "client_process", "--nocapture"]);
        command.env(PLAN, format!("{plan} {} {}", lines.start, lines.end));
        command.env(ADDRESS, server.to_string()).env(STATE_DIR, state_dir);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let told = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, told }
    }

    /// The number that it tells under this name; whatever else it tells before that is an error.
    fn told(&mut self, name: &str) -> u64 {
        let line = self.told.next().expect("it tells something").unwrap();
        number(&line, name).unwrap_or_else(|| panic!("{line:?} instead of {name}"))
    }

    /// `kill -9`; the last line that it told of since it was last asked.
    fn kill(mut self) -> Option<u64> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.told.map_while(Result::ok).filter_map(|line| number(&line, "line")).last()
    }

    fn wait(mut self) {
        assert!(self.child.wait().unwrap().success());
    }
}

fn number(line: &str, name: &str) -> Option<u64> {
    line.strip_prefix(name)?.trim().parse().ok()
}

#[test]
#[ignore = "the process that the other tests start and kill"]
fn client_process() {
    let Ok(plan) = env::var(PLAN) else { return };
    let mut words = plan.split(' ');
    let (plan, from, to) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
    let lines = from.parse().unwrap()..to.parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(talk(plan, lines)).unwrap();
}

async fn talk(plan: &str, lines: Range<u64>) -> Result<(), Error> {
    let state = Some(State::in_dir(Path::new(&env::var(STATE_DIR).unwrap()))?);
    let (client, mut happenings) =
        Client::connect(&env::var(ADDRESS).unwrap(), Options { state, ..Options::default() }).await?;
    let unsaid = client.unsaid();
    eprintln!("unsaid {}", unsaid.len());
    match plan {
        "offline" => {
            while !matches!(happenings.next().await, Some(Happening::Lost { .. })) {}
            let _answers: Vec<_> = lines.clone().map(|n| client.queue(ROOM, Body::Text(line(n)), None)).collect();
            eprintln!("queued {}", lines.count());
            std::future::pending().await
        }
        "online" => {
            client.join(ROOM, From::Now).await?;
            for n in lines {
                drop(client.queue(ROOM, Body::Text(line(n)), None));
                eprintln!("line {n}");
                client.call(Request::Ping).await?;
            }
            std::future::pending().await
        }
        _ => {
            let mut said = 0;
            for unsaid in unsaid {
                unsaid.said().await?;
                said += 1;
            }
            eprintln!("said {said}");
            client.quit().await;
            Ok(())
        }
    }
}
