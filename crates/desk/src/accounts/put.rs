//! Putting an account: new, changed or the same. Nothing is mailed because of a new one; a known one's
//! owner is told when a contact point comes.

use std::collections::BTreeSet;

use gate::{Action, Actor};
use ledger::Entry;
use store::{AccountRow, ContactPointRow, NewField, Tx};
use vault::AccountKey;
use words::{
    AccountId, ContactKind, ContactPointId, FieldClass, FieldId, FieldKind, HoldLevel, Role, Time,
    sabotage::off,
};

use super::{
    check::{Incoming, IncomingPoint, IncomingValue},
    cooling::{NOT_THIS, PointChange},
    document::{AccountDocument, DocumentError, digest_label},
};
use crate::{
    catalogue::found_as,
    desk::{Desk, Me},
    error::DeskError,
};

/// The scope that a token needs to put accounts.
pub const ACCOUNTS_SCOPE: &str = "accounts";

/// What putting an account did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is new.
    Created,
    /// Something in it was different.
    Changed,
    /// Everything was there already; nothing was written.
    Same,
}

impl Put {
    /// The word for it: `created`, `changed` or `same`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Same => "same",
        }
    }
}

impl From<DocumentError> for DeskError {
    fn from(error: DocumentError) -> Self {
        Self::Invalid(error.to_string())
    }
}

/// When a contact point came, was confirmed and begins to count.
#[derive(Clone, Copy)]
pub(super) struct Dates {
    pub(super) registered: Time,
    pub(super) confirmed: Option<Time>,
    pub(super) effective: Time,
}

/// New accounts, sealed and ready to be written.
#[derive(Default)]
pub(crate) struct Fresh {
    pub(crate) accounts: Vec<AccountRow>,
    fields: Vec<(AccountId, NewField)>,
    lookups: Vec<(AccountId, String, Vec<u8>)>,
    points: Vec<ContactPointRow>,
}

impl Fresh {
    /// Puts the blind indexes in the order of their table, so that each of its pages is visited once.
    pub(crate) fn sort(&mut self) {
        self.lookups
            .sort_unstable_by(|a, b| (&a.1, &a.2).cmp(&(&b.1, &b.2)));
    }

    /// Writes them. Their fields are as old as they are: what came with an account needs no
    /// cooling-off time.
    pub(crate) async fn write(&self, tx: &mut Tx) -> Result<(), DeskError> {
        let Some(first) = self.accounts.first() else {
            return Ok(());
        };
        tx.add_accounts(&self.accounts).await?;
        tx.put_fields(&self.fields, first.created_at).await?;
        tx.put_lookups(&self.lookups).await?;
        tx.put_contact_points(&self.points).await?;
        Ok(())
    }
}

impl Desk {
    /// Takes one account in as the company's systems send it. `me` is none for the desk itself.
    ///
    /// A contact point that is new on a known account is no proof and no destination until its
    /// cooling-off time ends, and counts as registered now, whatever the document says.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for people: accounts come from systems, by an admin's token, so that
    /// no conversation can bring in a destination. [`DeskError::Invalid`] names the key that is
    /// wrong, never the value. [`DeskError::Conflict`] for a contact point that can't be used on the
    /// account, or contact points that change too often.
    pub async fn put_account(
        &self,
        me: Option<&Me>,
        external_id: &str,
        mut document: AccountDocument,
    ) -> Result<Put, DeskError> {
        if let Some(me) = me {
            me.must_be(&[Role::Admin])?;
            let scoped = |scopes: &Vec<String>| scopes.iter().any(|scope| scope == ACCOUNTS_SCOPE);
            if me.session.is_some() || !me.scopes.as_ref().is_none_or(scoped) {
                return Err(DeskError::Forbidden(
                    "accounts come in from the company's systems: by an import, or by an admin's token for accounts",
                ));
            }
        }
        if document
            .external_id
            .as_deref()
            .is_some_and(|id| id != external_id)
        {
            return Err(DeskError::Invalid(
                "external_id: is another one than in the address".to_owned(),
            ));
        }
        document.external_id = Some(external_id.to_owned());
        let incoming = document.check(&self.catalogue, None, self.now())?;
        let actor = me.map_or_else(|| "system".to_owned(), Me::actor);
        match self.put_once(&actor, &incoming).await {
            // Another writer brought the same account in at the same moment: now it is known.
            Err(DeskError::Store(error)) if error.is_duplicate() => {
                self.put_once(&actor, &incoming).await
            }
            other => other,
        }
    }

    async fn put_once(&self, actor: &str, incoming: &Incoming) -> Result<Put, DeskError> {
        let mut tx = self.store.begin().await?;
        let put = self.put_in(&mut tx, actor, incoming, self.now()).await?;
        if put != Put::Same {
            self.commit(tx).await?;
        }
        Ok(put)
    }

    /// Puts an account within a transaction, with its entry of the ledger.
    pub(crate) async fn put_in(
        &self,
        tx: &mut Tx,
        actor: &str,
        incoming: &Incoming,
        now: Time,
    ) -> Result<Put, DeskError> {
        let entry = |kind: Put| {
            Entry::new(now.micros(), "account.put", actor).with("result", kind.as_str())
        };
        let Some(known) = tx.account_named(&incoming.external_id).await? else {
            let mut fresh = Fresh::default();
            let id = self.seal_new(incoming, now, &mut fresh)?;
            fresh.write(tx).await?;
            tx.entry(entry(Put::Created).with_account(id.to_string()));
            return Ok(Put::Created);
        };
        let key = self.key(&known)?;
        let digests = digests(&key, incoming);
        let fingerprint = fingerprint(&key, incoming, &digests);
        if known.fingerprint == fingerprint {
            return Ok(Put::Same);
        }
        let account = tx
            .account_to_change(known.id)
            .await?
            .ok_or(DeskError::NotFound)?;
        if account.fingerprint == fingerprint {
            return Ok(Put::Same);
        }
        if self.was_repudiated(tx, &account, &incoming.points).await? {
            return Err(NOT_THIS);
        }
        // While the account is frozen its contact points stay as they were: whoever comes in by a new
        // one, or takes the owner's away, waits until the owner has lifted the freeze. The old
        // fingerprint stays too, so that the next put takes the change up.
        let frozen = account.hold == HoldLevel::Frozen && !off("frozen-contacts");
        let points = if frozen {
            PointChange::default()
        } else {
            self.compare_points(tx, &key, &account, &incoming.points, now)
                .await?
        };
        let mut changed = self
            .change_fields(tx, &key, account.id, incoming, &digests, now)
            .await?;
        if account.display_name != incoming.display_name {
            changed.insert("display_name".to_owned());
        }
        if account.customer_since != incoming.customer_since {
            changed.insert("customer_since".to_owned());
        }
        // A list that doesn't say takes no second person away.
        let important = incoming.important.unwrap_or(account.important);
        if account.important != important {
            changed.insert("important".to_owned());
        }
        if !points.is_none() {
            self.change_points(tx, actor, &account, &points, now)
                .await?;
            changed.insert("contact_points".to_owned());
        }
        tx.drop_lookups(account.id).await?;
        let mut lookups = Vec::new();
        self.lookups(account.id, incoming, &mut lookups);
        // By the contact points on file, not by those of the list: what is still to come finds nobody,
        // and what the owner replaced or stopped doesn't come back by a list. (No field has these names.)
        lookups.retain(|(_, kind, _)| {
            [ContactKind::Email, ContactKind::Phone]
                .iter()
                .all(|point| point.as_str() != kind)
        });
        let (by_owner, _) = tx.points_by_owner(account.id).await?;
        for point in tx.contact_points(account.id).await? {
            let noted = point.confirmed_at.is_none() && !by_owner.contains(&point.id);
            if noted || point.usable(now) {
                lookups.push((account.id, point.kind.as_str().to_owned(), point.blind));
            }
        }
        tx.put_lookups(&lookups).await?;
        tx.change_account(&AccountRow {
            display_name: incoming.display_name.clone(),
            customer_since: incoming.customer_since,
            important,
            fingerprint: if frozen {
                account.fingerprint.clone()
            } else {
                fingerprint
            },
            updated_at: now,
            ..account
        })
        .await?;
        self.becomes_ordinary(tx, &known, actor).await?;
        tx.entry(
            entry(Put::Changed)
                .with_account(known.id.to_string())
                .with("changed", changed.into_iter().collect::<Vec<_>>()),
        );
        Ok(Put::Changed)
    }

    /// Whether a known account would stay as it is.
    pub(crate) fn is_same(
        &self,
        known: &AccountRow,
        incoming: &Incoming,
    ) -> Result<bool, DeskError> {
        let key = self.key(known)?;
        Ok(known.fingerprint == fingerprint(&key, incoming, &digests(&key, incoming)))
    }

    /// Seals a new account under a data key of its own. Each value is hashed and sealed once.
    pub(crate) fn seal_new(
        &self,
        incoming: &Incoming,
        now: Time,
        fresh: &mut Fresh,
    ) -> Result<AccountId, DeskError> {
        let entropy = self.entropy.as_ref();
        let id = AccountId::new(now, entropy);
        let (key, wrapped) = self.vault.new_account_key(id, entropy)?;
        let digests = digests(&key, incoming);
        let fingerprint = fingerprint(&key, incoming, &digests);
        for (value, digest) in incoming.values.iter().zip(digests) {
            let field = FieldId::new(now, entropy);
            fresh
                .fields
                .push((id, self.seal_field(&key, field, value, digest)?));
        }
        for point in &incoming.points {
            // Without a date, it counts from now on; a date was checked to lie before now.
            let registered_at = point.registered_at.unwrap_or(now);
            let dates = Dates {
                registered: registered_at,
                confirmed: point.confirmed_at,
                effective: registered_at,
            };
            fresh
                .points
                .push(self.seal_point(&key, id, point, dates, now)?);
        }
        self.lookups(id, incoming, &mut fresh.lookups);
        fresh.accounts.push(AccountRow {
            id,
            external_id: incoming.external_id.clone(),
            display_name: incoming.display_name.clone(),
            customer_since: incoming.customer_since,
            data_key: wrapped.0,
            fingerprint,
            hold: HoldLevel::None,
            attempts: 0,
            important: incoming.important.unwrap_or(false),
            decoy: false,
            created_at: now,
            updated_at: now,
        });
        Ok(id)
    }

    fn seal_field(
        &self,
        key: &AccountKey,
        id: FieldId,
        value: &IncomingValue,
        digest: [u8; 32],
    ) -> Result<NewField, DeskError> {
        let (shown, sealed) = if value.class == FieldClass::Shown {
            (
                Some(String::from_utf8_lossy(&value.bytes).into_owned()),
                None,
            )
        } else {
            let sealed = key.seal_value(id, &value.bytes, self.entropy.as_ref())?;
            (None, Some(sealed.as_bytes().to_vec()))
        };
        Ok(NewField {
            id,
            name: value.name.clone(),
            item: value.item.clone(),
            class: value.class,
            kind: value.kind,
            shown,
            sealed,
            digest: digest.to_vec(),
            proves: value.proves,
        })
    }

    pub(super) fn seal_point(
        &self,
        key: &AccountKey,
        account: AccountId,
        point: &IncomingPoint,
        dates: Dates,
        now: Time,
    ) -> Result<ContactPointRow, DeskError> {
        let entropy = self.entropy.as_ref();
        let id = ContactPointId::new(now, entropy);
        Ok(ContactPointRow {
            id,
            account_id: account,
            kind: point.kind,
            sealed: key
                .seal_address(id, &point.address, entropy)?
                .as_bytes()
                .to_vec(),
            blind: self
                .vault
                .blind(point.kind.as_str(), &point.normal)
                .0
                .to_vec(),
            registered_at: dates.registered,
            confirmed_at: dates.confirmed,
            effective_at: dates.effective,
            removed_at: None,
            repudiated_at: None,
        })
    }

    /// By what the account is found.
    fn lookups(
        &self,
        account: AccountId,
        incoming: &Incoming,
        into: &mut Vec<(AccountId, String, Vec<u8>)>,
    ) {
        let mut add = |kind: &str, normal: &str| {
            into.push((
                account,
                kind.to_owned(),
                self.vault.blind(kind, normal).0.to_vec(),
            ));
        };
        add(
            "external_id",
            &vault::normalise(FieldKind::Number, &incoming.external_id),
        );
        for point in &incoming.points {
            add(point.kind.as_str(), &point.normal);
        }
        for value in &incoming.values {
            let Some(field) = self.catalogue.field(&value.name).filter(|field| field.find) else {
                continue;
            };
            let text = if field.items {
                value.item.as_str()
            } else {
                std::str::from_utf8(&value.bytes).unwrap_or_default()
            };
            add(&field.name, &vault::normalise(found_as(field), text));
        }
    }

    /// Writes what is new or different, drops what is no longer sent; returns the names.
    async fn change_fields(
        &self,
        tx: &mut Tx,
        key: &AccountKey,
        account: AccountId,
        incoming: &Incoming,
        digests: &[[u8; 32]],
        now: Time,
    ) -> Result<BTreeSet<String>, DeskError> {
        let mut changed = BTreeSet::new();
        let known = tx.masked_fields(account).await?;
        let by_owner = tx.fields_by_owner(account).await?;
        let mut writes = Vec::new();
        for (value, digest) in incoming.values.iter().zip(digests) {
            let same_slot = known
                .iter()
                .find(|field| field.name == value.name && field.item == value.item);
            if same_slot.is_some_and(|field| {
                field.digest == digest && field.class == value.class && field.kind == value.kind
            }) {
                continue;
            }
            // The owner changed it on their own page, and the company has not heard of that yet.
            if same_slot.is_some_and(|field| {
                by_owner
                    .iter()
                    .any(|(id, was)| *id == field.id && was == digest)
            }) {
                continue;
            }
            // The sealed bytes open only under the field's own id, so a known field keeps it.
            let id = same_slot.map_or_else(
                || FieldId::new(now, self.entropy.as_ref()),
                |field| field.id,
            );
            writes.push((account, self.seal_field(key, id, value, *digest)?));
            changed.insert(value.name.clone());
        }
        for field in known {
            if !incoming
                .values
                .iter()
                .any(|value| value.name == field.name && value.item == field.item)
            {
                tx.drop_field(account, field.id).await?;
                changed.insert(field.name);
            }
        }
        tx.put_fields(&writes, now).await?;
        Ok(changed)
    }

    /// Whether this member of staff may find this account.
    pub(crate) fn may_find(&self, me: &Me, account: &AccountRow) -> bool {
        let facts = self.facts(
            Actor::Staff(me.id, me.role),
            Action::LookUp,
            account,
            None,
            None,
        );
        self.decide(&facts).permit.is_some()
    }
}

/// The digest of each value. Of a secret, only its normal form counts: the machine compares what
/// a person means, however they type it.
fn digests(key: &AccountKey, incoming: &Incoming) -> Vec<[u8; 32]> {
    let digest = |value: &IncomingValue| {
        let label = digest_label(&value.name, &value.item);
        match std::str::from_utf8(&value.bytes) {
            Ok(text) if value.class == FieldClass::Secret => {
                key.digest(&label, vault::normalise(value.kind, text).as_bytes())
                    .0
            }
            _ => key.digest(&label, &value.bytes).0,
        }
    };
    incoming.values.iter().map(digest).collect()
}

/// A keyed hash over the whole account, made of the values' digests.
fn fingerprint(key: &AccountKey, incoming: &Incoming, digests: &[[u8; 32]]) -> Vec<u8> {
    let mut text = Vec::with_capacity(512);
    let mut part = |bytes: &[u8]| {
        text.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        text.extend_from_slice(bytes);
    };
    let time = |time: Option<Time>| time.map_or(i64::MIN, Time::micros).to_be_bytes();
    part(incoming.external_id.as_bytes());
    part(incoming.display_name.as_bytes());
    part(&time(incoming.customer_since));
    part(&[incoming.important.map_or(2, u8::from)]);
    part(&(incoming.points.len() as u64).to_be_bytes());
    for point in &incoming.points {
        part(point.kind.as_str().as_bytes());
        part(point.normal.as_bytes());
        part(&time(point.registered_at));
        part(&time(point.confirmed_at));
    }
    for (value, digest) in incoming.values.iter().zip(digests) {
        part(value.name.as_bytes());
        part(value.item.as_bytes());
        part(value.class.as_str().as_bytes());
        part(value.kind.as_str().as_bytes());
        part(digest);
    }
    key.digest("account", &text).0.to_vec()
}

#[cfg(test)]
mod tests;
