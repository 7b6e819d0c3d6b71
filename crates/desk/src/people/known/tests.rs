use super::super::tests::{AGENT, PASSWORD, Person, SOURCE, restarted, words_of};
use super::*;
use crate::{
    people::SignedIn,
    testing::{World, on_both},
};
use std::time::Duration;
use words::Role;

const STEP: Duration = Duration::from_secs(30);
const WRONG: &str = "seven loud lanterns";

/// The person's own browser, elsewhere than whoever guesses.
fn known(session: &SignedIn) -> Visitor<'_> {
    Visitor {
        source: SOURCE,
        known: Some(&session.known.secret),
    }
}

/// Somebody who only knows the sign-in name tries until it is limited.
async fn guess(world: &World, login: &str) {
    for n in 0..6 {
        let source = format!("198.51.100.{n}");
        let answer = world.desk.sign_in(login, WRONG, &source, AGENT).await;
        assert!(answer.is_err());
    }
    let answer = world
        .desk
        .sign_in(login, PASSWORD, "203.0.113.9", AGENT)
        .await;
    assert!(matches!(answer, Err(DeskError::Limited(_))), "{login}");
}

/// Both steps in a browser.
async fn sign_in(world: &World, person: &Person, from: Visitor<'_>) -> Result<SignedIn, DeskError> {
    world.clock.pass(STEP);
    let desk = &world.desk;
    let half = desk.sign_in(&person.login, PASSWORD, from, AGENT).await?;
    desk.second_step(&half.secret, &world.code(&person.totp), from)
        .await
}

#[test]
fn an_outsiders_wrong_passwords_do_not_keep_a_known_browser_out() {
    on_both(|world| async move {
        let kit = world.hire("kit", Role::Rep).await;
        let before = world.sign_in(&kit).await;
        guess(&world, "kit").await;
        let after = sign_in(&world, &kit, known(&before)).await;
        let after = after.expect("signed in");
        assert_eq!(after.known.secret, before.known.secret);
        // Nor do they in another process, or from where the source's tries are used up.
        for n in 0..21 {
            let answer = world
                .desk
                .sign_in(&format!("nobody-{n}"), WRONG, SOURCE, AGENT)
                .await;
            assert!(answer.is_err());
        }
        let answer = world.desk.sign_in("kit", PASSWORD, SOURCE, AGENT).await;
        assert!(matches!(answer, Err(DeskError::Limited(_))));
        restarted(&world)
            .sign_in("kit", PASSWORD, known(&before), AGENT)
            .await
            .expect("a first step");
        let ledger = world.ledger_text().await;
        assert!(ledger.contains(r#""browser":"new""#) && ledger.contains(r#""browser":"known""#));
        assert!(!ledger.contains(&before.known.secret));
    });
}

#[test]
fn wrong_codes_of_whoever_has_the_password_do_not_either() {
    on_both(|world| async move {
        let desk = &world.desk;
        let kit = world.hire("kit", Role::Rep).await;
        let before = world.sign_in(&kit).await;
        for n in 0..6 {
            let source = format!("198.51.100.{n}");
            let half = desk
                .sign_in("kit", PASSWORD, &source, AGENT)
                .await
                .expect("a first step");
            let answer = desk.second_step(&half.secret, "12345", &source).await;
            assert!(answer.is_err());
        }
        let elsewhere = Visitor::from("203.0.113.9");
        let answer = sign_in(&world, &kit, elsewhere).await;
        assert!(matches!(answer, Err(DeskError::Limited(_))));
        sign_in(&world, &kit, known(&before))
            .await
            .expect("signed in");
    });
}

#[test]
fn a_known_browser_has_five_tries_too_and_they_do_not_start_anew() {
    on_both(|world| async move {
        let desk = &world.desk;
        let kit = world.hire("kit", Role::Rep).await;
        let before = world.sign_in(&kit).await;
        for n in 0..5 {
            let from = Visitor {
                source: &format!("198.51.100.{n}"),
                known: Some(&before.known.secret),
            };
            let answer = desk.sign_in("kit", WRONG, from, AGENT).await;
            assert!(matches!(answer, Err(DeskError::Invalid(_))));
        }
        for desk in [desk.as_ref(), &restarted(&world)] {
            let answer = desk.sign_in("kit", PASSWORD, known(&before), AGENT).await;
            assert!(matches!(answer, Err(DeskError::Limited(_))));
        }
        // They are its own: another browser still has the ones of the sign-in name.
        let other = sign_in(&world, &kit, Visitor::from("203.0.113.9")).await;
        other.expect("signed in");
        let answer = desk.sign_in("kit", PASSWORD, known(&before), AGENT).await;
        assert!(matches!(answer, Err(DeskError::Limited(_))));
        world.clock.pass(minutes(5));
        let half = desk
            .sign_in("kit", PASSWORD, known(&before), AGENT)
            .await
            .expect("five minutes later");
        for _ in 0..5 {
            let answer = desk
                .second_step(&half.secret, "12345", known(&before))
                .await;
            assert!(matches!(answer, Err(DeskError::Invalid(_))));
        }
        let code = world.code(&kit.totp);
        let answer = desk.second_step(&half.secret, &code, known(&before)).await;
        assert!(matches!(answer, Err(DeskError::Limited(_))));
    });
}

#[test]
fn a_browser_is_known_for_those_who_signed_in_with_it_and_tells_of_nobody_else() {
    on_both(|world| async move {
        let desk = &world.desk;
        let kit = world.hire("kit", Role::Rep).await;
        let sol = world.hire("sol", Role::Rep).await;
        let kits = world.sign_in(&kit).await;
        guess(&world, "sol").await;
        guess(&world, "nobody").await;
        let made_up = Visitor {
            source: SOURCE,
            known: Some("made up"),
        };
        let mut said = std::collections::BTreeSet::new();
        for login in ["sol", "nobody"] {
            for from in [Visitor::from(SOURCE), made_up, known(&kits)] {
                let answer = desk.sign_in(login, PASSWORD, from, AGENT).await;
                assert!(matches!(answer, Err(DeskError::Limited(_))), "{login}");
                said.insert(words_of(answer));
            }
        }
        assert_eq!(said.len(), 1, "{said:?}");

        // Two who share a browser share its secret, and each has tries of their own.
        world.clock.pass(minutes(30));
        let sols = sign_in(&world, &sol, known(&kits)).await;
        let sols = sols.expect("signed in");
        assert_eq!(sols.known.secret, kits.known.secret);
        for _ in 0..6 {
            let answer = desk.sign_in("sol", WRONG, known(&sols), AGENT).await;
            assert!(answer.is_err());
        }
        sign_in(&world, &kit, known(&sols))
            .await
            .expect("signed in");
        // A secret that nobody's browser has is not taken on.
        let fresh = sign_in(&world, &kit, made_up).await.expect("signed in");
        assert_ne!(fresh.known.secret, "made up");
        assert_eq!(fresh.known.secret.len(), 43);
    });
}

#[test]
fn a_browser_is_known_until_password_or_authenticator_change_the_person_is_stopped_or_half_a_year_passes()
 {
    on_both(|world| async move {
        let desk = &world.desk;
        let ada = world.hire("ada", Role::Admin).await;
        let admin = world.sign_in(&ada).await;
        for (n, login) in ["kit", "sol", "pia", "lee", "may"].into_iter().enumerate() {
            let person = world.hire(login, Role::Rep).await;
            let session = world.sign_in(&person).await;
            world.clock.pass(STEP);
            let code = world.code(&person.totp);
            let new = match n {
                0 => {
                    let changed =
                        desk.change_password(&session.me, PASSWORD, &code, "six tall poplars");
                    Some((
                        changed.await.expect("a change").known.secret,
                        "six tall poplars",
                    ))
                }
                1 => {
                    desk.begin_authenticator(&session.me, PASSWORD, &code)
                        .await
                        .expect("a beginning");
                    let new = desk.new_authenticator(&session.me).await;
                    let new = new.expect("an answer").expect("a secret");
                    let code = world.code(&new.totp_secret_base32);
                    let changed = desk.confirm_authenticator(&session.me, &code);
                    Some((changed.await.expect("a change").known.secret, PASSWORD))
                }
                2 => {
                    let code = world.code(&ada.totp);
                    let asked = desk.ask_to_enrol_anew(&admin.me, person.id, &code).await;
                    let secret = asked.expect("an invitation").secret;
                    world.take_up(&secret, login).await;
                    None
                }
                3 => {
                    desk.deactivate(&admin.me, person.id, &world.next_code(&ada))
                        .await
                        .expect("a deactivation");
                    desk.reactivate(&admin.me, person.id, &world.next_code(&ada))
                        .await
                        .expect("a reactivation");
                    None
                }
                _ => {
                    world.clock.pass(KNOWN);
                    None
                }
            };
            guess(&world, login).await;
            let answer = desk.sign_in(login, PASSWORD, known(&session), AGENT).await;
            assert!(matches!(answer, Err(DeskError::Limited(_))), "{login}");
            if let Some((secret, password)) = new {
                let from = Visitor {
                    source: SOURCE,
                    known: Some(&secret),
                };
                desk.sign_in(login, password, from, AGENT)
                    .await
                    .expect("the browser that changed it is known");
            }
        }
    });
}

#[test]
fn a_browser_is_reduced_to_family_and_system() {
    assert_eq!(browser(AGENT), "Firefox on Linux");
    let chrome = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
    assert_eq!(browser(chrome), "Chrome on Mac");
    assert_eq!(browser(&browser(chrome)), "Chrome on Mac");
    assert_eq!(browser("<script>"), "Another browser");
}
