//! The real server binary as a process of its own, to be killed.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

pub struct ServerProcess {
    child: Child,
    output: BufReader<ChildStdout>,
    pub address: SocketAddr,
}

impl ServerProcess {
    /// Starts it on a free port, for people who are as fast as tests, and waits until it listens.
    pub fn start(data_dir: &Path) -> Self {
        Self::start_on(data_dir, "0")
    }

    pub fn start_on(data_dir: &Path, port: &str) -> Self {
        Self::start_with(data_dir, port, &[])
    }

    /// The same, with further options.
    pub fn start_with(data_dir: &Path, port: &str, options: &[&str]) -> Self {
        let mut command = command(data_dir, port);
        command.args(options);
        Self::spawn(command)
    }

    /// Starts it with its whole log, down to the last detail, in a file.
    pub fn start_logging(data_dir: &Path, log: File) -> Self {
        let mut command = command(data_dir, "0");
        command.env("RUST_LOG", "trace").stderr(log);
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the server starts");
        let mut output = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        output.read_line(&mut line).expect("it prints a line");
        let address = line.trim().strip_prefix("listening on ").and_then(|address| address.parse().ok());
        Self { child, output, address: address.unwrap_or_else(|| panic!("not an address: {line:?}")) }
    }

    /// Starts it, expects it to refuse, and returns its exit code and what it wrote to standard error.
    pub fn refused(data_dir: &Path, port: &str) -> (i32, String) {
        Self::refused_with(data_dir, port, &[])
    }

    /// The same, with further options.
    pub fn refused_with(data_dir: &Path, port: &str, options: &[&str]) -> (i32, String) {
        let mut command = command(data_dir, port);
        command.args(options);
        let mut child = command.stderr(Stdio::piped()).env("RUST_LOG", "error").spawn().expect("it starts");
        let (mut output, mut error) = (String::new(), String::new());
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut output).expect("text");
        if !output.is_empty() {
            child.kill().expect("it runs");
        }
        child.stderr.take().expect("piped").read_to_string(&mut error).expect("text");
        let status = child.wait().expect("it ends");
        assert_eq!(output, "", "it was to refuse");
        (status.code().expect("an exit code"), error)
    }

    /// Starts it and kills it after `life` returns, however far it has come.
    pub fn start_in_vain(data_dir: &Path, port: &str, life: impl FnOnce()) {
        let mut child = command(data_dir, port).spawn().expect("the server starts");
        life();
        child.kill().expect("it is ours");
        child.wait().expect("it ends");
    }

    /// The next line that it prints.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it prints a line");
        line.trim_end().to_owned()
    }

    /// As the operating system knows it.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`; how it ended shows whether it had ended by itself before.
    pub fn kill(mut self) -> ExitStatus {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it ends")
    }

    /// SIGTERM
    pub fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Any signal, by its name.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").args([name, &pid]).status().expect("kill is everywhere");
        assert!(status.success());
    }

    pub fn wait(mut self) -> ExitStatus {
        self.child.wait().expect("it ends")
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn command(data_dir: &Path, port: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    command.args(["127.0.0.1", port, "--data-dir"]).arg(data_dir).stdout(Stdio::piped()).stdin(Stdio::null());
    command.env_remove("DATABASE_URL").env("TERTULIA_RATE", "0").env("RUST_LOG", "warn");
    command
}
