//! The servers that are put under load, as processes of their own, which end with whoever started them; and what a
//! process has cost, as Linux accounts for it.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// What a server opens besides its connections, and more.
const OTHER_FILES: usize = 100;

type Fallible<T> = Result<T, Box<dyn Error>>;

/// A server that runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Process {
    /// Tertulia's own server on a data directory, with whatever else it is told.
    pub(crate) fn tertulia(binary: &Path, data_dir: &Path, arguments: &[&str]) -> Fallible<Self> {
        if !binary.exists() {
            let build = "build it with `cargo build --release --bin server`, or name one with --server";
            return Err(format!("there is no server at {}: {build}", binary.display()).into());
        }
        let mut command = Command::new(binary);
        command.args(["127.0.0.1", "0", "--data-dir"]).arg(data_dir).args(arguments);
        // what is measured is a crowd, which all comes from here
        command.args(["--rate", "0", "--max-per-address", "0"]);
        command.env_remove("DATABASE_URL").env_remove("TERTULIA_CONFIG");
        // its own news would stand between ours
        command.env("RUST_LOG", std::env::var_os("RUST_LOG").unwrap_or_else(|| "warn".into()));
        Self::announced(command)
    }

    /// The bare relay of this program.
    pub(crate) fn relay() -> Fallible<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--relay", "127.0.0.1:0"]);
        Self::announced(command)
    }

    /// Redis, keeping nothing.
    pub(crate) fn redis() -> Fallible<Self> {
        let (address, port) = free_port()?;
        let mut command = Command::new("redis-server");
        command.args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        // what waits for a slow subscriber is bounded there by cutting it off, which is not what is compared here
        command.args(["--client-output-buffer-limit", "pubsub", "0", "0", "0"]);
        Self::ready(command.stdout(Stdio::piped()).stderr(Stdio::null()), address, "Ready to accept", Of::Output)
    }

    /// NATS, keeping nothing.
    pub(crate) fn nats() -> Fallible<Self> {
        let (address, port) = free_port()?;
        let mut command = Command::new("nats-server");
        command.args(["-a", "127.0.0.1", "-p", &port]);
        Self::ready(command.stdout(Stdio::null()).stderr(Stdio::piped()), address, "Server is ready", Of::Error)
    }

    /// One that prints `listening on …` once it does.
    fn announced(mut command: Command) -> Fallible<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it is piped")).read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on ").and_then(|address| address.parse().ok());
        let Some(address) = address else {
            child.kill().ok();
            child.wait().ok();
            return Err(
                format!("a server did not start: {} said {:?}", command.get_program().display(), line.trim()).into()
            );
        };
        Ok(Self { child, address })
    }

    /// One that says so in a line that holds `word`.
    fn ready(command: &mut Command, address: SocketAddr, word: &str, of: Of) -> Fallible<Self> {
        let mut child = command.stdin(Stdio::null()).spawn()?;
        let pipe: Box<dyn Read + Send> = match of {
            Of::Output => Box::new(child.stdout.take().expect("it is piped")),
            Of::Error => Box::new(child.stderr.take().expect("it is piped")),
        };
        let mut lines = BufReader::new(pipe).lines();
        let started = Self { child, address };
        if !lines.by_ref().map_while(Result::ok).any(|line| line.contains(word)) {
            return Err(format!("{} did not start", command.get_program().display()).into());
        }
        // whatever else it says is read, so that it never waits for us
        std::thread::spawn(move || lines.for_each(drop));
        Ok(started)
    }

    /// As the operating system knows it.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it in order, and waits until it is gone.
    pub(crate) fn stop(mut self) -> Fallible<()> {
        Command::new("kill").args(["-TERM", &self.id().to_string()]).status()?;
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the server ended with {status}").into()) }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // it may have ended by itself
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Where a server says that it is ready.
#[derive(Debug, Clone, Copy)]
enum Of {
    Output,
    Error,
}

/// For servers that cannot be asked for any free port.
fn free_port() -> Fallible<(SocketAddr, String)> {
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    Ok((address, address.port().to_string()))
}

/// Whether a program is on the path.
pub(crate) fn is_installed(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
}

/// Whether this process and those that it starts may have so many connections, and what to do if not.
pub(crate) fn check_open_files(connections: usize) -> Fallible<()> {
    let needed = connections + OTHER_FILES;
    match open_files_max(&fs::read_to_string("/proc/self/limits")?) {
        Some(most) if most < needed => Err(format!(
            "{connections} connections need {needed} open files, and {most} are allowed: do `ulimit -n {needed}` before"
        )
        .into()),
        _ => Ok(()),
    }
}

/// None if there is no limit.
fn open_files_max(limits: &str) -> Option<usize> {
    limits.lines().find_map(|line| line.strip_prefix("Max open files"))?.split_whitespace().next()?.parse().ok()
}

/// What a process has cost so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Usage {
    /// Seconds on a core, of all threads.
    pub(crate) cpu_s: f64,
    /// The same, by the threads' names.
    pub(crate) cpu_s_by_thread: BTreeMap<String, f64>,
    /// Bytes of memory that it holds now.
    pub(crate) resident_bytes: u64,
}

impl Usage {
    /// Of a running process.
    ///
    /// # Errors
    /// If there is none with this id, or the system is not Linux.
    pub(crate) fn of(pid: u32) -> Fallible<Self> {
        let mut usage = Self { resident_bytes: resident_bytes(pid)?, ..Self::default() };
        for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
            let thread = thread?.path();
            // a thread may end while it is looked at
            let Ok(cpu_s) = thread_cpu_s(&thread) else { continue };
            let name = fs::read_to_string(thread.join("comm")).unwrap_or_default().trim().to_owned();
            usage.cpu_s += cpu_s;
            *usage.cpu_s_by_thread.entry(name).or_default() += cpu_s;
        }
        Ok(usage)
    }

    /// What was added since `before`.
    pub(crate) fn since(&self, before: &Self) -> Self {
        let earlier = |name: &String| before.cpu_s_by_thread.get(name).copied().unwrap_or_default();
        let by_thread = self.cpu_s_by_thread.iter().map(|(name, cpu_s)| (name.clone(), cpu_s - earlier(name)));
        Self {
            cpu_s: self.cpu_s - before.cpu_s,
            cpu_s_by_thread: by_thread.filter(|(_, cpu_s)| *cpu_s > 0.0005).collect(),
            resident_bytes: self.resident_bytes,
        }
    }
}

/// The scheduler counts nanoseconds; `/proc/PID/stat` has hundredths of a second.
pub(crate) fn thread_cpu_s(thread: &Path) -> Fallible<f64> {
    let counters = fs::read_to_string(thread.join("schedstat"))?;
    let on_cpu_ns: u64 = counters.split_whitespace().next().ok_or("no counters")?.parse()?;
    Ok(on_cpu_ns as f64 / 1e9)
}

fn resident_bytes(pid: u32) -> Fallible<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("the process has ended")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_that_counts_is_the_one_that_holds_now() {
        let limits = "Limit   Soft Limit  Hard Limit  Units\nMax open files            1024       524288      files\n";
        assert_eq!(open_files_max(limits), Some(1_024));
        assert_eq!(open_files_max("Max open files   unlimited   unlimited   files"), None);
        assert_eq!(open_files_max(""), None);
    }
}
