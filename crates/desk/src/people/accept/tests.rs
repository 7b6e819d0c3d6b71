use super::super::tests::{AGENT, PASSWORD, SOURCE};
use super::*;
use crate::{settings::hours, testing::on_both};

#[test]
fn an_invited_person_chooses_a_login_confirms_a_code_and_is_staff() {
    on_both(|world| async move {
        let desk = &world.desk;
        let admin = world.admin("ada").await;
        let invited = world.invited(&admin, "Kit Arlo", Role::Lead).await;

        let before = desk
            .invitation(&invited.secret)
            .await
            .expect("an invitation");
        assert_eq!(
            (before.name.as_str(), before.role, before.first),
            ("Kit Arlo", Role::Lead, false)
        );
        assert_eq!(before.invited_by.as_deref(), Some("ada"));
        assert!(
            before.enrolment.is_none(),
            "no secret before a password is chosen"
        );
        let early = desk.accept(&invited.secret, "000000").await;
        assert!(matches!(early, Err(DeskError::Conflict(_))));

        let kit = world.take_up(&invited.secret, "kit").await;
        let mut tx = desk.store.read().await.expect("a transaction");
        let row = tx.staff(kit.id).await.expect("an answer").expect("staff");
        assert_eq!(
            (row.role, row.token, row.login.as_str()),
            (Role::Lead, false, "kit")
        );
        let used = tx
            .invitation(&vault::hash(invited.secret.as_bytes()))
            .await
            .expect("an answer");
        let used = used.expect("an invitation");
        assert!(used.password.is_none() && used.totp.is_none() && used.used_at.is_some());
        drop(tx);

        let ledger = world.ledger_text().await;
        assert!(ledger.contains("staff.invited") && ledger.contains("staff.accepted"));
        assert!(
            !ledger.contains("kit") && !ledger.contains("Arlo"),
            "{ledger}"
        );
    });
}

#[test]
fn an_invitation_works_once() {
    on_both(|world| async move {
        let desk = &world.desk;
        let admin = world.admin("ada").await;
        let invited = world.invited(&admin, "Kit Arlo", Role::Rep).await;
        let kit = world.take_up(&invited.secret, "kit").await;
        let code = world.code(&kit.totp);
        assert!(matches!(
            desk.invitation(&invited.secret).await,
            Err(DeskError::NotFound)
        ));
        assert!(matches!(
            desk.accept(&invited.secret, &code).await,
            Err(DeskError::NotFound)
        ));
        let page = desk
            .check_enrolment(&invited.secret, "Kit", "kit2", PASSWORD)
            .await;
        assert!(matches!(page, Err(DeskError::NotFound)));
        assert!(matches!(
            desk.invitation("unknown").await,
            Err(DeskError::NotFound)
        ));
    });
}

#[test]
fn an_expired_invitation_answers_as_an_unknown_one() {
    on_both(|world| async move {
        let desk = &world.desk;
        let admin = world.admin("ada").await;
        let invited = world.invited(&admin, "Kit Arlo", Role::Rep).await;
        desk.check_enrolment(&invited.secret, "Kit", "kit", PASSWORD)
            .await
            .expect("a first page");
        let page = desk
            .invitation(&invited.secret)
            .await
            .expect("an invitation");
        let totp = page.enrolment.expect("an enrolment").totp_secret_base32;
        world.clock.pass(hours(desk.settings.invitation_hours));
        let code = world.code(&totp);
        assert!(matches!(
            desk.accept(&invited.secret, &code).await,
            Err(DeskError::NotFound)
        ));
        assert!(matches!(
            desk.invitation(&invited.secret).await,
            Err(DeskError::NotFound)
        ));
        assert!(
            desk.invitations(&admin.1.me)
                .await
                .expect("a list")
                .is_empty()
        );

        // The next invitation clears away what was chosen for this one.
        world.invited(&admin, "Sol", Role::Rep).await;
        let mut tx = desk.store.read().await.expect("a transaction");
        let row = tx
            .invitation(&vault::hash(invited.secret.as_bytes()))
            .await
            .expect("an answer");
        assert!(row.expect("an invitation").password.is_none());
    });
}

#[test]
fn a_wrong_code_makes_nobody_staff_and_can_be_tried_again_only_so_often() {
    on_both(|world| async move {
        let desk = &world.desk;
        let admin = world.admin("ada").await;
        let invited = world.invited(&admin, "Kit Arlo", Role::Rep).await;
        desk.check_enrolment(&invited.secret, "Kit", "kit", PASSWORD)
            .await
            .expect("a first page");
        let page = desk
            .invitation(&invited.secret)
            .await
            .expect("an invitation");
        let totp = page.enrolment.expect("an enrolment").totp_secret_base32;
        for _ in 0..10 {
            let answer = desk.accept(&invited.secret, "12345").await;
            assert!(matches!(answer, Err(DeskError::Invalid(_))));
        }
        let code = world.code(&totp);
        assert!(matches!(
            desk.accept(&invited.secret, &code).await,
            Err(DeskError::Limited(_))
        ));
        world.clock.pass(minutes(1));
        let code = world.code(&totp);
        desk.accept(&invited.secret, &code)
            .await
            .expect("a new colleague");
    });
}

#[test]
fn a_code_never_confirms_a_password_that_somebody_else_chose_in_between() {
    on_both(|world| async move {
        let desk = &world.desk;
        let admin = world.admin("ada").await;
        let invited = world.invited(&admin, "Kit Arlo", Role::Rep).await;
        desk.check_enrolment(&invited.secret, "Kit", "kit", PASSWORD)
            .await
            .expect("a first page");
        let page = desk
            .invitation(&invited.secret)
            .await
            .expect("an invitation");
        let totp = page.enrolment.expect("an enrolment").totp_secret_base32;
        desk.check_enrolment(&invited.secret, "Mal", "mal", "eight loud lanterns")
            .await
            .expect("a page");
        let answer = desk.accept(&invited.secret, &world.code(&totp)).await;
        assert!(matches!(answer, Err(DeskError::Invalid(_))));
    });
}

#[test]
fn what_cannot_be_chosen_is_said_and_nothing_is_kept() {
    on_both(|world| async move {
        let desk = &world.desk;
        let admin = world.admin("ada").await;
        let invited = world.invited(&admin, "Kit Arlo", Role::Rep).await;
        let secret = invited.secret;
        for (name, login, password) in [
            ("", "kit", PASSWORD),
            ("Kit", "k", PASSWORD),
            ("Kit", "kit arlo", PASSWORD),
            ("Kit", "token:1", PASSWORD),
            ("Kit", "kit", "too short"),
            ("Kit", "kit.arlo", "kit.arlo is me"),
        ] {
            let answer = desk.check_enrolment(&secret, name, login, password).await;
            assert!(
                matches!(answer, Err(DeskError::Invalid(_))),
                "{name} {login} {password}"
            );
        }
        let taken = desk.check_enrolment(&secret, "Kit", "ADA", PASSWORD).await;
        assert!(matches!(taken, Err(DeskError::Conflict(_))));
        assert!(
            desk.invitation(&secret)
                .await
                .expect("an invitation")
                .enrolment
                .is_none()
        );
    });
}

#[test]
fn a_login_that_was_taken_in_between_uses_up_nothing() {
    on_both(|world| async move {
        let desk = &world.desk;
        let admin = world.admin("ada").await;
        let invited = world.invited(&admin, "Kit Arlo", Role::Rep).await;
        desk.check_enrolment(&invited.secret, "Kit", "kit", PASSWORD)
            .await
            .expect("a first page");
        world.staff("kit", Role::Rep).await;
        let page = desk
            .invitation(&invited.secret)
            .await
            .expect("an invitation");
        let totp = page.enrolment.expect("an enrolment").totp_secret_base32;
        let answer = desk.accept(&invited.secret, &world.code(&totp)).await;
        assert!(matches!(answer, Err(DeskError::Conflict(_))));
        world.take_up(&invited.secret, "kit2").await;
    });
}

#[test]
fn the_code_that_enrolled_does_not_sign_in() {
    on_both(|world| async move {
        let kit = world.hire("kit", Role::Rep).await;
        let half = world
            .desk
            .sign_in("kit", PASSWORD, SOURCE, AGENT)
            .await
            .expect("a first step");
        let answer = world
            .desk
            .second_step(&half.secret, &world.code(&kit.totp), SOURCE)
            .await;
        assert!(matches!(answer, Err(DeskError::Invalid(_))));
    });
}
