//! Real things of other people, and of other kinds than a route is about.

use desk::{
    Answer, Filter, Me,
    accounts::AccountDocument,
    letter::{CarrierError, Envelope, Letter},
    testing::World,
    ticket::NewTicket,
};
use std::collections::BTreeMap;
use words::{AccountId, Channel, RequestKind, Role};

use crate::{
    house::{Person, token},
    row::{Ids, Row, made_up},
};

const ROBIN: &str = r#"{"display_name":"Robin Vale","customer_since":"2019-05-01",
  "contact_points":[{"kind":"email","value":"robin@mail.example","registered_at":"2019-05-01","confirmed_at":"2019-05-01"}],
  "fields":{"address":"12 Canary Lane, Leeds"}}"#;

/// What there is, by its id as it stands in a path.
pub(crate) struct Things {
    /// A ticket of the lead's, on the lead's queue.
    escalated: String,
    /// A ticket on the safety queue.
    safety: String,
    /// A rep's ticket without an account.
    open: String,
    /// A rep's ticket, and the question in it whether something may be seen.
    asked: (String, String),
    /// An account.
    pub(crate) account: String,
    /// A letter that was sent, and one that waits.
    sent: String,
    waiting: String,
    /// A letter that was given up.
    dead: String,
    /// Invitations: taken up, withdrawn, open.
    used: String,
    withdrawn: (String, String),
    open_invitation: String,
    /// Sessions, by whose they are.
    sessions: BTreeMap<Role, String>,
    /// Tokens: one that works, one that is revoked; and the staff that a token acts as.
    pub(crate) live_token: String,
    revoked: String,
    machine: String,
    /// Somebody who works here.
    person: String,
    /// An alarm that nobody has looked at.
    alarm: String,
    /// Secrets: of two questions to the owner, of the links by which staff came in, of a session and of
    /// a token.
    confirm: String,
    not_me: String,
    links: Vec<String>,
    session: String,
    token: String,
}

impl Things {
    pub(crate) async fn of(world: &World, staff: &BTreeMap<Role, Person>) -> Self {
        let desk = &world.desk;
        let (rep, lead, admin) = (
            &staff[&Role::Rep].me,
            &staff[&Role::Lead].me,
            &staff[&Role::Admin].me,
        );
        let account = account(world, "A-1042").await;
        let other = self::account(world, "A-1043").await;

        // A ticket with a delivery that goes and a question that is asked; and one that ends in a freeze.
        let ticket = call(world, rep, Some(account)).await;
        ask(world, rep, ticket, RequestKind::Deliver, "address").await;
        ask(world, rep, ticket, RequestKind::Reset, "").await;
        let frozen = call(world, rep, Some(other)).await;
        ask(world, rep, frozen, RequestKind::Deliver, "address").await;
        world.work().await;
        let sent = jobs(world, "done").await;
        let letters = world.mail.sent.lock().expect("lock").clone();
        let deliveries: Vec<&Envelope> = letters
            .iter()
            .filter(|e| matches!(e.letter, Letter::Delivery { .. }))
            .collect();
        let not_me = secret(deliveries[0]);
        let no = secret(deliveries[1]);
        desk.answer(&no, Answer::No).await.expect("frozen");
        let safety = desk.list(lead, Filter::Safety, None, 1).await;
        let safety = safety.expect("a list")[0].number;
        let confirm = letters
            .iter()
            .find(|e| matches!(e.letter, Letter::Confirm { .. }))
            .map(secret);

        // A letter that is given up, and one that waits.
        let never = CarrierError::Never("550 no".to_owned());
        world.work().await;
        world.mail.failures.lock().expect("lock").push(never);
        ask(world, rep, ticket, RequestKind::Deliver, "address").await;
        world.work().await;
        let dead = jobs(world, "dead").await;
        ask(world, rep, ticket, RequestKind::Deliver, "address").await;
        let waiting = jobs(world, "ready").await;

        let asked = desk
            .ask(rep, ticket, RequestKind::Reveal, "address", "")
            .await;
        let asked = asked.expect("asked").id.to_string();

        let escalated = call(world, lead, None).await;
        desk.escalate(lead, escalated, "odd")
            .await
            .expect("escalated");
        let open = call(world, rep, None).await;

        let code = staff[&Role::Admin].next_code(world);
        let invited = desk.invite(admin, "Nobody", Role::Rep, &code).await;
        let withdrawn = invited.expect("invited");
        let code = staff[&Role::Admin].next_code(world);
        let invited = desk.invite(admin, "Somebody", Role::Rep, &code).await;
        let open_invitation = invited.expect("invited").id.to_string();
        desk.withdraw_invitation(admin, withdrawn.id)
            .await
            .expect("withdrawn");

        let decoy = desk.make_decoys(1, &[]).await.expect("a decoy").remove(0);
        desk.look_up(rep, "external_id", &decoy)
            .await
            .expect("found");
        let alarms = desk.alarms(lead, None, 1).await.expect("alarms");

        let secret = token(world, Role::Rep, &[]).await;
        let machine = desk.token(&secret).await.expect("asked").expect("there").id;
        let revoked = token(world, Role::Rep, &[]).await;
        let staff_of_revoked = desk.token(&revoked).await.expect("asked").expect("there");
        let tokens = desk.tokens(admin).await.expect("a list");
        let of = |staff: words::StaffId| {
            let mut found = tokens.iter().filter(|token| token.staff == staff);
            found.next().expect("listed").id
        };
        desk.revoke_token(admin, of(staff_of_revoked.id))
            .await
            .expect("revoked");

        let session = |role: &Role| staff[role].me.session.expect("a session").to_string();
        Self {
            escalated: escalated.to_string(),
            safety: safety.to_string(),
            open: open.to_string(),
            asked: (ticket.to_string(), asked),
            account: account.to_string(),
            sent: sent[0].clone(),
            waiting: waiting[0].clone(),
            dead: dead[0].clone(),
            used: staff[&Role::Rep].invited.clone(),
            withdrawn: (withdrawn.id.to_string(), withdrawn.secret),
            open_invitation,
            sessions: staff.keys().map(|role| (*role, session(role))).collect(),
            live_token: of(machine).to_string(),
            revoked: of(staff_of_revoked.id).to_string(),
            machine: machine.to_string(),
            person: rep.id.to_string(),
            alarm: alarms[0].id.to_string(),
            confirm: confirm.expect("a question"),
            not_me,
            links: staff.values().map(|person| person.link.clone()).collect(),
            session: staff[&Role::Rep].session.clone(),
            token: secret,
        }
    }
}

impl Things {
    /// The path of a row with real ids in it, on which somebody of the right role could act.
    pub(crate) fn real(&self, row: &Row) -> String {
        let mut ids = made_up();
        ids.insert("number", self.open.clone());
        ids.insert("external_id", "A-1042".to_owned());
        ids.insert("secret", self.confirm.clone());
        if row.path.contains("/requests/{id}") {
            ids.insert("number", self.asked.0.clone());
        }
        let id = match row.path {
            path if path.contains("/requests/{id}") => &self.asked.1,
            path if path.starts_with("/desk/mail/") => &self.dead,
            path if path.starts_with("/desk/people/invitations/") => &self.open_invitation,
            path if path.starts_with("/desk/people/") => &self.person,
            path if path.starts_with("/desk/sessions/") => &self.sessions[&Role::Lead],
            path if path.starts_with("/desk/alarms/") => &self.alarm,
            path if path.starts_with("/desk/tokens/") => &self.live_token,
            _ => &self.account,
        };
        ids.insert("id", id.clone());
        row.path_of(&ids)
    }

    /// The paths of a row with real ids in them that are another's, or of another thing than the
    /// route is about: for this role there is nothing at any of them. Leads and admins see every
    /// ticket, so none of those is another's to them.
    pub(crate) fn anothers(&self, row: &Row, role: Role) -> Vec<String> {
        let of = |name: &'static str, ids: &[&String]| -> Vec<String> {
            let path = |id: &&String| {
                let id = Ids::from([(name, (*id).clone())]);
                row.path_of(&made_up().into_iter().chain(id).collect())
            };
            ids.iter().map(path).collect()
        };
        match row.path {
            path if path.contains("/tickets/{number}") && role == Role::Rep => {
                of("number", &[&self.escalated, &self.safety])
            }
            path if path.contains("/tickets/{number}") => of("number", &[&self.account]),
            "/desk/mail/{id}/resend" => of(
                "id",
                &[&self.sent, &self.waiting, &self.person, &self.account],
            ),
            "/desk/people/invitations/{id}/withdraw" => {
                of("id", &[&self.used, &self.withdrawn.0, &self.person])
            }
            path if path.starts_with("/desk/people/{id}/") => {
                of("id", &[&self.machine, &self.account, &self.open_invitation])
            }
            "/desk/alarms/{id}/seen" => of("id", &[&self.account, &self.person]),
            "/desk/sessions/{id}/end" => {
                let others = self.sessions.iter().filter(|(whose, _)| **whose != role);
                let mut ids: Vec<&String> = others.map(|(_, id)| id).collect();
                ids.extend([&self.person, &self.live_token]);
                of("id", &ids)
            }
            "/desk/tokens/{id}/revoke" => {
                let session = &self.sessions[&Role::Rep];
                of("id", &[&self.revoked, &self.machine, session])
            }
            path if path.contains("/accounts/{external_id}") => {
                of("external_id", &[&self.account, &self.person])
            }
            _ => Vec::new(),
        }
    }

    /// The paths of a row of a link with secrets in them that are no links to it.
    pub(crate) fn wrong_links(&self, row: &Row) -> Vec<String> {
        let path = |page: &str, secret: &String| {
            let ids = [("page", page.to_owned()), ("secret", secret.clone())];
            row.path_of(&made_up().into_iter().chain(ids).collect())
        };
        let keys = [&self.session, &self.token, &self.withdrawn.1];
        let taken_up = self.links.iter();
        let owners = [&self.confirm, &self.not_me];
        if row.path.starts_with("/owner/") {
            let mut paths = vec![
                path("not-me", &self.confirm),
                path("was-this-you", &self.confirm),
                path("confirm", &self.not_me),
            ];
            paths.extend(taken_up.chain(keys).map(|secret| path("confirm", secret)));
            paths
        } else {
            let secrets = taken_up.chain(keys).chain(owners);
            secrets.map(|secret| path("confirm", secret)).collect()
        }
    }
}

/// How everything stands that a call could have changed.
pub(crate) async fn standing(
    world: &World,
    staff: &BTreeMap<Role, Person>,
    things: &Things,
) -> String {
    let (desk, admin) = (&world.desk, &staff[&Role::Admin].me);
    let mut lines = Vec::new();
    for person in staff.values() {
        let sessions = desk.sessions(&person.me).await.expect("sessions");
        lines.push(format!("{} {}", person.me.name, sessions.len()));
    }
    let people = desk.people(admin).await.expect("people");
    lines.extend(
        people
            .iter()
            .map(|row| format!("{} {:?}", row.name, row.ended)),
    );
    let open = desk.invitations(admin).await.expect("invitations");
    lines.extend(open.iter().map(|row| row.id.to_string()));
    let tokens = desk.tokens(admin).await.expect("tokens");
    let ended = tokens.iter().filter(|token| !token.active);
    lines.extend(ended.map(|token| token.id.to_string()));
    for state in ["ready", "running", "done", "dead"] {
        lines.extend(jobs(world, state).await);
    }
    for link in [&things.confirm, &things.not_me] {
        let page = desk.owner_page(link).await.expect("a page");
        lines.push(format!("{:?}", page.answer));
    }
    let mut tx = desk.store().read().await.expect("a transaction");
    let mut number = 1;
    while let Some(ticket) = tx.ticket(number).await.expect("a read") {
        lines.push(format!("{ticket:?}"));
        number += 1;
    }
    let account = tx.account_named("A-1042").await.expect("a read");
    let account = account.expect("an account");
    lines.push(format!(
        "{:?} {} {:?}",
        account.hold, account.attempts, account.updated_at
    ));
    lines.join("\n")
}

async fn account(world: &World, external_id: &str) -> AccountId {
    let document = AccountDocument::from_json(ROBIN.as_bytes()).expect("a document");
    let (desk, store) = (&world.desk, world.desk.store());
    desk.put_account(None, external_id, document)
        .await
        .expect("put");
    let mut tx = store.read().await.expect("a transaction");
    let row = tx.account_named(external_id).await.expect("a read");
    row.expect("an account").id
}

async fn call(world: &World, me: &Me, account: Option<AccountId>) -> i64 {
    let new = NewTicket {
        channel: Channel::Phone,
        subject: "Odd".to_owned(),
        heard: None,
        account,
        mine: true,
    };
    world.desk.open_ticket(me, new).await.expect("opened")
}

async fn ask(world: &World, me: &Me, ticket: i64, kind: RequestKind, field: &str) {
    let asked = world.desk.ask(me, ticket, kind, field, "").await;
    asked.expect("asked");
}

async fn jobs(world: &World, state: &str) -> Vec<String> {
    let mut tx = world.desk.store().read().await.expect("a transaction");
    let jobs = tx.jobs_in(state, 10).await.expect("jobs");
    jobs.iter().map(|job| job.id.to_string()).collect()
}

/// The secret of a letter's link.
fn secret(envelope: &Envelope) -> String {
    let (Letter::Delivery { link, .. } | Letter::Confirm { link, .. }) = &envelope.letter else {
        panic!("a letter with a link")
    };
    link.rsplit('/').next().expect("a secret").to_owned()
}
