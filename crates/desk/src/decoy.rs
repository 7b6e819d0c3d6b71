//! Decoys: accounts of nobody that look like any other. Whoever looks one up, opens it or asks for
//! something of it is noticed, and is told nothing of that. No letter ever leaves for one.

mod made_up;

use std::collections::BTreeMap;

use store::{AccountRow, ContactPointRow, DecoyLine, FieldRow, TicketRow, Tx};
use vault::normalise;
use words::{AlarmKind, Entropy, FieldClass, FieldKind, Time};

use crate::{
    accounts::{AccountDocument, ContactPointDocument, FieldDocument, Fresh, Incoming},
    catalogue::found_as,
    desk::{Desk, Me},
    error::DeskError,
};
use made_up::{Person, imitated, value};

/// The most that are made at once.
pub const DECOYS_MAX: u32 = 1000;
/// How often something made up is made up anew because something else has it.
const TRIES: u32 = 60;
/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

/// Chance, as small numbers.
pub(crate) struct Dice<'a>(pub(crate) &'a dyn Entropy);

impl Dice<'_> {
    /// A number from 0 to below `n`.
    pub(crate) fn below(&self, n: u64) -> u64 {
        let mut raw = [0; 8];
        self.0.fill(&mut raw);
        u64::from_le_bytes(raw).checked_rem(n).unwrap_or(0)
    }

    /// One of these.
    pub(crate) fn of<'b, T>(&self, list: &'b [T]) -> Option<&'b T> {
        list.get(usize::try_from(self.below(list.len() as u64)).unwrap_or(0))
    }
}

/// An account that a decoy is made to look like.
struct Model {
    account: AccountRow,
    fields: Vec<FieldRow>,
    points: Vec<ContactPointRow>,
}

impl Desk {
    /// If an account is a decoy, raises an alarm about what somebody does with it.
    pub(crate) async fn notice_decoy(
        &self,
        tx: &mut Tx,
        kind: AlarmKind,
        me: &Me,
        account: &AccountRow,
        ticket: Option<&TicketRow>,
    ) -> Result<(), DeskError> {
        if account.decoy && !words::sabotage::off("decoy-alarm") {
            self.alarm(tx, kind, me, Some(account.id), ticket).await?;
        }
        Ok(())
    }

    /// What the company itself sends is somebody's account: a decoy under that name is none any more.
    /// Whoever sent it sees no difference.
    pub(crate) async fn becomes_ordinary(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        actor: &str,
    ) -> Result<(), DeskError> {
        if account.decoy {
            tx.set_decoy(account.id, false).await?;
            tx.entry(
                self.entry(actor, "decoy.ended")
                    .with_account(account.id.to_string()),
            );
        }
        Ok(())
    }

    /// Makes decoys, each in the likeness of one of the accounts named (or of any), and returns what
    /// looks like the company's names for them. Their values are made up.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] for too many at once and for a name that no account has;
    /// [`DeskError::Conflict`] if there is no account to imitate yet.
    pub async fn make_decoys(&self, count: u32, like: &[String]) -> Result<Vec<String>, DeskError> {
        if !(1..=DECOYS_MAX).contains(&count) {
            return Err(DeskError::Invalid(format!(
                "make 1 to {DECOYS_MAX} decoys at once"
            )));
        }
        let mut made = Vec::new();
        for n in 0..count {
            let mut tx = self.store.begin().await?;
            let model = self.model(&mut tx, like, n).await?;
            made.push(self.make_decoy(&mut tx, &model).await?);
            self.commit(tx).await?;
        }
        Ok(made)
    }

    /// The decoys there are, with the alarms that each raised.
    ///
    /// # Errors
    /// [`DeskError`] if the database fails.
    pub async fn decoys(&self) -> Result<Vec<DecoyLine>, DeskError> {
        Ok(self.store.read().await?.decoys().await?)
    }

    async fn model(&self, tx: &mut Tx, like: &[String], n: u32) -> Result<Model, DeskError> {
        let account = if like.is_empty() {
            let dice = Dice(self.entropy.as_ref());
            let among = u64::try_from(tx.ordinary_count().await?).unwrap_or(0);
            let place = i64::try_from(dice.below(among.max(1))).unwrap_or(0);
            match tx.nth_ordinary(place).await? {
                Some(account) => account,
                None => tx.nth_ordinary(0).await?.ok_or(DeskError::Conflict(
                    "there is no account yet that decoys could look like; import some first",
                ))?,
            }
        } else {
            let name = &like[n as usize % like.len()];
            tx.account_named(name)
                .await?
                .filter(|row| !row.decoy)
                .ok_or_else(|| {
                    DeskError::Invalid(
                        "no account has one of the names after --like; check them".to_owned(),
                    )
                })?
        };
        Ok(Model {
            fields: tx.masked_fields(account.id).await?,
            points: tx.contact_points(account.id).await?,
            account,
        })
    }

    async fn make_decoy(&self, tx: &mut Tx, model: &Model) -> Result<String, DeskError> {
        let dice = Dice(self.entropy.as_ref());
        // It came in when its model did, or it would stand out.
        let later = i64::try_from(dice.below(2_000_000)).unwrap_or(0);
        let made = Time(model.account.created_at.micros() + later).min(self.now());
        let incoming = self.imitate(tx, &dice, model, made).await?;
        let mut fresh = Fresh::default();
        let id = self.seal_new(&incoming, made, &mut fresh)?;
        fresh.write(tx).await?;
        tx.set_decoy(id, true).await?;
        tx.entry(
            self.entry("system", "decoy.made")
                .with_account(id.to_string()),
        );
        Ok(incoming.external_id)
    }

    /// A document like the model's, with nothing of it but its shape.
    async fn imitate(
        &self,
        tx: &mut Tx,
        dice: &Dice<'_>,
        model: &Model,
        made: Time,
    ) -> Result<Incoming, DeskError> {
        let person = self.person(tx, dice, &model.account.display_name).await?;
        let shift = days_to_shift(dice, model, made);
        let moved = |at: Time| date(Time(at.micros() + shift * DAY).min(made));
        let mut document = AccountDocument {
            external_id: Some(self.free_name(tx, dice, &model.account.external_id).await?),
            display_name: person.name.clone(),
            customer_since: model.account.customer_since.map(moved),
            ..AccountDocument::default()
        };
        for (nth, point) in model.points.iter().enumerate() {
            document.contact_points.push(ContactPointDocument {
                kind: point.kind,
                value: self.free_address(tx, dice, &person, point, nth).await?,
                registered_at: Some(moved(point.registered_at)),
                confirmed_at: point.confirmed_at.map(moved),
            });
        }
        // The order and the parcel of one number are one thing: they get one new number.
        let mut labels: BTreeMap<String, String> = BTreeMap::new();
        for row in &model.fields {
            let Some(field) = self.catalogue.field(&row.name) else {
                continue;
            };
            let text = match (&row.shown, row.class) {
                (Some(shown), FieldClass::Shown) => FieldDocument::Text(shown.clone()),
                _ => value(dice, &person, row.kind, field.find),
            };
            if row.item.is_empty() {
                document.fields.insert(row.name.clone(), text);
                continue;
            }
            let label = match labels.get(&row.item) {
                Some(label) => label.clone(),
                None => self.free_label(tx, dice, &row.item, &labels).await?,
            };
            labels.insert(row.item.clone(), label.clone());
            let items = document
                .fields
                .entry(row.name.clone())
                .or_insert_with(|| FieldDocument::Object(BTreeMap::new()));
            if let FieldDocument::Object(items) = items {
                items.insert(label, text);
            }
        }
        Ok(document.check(&self.catalogue, None, self.now())?)
    }

    /// Somebody who isn't: a made-up name, and a user name that nobody has.
    async fn person(&self, tx: &mut Tx, dice: &Dice<'_>, like: &str) -> Result<Person, DeskError> {
        let finds: Vec<_> = self
            .catalogue
            .fields()
            .iter()
            .filter(|field| field.find && !field.items)
            .collect();
        let mut person = Person::new(dice, like);
        for _ in 0..TRIES {
            let mut free = true;
            for field in &finds {
                let normal = normalise(found_as(field), &person.user_name);
                free &= self.is_free(tx, &field.name, &normal).await?;
            }
            if free {
                break;
            }
            person = Person::new(dice, like);
        }
        Ok(person)
    }

    async fn is_free(&self, tx: &mut Tx, kind: &str, normal: &str) -> Result<bool, DeskError> {
        let blind = self.vault.blind(kind, normal).0;
        Ok(tx.find(kind, &blind).await?.is_empty())
    }

    /// A name of the company's own as it would have given it, that nobody has.
    async fn free_name(
        &self,
        tx: &mut Tx,
        dice: &Dice<'_>,
        like: &str,
    ) -> Result<String, DeskError> {
        let digits = like
            .chars()
            .rev()
            .take_while(char::is_ascii_digit)
            .count()
            .min(15);
        let (head, number) = like.split_at(like.len() - digits);
        // Between the first and the last of its kind, where a number was never given out; past them
        // only where there is no gap.
        let length = i64::try_from(like.chars().count()).unwrap_or(0);
        let (first, last) = tx.names_like(head, length).await?;
        let read = |name: Option<String>| -> Option<u64> {
            name.as_deref()
                .and_then(|name| name.strip_prefix(head))
                .and_then(|digits| digits.parse().ok())
        };
        let ends = read(first).zip(read(last));
        for tried in 0..TRIES {
            let name = match ends {
                Some((first, last)) if digits > 1 => {
                    let beyond = if tried < TRIES / 2 {
                        0
                    } else {
                        10 * u64::from(tried)
                    };
                    let number = first + dice.below(last - first + 1 + beyond);
                    format!("{head}{number:0digits$}")
                }
                _ => format!("{head}{}", imitated(dice, number, tried)),
            };
            let name = if name == like {
                imitated(dice, like, tried)
            } else {
                name
            };
            let normal = normalise(FieldKind::Number, &name);
            if tx.account_named(&name).await?.is_none()
                && self.is_free(tx, "external_id", &normal).await?
            {
                return Ok(name);
            }
        }
        Err(DeskError::Conflict(
            "no free account number could be made up; name accounts after --like whose numbers have gaps",
        ))
    }

    /// A label like another, by which no account is found.
    async fn free_label(
        &self,
        tx: &mut Tx,
        dice: &Dice<'_>,
        like: &str,
        taken: &BTreeMap<String, String>,
    ) -> Result<String, DeskError> {
        for tried in 0..TRIES {
            let label = imitated(dice, like, tried / 10);
            let mut free = label != like && !taken.values().any(|known| *known == label);
            for field in self.catalogue.fields().iter().filter(|f| f.find && f.items) {
                let normal = normalise(found_as(field), &label);
                free &= self.is_free(tx, &field.name, &normal).await?;
            }
            if free {
                return Ok(label);
            }
        }
        Err(DeskError::Conflict(
            "no free number of an order could be made up; name accounts after --like whose numbers have gaps",
        ))
    }

    /// An address at a reserved domain, or a number of those set aside for fiction, that nobody has.
    async fn free_address(
        &self,
        tx: &mut Tx,
        dice: &Dice<'_>,
        person: &Person,
        like: &ContactPointRow,
        nth: usize,
    ) -> Result<String, DeskError> {
        let mut address = person.address(dice, like.kind, nth);
        for _ in 0..TRIES {
            let form = self.catalogue.look_up_form(like.kind.as_str(), &address);
            if self
                .is_free(tx, like.kind.as_str(), &form.unwrap_or_default())
                .await?
            {
                break;
            }
            address = person.address(dice, like.kind, nth);
        }
        Ok(address)
    }
}

/// By how many days a decoy's dates differ from its model's: all of them alike, and none in the future.
fn days_to_shift(dice: &Dice<'_>, model: &Model, made: Time) -> i64 {
    let dates = model
        .points
        .iter()
        .flat_map(|point| [Some(point.registered_at), point.confirmed_at])
        .chain([model.account.customer_since])
        .flatten();
    let room = dates
        .map(|at| (made.micros() - at.micros()) / DAY)
        .min()
        .unwrap_or(0)
        .clamp(0, 120);
    let span = u64::try_from(room + 120).unwrap_or(120);
    i64::try_from(dice.below(span + 1)).unwrap_or(0) - 120
}

fn date(at: Time) -> String {
    at.format("%Y-%m-%d")
}
