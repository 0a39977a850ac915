//! Puts the house together: what the operator wants, the order in which things start, and the order in which they
//! stop. What they do once they run is left to [`crate::actors`].

mod boot;
mod config;
mod control;
mod descriptors;
mod lock;
mod log_lines;
mod options;
mod panics;
mod shutdown;
mod sockets;
mod tls;
mod verify;

pub use crate::store::Counts;
pub use boot::{BootError, run};
pub use config::Config;
pub use control::{OperateError, Order, Reply, Target, operate};
pub use log_lines::start_log;
pub use options::{Options, OptionsError, Task};
pub use panics::log_panics;
pub use shutdown::signalled;
pub use sockets::{Listening, Sockets, bind};
pub use tls::{CertificateFrom, TlsError};
pub use verify::{Verdict, VerifyError, verify};
