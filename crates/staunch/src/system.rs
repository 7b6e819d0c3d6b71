//! The real clock and the real chance; everything else takes them as parameters.

use words::{Clock, Entropy, Time};

/// The machine's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where the real time comes in"
        )]
        let now = std::time::SystemTime::now();
        let since = now
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Time(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// The operating system's random bytes.
pub(crate) struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, into: &mut [u8]) {
        // Without random bytes nothing here is safe; there is no going on.
        assert!(
            aws_lc_rs::rand::fill(into).is_ok(),
            "the operating system gave no random bytes"
        );
    }
}
