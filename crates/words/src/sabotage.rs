//! Guards that a test turns off, to see that the watch over them finds it.
//!
//! A guard asks `words::sabotage::off("its name")` beside its own condition. Without the feature
//! `sabotage` that is the constant `false`, and a release can't have the feature: it needs debug
//! assertions. Nothing but a test program of the workspace turns it on.

#[cfg(all(feature = "sabotage", not(debug_assertions)))]
compile_error!(
    "the feature `sabotage` turns guards off for tests; build without it, or in the dev profile"
);

#[cfg(feature = "sabotage")]
static OFF: std::sync::RwLock<Vec<String>> = std::sync::RwLock::new(Vec::new());

/// Whether the guard of that name is turned off.
#[cfg(not(feature = "sabotage"))]
#[inline]
#[must_use]
pub const fn off(_guard: &str) -> bool {
    false
}

/// Whether the guard of that name is turned off.
#[cfg(feature = "sabotage")]
#[must_use]
pub fn off(guard: &str) -> bool {
    let off = OFF
        .read()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    off.iter().any(|name| name == guard)
}

/// Turns exactly these guards off, in the whole program, and every other one on.
#[cfg(feature = "sabotage")]
pub fn turn_off(guards: &[&str]) {
    let mut off = OFF
        .write()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    *off = guards.iter().map(|&name| name.to_owned()).collect();
}
