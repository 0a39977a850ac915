//! Strangers who mean ill, each kind from an address of its own, each as fast as it can. They share the server with the
//! people, and a room with nobody. Whatever it answers, they go on, and count what they did.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use tertulia::model::{Body, Chance, Password};
use tertulia::wire::{Login, Request};

use crate::common::peer::{frame, hello, history, join, say};

/// Connections that one stranger holds at the same time.
const HELD: usize = 300;
const WAIT: Duration = Duration::from_secs(1);

/// What one kind does in one turn, with what it holds; how often it did its worst.
type Turn = fn(&Target, &mut Vec<TcpStream>, u64) -> u64;

/// Their names, and what they do until they are told to stop.
const KINDS: [(&str, Turn); 9] = [
    ("sends nonsense", nonsense),
    ("comes and goes", comes_and_goes),
    ("never says hello", silent),
    ("says without reading", floods),
    ("reads nothing of much", reads_nothing),
    ("makes rooms", makes_rooms),
    ("a crowd in one room", crowds),
    ("guesses passwords", guesses),
    ("leafs through the past", leafs),
];

/// Where the server is, and from where it is attacked.
struct Target {
    server: SocketAddr,
    from: [u8; 4],
}

impl Target {
    /// A connection, if there is one to be had.
    fn connect(&self) -> Option<TcpStream> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).ok()?;
        socket.bind(&SocketAddr::from((self.from, 0)).into()).ok()?;
        socket.connect_timeout(&self.server.into(), WAIT).ok()?;
        socket.set_write_timeout(Some(WAIT)).ok()?;
        socket.set_read_timeout(Some(WAIT)).ok()?;
        Some(socket.into())
    }

    /// One that was welcomed, or not: nobody waits for it.
    fn guest(&self, requests: &[Request]) -> Option<TcpStream> {
        let mut socket = self.connect()?;
        let bytes: Vec<u8> = [hello(None)].iter().chain(requests).flat_map(|request| frame(1, request)).collect();
        socket.write_all(&bytes).ok()?;
        Some(socket)
    }
}

pub(crate) fn set_on(server: SocketAddr, stop: &Arc<AtomicBool>) -> Vec<(&'static str, JoinHandle<u64>)> {
    let start = |(place, (name, turn)): (u8, (&'static str, Turn))| {
        let (stop, target) = (Arc::clone(stop), Target { server, from: [127, 0, 1, place] });
        let attacker = thread::spawn(move || {
            // strangers have machines of their own: of this one's processors they take what the others leave
            rustix::process::setpriority_process(None, 19).expect("everybody may stand back");
            let (mut held, mut done, mut turns) = (Vec::new(), 0, 0);
            while !stop.load(Ordering::Relaxed) {
                turns += 1;
                done += turn(&target, &mut held, turns);
            }
            done
        });
        (name, attacker)
    };
    (1..).zip(KINDS).map(start).collect()
}

/// Whether all of it was taken.
fn pour(mut socket: &TcpStream, bytes: &[u8]) -> bool {
    socket.write_all(bytes).is_ok()
}

/// Takes what is there, and no more.
fn sip(mut socket: &TcpStream) -> usize {
    socket.read(&mut vec![0; 65_536]).unwrap_or_default()
}

fn nonsense(target: &Target, _: &mut Vec<TcpStream>, turn: u64) -> u64 {
    let Some(socket) = target.guest(&[]) else { return 0 };
    let mut chance = Chance::seeded(turn);
    let mut bytes: Vec<u8> = (0..4_096).flat_map(|_| chance.nonce().to_le_bytes()).collect();
    match turn % 3 {
        // a length that no frame has
        0 => bytes[..4].fill(0xff),
        // arrays in arrays
        1 => {
            bytes.fill(0x91);
            bytes[..4].copy_from_slice(&32_764_u32.to_be_bytes());
        }
        _ => bytes[..4].copy_from_slice(&100_u32.to_be_bytes()),
    }
    u64::from(pour(&socket, &bytes))
}

fn comes_and_goes(target: &Target, _: &mut Vec<TcpStream>, turn: u64) -> u64 {
    let Some(mut socket) = target.connect() else { return 0 };
    u64::from(turn.is_multiple_of(2) || socket.write_all(&frame(1, &hello(None))[..5]).is_ok())
}

/// A byte now and then, of a hello that never ends.
fn silent(target: &Target, held: &mut Vec<TcpStream>, _: u64) -> u64 {
    while held.len() < HELD {
        let Some(mut socket) = target.connect() else { break };
        if socket.write_all(&4_096_u32.to_be_bytes()).is_err() {
            break;
        }
        held.push(socket);
    }
    held.retain_mut(|socket| socket.write_all(&[0x91]).is_ok());
    thread::park_timeout(Duration::from_millis(500));
    held.len() as u64
}

fn floods(target: &Target, held: &mut Vec<TcpStream>, turn: u64) -> u64 {
    if held.len() < 8
        && let Some(socket) = target.guest(&[join("market", None)])
    {
        held.push(socket);
    }
    let says: Vec<u8> =
        (0..200).flat_map(|n| frame(2, &say("market", turn * 200 + n, Body::Text("buy".into())))).collect();
    held.retain(|socket| pour(socket, &says));
    200 * held.len() as u64
}

fn reads_nothing(target: &Target, held: &mut Vec<TcpStream>, _: u64) -> u64 {
    let all = [join("market", Some(0)), join("calm", Some(0)), history("calm", None, None, 1_000)];
    if held.len() < HELD
        && let Some(socket) = target.guest(&all)
    {
        held.push(socket);
    }
    thread::park_timeout(Duration::from_millis(20));
    let ping = frame(3, &Request::Ping);
    held.retain(|socket| pour(socket, &ping));
    held.len() as u64
}

fn makes_rooms(target: &Target, held: &mut Vec<TcpStream>, turn: u64) -> u64 {
    if held.is_empty() {
        held.extend(target.guest(&[]));
    }
    let joins: Vec<u8> = (0..20).flat_map(|n| frame(4, &join(&format!("room-{turn}-{n}"), None))).collect();
    held.retain(|socket| pour(socket, &joins) && sip(socket) > 0);
    20 * held.len() as u64
}

fn crowds(target: &Target, held: &mut Vec<TcpStream>, turn: u64) -> u64 {
    if held.len() < HELD
        && let Some(socket) = target.guest(&[join("square", None)])
    {
        held.push(socket);
    }
    let word = frame(5, &say("square", turn, Body::Text("hey".into())));
    held.retain(|socket| pour(socket, &word) && sip(socket) > 0);
    held.len() as u64
}

fn guesses(target: &Target, held: &mut Vec<TcpStream>, turn: u64) -> u64 {
    if held.is_empty() {
        held.extend(target.guest(&[]));
    }
    let login = |n| Login { handle: "Ann".into(), password: Password::from(format!("a wrong word {turn} {n}")) };
    let logins: Vec<u8> = (0..20).flat_map(|n| frame(6, &Request::Login(login(n)))).collect();
    held.retain(|socket| pour(socket, &logins) && sip(socket) > 0);
    20 * held.len() as u64
}

fn leafs(target: &Target, held: &mut Vec<TcpStream>, _: u64) -> u64 {
    if held.len() < 8 {
        held.extend(target.guest(&[]));
    }
    let pages = frame(7, &history("calm", None, None, 1_000)).repeat(20);
    held.retain(|socket| pour(socket, &pages) && sip(socket) > 0);
    20 * held.len() as u64
}
