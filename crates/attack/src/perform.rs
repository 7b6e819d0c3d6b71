//! What each verb does at the server.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::time::Duration;

use crate::{
    act::{Act, By},
    browser::{Browser, Seen, field},
    outcome::Outcome,
    player::{Player, Went},
    scenario::Step,
};

impl Player {
    /// Does what a step says.
    pub(crate) async fn act(&mut self, step: &Step) -> Result<Went> {
        match &step.act {
            Act::Hear(text) => self.hear(&self.fill(text)).await,
            Act::Call => self.call(step.by).await,
            Act::Ticket { channel, text } => self.open(channel, &self.fill(text)).await,
            Act::LookUp { kind, value } => self.look_up(step.by, kind, &self.fill(value)).await,
            Act::Find { kind, value } => {
                let form = [("kind", kind.as_str()), ("value", &self.fill(value))];
                let page = self.person(step.by).post("/desk/look-up", &form).await?;
                Ok(found(&page))
            }
            Act::Request { kind, field, item } => {
                self.ask(step.by, kind, field, &self.fill(item)).await
            }
            Act::Onward(how) => self.onward(step.by, how).await,
            Act::Write { kind, text } => {
                let form = [("kind", *kind), ("text", &self.fill(text))];
                let page = self.in_ticket(step.by, "messages", &form).await?;
                Ok(plain(&page))
            }
            Act::Escalate(reason) => {
                let form = [("reason", self.fill(reason))];
                let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
                Ok(plain(&self.in_ticket(step.by, "escalate", &form).await?))
            }
            Act::Move(to) => Ok(plain(&self.in_ticket(step.by, to, &[]).await?)),
            Act::Flag => self.flag(step.by).await,
            Act::Open(path) => {
                let page = self.person(step.by).follow(&self.fill(path)).await?;
                Ok(plain(&page))
            }
            Act::Post { path, form } => {
                let person = self.person(step.by);
                let page = person.post_raw(&self.fill(path), self.fill(form)).await?;
                Ok(plain(&page))
            }
            Act::Api { method, path, body } => {
                let program = self.program(step.by);
                let answer = program
                    .call(method, &self.fill(path), &self.fill(body))
                    .await?;
                Ok(answered(&answer))
            }
            Act::Events {
                outcome,
                count,
                country,
            } => self.events(outcome, *count, country).await,
            Act::OwnerOpens(words) => self.owner_opens(&self.fill(words)).await,
            Act::OwnerPresses(answer) => self.owner_presses(answer).await,
            Act::OwnerTypes => self.owner_types().await,
            Act::OwnerEnters(text) => self.owner_enters(&self.fill(text)).await,
            Act::OwnerTells => self.owner_tells(step.by).await,
            Act::OwnerReads(words) => self.owner_reads(&self.fill(words)).await,
            Act::OwnerMisses(words) => self.owner_misses(&self.fill(words)).await,
            Act::OwnerCounts { most, words } => self.owner_counts(*most, &self.fill(words)).await,
            Act::PageLacks(text) => {
                let page = self.ticket_page(step.by).await?;
                let text = self.fill(text);
                Ok(if page.body.contains(&text) || page.head.contains(&text) {
                    (Outcome::Arrived, "shows it as it was written".to_owned())
                } else {
                    (Outcome::Silence, "shows it as plain text".to_owned())
                })
            }
            Act::HeadHas(text) => {
                let page = self.ticket_page(step.by).await?;
                Ok(if page.head.contains(&self.fill(text)) {
                    (Outcome::Arrived, "sends that header".to_owned())
                } else {
                    (Outcome::Silence, "sends no such header".to_owned())
                })
            }
            Act::ServiceHears(kind) => self.service_hears(kind).await,
            Act::SystemAdds(email) => self.system_adds(&self.fill(email)).await,
            Act::ReadEverything => self.read_everything().await,
            Act::Wait => self.settle().await,
        }
    }

    pub(crate) fn person(&self, by: By) -> &Browser {
        match by {
            By::Rep => &self.cast.rep,
            By::Lead => &self.cast.lead,
            By::Admin => &self.cast.admin,
            By::Auditor => &self.cast.auditor,
            By::Attacker => &self.cast.stranger,
        }
    }

    pub(crate) fn program(&self, by: By) -> &Browser {
        match by {
            By::Rep => &self.cast.rep_program,
            By::Lead => &self.cast.lead_program,
            By::Admin => &self.cast.admin_program,
            By::Auditor => &self.cast.auditor_program,
            By::Attacker => &self.cast.stranger,
        }
    }

    fn number(&self) -> Result<&str> {
        let number = self.ticket.as_deref();
        number.context("there is no ticket yet; begin with `call`, `ticket` or `flag`")
    }

    async fn ticket_page(&self, by: By) -> Result<Seen> {
        let path = format!("/desk/tickets/{}", self.number()?);
        self.person(by).get(&path).await
    }

    /// A form of the ticket's page is posted.
    pub(crate) async fn in_ticket(&self, by: By, act: &str, form: &[(&str, &str)]) -> Result<Seen> {
        let path = format!("/desk/tickets/{}/{act}", self.number()?);
        self.person(by).post(&path, form).await
    }

    /// The ticket as it stands.
    pub(crate) async fn read_ticket(&self) -> Result<Value> {
        let path = format!("tickets/{}", self.number()?);
        Ok(self.cast.reader.call("GET", &path, "").await?.json())
    }

    /// The id of what was asked for last.
    pub(crate) fn asked_for(&self) -> Result<&str> {
        let asked = self.request.as_deref();
        asked.context("nothing was asked for yet; `request` comes first")
    }

    /// Where what was asked for last stands now.
    pub(crate) async fn stands_at(&self) -> Result<String> {
        let id = self.asked_for()?;
        let ticket = self.read_ticket().await?;
        let requests = ticket["requests"].as_array();
        let mine = requests.and_then(|all| all.iter().find(|one| one["id"] == id));
        let state = mine.and_then(|one| one["state"].as_str());
        Ok(state.unwrap_or_default().to_owned())
    }

    async fn onward(&self, by: By, how: &str) -> Result<Went> {
        let act = format!("requests/{}/{how}", self.asked_for()?);
        let page = self.in_ticket(by, &act, &[]).await?;
        let (outcome, words) = plain(&page);
        Ok(match outcome {
            // Whoever may not see it is sent back to the ticket, with the reason.
            Outcome::Fine if how == "reveal" && !page.path.ends_with(&act) => {
                (Outcome::Conflict, words)
            }
            Outcome::Fine if how == "reveal" => (
                Outcome::Done,
                "shows it, to whoever asked and for minutes".to_owned(),
            ),
            _ => (outcome, words),
        })
    }

    async fn system_adds(&self, email: &str) -> Result<Went> {
        let mut document = self.victim.document();
        let since = "2019-05-01";
        if let Some(points) = document["contact_points"].as_array_mut() {
            points.push(json!({
                "kind": "email", "value": email, "registered_at": since, "confirmed_at": since,
            }));
        }
        let path = format!("accounts/{}", self.victim.external_id);
        let program = self.program(By::Admin);
        let answer = program.call("PUT", &path, &document.to_string()).await?;
        Ok(answered(&answer))
    }

    /// What is said is written down, if there is where.
    async fn hear(&self, text: &str) -> Result<Went> {
        if self.ticket.is_none() {
            return Ok((Outcome::Fine, "listens".to_owned()));
        }
        let form = [("kind", "heard"), ("text", text)];
        let page = self.in_ticket(By::Rep, "messages", &form).await?;
        let went = plain(&page);
        Ok(match went.0 {
            Outcome::Fine => (Outcome::Fine, "writes it down".to_owned()),
            _ => went,
        })
    }

    async fn call(&mut self, by: By) -> Result<Went> {
        let page = self.person(by).post("/desk/calls", &[]).await?;
        let number = page.path.strip_prefix("/desk/tickets/");
        let Some(number) = number.and_then(|rest| rest.split('?').next()) else {
            return Ok(plain(&page));
        };
        self.ticket = Some(number.to_owned());
        Ok((Outcome::Fine, format!("opens ticket #{number}")))
    }

    async fn open(&mut self, channel: &str, text: &str) -> Result<Went> {
        let body = json!({"channel": channel, "text": text}).to_string();
        let answer = self.cast.rep_program.call("POST", "tickets", &body).await?;
        let Some(number) = answer.json()["number"].as_i64() else {
            return Ok(answered(&answer));
        };
        let path = format!("/desk/tickets/{number}");
        self.ticket = Some(number.to_string());
        // The rep takes it from the list.
        self.cast.rep.follow(&path).await?;
        let taken = self.cast.rep.post(&format!("{path}/assign"), &[]).await?;
        let (outcome, _) = plain(&taken);
        Ok((outcome, format!("opens ticket #{number}; the rep takes it")))
    }

    async fn look_up(&self, by: By, kind: &str, value: &str) -> Result<Went> {
        let form = [("kind", kind), ("value", value)];
        let page = self.in_ticket(by, "look-up", &form).await?;
        let (outcome, words) = found(&page);
        let Some(account) = field(&page.body, "account").filter(|_| outcome == Outcome::Found)
        else {
            return Ok((outcome, words));
        };
        let form = [("account", account.as_str())];
        let tied = self.in_ticket(by, "account", &form).await?;
        match plain(&tied) {
            (Outcome::Fine, _) => Ok((
                Outcome::Found,
                "finds the account, shows it masked; it proves nothing about who asks".to_owned(),
            )),
            other => Ok(other),
        }
    }

    async fn ask(&mut self, by: By, kind: &str, field: &str, item: &str) -> Result<Went> {
        if kind == "lock" {
            self.note_lock();
        }
        let ids = |ticket: &Value| -> Vec<Value> {
            let requests = ticket["requests"].as_array();
            requests
                .map(|all| all.iter().map(|one| one["id"].clone()).collect())
                .unwrap_or_default()
        };
        let before = ids(&self.read_ticket().await?);
        let form = [("kind", kind), ("field", field), ("item", item)];
        let page = self.in_ticket(by, "requests", &form).await?;
        let after = self.read_ticket().await?;
        let new = after["requests"].as_array().and_then(|all| {
            let fresh = |one: &&Value| !before.contains(&one["id"]);
            all.iter().find(fresh).cloned()
        });
        if let Some(new) = new {
            self.request = new["id"].as_str().map(str::to_owned);
            return Ok(state_of(&new));
        }
        // Nothing was begun.
        let (outcome, words) = plain(&page);
        let outcome = match outcome {
            Outcome::Fine => Outcome::Conflict,
            other => other,
        };
        Ok((outcome, words))
    }

    async fn flag(&mut self, by: By) -> Result<Went> {
        let list = self
            .cast
            .reader
            .call("GET", "tickets?filter=flags", "")
            .await?;
        let list = list.json();
        let lines = list["tickets"].as_array().cloned().unwrap_or_default();
        for line in lines {
            let Some(number) = line["number"].as_i64() else {
                continue;
            };
            let path = format!("tickets/{number}");
            let ticket = self.cast.reader.call("GET", &path, "").await?.json();
            if ticket["account"]["external_id"] == self.victim.external_id.as_str() {
                self.ticket = Some(number.to_string());
                let person = self.person(by);
                person.follow(&format!("/desk/{path}")).await?;
                return Ok((Outcome::Found, format!("has flag #{number} in its list")));
            }
        }
        Ok((
            Outcome::Nothing,
            "has no flag about this account".to_owned(),
        ))
    }

    async fn events(&self, outcome: &str, count: u32, country: &str) -> Result<Went> {
        let now = self.house.now();
        let mut lines = String::new();
        for n in 0..count {
            let micros = i64::from(count - n) * 2_000_000;
            let at = words::Time(now.micros() - micros);
            let line = json!({
                "id": format!("{}-{}-{n}", self.victim.external_id, now.micros()),
                "account": self.victim.external_id,
                "time": at.to_string(),
                "outcome": outcome,
                "country": country,
            });
            lines.extend([line.to_string(), "\n".to_owned()]);
        }
        let answer = self
            .cast
            .lead_program
            .call("POST", "events", &lines)
            .await?;
        let taken = answer.json();
        if answer.status != 200 {
            return Ok(answered(&answer));
        }
        if taken["flagged"].as_i64().unwrap_or(0) > 0 {
            return Ok((Outcome::Flagged, "raises a flag by itself".to_owned()));
        }
        Ok((Outcome::Unflagged, "sees nothing unusual".to_owned()))
    }

    /// Waits until nothing is on its way any more.
    pub(crate) async fn settle(&self) -> Result<Went> {
        let until = self.house.now() + Duration::from_secs(30);
        let mut calm = 0;
        let mut known = usize::MAX;
        while calm < 3 && self.house.now() < until {
            let sending = if self.ticket.is_some() {
                let ticket = self.read_ticket().await?;
                let requests = ticket["requests"].as_array().cloned();
                let sending = |one: &Value| one["state"] == "sending";
                requests.unwrap_or_default().iter().any(sending)
            } else {
                false
            };
            let mails = match self.house.outside() {
                Some(outside) => outside.look().await?.mails.len(),
                None => 0,
            };
            calm = if sending || mails != known {
                0
            } else {
                calm + 1
            };
            known = mails;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok((Outcome::Fine, "has nothing more to send".to_owned()))
    }
}

/// What a look-up's page says.
fn found(page: &Seen) -> Went {
    match Outcome::of(page.status) {
        Outcome::Fine if page.path.starts_with("/sign-in") => (Outcome::Unsigned, String::new()),
        Outcome::Fine if field(&page.body, "account").is_some() => {
            (Outcome::Found, "finds an account".to_owned())
        }
        Outcome::Fine if page.body.contains("look-up") => {
            (Outcome::Nothing, "finds no such account".to_owned())
        }
        _ => plain(page),
    }
}

/// What a page says about what was done.
pub(crate) fn plain(page: &Seen) -> Went {
    if page.path.starts_with("/sign-in") {
        return (Outcome::Unsigned, "asks to sign in first".to_owned());
    }
    let outcome = Outcome::of(page.status);
    let said = notice(&page.body);
    let words = match outcome {
        Outcome::Fine => said.unwrap_or_default(),
        _ => said.unwrap_or_else(|| format!("answers {}", page.status)),
    };
    (outcome, words)
}

/// The words that a page shows about what was done just now.
fn notice(html: &str) -> Option<String> {
    let at = html.find("<div class=\"toast ")?;
    let (_, rest) = html[at..].split_once("<p>")?;
    let (text, _) = rest.split_once("</p>")?;
    Some(unescaped(text))
}

fn unescaped(text: &str) -> String {
    [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// What an answer of the API says.
fn answered(answer: &Seen) -> Went {
    let json = answer.json();
    let is_request =
        json["state"].is_string() && json["words"].is_string() && json["id"].is_string();
    if answer.status < 300 && is_request {
        return state_of(&json);
    }
    let words = json["detail"].as_str().or(json["title"].as_str());
    let words = words.map_or_else(
        || format!("answers {}", answer.status),
        |words| format!("answers {}: {words}", answer.status),
    );
    (Outcome::of(answer.status), words)
}

/// Where a request stands, and what the rep can say.
fn state_of(request: &Value) -> Went {
    let text = |key: &str| request[key].as_str().unwrap_or_default();
    // A second person looks at it first, or it waits for a receipt.
    let unasked = request["goes"].as_str().is_some_and(str::is_empty)
        || request["second"].as_bool().unwrap_or(false);
    let (outcome, begin) = match text("state") {
        "refused" => (Outcome::Refused, "refuses"),
        "waiting" if unasked => (Outcome::Waiting, "writes it down and asks nobody yet"),
        "waiting" => (Outcome::Waiting, "asks the owner"),
        "sending" => (Outcome::Sending, "sends it to the registered email"),
        "done" if text("kind") == "deliver" => {
            (Outcome::Sending, "sent it to the registered email")
        }
        "done" => (Outcome::Done, "does it"),
        _ => (Outcome::Broken, "fails"),
    };
    let words = text("words");
    if words.is_empty() {
        (outcome, begin.to_owned())
    } else {
        (outcome, format!("{begin}; “{words}”"))
    }
}
