use std::time::Duration;

use receipt::Code;
use words::{
    AccountId, Channel, HoldLevel, ProofKind, RequestKind, RequestState, Role, SavedCodeId,
};

use crate::{
    Answer, Me,
    accounts::AccountDocument,
    letter::Letter,
    testing::{TestEntropy, World, on_both},
    ticket::NewTicket,
};

const HOUR: Duration = Duration::from_hours(1);

/// A customer with a registered email.
async fn customer(world: &World) -> AccountId {
    let document = AccountDocument::from_json(
        br#"{"display_name":"Robin Vale","contact_points":[{"kind":"email","value":"robin@mail.example","registered_at":"2019-05-01","confirmed_at":"2019-05-01"}]}"#,
    )
    .expect("a document");
    world
        .desk
        .put_account(None, "A-1042", document)
        .await
        .expect("put");
    let mut tx = world.desk.store().read().await.expect("a transaction");
    let row = tx.account_named("A-1042").await.expect("a read");
    row.expect("there").id
}

/// Support freezes the account. The call in which that happened.
async fn frozen(world: &World, lead: &Me, robin: AccountId) -> i64 {
    let new = NewTicket {
        channel: Channel::Phone,
        subject: "Help".to_owned(),
        heard: None,
        account: Some(robin),
        mine: true,
    };
    let ticket = world.desk.open_ticket(lead, new).await.expect("a call");
    ask(world, lead, ticket, RequestKind::Lock).await;
    ticket
}

async fn ask(world: &World, me: &Me, ticket: i64, kind: RequestKind) -> crate::Asked {
    let asked = world.desk.ask(me, ticket, kind, "", "").await;
    asked.expect("an answer")
}

/// Saves a recovery code as the owner's page will: as a keyed hash, in effect from then on.
async fn save(world: &World, robin: AccountId, code: &Code, from: Duration) {
    let now = world.desk.now();
    let mut tx = world.desk.store().begin().await.expect("a transaction");
    let account = world
        .desk
        .account(&mut tx, robin)
        .await
        .expect("an account");
    let key = world.desk.key(&account).expect("a key");
    let digest = crate::saved::digest(&key, code);
    let id = world.desk.id(SavedCodeId::new);
    tx.save_codes(robin, &[(id, digest)], now, now + from)
        .await
        .expect("saved");
    tx.commit().await.expect("a commit");
}

/// Asks for the thaw and presses yes. The secret of the owner's page, if they were asked.
async fn yes(world: &World, me: &Me, ticket: i64) -> (crate::Asked, Option<String>) {
    let asked = ask(world, me, ticket, RequestKind::Unlock).await;
    world.work().await;
    let sent = std::mem::take(&mut *world.mail.sent.lock().expect("lock"));
    let link = sent.iter().find_map(|envelope| match &envelope.letter {
        Letter::Confirm { link, .. } => Some(link.clone()),
        _ => None,
    });
    let Some(link) = link else {
        return (asked, None);
    };
    let secret = link.rsplit('/').next().expect("a secret").to_owned();
    world
        .desk
        .answer(&secret, Answer::Yes)
        .await
        .expect("a page");
    (asked, Some(secret))
}

async fn attempts(world: &World, robin: AccountId) -> i64 {
    let mut tx = world.desk.store().read().await.expect("a transaction");
    let account = world.desk.account(&mut tx, robin).await;
    account.expect("an account").attempts
}

#[test]
fn a_saved_code_that_did_not_count_before_the_hold_is_no_way_to_lift_it() {
    on_both(|world| async move {
        let lead = world.staff("lee", Role::Lead).await;
        let robin = customer(&world).await;
        let code = Code::new(&TestEntropy::new(3));
        save(&world, robin, &code, HOUR * 72).await;
        let ticket = frozen(&world, &lead, robin).await;
        for _ in 0..2 {
            let (asked, asked_at) = yes(&world, &lead, ticket).await;
            assert_eq!(&*asked.rule, "no-way-to-prove");
            assert_eq!(asked_at, None, "nobody is asked for what doesn't count");
            // Later they count, and not for this hold.
            world.clock.pass(HOUR * 73);
            world.work().await;
        }
    });
}

#[test]
fn a_saved_code_that_counted_before_the_hold_lifts_it_once() {
    on_both(|world| async move {
        let lead = world.staff("lee", Role::Lead).await;
        let robin = customer(&world).await;
        let (code, other) = (
            Code::new(&TestEntropy::new(3)),
            Code::new(&TestEntropy::new(4)),
        );
        save(&world, robin, &code, HOUR * 72).await;
        world.clock.pass(HOUR * 73);
        let ticket = frozen(&world, &lead, robin).await;
        let (asked, secret) = yes(&world, &lead, ticket).await;
        let secret = secret.expect("asked");
        let page = world.desk.owner_page(&secret).await.expect("a page");
        assert_eq!(page.more, [ProofKind::Saved]);
        // A receipt is no way of this account, whatever is typed.
        let printed = code.printed();
        let receipt = world
            .desk
            .owner_step(&secret, ProofKind::Receipt, &printed)
            .await;
        assert!(receipt.is_err());
        let wrong = world
            .desk
            .owner_step(&secret, ProofKind::Saved, "K7QX-2M4P")
            .await;
        assert!(wrong.expect("a page").tried, "a typo");
        let attempts = attempts(&world, robin).await;
        let wrong = world
            .desk
            .owner_step(&secret, ProofKind::Saved, &other.printed())
            .await;
        assert!(wrong.expect("a page").tried);
        assert_eq!(self::attempts(&world, robin).await, attempts + 1);
        let typed = code.printed().to_lowercase().replace('-', " ");
        let right = world.desk.owner_step(&secret, ProofKind::Saved, &typed);
        assert!(!right.await.expect("a page").tried);
        let mut tx = world.desk.store().read().await.expect("a transaction");
        let account = world
            .desk
            .account(&mut tx, robin)
            .await
            .expect("an account");
        assert_eq!(account.hold, HoldLevel::None);
        let request = tx.request(asked.id).await.expect("a read");
        assert_eq!(request.expect("there").state, RequestState::Done);
        assert_eq!(
            tx.saved_codes_left(robin, world.desk.now())
                .await
                .expect("a count"),
            0,
            "used up"
        );
    });
}
