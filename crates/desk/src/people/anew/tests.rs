use super::super::tests::{AGENT, PASSWORD, Person, SOURCE};
use super::*;
use crate::{
    people::SignedIn,
    settings::hours,
    testing::{World, on_both},
};
use std::time::Duration;

const STEP: Duration = Duration::from_secs(30);
const NEW: &str = "nine green lanterns";

/// Asks, with the admin's next code.
async fn ask(world: &World, (person, session): &(Person, SignedIn), id: StaffId) -> Invited {
    world.clock.pass(STEP);
    let code = world.code(&person.totp);
    let asked = world.desk.ask_to_enrol_anew(&session.me, id, &code).await;
    asked.expect("an invitation")
}

/// Both pages, and the new TOTP secret.
async fn enrol(world: &World, secret: &str) -> String {
    let desk = &world.desk;
    desk.check_enrolment(secret, "", "", NEW)
        .await
        .expect("a first page");
    let invite = desk.invitation(secret).await.expect("an invitation");
    let totp = invite.enrolment.expect("an enrolment").totp_secret_base32;
    desk.accept(secret, &world.code(&totp))
        .await
        .expect("enrolled anew");
    totp
}

#[test]
fn who_lost_the_authenticator_enrols_anew_and_stays_who_they_are() {
    on_both(|world| async move {
        let desk = &world.desk;
        let ada = world.admin("ada").await;
        let kit = world.hire("kit", Role::Lead).await;
        let old = world.sign_in(&kit).await;
        let invited = ask(&world, &ada, kit.id).await;

        // Issuing it ends nothing.
        let session = desk.session(&old.secret).await.expect("an answer");
        assert!(session.is_some());
        let meanwhile = world.sign_in(&kit).await;
        let invite = desk
            .invitation(&invited.secret)
            .await
            .expect("an invitation");
        assert_eq!(invite.anew.as_deref(), Some("kit"));
        assert_eq!(invite.invited_by.as_deref(), Some("ada"));
        assert!(!invite.first && invite.role == Role::Lead && invite.name == "kit");

        desk.check_enrolment(&invited.secret, "Mallory", "mallory", NEW)
            .await
            .expect("a first page");
        let totp = enrol(&world, &invited.secret).await;
        for gone in [&old, &meanwhile] {
            let session = desk.session(&gone.secret).await.expect("an answer");
            assert!(session.is_none());
        }
        let people = desk.people(&ada.1.me).await.expect("a list");
        let now: Vec<_> = people.iter().filter(|p| p.id == kit.id).collect();
        assert_eq!(
            (now.len(), now[0].name.as_str(), now[0].login.as_str()),
            (1, "kit", "kit")
        );
        assert!(now[0].role == Role::Lead && now[0].anew.is_none());
        assert!(people.iter().all(|p| p.login != "mallory"));

        world.clock.pass(STEP);
        let before = desk.sign_in("kit", PASSWORD, SOURCE, AGENT).await;
        assert!(matches!(before, Err(DeskError::Invalid(_))));
        let half = desk
            .sign_in("kit", NEW, SOURCE, AGENT)
            .await
            .expect("a first step");
        let answer = desk
            .second_step(&half.secret, &world.code(&kit.totp), SOURCE)
            .await;
        assert!(matches!(answer, Err(DeskError::Invalid(_))));
        desk.second_step(&half.secret, &world.code(&totp), SOURCE)
            .await
            .expect("a second step");

        let ledger = world.ledger_text().await;
        for kind in ["staff.asked-to-enrol-anew", "staff.enrolled-anew"] {
            assert_eq!(ledger.matches(kind).count(), 1, "{kind}");
        }
        assert!(!ledger.contains("kit"), "{ledger}");
        let again = desk.invitation(&invited.secret).await;
        assert!(matches!(again, Err(DeskError::NotFound)));
    });
}

#[test]
fn asking_takes_a_code_of_the_admin_however_fresh_the_session() {
    on_both(|world| async move {
        let desk = &world.desk;
        let ada = world.admin("ada").await;
        let kit = world.hire("kit", Role::Rep).await;
        let used = world.code(&ada.0.totp);
        for code in ["", "12345", used.as_str()] {
            let answer = desk.ask_to_enrol_anew(&ada.1.me, kit.id, code).await;
            assert!(matches!(answer, Err(DeskError::Invalid(_))), "{code}");
        }
        for _ in 0..2 {
            let answer = desk.ask_to_enrol_anew(&ada.1.me, kit.id, "12345").await;
            assert!(matches!(answer, Err(DeskError::Invalid(_))));
        }
        world.clock.pass(STEP);
        let code = world.code(&ada.0.totp);
        let answer = desk.ask_to_enrol_anew(&ada.1.me, kit.id, &code).await;
        assert!(matches!(answer, Err(DeskError::Limited(_))));
        let people = desk.people(&ada.1.me).await.expect("a list");
        assert!(people.iter().all(|person| person.anew.is_none()));
        let ledger = world.ledger_text().await;
        assert_eq!(ledger.matches("staff.check-failed").count(), 5);
    });
}

#[test]
fn nobody_asks_for_themselves_and_nobody_but_admins_asks() {
    on_both(|world| async move {
        let desk = &world.desk;
        let ada = world.admin("ada").await;
        let kit = world.hire("kit", Role::Lead).await;
        let lead = world.sign_in(&kit).await;
        world.clock.pass(STEP);
        let code = world.code(&ada.0.totp);
        let own = desk.ask_to_enrol_anew(&ada.1.me, ada.0.id, &code).await;
        assert!(matches!(own, Err(DeskError::Conflict(_))));
        let answer = desk
            .ask_to_enrol_anew(&lead.me, ada.0.id, &world.code(&kit.totp))
            .await;
        assert!(matches!(answer, Err(DeskError::Forbidden(_))));
        let unknown = desk.id(StaffId::new);
        let answer = desk.ask_to_enrol_anew(&ada.1.me, unknown, &code).await;
        assert!(matches!(answer, Err(DeskError::NotFound)));
        let secret = desk
            .create_token(None, "robot", Role::Admin, 30, &[])
            .await
            .expect("a token");
        let robot = desk
            .token(&secret)
            .await
            .expect("an answer")
            .expect("a token");
        let answer = desk.ask_to_enrol_anew(&robot, kit.id, &code).await;
        assert!(matches!(answer, Err(DeskError::Forbidden(_))));
        let answer = desk.ask_to_enrol_anew(&ada.1.me, robot.id, &code).await;
        assert!(matches!(answer, Err(DeskError::NotFound)));
        // None of these used up the code.
        let asked = desk.ask_to_enrol_anew(&ada.1.me, kit.id, &code).await;
        asked.expect("an invitation");
    });
}

#[test]
fn the_person_and_all_admins_see_it_and_any_of_them_ends_it() {
    on_both(|world| async move {
        let desk = &world.desk;
        let (ada, bea) = (world.admin("ada").await, world.admin("bea").await);
        let kit = world.hire("kit", Role::Rep).await;
        let session = world.sign_in(&kit).await;
        let seen = desk.asked_to_enrol_anew(&session.me).await;
        assert!(seen.expect("an answer").is_none());
        let refused = desk.refuse_to_enrol_anew(&session.me).await;
        assert!(matches!(refused, Err(DeskError::NotFound)));

        let first = ask(&world, &ada, kit.id).await;
        let seen = desk.asked_to_enrol_anew(&session.me).await;
        let seen = seen.expect("an answer").expect("asked");
        assert_eq!(
            (seen.by.as_deref(), seen.invitation, seen.expires),
            (Some("ada"), first.id, first.expires)
        );
        desk.refuse_to_enrol_anew(&session.me)
            .await
            .expect("a refusal");
        let gone = desk.invitation(&first.secret).await;
        assert!(matches!(gone, Err(DeskError::NotFound)));

        let second = ask(&world, &ada, kit.id).await;
        let people = desk.people(&bea.1.me).await.expect("a list");
        let row = people.iter().find(|p| p.id == kit.id).expect("kit");
        let seen = row.anew.as_ref().expect("asked");
        assert_eq!(seen.by.as_deref(), Some("ada"));
        let new = desk.invitations(&bea.1.me).await.expect("a list");
        assert!(new.is_empty(), "it invites nobody new");
        desk.withdraw_invitation(&bea.1.me, seen.invitation)
            .await
            .expect("a withdrawal");
        let gone = desk.invitation(&second.secret).await;
        assert!(matches!(gone, Err(DeskError::NotFound)));
        let seen = desk.asked_to_enrol_anew(&session.me).await;
        assert!(seen.expect("an answer").is_none());

        // A new one takes the place of the one before.
        let third = ask(&world, &ada, kit.id).await;
        let fourth = ask(&world, &bea, kit.id).await;
        let gone = desk.invitation(&third.secret).await;
        assert!(matches!(gone, Err(DeskError::NotFound)));
        desk.invitation(&fourth.secret).await.expect("it works");
        let still = desk.session(&session.secret).await.expect("an answer");
        assert!(still.is_some(), "nothing of it ended a session");
        let ledger = world.ledger_text().await;
        assert_eq!(ledger.matches("staff.asked-to-enrol-anew").count(), 4);
        assert_eq!(ledger.matches("staff.invitation-withdrawn").count(), 2);
    });
}

#[test]
fn it_ends_by_itself_and_with_the_sign_in_of_either() {
    on_both(|world| async move {
        let desk = &world.desk;
        let (ada, bea) = (world.admin("ada").await, world.admin("bea").await);
        let kit = world.hire("kit", Role::Rep).await;
        let late = ask(&world, &ada, kit.id).await;
        world.clock.pass(hours(desk.settings.invitation_hours));
        let gone = desk.invitation(&late.secret).await;
        assert!(matches!(gone, Err(DeskError::NotFound)));
        let people = desk.people(&ada.1.me).await.expect("a list");
        assert!(people.iter().all(|person| person.anew.is_none()));

        let ended = ask(&world, &ada, kit.id).await;
        desk.deactivate(&ada.1.me, kit.id, &world.next_code(&ada.0))
            .await
            .expect("a deactivation");
        let code = world.next_code(&ada.0);
        let answer = desk.ask_to_enrol_anew(&ada.1.me, kit.id, &code).await;
        assert!(matches!(answer, Err(DeskError::Conflict(_))));
        desk.reactivate(&ada.1.me, kit.id, &code)
            .await
            .expect("a reactivation");
        let gone = desk.invitation(&ended.secret).await;
        assert!(matches!(gone, Err(DeskError::NotFound)));

        let theirs = ask(&world, &bea, kit.id).await;
        desk.deactivate(&ada.1.me, bea.0.id, &world.next_code(&ada.0))
            .await
            .expect("a deactivation");
        let gone = desk.invitation(&theirs.secret).await;
        assert!(matches!(gone, Err(DeskError::NotFound)));
    });
}

#[test]
fn the_operator_lets_the_last_admin_back_in() {
    on_both(|world| async move {
        let desk = &world.desk;
        let setup = desk
            .first_setup()
            .await
            .expect("an answer")
            .expect("a link");
        let ada = world.take_up(&setup, "ada").await;
        let invited = desk
            .operator_asks_to_enrol_anew(" ADA ")
            .await
            .expect("an invitation");
        let invite = desk
            .invitation(&invited.secret)
            .await
            .expect("an invitation");
        assert!(!invite.first && invite.invited_by.is_none());
        assert_eq!(invite.anew.as_deref(), Some("ada"));
        let session = world.sign_in(&ada).await;
        let people = desk.people(&session.me).await.expect("a list");
        let seen = people[0].anew.as_ref().expect("asked");
        assert!(seen.by.is_none());

        enrol(&world, &invited.secret).await;
        let old = desk.session(&session.secret).await.expect("an answer");
        assert!(old.is_none());
        assert!(desk.first_setup().await.expect("an answer").is_none());
        let ledger = world.ledger_text().await;
        assert!(ledger.contains(r#""actor":"operator""#), "{ledger}");

        let nobody = desk.operator_asks_to_enrol_anew("nobody").await;
        assert!(matches!(nobody, Err(DeskError::Invalid(_))));
    });
}

#[test]
fn admins_see_for_seven_days_who_enrolled_anew_and_who_refused() {
    on_both(|world| async move {
        let desk = &world.desk;
        let ada = world.admin("ada").await;
        let kit = world.hire("kit", Role::Rep).await;
        let session = world.sign_in(&kit).await;
        let seen = async || {
            let people = desk.people(&ada.1.me).await.expect("a list");
            let row = people.into_iter().find(|row| row.id == kit.id);
            let row = row.expect("kit");
            let answered = row.answered.into_iter();
            answered
                .map(|one| (one.by, one.refused))
                .collect::<Vec<_>>()
        };
        // What was withdrawn, or is waiting, is no answer.
        let first = ask(&world, &ada, kit.id).await;
        desk.withdraw_invitation(&ada.1.me, first.id)
            .await
            .expect("a withdrawal");
        ask(&world, &ada, kit.id).await;
        assert!(seen().await.is_empty());

        desk.refuse_to_enrol_anew(&session.me)
            .await
            .expect("a refusal");
        let by = Some("ada".to_owned());
        assert_eq!(seen().await, [(by.clone(), true)]);
        world.clock.pass(hours(24));
        let asked = desk.operator_asks_to_enrol_anew("kit").await;
        enrol(&world, &asked.expect("an invitation").secret).await;
        assert_eq!(seen().await, [(None, false), (by, true)]);

        world.clock.pass(hours(6 * 24));
        assert_eq!(seen().await, [(None, false)]);
        world.clock.pass(hours(24));
        assert!(seen().await.is_empty());
    });
}
