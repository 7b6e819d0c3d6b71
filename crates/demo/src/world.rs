//! The outside world's pages. Everybody may open them: the demo has no secrets.

use askama::Template;
use axum::{
    Form,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{
        Html, IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use desk::{DeskError, ticket::NewTicket};
use futures::{Stream, StreamExt as _, stream};
use serde::Deserialize;
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio_stream::wrappers::WatchStream;
use web::{
    App, CSP, DemoHints as _, Fault, Page, assets, live,
    pages::go,
    routes::{Routes, Who},
    shell,
    view::{
        Flash, Place, When,
        world::{WorldCall, WorldCallLine, WorldLine, WorldMail, WorldPage, WorldText},
    },
};
use words::{Channel, MessageKind};

use crate::{
    COMPANY, Scene,
    furnish::{address_in, event},
    mailboxes::{Attachment, Mail},
    persons::FRAUDSTER,
    provider::Turned,
    sample::ROBIN,
    score::{Call, Doing, Evidence, SignIn, Story, stories},
};

/// What a mail may do in its frame: look as it looks, open links elsewhere, and hand over what is attached.
const MAIL_CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox allow-downloads";

/// How many mails of a mailbox are listed.
const LISTED: usize = 60;

type Answer = Result<Response, Fault>;

impl Scene {
    /// The routes of the outside world.
    #[must_use]
    pub fn routes(self: &Arc<Self>, routes: Routes) -> Routes {
        let scene = || self.clone();
        let (page, letter, file, news) = (scene(), scene(), scene(), scene());
        let (call, say, hang_up) = (scene(), scene(), scene());
        let (wrong, afar, hook) = (scene(), scene(), scene());
        self.stage_routes(self.attack_routes(routes))
            .get(
                "/world",
                Who::Anyone,
                async move |State(app): State<App>, headers: HeaderMap, Query(at): Query<At>| {
                    page.page(&app, &headers, &at).await
                },
            )
            .get(
                "/world/mail/{id}",
                Who::Anyone,
                async move |Path(id): Path<String>| letter.letter(&id),
            )
            .get(
                "/world/mail/{id}/{n}",
                Who::Anyone,
                async move |Path((id, n)): Path<(String, usize)>| file.file(&id, n),
            )
            .get(
                "/world/live",
                Who::Anyone,
                async move |State(app): State<App>| news.live(&app),
            )
            .get("/world/identity", Who::Anyone, async || {
                Page::of(&Identity { company: COMPANY })
            })
            .post(
                "/world/hooks",
                Who::Anyone,
                async move |headers: HeaderMap, body: Bytes| hook.hook(&headers, &body),
            )
            .post(
                "/world/call",
                Who::Anyone,
                async move |State(app): State<App>, Form(form): Form<Calls>| {
                    call.call(&app, &form).await
                },
            )
            .post(
                "/world/say",
                Who::Anyone,
                async move |State(app): State<App>, Form(form): Form<Says>| {
                    say.say(&app, &form).await
                },
            )
            .post(
                "/world/hang-up",
                Who::Anyone,
                async move |State(app): State<App>, Form(form): Form<HangsUp>| {
                    hang_up.hang_up(&app, &form).await
                },
            )
            .post(
                "/world/wrong-passwords",
                Who::Anyone,
                async move |State(app): State<App>, Form(form): Form<SignsIn>| {
                    wrong.wrong_passwords(&app, &form).await
                },
            )
            .post(
                "/world/login-from",
                Who::Anyone,
                async move |State(app): State<App>, Form(form): Form<SignsIn>| {
                    afar.login_from(&app, &form).await
                },
            )
    }
}

#[derive(Deserialize)]
struct At {
    #[serde(default, rename = "as")]
    who: String,
    #[serde(default)]
    call: String,
    #[serde(default)]
    mail: String,
}

#[derive(Deserialize)]
struct Calls {
    #[serde(rename = "as")]
    who: String,
    #[serde(default)]
    claims: String,
}

#[derive(Deserialize)]
struct Says {
    #[serde(rename = "as")]
    who: String,
    call: i64,
    text: String,
}

#[derive(Deserialize)]
struct HangsUp {
    #[serde(rename = "as")]
    who: String,
    call: i64,
}

#[derive(Deserialize)]
struct SignsIn {
    #[serde(rename = "as")]
    who: String,
    account: String,
    #[serde(default)]
    country: String,
}

#[derive(Template)]
#[template(path = "identity.html")]
struct Identity {
    company: &'static str,
}

#[derive(Template)]
#[template(path = "written.html")]
struct Written<'a> {
    subject: &'a str,
    text: &'a str,
}

#[derive(Template)]
#[template(path = "attached.html")]
struct Attached<'a> {
    id: &'a str,
    attachments: &'a [Attachment],
}

impl Scene {
    async fn page(&self, app: &App, headers: &HeaderMap, at: &At) -> Result<Page, Fault> {
        // What the last act did is read where the desk's own pages read it.
        let flash = shell(app, &self.rep, Place::Elsewhere, headers)
            .await?
            .flash;
        let who = self.persons.key(&at.who);
        let log = self.log().clone();
        let stories = stories(&self.desk, &log.calls).await?;
        let now = self.desk.now();
        let told = self.service.told();
        let evidence = Evidence {
            persons: &self.persons,
            mails: &self.mails,
            stories: &stories,
            doings: &log.doings,
            told: &told,
            frozen: self.was_frozen().await?,
            now,
        };
        let mine = || stories.iter().filter(|story| story.call.by == who);
        let call = mine()
            .find(|story| story.call.number.to_string() == at.call)
            .or_else(|| {
                // Whoever is on the phone sees the call.
                mine().find(|story| at.call.is_empty() && story.ended.is_none())
            });
        let mails = self.mails.of(self.persons.mailbox(who));
        if let Some(mail) = mails.iter().find(|mail| mail.id == at.mail) {
            mail.open();
        }
        let page = WorldPage {
            company: COMPANY.to_owned(),
            flash,
            people: self.persons.list(&self.mails),
            person: who.to_owned(),
            mailbox: mails
                .iter()
                .take(LISTED)
                .map(|mail| line(mail, now))
                .collect(),
            mail: at.mail.clone(),
            texts: self
                .phones
                .of(self.persons.phone(who))
                .into_iter()
                .take(LISTED)
                .map(|text| WorldText {
                    link: text.link().unwrap_or_default().to_owned(),
                    when: When::at(text.at, now),
                    text: text.text,
                })
                .collect(),
            call: call.map(|story| self.shown(story, now)),
            calls: mine()
                .map(|story| WorldCallLine {
                    number: story.call.number,
                    when: When::at(story.began, now),
                    open: story.ended.is_none(),
                })
                .collect(),
            tour: evidence.tour(),
            score: evidence.score(),
            leaked: evidence.leaked(),
            logins: self.logins(),
        };
        let mut page = Page::of(&page)?;
        let csp = HeaderValue::from_str(&format!("{CSP}; frame-src 'self'"))
            .map_err(|_| Fault::broken())?;
        page.1.insert(header::CONTENT_SECURITY_POLICY, csp);
        Ok(page)
    }

    fn shown(&self, story: &Story, now: words::Time) -> WorldCall {
        let said: Vec<&str> = story.lines.iter().map(|line| line.text.as_str()).collect();
        let mut lines: Vec<WorldLine> = story
            .lines
            .iter()
            .map(|line| WorldLine {
                kind: line.kind,
                text: line.text.clone(),
                when: When::at(line.at, now),
            })
            .collect();
        if let Some(at) = story.ended {
            let text = "The call ended.".to_owned();
            lines.push(WorldLine {
                kind: MessageKind::Desk,
                text,
                when: When::at(at, now),
            });
        }
        let fraud = story.call.by == FRAUDSTER;
        WorldCall {
            number: story.call.number,
            open: story.ended.is_none(),
            claims: if fraud {
                self.persons.name(&story.call.claims).to_owned()
            } else {
                String::new()
            },
            lines,
            prepared: self
                .persons
                .prepared(&story.call.by, &story.call.claims, &said),
        }
    }

    /// Whether a customer of the cast has ever frozen their account.
    async fn was_frozen(&self) -> Result<bool, DeskError> {
        let mut tx = self.desk.store().read().await?;
        for customer in &self.persons.customers {
            if let Some(account) = tx.account_named(&customer.account.external_id).await?
                && !tx.holds(account.id).await?.is_empty()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A mail as its reader sees it.
    fn letter(&self, id: &str) -> Answer {
        let mail = self.mails.find(id).ok_or_else(Fault::not_found)?;
        mail.open();
        let mut html = match &mail.html {
            Some(html) => html.clone(),
            None => Written {
                subject: &mail.subject,
                text: &mail.text,
            }
            .render()?,
        };
        // Links open in a tab of their own: the frame shows mails and nothing else.
        let head = html.find("<head>").map_or(0, |at| at + "<head>".len());
        html.insert_str(head, "<base target=\"_blank\">");
        if !mail.attachments.is_empty() {
            let attached = Attached {
                id: &mail.id,
                attachments: &mail.attachments,
            }
            .render()?;
            let body = html
                .find("<body")
                .and_then(|at| Some(at + html[at..].find('>')? + 1));
            html.insert_str(body.unwrap_or(0), &attached);
        }
        let headers = [
            (header::CONTENT_SECURITY_POLICY, MAIL_CSP),
            (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
            // A page in a sandbox can't isolate itself from its opener.
            (
                HeaderName::from_static("cross-origin-opener-policy"),
                "unsafe-none",
            ),
        ];
        Ok((headers, Html(html)).into_response())
    }

    /// Something that was attached, to keep.
    fn file(&self, id: &str, n: usize) -> Answer {
        let mail = self.mails.find(id).ok_or_else(Fault::not_found)?;
        let file = mail.attachments.get(n).ok_or_else(Fault::not_found)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let name: String = file
            .name
            .chars()
            .map(|c| if plain(c) { c } else { '-' })
            .collect();
        let media_type = HeaderValue::from_str(&file.media_type)
            .unwrap_or(HeaderValue::from_static("application/octet-stream"));
        let mut response = file.bytes.clone().into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, media_type);
        let kept = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
            .map_err(|_| Fault::broken())?;
        headers.insert(header::CONTENT_DISPOSITION, kept);
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox"),
        );
        headers.insert(
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("unsafe-none"),
        );
        Ok(response)
    }

    /// Tells open pages of new mails, and of all that changes at the desk.
    fn live(&self, app: &App) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
        let changed = || Ok(Event::default().event("changed").data("{\"list\":true}"));
        let news = WatchStream::from_changes(self.news.subscribe()).map(move |_| Some(changed()));
        // The desk's stream says when it is time to end.
        let desk = live::events(app)
            .map(Some)
            .chain(stream::once(async { None }));
        let both =
            stream::select(desk, news).take_while(|event| std::future::ready(event.is_some()));
        Sse::new(both.filter_map(std::future::ready))
            .keep_alive(KeepAlive::new().interval(Duration::from_secs(20)))
    }

    /// A hook of the desk to the sign-in service.
    fn hook(&self, headers: &HeaderMap, body: &[u8]) -> Answer {
        let body = std::str::from_utf8(body).map_err(|_| Fault::bad("send text"))?;
        match self.service.take(headers, body) {
            Ok(()) => Ok(StatusCode::OK.into_response()),
            Err(Turned::Signature) => Err(Fault::unauthenticated()),
            Err(error @ Turned::Body) => Err(Fault::bad(error.to_string())),
        }
    }

    async fn call(&self, app: &App, form: &Calls) -> Answer {
        let by = self.persons.key(&form.who);
        let claims = if by == FRAUDSTER {
            form.claims.as_str()
        } else {
            by
        };
        let claims = self
            .persons
            .customer(claims)
            .map_or_else(|| ROBIN.to_lowercase(), |customer| customer.key.clone());
        let new = NewTicket {
            channel: Channel::Phone,
            subject: String::new(),
            heard: None,
            account: None,
            mine: true,
        };
        let number = self.desk.open_ticket(&self.rep, new).await?;
        self.note(|log| {
            log.calls.push(Call {
                number,
                by: by.to_owned(),
                claims,
            });
        });
        let text = format!(
            "{} at {COMPANY} takes the call: it is ticket #{number} at the desk.",
            self.rep.name
        );
        Ok(go(
            app,
            &format!("/world?as={by}&call={number}"),
            Some(&Flash::good(text)),
        ))
    }

    /// The path of a call, if it is theirs.
    fn theirs(&self, who: &str, number: i64) -> Result<String, Fault> {
        let known = self
            .log()
            .calls
            .iter()
            .any(|call| call.number == number && call.by == who);
        if known {
            Ok(format!("/world?as={who}&call={number}"))
        } else {
            Err(Fault::not_found())
        }
    }

    async fn say(&self, app: &App, form: &Says) -> Answer {
        let path = self.theirs(&form.who, form.call)?;
        let ended = {
            let mut tx = self.desk.store().read().await.map_err(DeskError::from)?;
            let ticket = tx.ticket(form.call).await.map_err(DeskError::from)?;
            ticket.is_none_or(|ticket| ticket.ended_at.is_some())
        };
        if ended {
            return Ok(go(
                app,
                &path,
                Some(&Flash::bad("The call is over; nobody hears you.")),
            ));
        }
        self.desk
            .add_message(&self.rep, form.call, MessageKind::Heard, &form.text)
            .await?;
        Ok(go(app, &path, None))
    }

    async fn hang_up(&self, app: &App, form: &HangsUp) -> Answer {
        let path = self.theirs(&form.who, form.call)?;
        match self.desk.end_call(&self.rep, form.call).await {
            // The rep was faster.
            Ok(()) | Err(DeskError::Conflict(_)) => Ok(go(app, &path, None)),
            Err(error) => Err(error.into()),
        }
    }

    async fn wrong_passwords(&self, app: &App, form: &SignsIn) -> Answer {
        self.sign_in(app, form, SignIn::WrongPasswords).await
    }

    async fn login_from(&self, app: &App, form: &SignsIn) -> Answer {
        self.sign_in(app, form, SignIn::FromAfar).await
    }

    /// Something happens at the shop's sign-in page, which tells the desk's watch of it.
    async fn sign_in(&self, app: &App, form: &SignsIn, what: SignIn) -> Answer {
        let customer = self
            .persons
            .customer(&form.account)
            .ok_or_else(Fault::not_found)?;
        let id = &customer.account.external_id;
        let now = self.desk.now();
        let lines = match what {
            SignIn::WrongPasswords => {
                let seconds = |back: u64| now - Duration::from_secs(back * 4);
                (0..5)
                    .rev()
                    .map(|back| event(id, seconds(back), "failure", "198.51.100.23"))
                    .collect()
            }
            SignIn::FromAfar => {
                let country = if form.country.is_empty() {
                    "NG"
                } else {
                    &form.country
                };
                let address =
                    address_in(country).ok_or_else(|| Fault::bad("use one of: NG, GB, NL, US"))?;
                event(id, now, "success", address)
            }
        };
        let service = self.caller().await?;
        let taken = self.desk.take_events(&service, &lines).await?;
        let flag = {
            let mut tx = self.desk.store().read().await.map_err(DeskError::from)?;
            match tx.account_named(id).await.map_err(DeskError::from)? {
                Some(account) => tx
                    .open_flag(account.id)
                    .await
                    .map_err(DeskError::from)?
                    .map(|flag| flag.number),
                None => None,
            }
        };
        let by = self.persons.key(&form.who).to_owned();
        self.note(|log| {
            log.doings.push(Doing {
                at: now,
                by: by.clone(),
                account: customer.key.clone(),
                what,
                flag,
            });
        });
        let name = &customer.account.display_name;
        let did = match what {
            SignIn::WrongPasswords => format!("Five wrong passwords at {name}'s account."),
            SignIn::FromAfar => format!("Signed in to {name}'s account from Lagos."),
        };
        let flash = match (flag, taken.flagged > 0) {
            (Some(flag), true) => {
                Flash::good(format!("{did} The watch has told the desk: flag #{flag}."))
            }
            (Some(flag), false) => Flash::good(format!(
                "{did} The desk has the flag #{flag} about it already."
            )),
            (None, _) => Flash::good(format!("{did} The watch sees nothing unusual in it.")),
        };
        Ok(go(app, &format!("/world?as={by}"), Some(&flash)))
    }
}

fn line(mail: &Arc<Mail>, now: words::Time) -> WorldMail {
    let words = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
    // Every letter has the same head.
    let begins = words
        .strip_prefix(&format!("{COMPANY} · customer support"))
        .unwrap_or(&words);
    let begins: String = begins.trim_start().chars().take(120).collect();
    WorldMail {
        id: mail.id.clone(),
        subject: mail.subject.clone(),
        begins,
        when: When::at(mail.at, now),
        unread: mail.unread(),
        attachments: mail
            .attachments
            .iter()
            .map(|one| one.name.clone())
            .collect(),
    }
}
