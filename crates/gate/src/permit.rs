//! The permit: what the gate hands out, and the only thing that opens a sealed value.

use words::{AccountId, ContactPointId, FieldId, Time};

use crate::facts::Facts;

/// Leave to unseal exactly one field (or none) and one contact point's address (or none) of one
/// account. Only [`crate::Gate::decide`] makes one; it can't be cloned, stored or built elsewhere.
#[derive(Debug)]
pub struct Permit {
    account: AccountId,
    field: Option<FieldId>,
    destination: Option<ContactPointId>,
    at: Time,
}

impl Permit {
    pub(crate) fn of(facts: &Facts) -> Self {
        Self {
            account: facts.account.id,
            field: facts.field.as_ref().map(|field| field.id),
            destination: facts.destination.as_ref().map(|place| place.id),
            at: facts.now,
        }
    }

    /// The account it is for.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The one field it opens.
    pub fn field(&self) -> Option<FieldId> {
        self.field
    }

    /// The one contact point whose address it opens.
    pub fn destination(&self) -> Option<ContactPointId> {
        self.destination
    }

    /// When it was given.
    pub fn at(&self) -> Time {
        self.at
    }
}
