//! Signing in: password, then code.
//!
//! Limits count failed tries per login and per source (an IPv4 address or an IPv6 /64 network) and
//! live in the database, so that no restart, node or new session starts them anew. A try is charged
//! before it is checked and given back if it was right, so that many at once don't slip through.

use ledger::Entry;
use std::net::IpAddr;
use store::{SessionRow, StaffRow, Tx};
use words::{SessionId, StaffId, Time};

use super::{Limit, wrong_code};
use crate::{
    desk::{Desk, Me},
    error::DeskError,
    settings::{hours, minutes},
};

/// How long the second step may take.
const HALF: std::time::Duration = minutes(10);

/// The first step is passed; the second is due.
pub struct HalfSession {
    /// The secret for its cookie. It opens nothing but [`Desk::second_step`].
    pub secret: String,
    /// Until when it works.
    pub expires: Time,
}

/// Somebody is signed in.
pub struct SignedIn {
    /// The secret for the session's cookie, a new one.
    pub secret: String,
    /// Who.
    pub me: Me,
    /// Until when at the most; sooner if it isn't used.
    pub expires: Time,
}

const ENDED: DeskError = DeskError::Conflict(
    "this took too long; please begin again with your sign-in name and password",
);

impl Desk {
    /// The first step of signing in. `source` is the address that the request came from, `agent`
    /// what the browser calls itself. The answer and the time it takes are the same for an unknown
    /// login, a wrong password and somebody deactivated. Five failed tries in a row for a login, then
    /// one more every five minutes; twenty from a source, then one more every minute.
    ///
    /// Two transactions: the try is counted before the password is hashed.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] if login and password don't fit; [`DeskError::Limited`].
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        source: &str,
        agent: &str,
    ) -> Result<HalfSession, DeskError> {
        let login = login.trim().to_ascii_lowercase();
        let limits = [
            self.allowance("sign-in:login", &login, 5, minutes(5)),
            self.source_limit(source),
        ];
        let mut tx = self.store.begin().await?;
        let now = self.now();
        if let Some(until) = self.sign_in_spent(&mut tx, &limits, now).await? {
            return self.sign_in_limited(tx, &limits, source, until).await;
        }
        for limit in &limits {
            limit.charge(&mut tx, now).await?;
        }
        let staff = tx.staff_by_login(&login).await?;
        self.commit(tx).await?;

        let hash = staff
            .as_ref()
            .filter(|staff| active(staff))
            .and_then(|staff| staff.password.clone());
        let fits = self.password_fits(password, hash).await?;

        let mut tx = self.store.begin().await?;
        let id = staff.map(|staff| staff.id);
        let staff = match id {
            // Again, as they may have been deactivated while the password was hashed.
            Some(id) if fits => tx.staff(id).await?.filter(active),
            _ => None,
        };
        let Some(staff) = staff else {
            tx.entry(self.sign_in_failed("password", id, source));
            self.commit(tx).await?;
            return Err(DeskError::Invalid(
                "that sign-in name and password don't go together; please try again".to_owned(),
            ));
        };
        for limit in &limits {
            tx.give_back(&limit.key, limit.every).await?;
        }
        let now = self.now();
        let (secret, token) = self.secret();
        let session = SessionRow {
            id: self.id(SessionId::new),
            token: token.to_vec(),
            staff_id: staff.id,
            agent: browser(agent),
            full_at: None,
            created_at: now,
            seen_at: now,
            expires_at: now + HALF,
            ended_at: None,
        };
        tx.add_session(&session).await?;
        tx.entry(self.entry(&format!("staff:{}", staff.id), "staff.password-passed"));
        self.commit(tx).await?;
        Ok(HalfSession {
            secret,
            expires: session.expires_at,
        })
    }

    /// The second step: the code of the authenticator. It ends the half session and opens a session
    /// with a new secret. A code works once. Five failed tries in a row, then one more every ten
    /// minutes, whatever half session they came by; they count for the source as well.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] if the half session has ended: begin again; [`DeskError::Invalid`] for
    /// a wrong or used code; [`DeskError::Limited`].
    pub async fn second_step(
        &self,
        half_secret: &str,
        code: &str,
        source: &str,
    ) -> Result<SignedIn, DeskError> {
        let mut tx = self.store.begin().await?;
        let now = self.now();
        let half = tx
            .session(&vault::hash(half_secret.as_bytes()), now)
            .await?;
        let half = half.filter(|half| half.full_at.is_none()).ok_or(ENDED)?;
        let staff = tx.staff(half.staff_id).await?.filter(active).ok_or(ENDED)?;
        let limits = [
            self.allowance("sign-in:code", &staff.id.to_string(), 5, minutes(10)),
            self.source_limit(source),
        ];
        if let Some(until) = self.sign_in_spent(&mut tx, &limits, now).await? {
            return self.sign_in_limited(tx, &limits, source, until).await;
        }
        let step = match &staff.totp {
            Some(totp) => self.totp_step(totp, code, now)?,
            None => None,
        };
        let right = match step {
            Some(step) => tx.use_totp_step(staff.id, step).await?,
            None => false,
        };
        if !right {
            for limit in &limits {
                limit.charge(&mut tx, now).await?;
            }
            tx.entry(self.sign_in_failed("code", Some(staff.id), source));
            self.commit(tx).await?;
            return Err(wrong_code());
        }
        if !tx.end_session(half.id, staff.id, now).await? {
            return Err(ENDED);
        }
        let (secret, token) = self.secret();
        let longest = now + hours(self.settings.session_hours);
        let session = SessionRow {
            id: self.id(SessionId::new),
            token: token.to_vec(),
            staff_id: staff.id,
            agent: half.agent,
            full_at: Some(now),
            created_at: now,
            seen_at: now,
            expires_at: longest.min(now + hours(self.settings.session_idle_hours)),
            ended_at: None,
        };
        tx.add_session(&session).await?;
        let me = Me::of(staff, Some(session.id), None);
        tx.entry(
            self.by(&me, "staff.signed-in")
                .with("session", session.id.to_string()),
        );
        self.commit(tx).await?;
        Ok(SignedIn {
            secret,
            me,
            expires: longest,
        })
    }

    fn source_limit(&self, source: &str) -> Limit {
        self.allowance("sign-in:source", &network(source), 20, minutes(1))
    }

    async fn sign_in_spent(
        &self,
        tx: &mut Tx,
        limits: &[Limit; 2],
        now: Time,
    ) -> Result<Option<Time>, DeskError> {
        let mut until = None;
        for limit in limits {
            until = until.max(limit.spent(tx, now).await?);
        }
        Ok(until)
    }

    /// Refuses, with an entry at most once a minute for the same two limits: a flood must not fill
    /// the ledger.
    async fn sign_in_limited<T>(
        &self,
        mut tx: Tx,
        limits: &[Limit; 2],
        source: &str,
        until: Time,
    ) -> Result<T, DeskError> {
        let both = hex::encode([limits[0].key, limits[1].key].concat());
        let told = self.allowance("sign-in:limited", &both, 1, minutes(1));
        let now = self.now();
        if told.spent(&mut tx, now).await?.is_none() {
            told.charge(&mut tx, now).await?;
            tx.entry(
                self.entry("system", "staff.sign-in-limited")
                    .with("source", self.source_mark(source)),
            );
            self.commit(tx).await?;
        }
        Err(DeskError::Limited(until))
    }

    fn sign_in_failed(&self, step: &str, staff: Option<StaffId>, source: &str) -> Entry {
        let entry = self
            .entry("system", "staff.sign-in-failed")
            .with("step", step)
            .with("source", self.source_mark(source));
        match staff {
            Some(id) => entry.with("staff", id.to_string()),
            None => entry,
        }
    }

    /// A keyed commitment to a source, by which entries about the same one are seen to be so.
    fn source_mark(&self, source: &str) -> String {
        hex::encode(&self.vault.blind("ledger:source", &network(source)).0[..16])
    }
}

fn active(staff: &StaffRow) -> bool {
    staff.ended_at.is_none() && !staff.token
}

/// Whom a source counts as: whoever has an IPv6 address usually has its whole /64 network.
fn network(source: &str) -> String {
    match source
        .trim()
        .parse::<IpAddr>()
        .map(|address| address.to_canonical())
    {
        Ok(IpAddr::V4(address)) => address.to_string(),
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Err(_) => source.trim().to_ascii_lowercase(),
    }
}

/// A browser reduced to family and system, as `Firefox on Linux`: enough to know one's own by.
fn browser(agent: &str) -> String {
    let first = |words: &[(&str, &'static str)]| {
        words
            .iter()
            .find(|(mark, _)| agent.contains(mark))
            .map(|(_, name)| *name)
    };
    // Most browsers name others as well; the most particular comes first.
    let family = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Opera", "Opera"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("Chrom", "Chrome"),
        ("CriOS", "Chrome"),
        ("Safari", "Safari"),
        ("curl", "curl"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("CrOS", "ChromeOS"),
        ("Mac", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (family, system) {
        (Some(family), Some(system)) => format!("{family} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Another browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{AGENT, PASSWORD, SOURCE};
    use super::*;
    use crate::{
        desk::Parts,
        testing::{TestEntropy, World, on_both},
    };
    use std::{sync::Arc, time::Duration};
    use words::Role;

    /// Another process on the same database, with the same keys.
    fn restarted(world: &World) -> Desk {
        let master = vault::MasterKey::generate(&TestEntropy::new(7));
        Desk::new(Parts {
            store: world.desk.store.clone(),
            vault: vault::Vault::new(&master).expect("keys"),
            gate: gate::Gate::shipped().expect("policies"),
            signer: ledger::Signer::from_seed("staunch.example/test", &[7; 32]).expect("a signer"),
            clock: world.clock.clone(),
            entropy: Arc::new(TestEntropy::new(8)),
            witness: Box::new(|_| ()),
            carrier: world.mail.clone(),
            provider: world.provider.clone(),
            catalogue: crate::catalogue::Catalogue::shipped(),
            places: None,
            rules: watch::Rules::default(),
            settings: world.desk.settings.clone(),
        })
    }

    fn words_of<T>(answer: Result<T, DeskError>) -> String {
        answer
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn password_and_code_sign_in_and_every_step_is_in_the_ledger() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Lead).await;
            world.clock.pass(Duration::from_secs(30));
            let half = desk
                .sign_in(" KIT ", PASSWORD, SOURCE, AGENT)
                .await
                .expect("a first step");
            assert!(
                desk.session(&half.secret)
                    .await
                    .expect("an answer")
                    .is_none(),
                "half opens nothing"
            );

            let code = world.code(&kit.totp);
            let full = desk
                .second_step(&half.secret, &code, SOURCE)
                .await
                .expect("a second step");
            assert_ne!(full.secret, half.secret);
            assert_eq!((full.me.id, full.me.role), (kit.id, Role::Lead));
            let me = desk
                .session(&full.secret)
                .await
                .expect("an answer")
                .expect("a session");
            assert_eq!((me.id, me.session), (kit.id, full.me.session));
            assert!(
                desk.session(&half.secret)
                    .await
                    .expect("an answer")
                    .is_none()
            );

            let ledger = world.ledger_text().await;
            for kind in ["staff.password-passed", "staff.signed-in"] {
                assert!(ledger.contains(kind), "{kind}");
            }
            assert!(
                !ledger.contains("kit") && !ledger.contains(SOURCE),
                "{ledger}"
            );
        });
    }

    #[test]
    fn a_code_works_once_and_a_half_session_too() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Rep).await;
            world.clock.pass(Duration::from_secs(30));
            let first = desk
                .sign_in("kit", PASSWORD, SOURCE, AGENT)
                .await
                .expect("a first step");
            let second = desk
                .sign_in("kit", PASSWORD, SOURCE, AGENT)
                .await
                .expect("a first step");
            let code = world.code(&kit.totp);
            desk.second_step(&first.secret, &code, SOURCE)
                .await
                .expect("a second step");
            let replayed = desk.second_step(&second.secret, &code, SOURCE).await;
            assert!(matches!(replayed, Err(DeskError::Invalid(_))));

            world.clock.pass(Duration::from_secs(30));
            let code = world.code(&kit.totp);
            let used = desk.second_step(&first.secret, &code, SOURCE).await;
            assert!(matches!(used, Err(DeskError::Conflict(_))));
            desk.second_step(&second.secret, &code, SOURCE)
                .await
                .expect("a second step");
        });
    }

    #[test]
    fn a_half_session_ends_after_ten_minutes() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Rep).await;
            let half = desk
                .sign_in("kit", PASSWORD, SOURCE, AGENT)
                .await
                .expect("a first step");
            world.clock.pass(minutes(10));
            let late = desk
                .second_step(&half.secret, &world.code(&kit.totp), SOURCE)
                .await;
            assert!(matches!(late, Err(DeskError::Conflict(_))));
            let session = world.sign_in(&kit).await;
            let full = desk
                .second_step(&session.secret, &world.code(&kit.totp), SOURCE)
                .await;
            assert!(
                matches!(full, Err(DeskError::Conflict(_))),
                "a session is no half session"
            );
        });
    }

    #[test]
    fn an_unknown_login_a_wrong_password_and_a_deactivated_person_get_the_same_answer() {
        on_both(|world| async move {
            let desk = &world.desk;
            world.hire("kit", Role::Rep).await;
            let gone = world.hire("gone", Role::Rep).await;
            let admin = world.staff("ada", Role::Admin).await;
            desk.deactivate(&admin, gone.id)
                .await
                .expect("a deactivation");
            let wrong = words_of(
                desk.sign_in("kit", "seven loud lanterns", SOURCE, AGENT)
                    .await,
            );
            assert!(wrong.contains("don't go together"));
            for login in ["nobody", "gone", "ada", ""] {
                assert_eq!(
                    words_of(desk.sign_in(login, PASSWORD, SOURCE, AGENT).await),
                    wrong,
                    "{login}"
                );
            }
            let ledger = world.ledger_text().await;
            assert_eq!(ledger.matches("staff.sign-in-failed").count(), 5);
            assert!(!ledger.contains("nobody"));
        });
    }

    #[test]
    fn a_login_has_five_tries_whatever_the_source_and_process_and_whether_or_not_it_exists() {
        on_both(|world| async move {
            let kit = world.hire("kit", Role::Rep).await;
            let other = restarted(&world);
            for login in ["kit", "nobody"] {
                for n in 0..5 {
                    let source = format!("198.51.100.{n}");
                    let desk = if n % 2 == 0 {
                        world.desk.as_ref()
                    } else {
                        &other
                    };
                    let answer = desk
                        .sign_in(login, "seven loud lanterns", &source, AGENT)
                        .await;
                    assert!(matches!(answer, Err(DeskError::Invalid(_))), "{login} {n}");
                }
                for desk in [world.desk.as_ref(), &other, &restarted(&world)] {
                    let answer = desk.sign_in(login, PASSWORD, "203.0.113.9", AGENT).await;
                    assert!(matches!(answer, Err(DeskError::Limited(_))), "{login}");
                }
            }
            let ledger = world.ledger_text().await;
            assert_eq!(
                ledger.matches("staff.sign-in-limited").count(),
                2,
                "one a minute"
            );
            world.clock.pass(minutes(5));
            world.sign_in(&kit).await;
        });
    }

    #[test]
    fn a_right_password_costs_no_try() {
        on_both(|world| async move {
            world.hire("kit", Role::Rep).await;
            for _ in 0..7 {
                world
                    .desk
                    .sign_in("kit", PASSWORD, SOURCE, AGENT)
                    .await
                    .expect("a first step");
            }
        });
    }

    #[test]
    fn many_tries_at_once_are_no_more_than_five() {
        on_both(|world| async move {
            world.hire("kit", Role::Rep).await;
            let tries: Vec<_> = (0..12)
                .map(|n| {
                    let desk = world.desk.clone();
                    tokio::spawn(async move {
                        desk.sign_in(
                            "kit",
                            "seven loud lanterns",
                            &format!("198.51.100.{n}"),
                            AGENT,
                        )
                        .await
                    })
                })
                .collect();
            let mut wrong = 0;
            for one in tries {
                match one.await.expect("a task") {
                    Err(DeskError::Invalid(_)) => wrong += 1,
                    Err(DeskError::Limited(_)) => {}
                    other => panic!("{}", words_of(other)),
                }
            }
            assert_eq!(wrong, 5);
        });
    }

    #[test]
    fn a_source_has_twenty_tries_over_all_logins() {
        on_both(|world| async move {
            let desk = &world.desk;
            world.hire("kit", Role::Rep).await;
            for n in 0..20u16 {
                let (login, source) = (format!("nobody-{n}"), format!("2001:db8:1:2::{n:x}"));
                let answer = desk.sign_in(&login, PASSWORD, &source, AGENT).await;
                assert!(matches!(answer, Err(DeskError::Invalid(_))), "{n}");
            }
            let answer = desk
                .sign_in("kit", PASSWORD, "2001:db8:1:2:ffff::1", AGENT)
                .await;
            assert!(matches!(answer, Err(DeskError::Limited(_))));
            desk.sign_in("kit", PASSWORD, "2001:db8:1:3::1", AGENT)
                .await
                .expect("another network");
            world.clock.pass(minutes(1));
            desk.sign_in("kit", PASSWORD, "2001:db8:1:2::1", AGENT)
                .await
                .expect("a minute later");
        });
    }

    #[test]
    fn a_new_half_session_brings_no_new_tries_for_the_code() {
        on_both(|world| async move {
            let kit = world.hire("kit", Role::Rep).await;
            let other = restarted(&world);
            for n in 0..5 {
                let source = format!("198.51.100.{n}");
                let desk = if n % 2 == 0 {
                    world.desk.as_ref()
                } else {
                    &other
                };
                let half = desk
                    .sign_in("kit", PASSWORD, &source, AGENT)
                    .await
                    .expect("a first step");
                let answer = desk.second_step(&half.secret, "12345", &source).await;
                assert!(matches!(answer, Err(DeskError::Invalid(_))));
            }
            world.clock.pass(Duration::from_secs(30));
            let half = other
                .sign_in("kit", PASSWORD, "203.0.113.9", AGENT)
                .await
                .expect("a first step");
            let answer = other
                .second_step(&half.secret, &world.code(&kit.totp), "203.0.113.9")
                .await;
            assert!(matches!(answer, Err(DeskError::Limited(_))));
            world.clock.pass(minutes(10));
            world.sign_in(&kit).await;
        });
    }

    #[test]
    fn a_source_is_an_address_or_a_network() {
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("2001:db8:0:1:9:8:7:6"), "2001:db8:0:1::/64");
    }

    #[test]
    fn a_browser_is_reduced_to_family_and_system() {
        assert_eq!(browser(AGENT), "Firefox on Linux");
        let chrome = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        assert_eq!(browser(chrome), "Chrome on Mac");
        assert_eq!(browser(&browser(chrome)), "Chrome on Mac");
        assert_eq!(browser("<script>"), "Another browser");
    }
}
