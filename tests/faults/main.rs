//! What goes wrong outside of the server: the disk is full, it fails, the process is told to end in the middle of a
//! flood. Each on the real binary; where the machine does not allow a fault to be made, its test says so and passes.

#[path = "../common/mod.rs"]
mod common;
mod disk_full;
mod erasure;
mod io_error;
mod long_log;
mod machine;
mod opening;
mod shutdown;
