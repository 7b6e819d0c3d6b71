//! What the tests of the staff have in common.

use super::*;
use crate::{
    desk::Parts,
    testing::{TestEntropy, World},
};
use std::sync::Arc;

pub(super) const PASSWORD: &str = "seven quiet lanterns";
pub(super) const SOURCE: &str = "192.0.2.7";
pub(super) const AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// Somebody who came by an invitation.
pub(super) struct Person {
    pub(super) id: words::StaffId,
    pub(super) login: String,
    pub(super) totp: String,
}

impl World {
    pub(super) fn code(&self, totp: &str) -> String {
        code_at(totp, self.clock_now()).expect("a code")
    }

    pub(super) fn clock_now(&self) -> Time {
        self.desk.now()
    }

    /// Both pages of an invitation.
    pub(super) async fn take_up(&self, secret: &str, login: &str) -> Person {
        self.desk
            .check_enrolment(secret, login, login, PASSWORD)
            .await
            .expect("a first page");
        let invite = self.desk.invitation(secret).await.expect("an invitation");
        let totp = invite.enrolment.expect("an enrolment").totp_secret_base32;
        let id = self
            .desk
            .accept(secret, &self.code(&totp))
            .await
            .expect("a new colleague");
        Person {
            id,
            login: login.to_owned(),
            totp,
        }
    }

    /// Somebody whom the operator invited.
    pub(super) async fn hire(&self, login: &str, role: Role) -> Person {
        let invited = self.desk.operator_invites(login, role).await;
        self.take_up(&invited.expect("an invitation").secret, login)
            .await
    }

    /// An admin who is signed in, with an authenticator to show.
    pub(super) async fn admin(&self, login: &str) -> (Person, SignedIn) {
        let person = self.hire(login, Role::Admin).await;
        let session = self.sign_in(&person).await;
        (person, session)
    }

    /// The code that somebody's authenticator shows next.
    pub(super) fn next_code(&self, person: &Person) -> String {
        self.clock.pass(std::time::Duration::from_secs(30));
        self.code(&person.totp)
    }

    /// An invitation by an admin, with their next code.
    pub(super) async fn invited(
        &self,
        (person, session): &(Person, SignedIn),
        name: &str,
        role: Role,
    ) -> Invited {
        let code = self.next_code(person);
        let invited = self.desk.invite(&session.me, name, role, &code).await;
        invited.expect("an invitation")
    }

    /// Both steps of signing in, with the code that comes next.
    pub(super) async fn sign_in(&self, person: &Person) -> SignedIn {
        self.clock.pass(std::time::Duration::from_secs(30));
        let half = self
            .desk
            .sign_in(&person.login, PASSWORD, SOURCE, AGENT)
            .await
            .expect("the first step");
        self.desk
            .second_step(&half.secret, &self.code(&person.totp), SOURCE)
            .await
            .expect("the second step")
    }

    /// What the ledger holds, as one text.
    pub(super) async fn ledger_text(&self) -> String {
        let mut tx = self.desk.store.read().await.expect("a transaction");
        let rows = tx.ledger_rows(0, 10_000).await.expect("rows");
        rows.into_iter().map(|row| row.body + "\n").collect()
    }
}

/// Another process on the same database, with the same keys.
pub(super) fn restarted(world: &World) -> Desk {
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
        texts: None,
        provider: world.provider.clone(),
        catalogue: crate::catalogue::Catalogue::shipped(),
        places: None,
        rules: watch::Rules::default(),
        settings: world.desk.settings.clone(),
    })
}

pub(super) fn words_of<T>(answer: Result<T, DeskError>) -> String {
    answer
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

#[test]
fn names_are_tidied_and_bounded() {
    assert_eq!(tidy_name("  Kit \t Arlo ").expect("a name"), "Kit Arlo");
    assert!(tidy_name("   ").is_err());
    assert!(tidy_name(&"x".repeat(81)).is_err());
    assert!(tidy_name("a\u{7}b").is_err());
}
