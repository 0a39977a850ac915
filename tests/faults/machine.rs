//! Faults on order: a small file system of its own, and a server whose system calls fail when they are told to.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use tempfile::TempDir;

/// A file system in memory that is full when the test wants it to be.
pub(crate) struct SmallDisk {
    home: TempDir,
}

impl SmallDisk {
    /// None where mounting is not allowed, which is said.
    pub(crate) fn mount(mebibytes: u32) -> Option<Self> {
        let home = tempfile::tempdir().expect("a temporary directory");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={mebibytes}m"), "tmpfs"]).arg(home.path());
        let mounted = mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        if !mounted {
            println!("skipped: this user may not mount a file system");
        }
        mounted.then_some(Self { home })
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.home.path().join("data")
    }

    fn filler(&self) -> PathBuf {
        self.home.path().join("filler")
    }

    /// Leaves so many pages of 4 KiB.
    pub(crate) fn fill_but(&self, pages: u64) {
        let mut filler = File::options().append(true).create(true).open(self.filler()).expect("a filler");
        while filler.write_all(&[0; 4096]).is_ok() {}
        let length = filler.metadata().expect("its length").len() / 4096 * 4096;
        filler.set_len(length.saturating_sub(pages * 4096)).expect("a shorter filler");
    }

    pub(crate) fn make_space(&self) {
        std::fs::remove_file(self.filler()).expect("the filler");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("--lazy").arg(self.home.path()).status());
    }
}

/// A server whose system calls are watched, and fail when told to.
pub(crate) struct Traced {
    child: Child,
    pub(crate) address: SocketAddr,
    home: TempDir,
}

impl Traced {
    /// None where there is no strace, or it may not trace, which is said. `arguments` are strace's. A fault
    /// that is counted may hit what is done at the start, unless a server has run on the directory before.
    pub(crate) fn start(data_dir: &Path, arguments: &[&str]) -> Option<Self> {
        let probe = Command::new("strace").args(["-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
        if !probe.is_ok_and(|status| status.success()) {
            println!("skipped: nothing can be traced here");
            return None;
        }
        let home = tempfile::tempdir().expect("a temporary directory");
        let errors = File::create(home.path().join("errors")).expect("a file");
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-y", "-o"]).arg(home.path().join("calls")).args(arguments);
        command.arg(env!("CARGO_BIN_EXE_server")).args(["127.0.0.1", "0", "--data-dir"]).arg(data_dir);
        command
            .env_remove("DATABASE_URL")
            .env("TERTULIA_RATE", "0")
            .env("RUST_LOG", "info")
            .stdout(Stdio::piped())
            .stderr(errors);
        let mut child = command.spawn().expect("strace, as before");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("text");
        let address = line.trim().strip_prefix("listening on ").and_then(|address| address.parse().ok());
        let address = address.unwrap_or_else(|| panic!("no server: {line}{}", read(&home.path().join("errors"))));
        Some(Self { child, address, home })
    }

    /// Waits until it has ended, of itself or by a signal that was sent, and returns how, and what it logged.
    pub(crate) fn wait(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().expect("it ends");
        (status, read(&self.home.path().join("errors")))
    }

    /// The calls that were watched so far, one a line.
    pub(crate) fn calls(&self) -> String {
        read(&self.home.path().join("calls"))
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        // strace that is killed lets go of the server, which would live on: the server first, and strace ends with it
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            let strace = self.child.id();
            let servers = std::fs::read_to_string(format!("/proc/{strace}/task/{strace}/children")).unwrap_or_default();
            drop(Command::new("kill").arg("-KILL").args(servers.split_whitespace()).status());
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).expect("a file")).into_owned()
}
