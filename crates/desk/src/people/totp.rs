//! Time-based one-time passwords (RFC 6238: SHA-1, six digits, 30 seconds).

use totp_rs::{Builder, Secret, Totp};
use vault::ServerSealed;
use words::Time;
use zeroize::Zeroizing;

use crate::{desk::Desk, error::DeskError};

const PURPOSE: &str = "totp";

fn totp(secret: Secret) -> Result<Totp, DeskError> {
    // One step before and after is accepted (RFC 6238, 5.2).
    Builder::new()
        .with_secret(secret)
        .with_skew(1)
        .build()
        .map_err(|_| DeskError::Broken("a TOTP secret has the wrong length".to_owned()))
}

fn seconds(at: Time) -> u64 {
    at.millis() / 1000
}

/// The code that an authenticator with this secret (base 32) shows at a time.
///
/// # Errors
/// [`DeskError::Invalid`] if the secret is none.
pub fn code_at(secret_base32: &str, at: Time) -> Result<String, DeskError> {
    let secret = Secret::try_from_base32(secret_base32)
        .map_err(|_| DeskError::Invalid("that is not a secret in base 32".to_owned()))?;
    Ok(totp(secret)?.generate(seconds(at)).to_string())
}

impl Desk {
    /// A fresh secret of 20 bytes, sealed.
    pub(super) fn new_totp(&self) -> Result<Vec<u8>, DeskError> {
        let mut secret = Zeroizing::new([0u8; 20]);
        self.entropy.fill(secret.as_mut());
        Ok(self
            .vault
            .seal_server(PURPOSE, secret.as_ref(), self.entropy.as_ref())?
            .0)
    }

    fn open_totp(&self, sealed: &[u8]) -> Result<Totp, DeskError> {
        let secret = self
            .vault
            .open_server(PURPOSE, &ServerSealed(sealed.to_vec()))?;
        totp(Secret::from(secret.to_vec()))
    }

    /// The time step that a code belongs to, if it is right now. People write spaces into codes.
    pub(super) fn totp_step(
        &self,
        sealed: &[u8],
        code: &str,
        now: Time,
    ) -> Result<Option<i64>, DeskError> {
        let code: String = code
            .chars()
            .filter(|c| !c.is_whitespace())
            .take(7)
            .collect();
        let step = self.open_totp(sealed)?.check(&code, seconds(now));
        Ok(step.and_then(|step| i64::try_from(step).ok()))
    }

    /// The secret in base 32, and as the `otpauth` address that authenticators scan.
    pub(super) fn totp_texts(
        &self,
        sealed: &[u8],
        login: &str,
    ) -> Result<(String, String), DeskError> {
        let secret = self.open_totp(sealed)?.secret().to_base32();
        let (issuer, login) = (
            percent(&self.settings.company.replace(':', " ")),
            percent(login),
        );
        let url = format!(
            "otpauth://totp/{issuer}:{login}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
        );
        Ok((secret, url))
    }
}

/// Percent-encodes all but the unreserved characters (RFC 3986, 2.3).
fn percent(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::on_both;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the SHA-1 rows, last six digits; the secret is "12345678901234567890".
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        for (at, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(secret, Time(at * 1_000_000)).expect("a code"), code);
        }
    }

    #[test]
    fn a_code_works_one_step_early_and_late_and_no_further() {
        on_both(|world| async move {
            let desk = &world.desk;
            let sealed = desk.new_totp().expect("a secret");
            let (secret, url) = desk.totp_texts(&sealed, "robin").expect("texts");
            assert_eq!(secret.len(), 32);
            assert_eq!(
                url,
                format!(
                    "otpauth://totp/Acme%20Production:robin?secret={secret}&issuer=Acme%20Production&algorithm=SHA1&digits=6&period=30"
                )
            );
            let now = Time(1_795_255_210_000_000);
            for (off, right) in [
                (-60, false),
                (-30, true),
                (0, true),
                (30, true),
                (60, false),
            ] {
                let code = code_at(&secret, Time(now.0 + off * 1_000_000)).expect("a code");
                let step = desk.totp_step(&sealed, &code, now).expect("an answer");
                assert_eq!(step.is_some(), right, "{off}");
            }
            let code = code_at(&secret, now).expect("a code");
            let spaced = format!(" {} {} ", &code[..3], &code[3..]);
            assert!(
                desk.totp_step(&sealed, &spaced, now)
                    .expect("an answer")
                    .is_some()
            );
            assert!(
                desk.totp_step(&sealed, "+12345", now)
                    .expect("an answer")
                    .is_none()
            );
            assert!(
                desk.totp_step(&sealed, &format!("{code}0"), now)
                    .expect("an answer")
                    .is_none()
            );
        });
    }
}
