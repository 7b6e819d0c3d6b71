//! Doing one step, over the interface that people or programs have for it.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use store::TicketRow;
use web::routes::Who;
use words::{MessageKind, RequestKind};

use crate::{
    act::{Act, By, Caller, Step, Text},
    book::{Request, Ticket},
    customer::{ACTIONS, ASKABLE, CHANGES, Class, Mark},
    house::{Answer, STAFF, SYSTEM},
    world::{End, World, broken},
};

/// A form as browsers send it.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

impl World {
    /// Does one step and looks at all that came of it. True if it led to something.
    ///
    /// # Errors
    /// If the promise was broken.
    pub async fn step(&mut self, step: Step, act: &Act) -> Result<bool, End> {
        // What an owner proved counts in its own step only.
        self.allowed = None;
        self.typed = None;
        self.answers_at = None;
        let from = self.now();
        self.book.times.insert(step, (from, words::Time(i64::MAX)));
        let led = self.perform(step, act).await?;
        let counted = self.reached.acts.entry(act.name()).or_default();
        *counted = (counted.0 + 1, counted.1 + usize::from(led));
        let to = self.now();
        self.book.times.insert(step, (from, to));
        self.search_log()?;
        let reads = matches!(
            act,
            Act::Read { .. }
                | Act::List { .. }
                | Act::Account { .. }
                | Act::Pass(_)
                | Act::MailFails(_)
                | Act::HooksFail(_)
        );
        if led && !reads {
            self.settle(step, act).await?;
        }
        Ok(led)
    }

    #[expect(clippy::too_many_lines, reason = "each act is done by its own arm")]
    async fn perform(&mut self, step: Step, act: &Act) -> Result<bool, End> {
        match act {
            Act::Open {
                by,
                caller,
                channel,
                account,
            } => {
                let id = account.map(|n| self.book.accounts[n].id.to_string());
                let mut body = json!({"channel": channel.as_str(), "subject": "Help", "text": "What have you got for me?"});
                if let Some(id) = &id {
                    body["account"] = id.clone().into();
                }
                let answer = if Self::is_person(*by) && *channel == words::Channel::Phone {
                    let id = id.unwrap_or_default();
                    self.post(
                        *by,
                        "/desk/calls",
                        &form(&[("subject", "Help"), ("account", &id)]),
                    )
                    .await?
                } else {
                    self.api(*by, "/api/v1/tickets", &body).await?
                };
                if !answer.status.is_success() && !answer.status.is_redirection() {
                    return Ok(false);
                }
                self.opened(step, *caller, *account).await
            }
            Act::Tie {
                by,
                ticket,
                account,
            } => {
                let Some(row) = self.row(*ticket).await? else {
                    return Ok(false);
                };
                let id = self.book.accounts[*account].id.to_string();
                self.do_in(*by, row.number, "account", &[("account", &id)])
                    .await?;
                let tied = self
                    .row(*ticket)
                    .await?
                    .is_some_and(|row| row.account_id.is_some());
                if tied
                    && let Some(book) = self.book.tickets.get_mut(ticket)
                    && book.account.is_none()
                {
                    book.account = Some(*account);
                    self.book.touched_decoy |= *account + 1 == self.book.accounts.len();
                    return Ok(true);
                }
                Ok(false)
            }
            Act::LookUp { by, account, email } => self.look_up(*by, *account, *email).await,
            Act::Read { by, ticket } => self.read(*by, *ticket).await,
            Act::List { by, filter } => {
                const FILTERS: [&str; 7] = [
                    "mine",
                    "unassigned",
                    "open",
                    "flags",
                    "escalated",
                    "safety",
                    "closed",
                ];
                let filter = FILTERS[filter % FILTERS.len()];
                let path = if Self::is_person(*by) {
                    "/desk"
                } else {
                    "/api/v1/tickets"
                };
                let answer = self.get(*by, &format!("{path}?filter={filter}")).await?;
                Ok(answer.status.is_success())
            }
            Act::Account { by, account } => {
                let id = self.book.accounts[*account].external_id.clone();
                let answer = self.get(*by, &format!("/api/v1/accounts/{id}")).await?;
                Ok(answer.status.is_success())
            }
            Act::Ask {
                by,
                ticket,
                kind,
                what,
                wanted,
            } => self.ask(step, *by, *ticket, *kind, *what, *wanted).await,
            Act::Reveal {
                by,
                ticket,
                request,
            } => self.reveal(*by, *ticket, *request).await,
            Act::SendCode {
                by,
                ticket,
                request,
            } => self.send_code(*by, *ticket, *request).await,
            Act::ReadOut {
                by,
                ticket,
                request,
                told,
            } => self.read_out(*by, *ticket, *request, *told).await,
            Act::Agree {
                by,
                ticket,
                request,
            } => self.agree(*by, *ticket, *request).await,
            Act::Write {
                by,
                ticket,
                kind,
                text,
            } => self.write(*by, *ticket, *kind, *text).await,
            Act::Move { by, ticket, how } => {
                let Some(row) = self.row(*ticket).await? else {
                    return Ok(false);
                };
                let fields: &[(&str, &str)] = match how {
                    crate::act::Move::Escalate => &[("reason", "they insist")],
                    _ => &[],
                };
                let answer = self.do_in(*by, row.number, how.path(), fields).await?;
                Ok(answer.status.is_success() || answer.status.is_redirection())
            }
            Act::Answer { page, of, nth, yes } => self.answer(page, *of, *nth, *yes).await,
            Act::Prove {
                of,
                nth,
                kind,
                told,
            } => self.prove(*of, *nth, *kind, *told).await,
            Act::Type { of, nth, second } => self.types(*of, *nth, *second).await,
            Act::Put {
                by,
                account,
                emails,
                moved,
            } => self.put(step, *by, *account, *emails, *moved).await,
            Act::Logins {
                by,
                account,
                failures,
                at_home,
            } => self.logins(step, *by, *account, *failures, *at_home).await,
            Act::Resend { by } => self.resend(*by).await,
            Act::Visit {
                by,
                route,
                ticket,
                request,
            } => self.visit(*by, *route, *ticket, *request).await,
            Act::MailFails(fault) => {
                self.house.mail.fails(*fault);
                Ok(true)
            }
            Act::HooksFail(fault) => {
                self.house.hooks.fails(*fault);
                Ok(true)
            }
            Act::Work => self.work().await,
            Act::Pass(minutes) => {
                self.house
                    .clock
                    .pass(std::time::Duration::from_mins(*minutes));
                Ok(true)
            }
            Act::Restart => {
                self.house.restart().await?;
                Ok(true)
            }
        }
    }

    /// Looks at an answer that staff or a program got.
    fn seen(&mut self, answer: Answer, but: &dyn Fn(&Mark) -> bool) -> Result<Answer, End> {
        if answer.status.is_server_error() {
            let said = format!(
                "it answered {}: {}",
                answer.status,
                answer.body.chars().take(300).collect::<String>()
            );
            return broken("the server holds", said);
        }
        self.search("an answer", &answer.text, but)?;
        Ok(answer)
    }

    pub(crate) async fn get(&mut self, by: By, path: &str) -> Result<Answer, End> {
        let answer = self.house.call(by, Method::GET, path, None).await?;
        self.seen(answer, &|_| false)
    }

    pub(crate) async fn post(&mut self, by: By, path: &str, body: &str) -> Result<Answer, End> {
        self.post_but(by, path, body, &|_| false).await
    }

    pub(crate) async fn post_but(
        &mut self,
        by: By,
        path: &str,
        body: &str,
        but: &dyn Fn(&Mark) -> bool,
    ) -> Result<Answer, End> {
        let answer = self
            .house
            .call(by, Method::POST, path, Some(body.to_owned()))
            .await?;
        self.seen(answer, but)
    }

    pub(crate) async fn api(&mut self, by: By, path: &str, body: &Value) -> Result<Answer, End> {
        self.post(by, path, &body.to_string()).await
    }

    /// The owner, or anybody, without being signed in. `link` may stand in what they get.
    pub(crate) async fn outside(
        &mut self,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<Answer, End> {
        self.outside_but(method, path, body, "").await
    }

    /// The same. `typed`: what whoever is there typed themselves, which may come back.
    pub(crate) async fn outside_but(
        &mut self,
        method: Method,
        path: &str,
        body: Option<String>,
        typed: &str,
    ) -> Result<Answer, End> {
        let mut answer = self.house.call(STAFF.len(), method, path, body).await?;
        if !typed.is_empty() {
            answer.text = answer.text.replace(typed, "");
        }
        let own = path.rsplit('/').next().unwrap_or_default().to_lowercase();
        let link = |mark: &Mark| mark.class == Class::Link && mark.label.ends_with(&own);
        self.seen(answer, &link)
    }

    /// Does something to a ticket, by the page or the API, whichever one has.
    pub(crate) async fn do_in(
        &mut self,
        by: By,
        number: i64,
        what: &str,
        fields: &[(&str, &str)],
    ) -> Result<Answer, End> {
        if Self::is_person(by) {
            return self
                .post(by, &format!("/desk/tickets/{number}/{what}"), &form(fields))
                .await;
        }
        let body: serde_json::Map<String, Value> = fields
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| ((*key).to_owned(), (*value).into()))
            .collect();
        let body = if body.is_empty() {
            String::new()
        } else {
            Value::from(body).to_string()
        };
        self.post(by, &format!("/api/v1/tickets/{number}/{what}"), &body)
            .await
    }

    /// A ticket as it stands.
    pub(crate) async fn row(&self, ticket: Step) -> Result<Option<TicketRow>, End> {
        let Some(book) = self.book.tickets.get(&ticket) else {
            return Ok(None);
        };
        let mut tx = self.house.desk.store().read().await?;
        Ok(tx.ticket_by_id(book.id).await?)
    }

    async fn opened(
        &mut self,
        step: Step,
        caller: Caller,
        account: Option<usize>,
    ) -> Result<bool, End> {
        let from = self.book.times[&step].0;
        let mut tx = self.house.desk.store().read().await?;
        let newest = tx
            .list(
                store::Filter::Open,
                self.house.staff[2],
                true,
                words::Time(i64::MAX),
                1,
            )
            .await?;
        let Some(line) = newest.first() else {
            return Ok(false);
        };
        let Some(row) = tx
            .ticket(line.number)
            .await?
            .filter(|row| row.opened_at >= from)
        else {
            return Ok(false);
        };
        drop(tx);
        self.book.touched_decoy |= account.is_some_and(|n| n + 1 == self.book.accounts.len());
        let (number, id, channel, opened) = (row.number, row.id, row.channel, row.opened_at);
        let ticket = Ticket {
            number,
            id,
            account,
            caller,
            channel,
            opened,
            flag: false,
        };
        self.book.tickets.insert(step, ticket);
        Ok(true)
    }

    async fn look_up(&mut self, by: By, account: usize, email: bool) -> Result<bool, End> {
        let owner = self.owners.get(account);
        let value = match owner.filter(|_| email) {
            Some(owner) => owner.emails[0].clone(),
            None => self.book.accounts[account].external_id.clone(),
        };
        let kind = if email && owner.is_some() {
            "email"
        } else {
            "external_id"
        };
        // What was typed stands on the page that it was typed into.
        let typed = |mark: &Mark| mark.class == Class::Contact && mark.account == account;
        let answer = if Self::is_person(by) {
            let body = form(&[("kind", kind), ("value", &value)]);
            self.post_but(by, "/desk/look-up", &body, &typed).await?
        } else {
            let body = json!({"kind": kind, "value": value}).to_string();
            self.post_but(by, "/api/v1/look-ups", &body, &typed).await?
        };
        Ok(answer.status.is_success())
    }

    async fn read(&mut self, by: By, ticket: Step) -> Result<bool, End> {
        let Some(row) = self.row(ticket).await? else {
            return Ok(false);
        };
        let me = self.house.staff[by];
        // Who asked for what takes days reads on while it does.
        let asked = self
            .house
            .desk
            .store()
            .read()
            .await?
            .asked_in(row.id, me)
            .await?;
        let hidden = STAFF[by].role == words::Role::Rep
            && row.queue != words::Queue::Support
            && row.assignee != Some(me)
            && row.opened_by != Some(me)
            && !asked;
        let path = if Self::is_person(by) {
            "/desk"
        } else {
            "/api/v1"
        };
        let answer = self
            .get(by, &format!("{path}/tickets/{}", row.number))
            .await?;
        if hidden && answer.status.is_success() {
            return broken(
                "a queue is read by whom it is for",
                format!("{} read ticket {}", STAFF[by].name, row.number),
            );
        }
        Ok(answer.status.is_success())
    }

    async fn ask(
        &mut self,
        step: Step,
        by: By,
        ticket: Step,
        kind: RequestKind,
        what: usize,
        wanted: bool,
    ) -> Result<bool, End> {
        let Some(book) = self.book.tickets.get(&ticket).cloned() else {
            return Ok(false);
        };
        let mut field = (String::new(), String::new());
        if matches!(kind, RequestKind::Deliver | RequestKind::Reveal) {
            let (name, nth) = ASKABLE[what % ASKABLE.len()];
            name.clone_into(&mut field.0);
            field.1 = book
                .account
                .and_then(|n| self.owners.get(n))
                .map(|owner| owner.item(nth))
                .unwrap_or_default();
        }
        if kind == RequestKind::Change {
            field = self.changed(book.account, what);
        }
        if kind == RequestKind::Act {
            ACTIONS[what % ACTIONS.len()].clone_into(&mut field.0);
        }
        let fields = [
            ("kind", kind.as_str()),
            ("field", &field.0),
            ("item", &field.1),
        ];
        self.do_in(by, book.number, "requests", &fields).await?;
        let from = self.book.times[&step].0;
        let mut tx = self.house.desk.store().read().await?;
        let rows = tx.requests(book.id).await?;
        let Some(row) = rows
            .into_iter()
            .filter(|row| row.at >= from)
            .max_by_key(|row| row.at)
        else {
            return Ok(false);
        };
        drop(tx);
        let asked_at = row.contact_point_id.is_some() && row.state == words::RequestState::Waiting;
        let Some(account) = book.account else {
            return broken(
                "requests are about an account",
                format!("ticket {} has none", book.number),
            );
        };
        self.book.touched_decoy |= account + 1 == self.book.accounts.len();
        let request = Request {
            id: row.id,
            ticket,
            account,
            kind,
            field,
            by,
            wanted: wanted && book.caller == Caller::Owner(account),
            at: row.at,
            state: row.state,
            proofs: Vec::new(),
            code: None,
            old_codes: Vec::new(),
            tries: 0,
            agreed: None,
            cools: None,
            told: None,
            cancelled: false,
            hook: None,
            shown: Vec::new(),
            label: row.label,
        };
        self.asked(&request)?;
        if asked_at {
            self.questioned(account)?;
        }
        self.book.requests.insert(step, request);
        Ok(true)
    }

    /// How one of [`CHANGES`] is asked for: field and item.
    fn changed(&self, account: Option<usize>, what: usize) -> (String, String) {
        let now = self.now();
        let rows = account.map_or(&[][..], |n| &self.book.accounts[n].rows);
        match what % CHANGES.len() {
            0 => ("contact_point".to_owned(), String::new()),
            1 => {
                let on_file = rows.iter().find(|row| row.usable(now));
                let item = on_file.map_or_else(String::new, |row| {
                    let since = row.registered_at.format("%-d %B %Y");
                    format!("the {} on file since {since}", row.kind)
                });
                ("contact_point".to_owned(), item)
            }
            _ => ("address".to_owned(), String::new()),
        }
    }

    async fn write(
        &mut self,
        by: By,
        ticket: Step,
        kind: MessageKind,
        text: Text,
    ) -> Result<bool, End> {
        let Some(row) = self.row(ticket).await? else {
            return Ok(false);
        };
        let account = self.book.tickets[&ticket].account;
        let (typed, field) = match text {
            Text::Plain => ("I look into that for you.".to_owned(), String::new()),
            Text::CardNumber => (
                "They gave me 4111 1111 1111 1111 to pay.".to_owned(),
                String::new(),
            ),
            Text::Detail(n) => {
                let (name, nth) = ASKABLE[n % ASKABLE.len()];
                let owner = account.and_then(|n| self.owners.get(n));
                let value = owner.and_then(|owner| owner.typed(name, &owner.item(nth)));
                let Some(value) = value else { return Ok(false) };
                (format!("It is {value}."), name.to_owned())
            }
        };
        let path = if Self::is_person(by) {
            "/desk"
        } else {
            "/api/v1"
        };
        let path = format!("{path}/tickets/{}/messages", row.number);
        let body = if Self::is_person(by) {
            form(&[("kind", kind.as_str()), ("text", &typed)])
        } else {
            json!({"kind": kind.as_str(), "text": typed}).to_string()
        };
        let before = self.messages(row.id).await?;
        // What was typed comes back to be mended.
        let own = |mark: &Mark| Some(mark.account) == account && !field.is_empty();
        let answer = self.post_but(by, &path, &body, &own).await?;
        let written = self.messages(row.id).await? > before
            && (answer.status.is_success() || answer.status.is_redirection());
        let kept = written
            && self
                .newest_message(row.id)
                .await?
                .is_some_and(|body| body.contains(typed.as_str()));
        if kept && text == Text::CardNumber {
            return broken(
                "no secret is kept",
                format!("a card number was kept as {kind}"),
            );
        }
        if kept && kind == MessageKind::Reply && matches!(text, Text::Detail(_)) {
            let by_owner = self.book.requests.values().any(|request| {
                request.kind == RequestKind::Reveal
                    && request.field.0 == field
                    && !request.proofs.is_empty()
            });
            if !by_owner {
                return broken(
                    "details aren't typed",
                    format!("a reply took the account's {field}"),
                );
            }
        }
        Ok(written)
    }

    async fn messages(&self, ticket: words::TicketId) -> Result<usize, End> {
        let mut tx = self.house.desk.store().read().await?;
        Ok(tx.messages(ticket, 1000).await?.len())
    }

    async fn newest_message(&self, ticket: words::TicketId) -> Result<Option<String>, End> {
        let mut tx = self.house.desk.store().read().await?;
        let rows = tx.messages(ticket, 1000).await?;
        let newest = rows
            .into_iter()
            .filter(|row| row.kind != MessageKind::Desk)
            .max_by_key(|row| row.at);
        Ok(newest.map(|row| row.body))
    }

    async fn put(
        &mut self,
        step: Step,
        by: By,
        account: usize,
        emails: [bool; 2],
        moved: bool,
    ) -> Result<bool, End> {
        let Some(owner) = self.owners.get(account) else {
            return Ok(false);
        };
        let body = owner.document(emails, moved).to_string();
        let path = format!("/api/v1/accounts/{}", owner.external_id);
        let answer = self.house.call(by, Method::PUT, &path, Some(body)).await?;
        let answer = self.seen(answer, &|_| false)?;
        let taken = answer.status.is_success();
        if taken && by != SYSTEM {
            return broken(
                "accounts come from the company's system",
                format!("{} put one", STAFF[by].name),
            );
        }
        if taken {
            self.was_put(step, account, emails, moved);
        }
        Ok(taken)
    }

    async fn logins(
        &mut self,
        step: Step,
        by: By,
        account: usize,
        failures: usize,
        at_home: bool,
    ) -> Result<bool, End> {
        let id = self.book.accounts[account].external_id.clone();
        let country = if at_home { "NL" } else { "BR" };
        let mut lines = Vec::new();
        for n in 0..=failures {
            self.house.clock.pass(std::time::Duration::from_secs(1));
            let outcome = if n == failures { "success" } else { "failure" };
            lines.push(json!({"account": id, "time": self.now().to_string(), "outcome": outcome, "ip": "203.0.113.77", "user_agent": "a browser", "country": country}).to_string());
        }
        let answer = self.post(by, "/api/v1/events", &lines.join("\n")).await?;
        if !answer.status.is_success() {
            return Ok(false);
        }
        self.book.accounts[account].at_home = at_home;
        self.flags(step).await?;
        Ok(true)
    }

    async fn resend(&mut self, by: By) -> Result<bool, End> {
        let mut tx = self.house.desk.store().read().await?;
        let dead = tx.jobs_in("dead", 1).await?;
        drop(tx);
        let Some(job) = dead.first() else {
            return Ok(false);
        };
        let answer = self
            .post(by, &format!("/desk/mail/{}/resend", job.id), "")
            .await?;
        Ok(answer.status == StatusCode::SEE_OTHER)
    }

    async fn visit(
        &mut self,
        by: By,
        route: usize,
        ticket: Step,
        request: Step,
    ) -> Result<bool, End> {
        let route = self.house.routes[route % self.house.routes.len()].clone();
        let number = self
            .book
            .tickets
            .get(&ticket)
            .map_or(1, |ticket| ticket.number);
        let id = self.book.requests.get(&request).map_or_else(
            || uuid::Uuid::nil().to_string(),
            |request| request.id.to_string(),
        );
        let path = route
            .path
            .replace("{number}", &number.to_string())
            .replace("{id}", &id)
            .replace("{external_id}", &self.owners[0].external_id)
            .replace("{secret}", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
            .replace("{page}", "confirm")
            .replace("{name}", "desk.css")
            .replace("{*rest}", "v1/nothing");
        if path == "/desk/live"
            || path == "/sign-out"
            || path.starts_with("/desk/sessions/")
            || path.starts_with("/desk/enrol-anew")
        {
            return Ok(false);
        }
        let member = &STAFF[by];
        let may = match route.who {
            Who::Anyone | Who::Link => true,
            Who::Staff(roles) => member.scopes.is_none() && roles.contains(&member.role),
            Who::Token(roles, scope) => {
                member.scopes.is_some_and(|scopes| scopes.contains(&scope))
                    && roles.contains(&member.role)
            }
        };
        // What one may do is done elsewhere, in earnest.
        if may && route.method != Method::GET {
            return Ok(false);
        }
        let body = (route.method != Method::GET).then(|| {
            if path.starts_with("/api") {
                "{}".to_owned()
            } else {
                String::new()
            }
        });
        let answer = self
            .house
            .call(by, route.method.clone(), &path, body)
            .await?;
        let answer = self.seen(answer, &|_| false)?;
        self.reached
            .doors
            .insert(format!("{} {}", route.method, route.path));
        let away = answer.text.contains("location: /sign-in");
        if !may && !away && !answer.status.is_client_error()
            || !may && matches!(answer.status.as_u16(), 404 | 409 | 415 | 422 | 400)
        {
            let said = format!(
                "{} got {} at {} {}",
                member.name, answer.status, route.method, route.path
            );
            return broken("everybody has their doors", said);
        }
        Ok(answer.status.is_success())
    }
}
