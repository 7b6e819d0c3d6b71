use super::super::tests::Person;
use super::*;
use crate::{
    people::SignedIn,
    testing::{World, on_both},
};

/// A token of an admin's, by their next code.
async fn token(world: &World, (person, session): &(Person, SignedIn), name: &str) -> String {
    let by = (&session.me, &*world.next_code(person));
    let token = world
        .desk
        .create_token(Some(by), name, Role::Admin, 30, &[]);
    token.await.expect("a token")
}

#[test]
fn one_sees_what_one_made_and_what_works_still() {
    on_both(|world| async move {
        let desk = &world.desk;
        let (ada, bea) = (world.admin("ada").await, world.admin("bea").await);
        let kit = world.hire("kit", Role::Rep).await;
        let none = desk.made_by_me(&ada.1.me).await.expect("an answer");
        assert!(none.tokens.is_empty() && none.invitations.is_empty());

        token(&world, &ada, "import").await;
        token(&world, &ada, "old import").await;
        token(&world, &bea, "of another").await;
        let lost = world.invited(&ada, "Sol Arlo", Role::Rep).await;
        world.invited(&bea, "Of Another", Role::Rep).await;
        world.invited(&ada, "Pia Arlo", Role::Lead).await;
        let code = world.next_code(&ada.0);
        desk.ask_to_enrol_anew(&ada.1.me, kit.id, &code)
            .await
            .expect("an invitation");
        let made = desk.made_by_me(&ada.1.me).await.expect("an answer");
        let old = made.tokens.iter().find(|token| token.name == "old import");
        desk.revoke_token(&ada.1.me, old.expect("a token").id)
            .await
            .expect("a revocation");
        desk.withdraw_invitation(&ada.1.me, lost.id)
            .await
            .expect("a withdrawal");

        let made = desk.made_by_me(&ada.1.me).await.expect("an answer");
        let tokens: Vec<_> = made
            .tokens
            .iter()
            .map(|token| token.name.as_str())
            .collect();
        assert_eq!(tokens, ["import"]);
        let invitations: Vec<_> = made
            .invitations
            .iter()
            .map(|row| (row.name.as_str(), row.anew))
            .collect();
        assert_eq!(invitations, [("kit", true), ("Pia Arlo", false)]);
    });
}

#[test]
fn enrolling_anew_ends_the_tokens_and_invitations_that_the_person_made_and_no_others() {
    on_both(|world| async move {
        let desk = &world.desk;
        let (ada, bea) = (world.admin("ada").await, world.admin("bea").await);
        let kit = world.hire("kit", Role::Rep).await;
        let (beas, adas) = (
            token(&world, &bea, "beas").await,
            token(&world, &ada, "adas").await,
        );
        let guest = world.invited(&bea, "Pia Arlo", Role::Admin).await;
        let other = world.invited(&ada, "Sol Arlo", Role::Rep).await;
        let code = world.next_code(&bea.0);
        let kits = desk.ask_to_enrol_anew(&bea.1.me, kit.id, &code).await;
        let kits = kits.expect("an invitation");
        let code = world.next_code(&ada.0);
        let asked = desk.ask_to_enrol_anew(&ada.1.me, bea.0.id, &code).await;
        let asked = asked.expect("an invitation");
        let works = async |secret: &str| {
            let me = desk.token(secret).await;
            me.expect("an answer").is_some()
        };
        assert!(works(&beas).await, "asking ends nothing");

        world.take_up(&asked.secret, "bea").await;
        assert!(!works(&beas).await && works(&adas).await);
        for gone in [&guest, &kits] {
            let answer = desk.invitation(&gone.secret).await;
            assert!(matches!(answer, Err(DeskError::NotFound)));
        }
        desk.invitation(&other.secret).await.expect("it works");
        let ledger = world.ledger_text().await;
        let entry = ledger
            .lines()
            .find(|line| line.contains("staff.enrolled-anew"))
            .expect("an entry");
        assert!(
            entry.contains(r#""tokens":1"#) && entry.contains(r#""invitations":2"#),
            "{entry}"
        );
    });
}
