//! File descriptors: as many as the system allows, of which connections leave some to the database and the files, so that
//! a crowd is told that the server is full, and nothing else of it fails.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::model::limits;

/// Raises the limit as far as this process may, and says how many connections there can be, of those that are wanted.
pub(super) fn leave_room(wanted: usize, arbiters: usize) -> usize {
    let reserved = limits::DESCRIPTORS_RESERVED + arbiters.saturating_mul(limits::DESCRIPTORS_PER_ARBITER);
    let (soft, hard) = match getrlimit(Resource::RLIMIT_NOFILE) {
        Ok(limit) => limit,
        Err(error) => {
            log::warn!("the limit on file descriptors is not known: {error}");
            return wanted;
        }
    };
    let needed = u64::try_from(wanted.saturating_add(reserved)).unwrap_or(u64::MAX);
    let raised = needed.min(hard).max(soft);
    let soft = match setrlimit(Resource::RLIMIT_NOFILE, raised, hard) {
        Ok(()) => raised,
        Err(error) => {
            log::warn!("could not raise the limit on file descriptors: {error}");
            soft
        }
    };
    let (allowed, enough) = share(wanted, reserved, usize::try_from(soft).unwrap_or(usize::MAX));
    if !enough {
        log::warn!(
            "at most {allowed} connections instead of {wanted}: the system allows {soft} file descriptors (raise it with \
             `ulimit -n`)"
        );
    }
    allowed
}

/// Connections for so many descriptors, and whether these are all that are wanted.
fn share(wanted: usize, reserved: usize, descriptors: usize) -> (usize, bool) {
    let allowed = wanted.min(descriptors.saturating_sub(reserved).max(1));
    (allowed, allowed == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_some_descriptors_to_the_rest() {
        assert_eq!(share(10_000, 128, 1_048_576), (10_000, true));
        assert_eq!(share(10_000, 128, 1_024), (896, false));
        assert_eq!(share(10, 128, 64), (1, false), "one can always look");
    }
}
