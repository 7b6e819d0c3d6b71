use super::*;
use crate::testing::on_both;

#[test]
fn a_token_acts_as_staff_of_its_role_within_its_scopes() {
    on_both(|world| async move {
        let desk = &world.desk;
        let secret = desk
            .create_token(None, "chat robot", Role::Rep, 30, &["tickets".to_owned()])
            .await;
        let secret = secret.expect("a token");
        assert!(secret.starts_with("stt_") && secret.len() == 47);
        let me = desk
            .token(&secret)
            .await
            .expect("an answer")
            .expect("a token");
        assert_eq!(
            (me.role, me.session, me.name.as_str()),
            (Role::Rep, None, "chat robot")
        );
        assert_eq!(me.scopes.as_deref(), Some(&["tickets".to_owned()][..]));
        assert!(me.login.starts_with("token:"));
        assert!(desk.token(&secret[4..]).await.expect("an answer").is_none());
        assert!(
            desk.token("stt_unknown")
                .await
                .expect("an answer")
                .is_none()
        );

        desk.token(&secret).await.expect("an answer");
        let ledger = world.ledger_text().await;
        assert_eq!(ledger.matches("staff.token-made").count(), 1);
        assert_eq!(ledger.matches("staff.token-first-used").count(), 1);
        assert!(!ledger.contains("chat robot") && !ledger.contains(&secret));
    });
}

#[test]
fn a_token_without_scopes_named_has_all_but_reveals_and_an_unknown_one_is_refused() {
    on_both(|world| async move {
        let desk = &world.desk;
        let secret = desk
            .create_token(None, "import", Role::Admin, 1, &[])
            .await
            .expect("a token");
        let me = desk
            .token(&secret)
            .await
            .expect("an answer")
            .expect("a token");
        let all = SCOPES.iter().filter(|scope| **scope != "reveals");
        assert!(all.eq(&me.scopes.expect("scopes")));
        let scopes = ["everything".to_owned()];
        let answer = desk
            .create_token(None, "import", Role::Admin, 1, &scopes)
            .await;
        assert!(matches!(answer, Err(DeskError::Invalid(text)) if text.contains("ledger")));
        for days in [0, 731] {
            let answer = desk
                .create_token(None, "import", Role::Admin, days, &[])
                .await;
            assert!(matches!(answer, Err(DeskError::Invalid(_))));
        }
    });
}

#[test]
fn a_token_ends_by_itself_and_by_revoking() {
    on_both(|world| async move {
        let desk = &world.desk;
        let (ada, session) = world.admin("ada").await;
        let admin = session.me;
        let mut made = Vec::new();
        for (name, days) in [("short", 1), ("long", 30)] {
            let by = (&admin, &*world.next_code(&ada));
            let token = desk.create_token(Some(by), name, Role::Rep, days, &[]);
            made.push(token.await.expect("a token"));
        }
        let (short, long) = (&made[0], &made[1]);
        world.clock.pass(hours(24));
        assert!(desk.token(short).await.expect("an answer").is_none());
        assert!(desk.token(long).await.expect("an answer").is_some());

        let list = desk.tokens(&admin).await.expect("a list");
        let active: Vec<_> = list
            .iter()
            .map(|t| (t.name.as_str(), t.active, t.used.is_some()))
            .collect();
        assert_eq!(active, [("long", true, true), ("short", false, false)]);
        assert_eq!(list[0].made_by.as_deref(), Some("ada"));

        let id = list[0].id;
        desk.revoke_token(&admin, id).await.expect("a revocation");
        assert!(desk.token(long).await.expect("an answer").is_none());
        assert!(matches!(
            desk.revoke_token(&admin, id).await,
            Err(DeskError::NotFound)
        ));
    });
}

#[test]
fn only_admins_in_person_make_and_see_tokens() {
    on_both(|world| async move {
        let desk = &world.desk;
        let secret = desk
            .create_token(None, "robot", Role::Admin, 30, &[])
            .await
            .expect("a token");
        let robot = desk
            .token(&secret)
            .await
            .expect("an answer")
            .expect("a token");
        let mut askers = vec![robot];
        for role in [Role::Rep, Role::Lead, Role::Auditor] {
            askers.push(world.staff(role.as_str(), role).await);
        }
        for me in &askers {
            let made = desk
                .create_token(Some((me, "12345")), "more", Role::Rep, 30, &[])
                .await;
            assert!(
                matches!(made, Err(DeskError::Forbidden(_))),
                "{:?}",
                me.role
            );
            assert_eq!(desk.tokens(me).await.is_ok(), me.role == Role::Auditor);
        }
    });
}

#[test]
fn an_admins_session_alone_makes_no_token() {
    on_both(|world| async move {
        let desk = &world.desk;
        let (ada, session) = world.admin("ada").await;
        let me = session.me;
        let used = world.code(&ada.totp);
        for code in ["", used.as_str(), "12345", "12345", "12345"] {
            let made = desk.create_token(Some((&me, code)), "robot", Role::Admin, 30, &[]);
            assert!(matches!(made.await, Err(DeskError::Invalid(_))), "{code}");
        }
        // These tries are the same as those at asking somebody to enrol anew.
        let kit = world.hire("kit", Role::Rep).await;
        let code = world.next_code(&ada);
        let asked = desk.ask_to_enrol_anew(&me, kit.id, &code).await;
        assert!(matches!(asked, Err(DeskError::Limited(_))));
        let made = desk.create_token(Some((&me, &code)), "robot", Role::Admin, 30, &[]);
        assert!(matches!(made.await, Err(DeskError::Limited(_))));
        assert!(desk.tokens(&me).await.expect("a list").is_empty());
        let ledger = world.ledger_text().await;
        assert!(!ledger.contains("staff.token-made"));

        world.clock.pass(std::time::Duration::from_mins(10));
        let code = world.code(&ada.totp);
        let made = desk.create_token(Some((&me, &code)), "robot", Role::Rep, 30, &[]);
        made.await.expect("a token");
    });
}

#[test]
fn a_token_is_no_person() {
    on_both(|world| async move {
        let desk = &world.desk;
        let admin = world.staff("ada", Role::Admin).await;
        let secret = desk
            .create_token(None, "robot", Role::Rep, 30, &[])
            .await
            .expect("a token");
        let robot = desk
            .token(&secret)
            .await
            .expect("an answer")
            .expect("a token");
        assert!(
            desk.people(&admin)
                .await
                .expect("a list")
                .iter()
                .all(|p| p.id != robot.id)
        );
        assert!(matches!(
            desk.deactivate(&admin, robot.id, "12345").await,
            Err(DeskError::NotFound)
        ));
        assert!(matches!(
            desk.reactivate(&admin, robot.id, "12345").await,
            Err(DeskError::NotFound)
        ));
        assert!(desk.session(&secret).await.expect("an answer").is_none());
    });
}
