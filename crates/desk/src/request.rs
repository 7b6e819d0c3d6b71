//! Requests: what can be asked for, and the asking. None of them takes a destination.

mod by_receipt;
mod second;
mod seldom;

use gate::{Action, Actor, Decision, Effect, Outcome};
use serde::{Deserialize, Serialize};
use store::{
    AccountRow, ContactPointRow, FieldRow, HoldRow, RequestRow, StoreError, TicketRow, Tx,
};
use words::{
    AlarmKind, ChallengeKind, Channel, ContactKind, ContactPointId, FieldClass, FieldKind,
    HoldLevel, MessageKind, RequestId, RequestKind, RequestState, TicketKind, TicketState,
};

use crate::{
    catalogue::{CatalogueAction, CatalogueField},
    challenge::Detail,
    change::{NewPoint, changed_field},
    desk::{Desk, Me, field_facts, outcome_word},
    error::DeskError,
    hold::Freezes,
    mailroom::LetterRef,
    offered::as_offered,
    people::REVEALS,
    policies::Why,
    proof::Ways,
    reveal, saved,
    settings::{hours, minutes},
    ticket::refused,
};

/// What the gate says to something that could be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It can be done at once.
    Allowed,
    /// It can be done once the owner confirms; asking is the act.
    Asks,
    /// A lead asks for it.
    Escalates {
        /// Why, for the rep.
        why: String,
        /// What the rep can say.
        words: String,
    },
    /// It can't.
    Refused {
        /// Why, for the rep.
        why: String,
        /// What the rep can say.
        words: String,
    },
}

/// Something that could be asked for in a ticket now.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What.
    pub kind: RequestKind,
    /// Which field of the catalogue; empty for requests without one.
    pub field: String,
    /// The items to choose from.
    pub items: Vec<String>,
    /// What it does, as a rep would say it: `Send an invoice`.
    pub title: String,
    /// The same in a word or two, among others of its kind: `Invoices`, `Postal address`. Empty
    /// for requests without a field.
    pub short: String,
    /// What would happen.
    pub explains: String,
    /// What the gate says.
    pub verdict: Verdict,
    /// The rule behind it.
    pub rule: String,
    /// Where that comes from, and what would change it.
    pub why: Why,
}

/// What a request is about, besides its field.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct About {
    /// The company's action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The contact point that is added or replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point: Option<NewPoint>,
}

impl About {
    pub(crate) fn read(text: &str) -> Result<Self, DeskError> {
        serde_json::from_str(text).map_err(|e| DeskError::json(&e))
    }
}

/// What a rep can say once the owner was asked whether they may see something.
const ASKED_TO_SEE: &str = "I can't see that, but I've just asked you by email whether I may. If you say yes there, I see it for five minutes, and nothing else.";

/// What a rep can say once the owner was asked by text message.
const ASKED_BY_TEXT: &str = "I've sent a text message to the phone on your account. Once you say yes there, it goes on by itself.";

/// What became of asking.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The request.
    pub id: RequestId,
    /// Where it stands.
    pub state: RequestState,
    /// Why, if it can't be.
    pub reason: String,
    /// What the rep can say meanwhile.
    pub words: String,
    /// The rule that decided.
    pub rule: String,
    /// Whether a second person looks at it first.
    pub second: bool,
}

/// Where something goes, named without its value.
pub(crate) fn place_words(point: Option<&ContactPointRow>) -> String {
    match point {
        Some(point) => {
            format!(
                "the registered {}, on file since {}",
                point.kind,
                point.registered_at.year()
            )
        }
        None => "nowhere: the account has no confirmed email".to_owned(),
    }
}

impl Desk {
    /// What can be asked for in a ticket now, and what can't and why.
    #[expect(
        clippy::too_many_lines,
        reason = "one kind after the other, as the panel shows them"
    )]
    pub(crate) fn offers(
        &self,
        me: &Me,
        ticket: &TicketRow,
        account: &AccountRow,
        fields: &[FieldRow],
        points: &[ContactPointRow],
        ways: &Ways,
    ) -> Vec<Offer> {
        let place = self.destination(points);
        let goes = place_words(
            place
                .filter(|point| point.usable(self.now()))
                .or_else(|| self.phone_at(points, ticket, None)),
        );
        let ask = |kind, field: Option<&FieldRow>| {
            let mut facts = self.facts(
                Actor::Staff(me.id, me.role),
                Action::Request(kind),
                account,
                Some(ticket),
                place,
            );
            facts.field = field.map(field_facts);
            facts.ways = match kind {
                RequestKind::Unlock => ways.lifting.clone(),
                _ => ways.now.clone(),
            };
            as_offered(kind, self.decide(&facts))
        };
        let second = |kind, effect: Option<Effect>| {
            let mut facts = self.facts(
                Actor::Staff(me.id, me.role),
                Action::Request(kind),
                account,
                Some(ticket),
                place,
            );
            facts.ways.clone_from(&ways.now);
            facts.effect = effect;
            self.with_leave(&facts, as_offered(kind, self.decide(&facts)))
        };
        let mut offers = Vec::new();
        let mut push =
            |kind, field: &str, items, title: String, explains: String, decision: Decision| {
                let verdict = match decision.outcome {
                    Outcome::Permit => Verdict::Allowed,
                    Outcome::Challenge => Verdict::Asks,
                    Outcome::Escalate => Verdict::Escalates {
                        why: decision.reason,
                        words: decision.words,
                    },
                    Outcome::Refuse => Verdict::Refused {
                        why: decision.reason,
                        words: decision.words,
                    },
                };
                let def = self.catalogue.field(field);
                offers.push(Offer {
                    kind,
                    field: field.to_owned(),
                    items,
                    title,
                    short: def.map(|def| def.plural.clone()).unwrap_or_default(),
                    explains,
                    verdict,
                    rule: decision.rule,
                    why: Why::default(),
                });
            };

        if ticket.kind == TicketKind::Flag {
            let decision = ask(RequestKind::Ask, None);
            push(
                RequestKind::Ask,
                "",
                vec![],
                "Ask the owner: was this you?".to_owned(),
                format!("asks at {goes}"),
                decision,
            );
        }
        if account.hold != HoldLevel::None {
            let decision = ask(RequestKind::Unlock, None);
            let (title, explains, decision) =
                self.thaw_offer(me, account, ticket, ways, &goes, decision);
            push(
                RequestKind::Unlock,
                "",
                vec![],
                title.to_owned(),
                explains,
                decision,
            );
        }
        for def in self.catalogue.fields() {
            if def.class != FieldClass::Sealed {
                continue;
            }
            let rows: Vec<&FieldRow> = fields.iter().filter(|row| row.name == def.name).collect();
            let Some(first) = rows.first() else { continue };
            let mut items: Vec<String> = rows
                .iter()
                .filter(|r| !r.item.is_empty())
                .map(|r| r.item.clone())
                .collect();
            items.reverse();
            let decision = ask(RequestKind::Deliver, Some(first));
            push(
                RequestKind::Deliver,
                &def.name,
                items,
                def.offer_title(),
                format!("goes to {goes}"),
                decision,
            );
        }
        let (title, explains, decision) =
            Self::reset_offer(ways, &goes, ask(RequestKind::Reset, None));
        push(
            RequestKind::Reset,
            "",
            vec![],
            title.to_owned(),
            explains,
            decision,
        );
        for offer in self.reveal_offers(fields, &ask) {
            // What isn't a token's to ask for has words to say all the same.
            if !offer.field.is_empty() && !me.holds(REVEALS) {
                continue;
            }
            push(
                RequestKind::Reveal,
                &offer.field,
                offer.items,
                offer.title,
                offer.explains,
                offer.decision,
            );
        }
        if let Some(row) = fields.iter().find(|row| row.class == FieldClass::Secret) {
            let decision = ask(RequestKind::Deliver, Some(row));
            let title = format!("Send or tell {}", self.secrets_of(fields));
            push(
                RequestKind::Deliver,
                &row.name,
                vec![],
                title,
                String::new(),
                decision,
            );
        }
        if account.hold != HoldLevel::Frozen {
            let explains = "nothing leaves or changes until the hold is lifted".to_owned();
            let title = "Freeze the account's data".to_owned();
            push(
                RequestKind::Lock,
                "",
                vec![],
                title,
                explains,
                ask(RequestKind::Lock, None),
            );
        }
        for offer in self.change_offers(fields, points, &goes) {
            let (mut decision, eyes) = second(RequestKind::Change, None);
            let mut explains = offer.explains;
            if eyes {
                decision.outcome = Outcome::Challenge;
                explains = format!("a second person agrees first; then {explains}");
            }
            push(
                RequestKind::Change,
                &offer.field,
                offer.items,
                offer.title,
                explains,
                decision,
            );
        }
        for (kind, field, title, explains, decision) in self.seldom_offers(&goes, &second) {
            push(kind, &field, vec![], title, explains, decision);
        }
        let (mut codes, eyes) = second(RequestKind::Act, Some(saved::effect()));
        if eyes || codes.outcome == Outcome::Challenge {
            let mut explains =
                format!("asks at {goes}; their own page makes them, and nobody here sees them");
            if eyes {
                codes.outcome = Outcome::Challenge;
                explains = format!("a second person agrees first; then {explains}");
            }
            push(
                RequestKind::Act,
                saved::CODES,
                vec![],
                "Offer the owner recovery codes".to_owned(),
                explains,
                codes,
            );
        }
        offers
    }

    /// The secrets among the fields, as a rep would say it: `receipt codes or password information`.
    fn secrets_of(&self, fields: &[FieldRow]) -> String {
        let has = |name: &str| fields.iter().any(|row| row.name == name);
        let secret = |def: &&CatalogueField| def.class == FieldClass::Secret && has(&def.name);
        let names = self.catalogue.fields().iter().filter(secret);
        let names: Vec<String> = names.map(|def| def.plural.to_lowercase()).collect();
        names.join(" or ")
    }

    /// Asks for something in a ticket.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] for a field or item the account doesn't have; [`DeskError::Conflict`]
    /// if the same is under way or the ticket is closed; [`DeskError::Forbidden`] for a token that was not made
    /// for reveals and asks for one; [`DeskError::Limited`] if the owner was asked or sent too much.
    /// A refusal by the gate is not an error: it is recorded, and its words come back.
    #[expect(
        clippy::too_many_lines,
        reason = "the way of a request from top to bottom, in one transaction"
    )]
    pub async fn ask(
        &self,
        me: &Me,
        number: i64,
        kind: RequestKind,
        field: &str,
        item: &str,
    ) -> Result<Asked, DeskError> {
        let codes = kind == RequestKind::Act && field == saved::CODES;
        if kind == RequestKind::Reveal {
            me.must_hold(REVEALS)?;
        }
        let mut tx = self.store.begin().await?;
        let ticket = self.act_on(&mut tx, me, number).await?;
        let account = self.account_of(&mut tx, &ticket).await?;
        if ticket.state == TicketState::Closed && kind != RequestKind::Lock {
            return Err(DeskError::Conflict(
                "this ticket is closed; open it again first, so that the owner hears of it",
            ));
        }
        let points = tx.contact_points(account.id).await?;
        let fields = tx.masked_fields(account.id).await?;
        let place = self.destination(&points).cloned();
        let row = Self::asked_field(&fields, kind, field, item)?;
        let action = if codes {
            None
        } else {
            self.asked_action(kind, field)?
        };
        let label = match action {
            Some(action) => action.title.clone(),
            None if codes => saved::LABEL.to_owned(),
            None => self.request_label(kind, row),
        };
        let point = self.changed_point(&points, kind, row, item)?;
        let label = point.map_or(label, |point| point.label(item));
        let about = if codes {
            saved::about()?
        } else {
            About::of(action, point)?
        };
        if kind == RequestKind::Reveal && row.is_some_and(|row| row.kind == FieldKind::Document) {
            return Err(DeskError::Invalid(
                "a document can't be shown here; send it to the owner instead".to_owned(),
            ));
        }
        self.notice_decoy(&mut tx, AlarmKind::DecoyAsked, me, &account, Some(&ticket))
            .await?;
        if kind == RequestKind::Ask && ticket.kind != TicketKind::Flag {
            return Err(DeskError::Invalid(
                "only a flag of the watch asks the owner \"was this you?\"".to_owned(),
            ));
        }
        if kind == RequestKind::Unlock && account.hold == HoldLevel::None {
            return Err(DeskError::Conflict("this account is not held"));
        }
        if codes {
            self.no_codes_coming(&mut tx, &account).await?;
        }

        let mut facts = self.facts(
            Actor::Staff(me.id, me.role),
            Action::Request(kind),
            &account,
            Some(&ticket),
            place.as_ref(),
        );
        facts.field = row.map(field_facts);
        facts.ways = self
            .ways_for(&mut tx, &account, &fields, &points, &ticket, kind)
            .await?;
        facts.effect = if codes {
            Some(saved::effect())
        } else {
            action.map(CatalogueAction::effect)
        };
        let decision = as_offered(kind, self.decide(&facts));
        let (decision, second) = self.with_leave(&facts, decision);
        let id = self.id(RequestId::new);
        let mut entry = self
            .by(me, "request.decided")
            .with_account(account.id.to_string())
            .with_ticket(number)
            .with("request", id.to_string())
            .with("kind", kind.as_str())
            .with("outcome", outcome_word(decision.outcome))
            .with("rule", decision.rule.clone());
        if let Some(row) = row {
            entry = entry
                .with("field", row.name.clone())
                .with("field_id", row.id.to_string());
        }
        if let Some(action) = action {
            entry = entry.with("action", action.name.clone());
        }
        if codes {
            entry = entry.with("action", saved::CODES);
        }
        tx.entry(entry);

        let case = Case {
            me,
            ticket: &ticket,
            account: &account,
            field: row,
            place: place.as_ref(),
            label: &label,
            about: &about,
            id,
        };
        let asked = match decision.outcome {
            Outcome::Escalate if second => {
                match self.waits_for_leave(&mut tx, &case, kind, decision).await {
                    Err(DeskError::Limited(until)) => {
                        drop(tx);
                        return self
                            .limited(me, number, &account, kind.as_str(), until)
                            .await;
                    }
                    asked => asked?,
                }
            }
            Outcome::Permit | Outcome::Challenge => {
                let asked = if decision.outcome == Outcome::Permit {
                    self.permitted(&mut tx, &case, kind, decision).await
                } else {
                    self.challenged(&mut tx, &case, kind, decision).await
                };
                match asked {
                    Err(DeskError::Limited(until)) => {
                        drop(tx);
                        return self
                            .limited(me, number, &account, kind.as_str(), until)
                            .await;
                    }
                    asked => asked?,
                }
            }
            Outcome::Escalate => {
                let asked = self.turned_down(&mut tx, &case, kind, decision).await?;
                self.raise(
                    &mut tx,
                    ticket.clone(),
                    Some(me),
                    &format!("{label}: {}", asked.reason),
                )
                .await?;
                asked
            }
            Outcome::Refuse if self.needs_two(&mut tx, &case, kind, &decision).await? => {
                self.waits_for_two(&mut tx, &case).await?
            }
            Outcome::Refuse if self.needs_receipt(&mut tx, &case, kind, &decision).await? => {
                self.waits_for_a_receipt(&mut tx, &case).await?
            }
            Outcome::Refuse => {
                let asked = self.turned_down(&mut tx, &case, kind, decision).await?;
                self.attempt(&mut tx, &account, &ticket, &format!("refused: {label}"))
                    .await?;
                asked
            }
        };
        let mut ticket = tx
            .ticket_by_id(ticket.id)
            .await?
            .ok_or(DeskError::NotFound)?;
        if asked.state == RequestState::Waiting && ticket.state == TicketState::Open && !second {
            ticket.state = TicketState::Waiting;
        }
        self.touch(&mut tx, &mut ticket).await?;
        self.commit(tx).await?;
        Ok(asked)
    }

    /// The field that is asked for, of those of the account.
    fn asked_field<'a>(
        fields: &'a [FieldRow],
        kind: RequestKind,
        field: &str,
        item: &str,
    ) -> Result<Option<&'a FieldRow>, DeskError> {
        if kind == RequestKind::Change {
            return changed_field(fields, field);
        }
        if !matches!(kind, RequestKind::Deliver | RequestKind::Reveal) {
            return Ok(None);
        }
        fields
            .iter()
            .find(|row| row.name == field && row.item == item)
            .map(Some)
            .ok_or_else(|| {
                DeskError::Invalid(
                    "this account has no such field or item; choose one from the list".to_owned(),
                )
            })
    }

    fn request_label(&self, kind: RequestKind, field: Option<&FieldRow>) -> String {
        match (kind, field) {
            (RequestKind::Deliver, Some(row)) => self.catalogue.label(&row.name, &row.item),
            (RequestKind::Reveal, Some(row)) => {
                reveal::label(&self.catalogue.label(&row.name, &row.item))
            }
            (RequestKind::Reset, _) => "password reset".to_owned(),
            (RequestKind::Change, Some(row)) => {
                format!(
                    "change of the {}",
                    self.catalogue.label(&row.name, &row.item)
                )
            }
            (RequestKind::Change, None) => "change of a contact point".to_owned(),
            (RequestKind::Reenrol, _) => "new second sign-in step".to_owned(),
            (RequestKind::Lock, _) => "freeze".to_owned(),
            (RequestKind::Unlock, _) => "lifting of the hold".to_owned(),
            (RequestKind::Ask, _) => "was this you?".to_owned(),
            (RequestKind::Erase, _) => "erasure of everything kept".to_owned(),
            (RequestKind::Export, _) => "copy of everything kept".to_owned(),
            (kind, _) => kind.to_string(),
        }
    }

    async fn permitted(
        &self,
        tx: &mut Tx,
        case: &Case<'_>,
        kind: RequestKind,
        decision: Decision,
    ) -> Result<Asked, DeskError> {
        let now = self.now();
        match kind {
            RequestKind::Deliver => {
                let place = case.place.ok_or(DeskError::NotFound)?;
                let budget = self.limit_key(&format!("deliver:{}", case.account.id));
                if let Some(until) = tx
                    .charge(
                        &budget,
                        self.settings.deliveries,
                        minutes(self.settings.delivery_minutes),
                        now,
                    )
                    .await?
                {
                    return Err(DeskError::Limited(until));
                }
                let words = format!(
                    "I've just sent {} to the email on your account.",
                    said_label(case)
                );
                let asked = self
                    .record(
                        tx,
                        case,
                        kind,
                        RequestState::Sending,
                        &decision.rule,
                        "",
                        &words,
                        Some(place.id),
                        None,
                    )
                    .await?;
                let secret = self
                    .repudiation(tx, case.account, case.ticket, place.id, Vec::new())
                    .await?;
                let letter = LetterRef::Delivery { request: asked.id };
                self.queue_letter(
                    tx,
                    case.account,
                    place,
                    letter,
                    Some(&secret),
                    Some(case.ticket),
                )
                .await?;
                Ok(asked)
            }
            RequestKind::Ask => {
                let detail = self.outreach_detail(tx, case).await?;
                tx.drop_notice(case.ticket.id).await?;
                self.question(tx, case, kind, &decision.rule, ChallengeKind::Outreach, detail,
                    "I've asked you by email whether this was you. Please open it and press one of the two buttons.").await
            }
            RequestKind::Lock => {
                let reason = "A colleague at support froze it.";
                let asked = self
                    .record(tx, case, kind, RequestState::Done, &decision.rule, "", "I've frozen your account's data here. Nothing leaves it until that is lifted, and you hear of it first.", None, None)
                    .await?;
                self.freeze(
                    tx,
                    case.account,
                    case.ticket,
                    Freezes::Staff(case.me),
                    reason,
                    "Frozen by support as a precaution.",
                )
                .await?;
                Ok(asked)
            }
            // Whatever else a set of policies may permit has no effect built here yet: fail closed.
            _ => Err(refused(not_built(decision.rule))),
        }
    }

    async fn challenged(
        &self,
        tx: &mut Tx,
        case: &Case<'_>,
        kind: RequestKind,
        decision: Decision,
    ) -> Result<Asked, DeskError> {
        if !matches!(
            kind,
            RequestKind::Deliver
                | RequestKind::Reset
                | RequestKind::Unlock
                | RequestKind::Reveal
                | RequestKind::Reenrol
                | RequestKind::Act
                | RequestKind::Erase
                | RequestKind::Export
                | RequestKind::Change
        ) {
            // The owner's yes to anything else would have no effect, or another one than they read.
            return Err(refused(not_built(decision.rule)));
        }
        let since = match kind {
            RequestKind::Unlock => frozen_since(tx, case.account.id).await?,
            _ => None,
        };
        let points = tx.contact_points(case.account.id).await?;
        let case = &Case {
            place: self.asked_at(&points, case.ticket, since),
            ..*case
        };
        let field = case
            .field
            .map(|row| self.catalogue.label(&row.name, &row.item));
        let detail = self.question_detail(case.ticket, kind, case.label, field);
        // The policies' words are about not being able to see it; now the owner is asked.
        let words = match kind {
            _ if case
                .place
                .is_some_and(|place| place.kind == ContactKind::Phone) =>
            {
                ASKED_BY_TEXT
            }
            RequestKind::Reveal => ASKED_TO_SEE,
            RequestKind::Act if case.about == saved::about()? => saved::WORDS,
            _ => &decision.words,
        };
        self.question(
            tx,
            case,
            kind,
            &decision.rule,
            ChallengeKind::Confirm,
            detail,
            words,
        )
        .await
    }

    #[expect(clippy::too_many_arguments, reason = "a question is all of these")]
    async fn question(
        &self,
        tx: &mut Tx,
        case: &Case<'_>,
        kind: RequestKind,
        rule: &str,
        challenge: ChallengeKind,
        detail: Detail,
        words: &str,
    ) -> Result<Asked, DeskError> {
        let now = self.now();
        let place = case.place.ok_or(DeskError::NotFound)?;
        if self.is_waiting(tx, case, kind).await? {
            return Err(DeskError::Conflict(
                "the owner was asked this already and has not answered yet",
            ));
        }
        self.charge_question(tx, case.account).await?;
        let lives = hours(self.settings.link_hours);
        let asked = self
            .record(
                tx,
                case,
                kind,
                RequestState::Waiting,
                rule,
                "",
                words,
                Some(place.id),
                Some(now + lives),
            )
            .await?;
        self.put_question(
            tx,
            case.account,
            case.ticket,
            asked.id,
            place,
            challenge,
            &detail,
            lives,
        )
        .await?;
        Ok(asked)
    }

    async fn outreach_detail(&self, tx: &mut Tx, case: &Case<'_>) -> Result<Detail, DeskError> {
        let raised = self.signals_of(tx, case.ticket).await?;
        let mut signals = Vec::new();
        let mut countries = Vec::new();
        for (_, signal) in &raised {
            let words = signal.words();
            if !signals.contains(&words) {
                signals.push(words);
            }
            if let Some(country) = signal.country() {
                countries.push(country.as_str().to_owned());
            }
        }
        let at = raised.last().map_or(case.ticket.opened_at, |(at, _)| *at);
        Ok(Detail {
            what: None,
            channel: Channel::Watch,
            at,
            signals,
            countries,
            also: Vec::new(),
            item: None,
            plan: None,
        })
    }

    async fn turned_down(
        &self,
        tx: &mut Tx,
        case: &Case<'_>,
        kind: RequestKind,
        decision: Decision,
    ) -> Result<Asked, DeskError> {
        let asked = self
            .record(
                tx,
                case,
                kind,
                RequestState::Refused,
                &decision.rule,
                &decision.reason,
                &decision.words,
                None,
                None,
            )
            .await?;
        let text = format!("Not possible: {}. {}", case.label, decision.reason);
        self.write(tx, case.ticket, MessageKind::Desk, None, &text)
            .await?;
        Ok(asked)
    }

    #[expect(clippy::too_many_arguments, reason = "the columns of a request")]
    async fn record(
        &self,
        tx: &mut Tx,
        case: &Case<'_>,
        kind: RequestKind,
        state: RequestState,
        rule: &str,
        reason: &str,
        words: &str,
        point: Option<ContactPointId>,
        expires: Option<words::Time>,
    ) -> Result<Asked, DeskError> {
        let now = self.now();
        let id = case.id;
        tx.add_request(&RequestRow {
            id,
            ticket_id: case.ticket.id,
            account_id: case.account.id,
            kind,
            field_id: case.field.map(|row| row.id),
            label: case.label.to_owned(),
            state,
            rule: rule.to_owned(),
            words: words.to_owned(),
            contact_point_id: point,
            staff_id: Some(case.me.id),
            at: now,
            updated_at: now,
            expires_at: expires,
            detail: case.about.to_owned(),
            left_at: None,
        })
        .await?;
        Ok(Asked {
            id,
            state,
            reason: reason.to_owned(),
            words: words.to_owned(),
            rule: rule.to_owned(),
            second: state == RequestState::Waiting && point.is_none() && kind != RequestKind::Reset,
        })
    }

    /// A ticket that waited for the owner is open again once nothing in it waits.
    pub(crate) async fn awake(&self, tx: &mut Tx, id: words::TicketId) -> Result<(), DeskError> {
        let Some(mut ticket) = tx
            .ticket_by_id(id)
            .await?
            .filter(|t| t.state == TicketState::Waiting)
        else {
            return Ok(());
        };
        if tx
            .requests(id)
            .await?
            .iter()
            .all(|request| request.state != RequestState::Waiting)
        {
            ticket.state = TicketState::Open;
            self.touch(tx, &mut ticket).await?;
        }
        Ok(())
    }

    /// Requests whose time is over expire.
    pub(crate) async fn expire_requests(&self) -> Result<usize, DeskError> {
        let now = self.now();
        let overdue = self.store.read().await?.overdue_requests(now, 100).await?;
        if overdue.is_empty() {
            return Ok(0);
        }
        let mut tx = self.store.begin().await?;
        let mut done = 0;
        for request in tx.overdue_requests(now, 100).await? {
            let ready = request.state == RequestState::Ready;
            let used = ready && tx.was_revealed(request.id).await?;
            let to = if used {
                RequestState::Done
            } else {
                RequestState::Expired
            };
            match tx.move_request(request.id, request.state, to, now).await {
                // Another worker was here first.
                Err(StoreError::Gone) => continue,
                other => other?,
            }
            tx.end_challenges_of(request.id, now).await?;
            tx.entry(
                self.entry("desk", "request.expired")
                    .with_account(request.account_id.to_string())
                    .with("request", request.id.to_string()),
            );
            if let Some(ticket) = tx.ticket_by_id(request.ticket_id).await?
                && ticket.state != TicketState::Closed
            {
                let text = if ready {
                    format!("Its time is over: {}.", request.label)
                } else {
                    format!("No answer in time: {}. Nothing was changed.", request.label)
                };
                self.write(&mut tx, &ticket, MessageKind::Desk, None, &text)
                    .await?;
            }
            self.awake(&mut tx, request.ticket_id).await?;
            done += 1;
        }
        self.commit(tx).await?;
        Ok(done)
    }
}

/// What a rep gets where the policies would allow something that the desk can't carry out.
fn not_built(rule: String) -> Decision {
    Decision {
        outcome: Outcome::Refuse,
        rule,
        reason: "the desk can't carry this out".to_owned(),
        words: "I'm not able to do that from here.".to_owned(),
        ways: Vec::new(),
        permit: None,
    }
}

struct Case<'a> {
    me: &'a Me,
    ticket: &'a TicketRow,
    account: &'a AccountRow,
    field: Option<&'a FieldRow>,
    place: Option<&'a ContactPointRow>,
    label: &'a str,
    about: &'a str,
    id: RequestId,
}

/// Since when the oldest hold that is not lifted stands.
pub(crate) async fn frozen_since(
    tx: &mut Tx,
    account: words::AccountId,
) -> Result<Option<words::Time>, DeskError> {
    Ok(held_since(&tx.holds(account).await?))
}

/// The same, with the holds at hand.
pub(crate) fn held_since(holds: &[HoldRow]) -> Option<words::Time> {
    holds
        .iter()
        .filter(|hold| hold.lifted_at.is_none())
        .map(|hold| hold.at)
        .min()
}

fn said_label(case: &Case<'_>) -> String {
    match case.field {
        Some(row) if row.item.is_empty() => format!("your {}", case.label),
        _ => case.label.to_owned(),
    }
}
