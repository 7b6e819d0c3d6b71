//! What an operator can set about the desk's behaviour. Durations are in the unit of their name.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The desk's settings, a section of the configuration file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeskSettings {
    /// The name the company goes by in mails and on the owner's pages.
    pub company: String,
    /// Where the desk is reached from outside, such as `https://desk.example.com`, without a slash
    /// at the end. Empty: where it listens.
    pub base_url: String,
    /// Hours until a confirmed change takes effect, where [`DeskSettings::cooling_off`] says nothing else.
    pub cooling_off_hours: u64,
    /// Hours for single classes of changes.
    pub cooling_off: CoolingOff,
    /// Hours that the owner's link works.
    pub link_hours: u64,
    /// Minutes after which the owner is told of a contact that is still going on.
    pub notice_after_minutes: u64,
    /// Notices to one account in an hour, and in a day, at the most.
    pub notices_per_day: usize,
    /// Look-ups that one member of staff may make in a row, and minutes until one more is allowed.
    pub look_ups: u32,
    /// Minutes until one more look-up is allowed.
    pub look_up_minutes: u64,
    /// Questions to one owner (resets, "was this you?", thaws) in a row.
    pub questions: u32,
    /// Minutes until one more question is allowed.
    pub question_minutes: u64,
    /// Deliveries to one owner in a row.
    pub deliveries: u32,
    /// Minutes until one more delivery is allowed.
    pub delivery_minutes: u64,
    /// Replies that are stopped for what they hold of an account, in a row, of one member of staff
    /// and for one account; then nothing typed leaves until the next.
    pub stopped_replies: u32,
    /// Minutes until one more may be stopped.
    pub stopped_reply_minutes: u64,
    /// What the company itself publishes and a reply may say: its postal addresses, phone numbers,
    /// email addresses and bank accounts.
    pub published: Vec<String>,
    /// Values that one member of staff may be shown within an hour.
    pub reveals_per_hour: u32,
    /// Hours that a session lives without being used, and at the most.
    pub session_idle_hours: u64,
    /// Hours that a session lives at the most.
    pub session_hours: u64,
    /// Hours that an invitation works.
    pub invitation_hours: u64,
    /// Seconds that a worker may take for one letter or hook before another takes it up; longer than
    /// the mail server's timeout.
    pub lease_seconds: u64,
    /// Where the owner goes on after a confirmed reset, such as the identity provider's page.
    pub continue_url: Option<String>,
    /// The company's portal, whose word about a login of an account is a proof.
    pub portal: Option<crate::assertion::PortalSettings>,
}

/// Hours that a class of changes cools off; without a number, as long as all others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CoolingOff {
    /// A new email or phone of a known account, and the going of an old one.
    pub contact_points: Option<u64>,
    /// Another postal address.
    pub fields: Option<u64>,
    /// A second sign-in step set up anew.
    pub second_factor: Option<u64>,
    /// New recovery codes.
    pub recovery_codes: Option<u64>,
    /// An erasure.
    pub erasure: Option<u64>,
    /// A receipt that came to an account after its beginning, until it proves something.
    pub receipts: Option<u64>,
}

/// What cools off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cools {
    /// An email or phone.
    ContactPoint,
    /// A value that is kept, such as the postal address.
    Field,
    /// The second sign-in step.
    SecondFactor,
    /// Recovery codes.
    RecoveryCodes,
    /// An erasure.
    Erasure,
    /// A receipt.
    Receipt,
}

impl CoolingOff {
    /// All that are set, with the names of their keys.
    pub fn set(&self) -> impl Iterator<Item = (&'static str, u64)> {
        [
            ("contact_points", self.contact_points),
            ("fields", self.fields),
            ("second_factor", self.second_factor),
            ("recovery_codes", self.recovery_codes),
            ("erasure", self.erasure),
            ("receipts", self.receipts),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
    }
}

impl DeskSettings {
    /// How many hours something cools off.
    pub fn cools(&self, what: Cools) -> u64 {
        let own = &self.cooling_off;
        let own = match what {
            Cools::ContactPoint => own.contact_points,
            Cools::Field => own.fields,
            Cools::SecondFactor => own.second_factor,
            Cools::RecoveryCodes => own.recovery_codes,
            Cools::Erasure => own.erasure,
            Cools::Receipt => own.receipts,
        };
        own.unwrap_or(self.cooling_off_hours)
    }
}

impl Default for DeskSettings {
    fn default() -> Self {
        Self {
            company: "Your company".to_owned(),
            base_url: String::new(),
            cooling_off_hours: 72,
            cooling_off: CoolingOff::default(),
            link_hours: 24,
            notice_after_minutes: 60,
            notices_per_day: 4,
            look_ups: 30,
            look_up_minutes: 2,
            questions: 3,
            question_minutes: 240,
            deliveries: 10,
            delivery_minutes: 60,
            reveals_per_hour: 5,
            stopped_replies: 5,
            stopped_reply_minutes: 240,
            published: Vec::new(),
            session_idle_hours: 2,
            session_hours: 12,
            invitation_hours: 72,
            lease_seconds: 180,
            continue_url: None,
            portal: None,
        }
    }
}

pub(crate) const fn hours(n: u64) -> Duration {
    Duration::from_secs(n * 3600)
}

pub(crate) const fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}
