//! Passwords: which will do, and argon2id.

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::PasswordHash,
};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::{desk::Desk, error::DeskError};

/// Memory in KiB, passes and lanes: the second choice of the OWASP cheat sheet on password storage.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How many are hashed at once: 19 MiB each, and nobody waits long.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// Stands in where there is no such login, so that the answer takes as long. No password fits it.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c3RhdW5jaCBub2JvZHkgIQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The commonest passwords of twelve characters and more, in small letters.
const COMMON: [&str; 48] = [
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789012345",
    "1234567890123456",
    "12345678910",
    "123456789101112",
    "1234567891011",
    "123123123123",
    "121212121212",
    "0123456789012",
    "098765432109",
    "987654321098",
    "1q2w3e4r5t6y",
    "1q2w3e4r5t6y7u",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "1234qwerasdf",
    "1234qwerasdfzxcv",
    "q1w2e3r4t5y6",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiop[]",
    "qwerty123456",
    "qwerty1234567",
    "qwerty12345678",
    "qwertyqwerty",
    "qwertyuiopasdfghjkl",
    "asdfghjkl123",
    "asdfghjklzxcvbnm",
    "zxcvbnmasdfghjkl",
    "abcdefghijkl",
    "abcdefghijklm",
    "abcdefghijklmnopqrstuvwxyz",
    "abcd12345678",
    "abc123456789",
    "password1234",
    "password12345",
    "password123456",
    "passwordpassword",
    "changemechangeme",
    "changeme1234",
    "letmeinletmein",
    "iloveyou1234",
    "iloveyouiloveyou",
    "administrator",
    "correcthorsebatterystaple",
    "correct horse battery staple",
];

fn argon2() -> Result<Argon2<'static>, DeskError> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(|_| {
        DeskError::Broken("the password hash has parameters that don't fit".to_owned())
    })?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Whether a password will do (NIST SP 800-63B-4, 3.1.1.2): its length, not its mixture, and that
/// it isn't what others would try first.
///
/// # Errors
/// [`DeskError::Invalid`] with what to do.
pub(super) fn check(password: &str, login: &str, company: &str) -> Result<(), DeskError> {
    let invalid = |text: &str| Err(DeskError::Invalid(text.to_owned()));
    let length = password.chars().count();
    if length < 12 {
        return invalid(
            "a password has at least 12 characters; a few words in a row are easy to remember",
        );
    }
    if length > 256 {
        return invalid("a password has at most 256 characters");
    }
    let small = password.to_lowercase();
    let distinct: std::collections::BTreeSet<char> = small.chars().collect();
    if COMMON.contains(&small.trim()) || distinct.len() < 5 {
        return invalid(
            "that password is one of the first that anybody would try; please choose another",
        );
    }
    let plain = squash(password);
    let holds = |what: &str| {
        let what = squash(what);
        what.chars().count() >= 4 && plain.contains(&what)
    };
    if holds(login) || holds(company) {
        return invalid(
            "a password can't contain the sign-in name or the company's name; please choose another",
        );
    }
    Ok(())
}

fn squash(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

async fn apart<T, F>(work: F) -> Result<T, DeskError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, DeskError> + Send + 'static,
{
    let broken = || DeskError::Broken("a password could not be hashed".to_owned());
    // Held inside, so that a request which is given up doesn't make room before its work has ended.
    let permit = AT_ONCE.acquire().await.map_err(|_| broken())?;
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work()
    })
    .await
    .map_err(|_| broken())?
}

impl Desk {
    /// The argon2id hash of a password, with its salt and parameters (a PHC string).
    pub(super) async fn hash_password(&self, password: &str) -> Result<String, DeskError> {
        let mut salt = [0u8; 16];
        self.entropy.fill(&mut salt);
        let password = Zeroizing::new(password.to_owned());
        apart(move || {
            let hash: PasswordHash = argon2()?
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map_err(|_| DeskError::Broken("a password could not be hashed".to_owned()))?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether a password fits a hash; without a hash it takes as long and never does.
    pub(super) async fn password_fits(
        &self,
        password: &str,
        hash: Option<String>,
    ) -> Result<bool, DeskError> {
        let password = Zeroizing::new(password.to_owned());
        apart(move || {
            let parsed = PasswordHash::new(hash.as_deref().unwrap_or(NOBODY)).map_err(|_| {
                DeskError::Broken("a stored password hash can't be read".to_owned())
            })?;
            let fits = argon2()?
                .verify_password(password.as_bytes(), &parsed)
                .is_ok();
            Ok(fits && hash.is_some())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::on_both;

    fn refusal(password: &str) -> String {
        check(password, "robin.vale", "Acme Production")
            .err()
            .map(|e| e.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn a_password_is_long_and_its_mixture_is_its_own() {
        assert_eq!(refusal("seven quiet lanterns"), "");
        assert_eq!(refusal("ÄÖÜ ist zwölf"), "");
        assert!(refusal("Sh0rt&Mixed").contains("12 characters"));
        assert!(refusal(&"ab cd ef ".repeat(30)).contains("256"));
    }

    #[test]
    fn what_others_would_try_first_is_refused() {
        for password in [
            "Password12345",
            "qwertyuiop123",
            "aaaaaaaaaaaaaaaa",
            "ababababababab",
            "123456789012",
        ] {
            assert!(refusal(password).contains("anybody"), "{password}");
        }
        for password in [
            "robin.vale 2026!",
            "RobinVale-2026",
            "acme production 1",
            "ACME-production!",
        ] {
            assert!(refusal(password).contains("contain"), "{password}");
        }
    }

    #[test]
    fn the_stand_in_costs_as_much_as_a_real_hash_and_fits_nothing() {
        on_both(|world| async move {
            let real = world
                .desk
                .hash_password("seven quiet lanterns")
                .await
                .expect("a hash");
            let head = |hash: &str| hash.split('$').take(4).collect::<Vec<_>>().join("$");
            assert_eq!(head(&real), head(NOBODY));
            assert_eq!(real.len(), NOBODY.len());
            assert!(!world.desk.password_fits("", None).await.expect("an answer"));
            assert!(
                world
                    .desk
                    .password_fits("seven quiet lanterns", Some(real))
                    .await
                    .expect("an answer")
            );
        });
    }
}
