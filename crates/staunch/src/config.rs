//! Settings: defaults, then a TOML file, then the environment, then the command line. A key that
//! nobody knows is an error.

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use desk::settings::DeskSettings;
use mail::SmtpSettings;
use receipt::ReceiptSettings;
use serde::Deserialize;
use sms::SmsSettings;
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
};
use toml::{Table, Value};
use web::WebSettings;

mod shown;

/// Before each variable of the environment; `__` stands for the dot: `STAUNCH_DESK__COMPANY`.
const PREFIX: &str = "STAUNCH_";
/// Variables with the prefix that are not settings of the file.
const NOT_SETTINGS: &[&str] = &["STAUNCH_DATA", "STAUNCH_CONFIG", "STAUNCH_LOG"];

/// All settings.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    pub(crate) server: ServerSettings,
    pub(crate) desk: DeskSettings,
    pub(crate) web: WebSettings,
    pub(crate) mail: Option<SmtpSettings>,
    pub(crate) texts: Option<SmsSettings>,
    pub(crate) receipts: Option<ReceiptSettings>,
    pub(crate) identity: Option<IdentitySettings>,
    pub(crate) watch: watch::Rules,
}

/// Where the server listens and keeps things.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ServerSettings {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// A PostgreSQL address; without it an embedded file in the data folder.
    pub(crate) database: Option<String>,
    /// The catalogue of fields; without it the one that ships with Staunch.
    pub(crate) catalogue: Option<PathBuf>,
    /// A country file in MaxMind's format; without it the one that ships with Staunch.
    pub(crate) countries: Option<PathBuf>,
    /// Log lines as JSON.
    pub(crate) log_json: bool,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            database: None,
            catalogue: None,
            countries: None,
            log_json: false,
        }
    }
}

/// The identity provider that carries out what owners confirm.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentitySettings {
    /// Where signed webhooks go.
    pub(crate) webhook_url: String,
    /// Their secret: `whsec_` and base64.
    pub(crate) webhook_secret: String,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Read the settings as the server would, and say what is wrong with them.
    Check {
        /// The settings file.
        #[arg(long, value_name = "FILE", env = "STAUNCH_CONFIG")]
        config: Option<PathBuf>,
        /// The data folder, for its staunch.toml.
        #[arg(long, value_name = "DIR", env = "STAUNCH_DATA")]
        data: Option<PathBuf>,
    },
}

pub(crate) fn run(command: &Command) -> Result<()> {
    let Command::Check { config, data } = command;
    let loaded = Loaded::load(config.as_deref(), data.as_deref())?;
    loaded.settings.check()?;
    println!("The settings are fine.");
    for group in loaded.shown() {
        println!("\n[{}]", group.title);
        for line in group.lines {
            println!("  {} = {}  ({})", line.key, line.value, line.source);
        }
    }
    Ok(())
}

/// Settings and where each came from.
pub(crate) struct Loaded {
    pub(crate) settings: Settings,
    sources: BTreeMap<String, (Value, &'static str)>,
}

impl Loaded {
    /// Reads the file (named, or `staunch.toml` in the data folder) and the environment.
    pub(crate) fn load(file: Option<&Path>, data: Option<&Path>) -> Result<Self> {
        let mut table = Table::new();
        let mut sources = BTreeMap::new();
        let standing = data
            .map(|data| data.join("staunch.toml"))
            .filter(|path| path.exists());
        let file = file.map(Path::to_owned).or(standing);
        if let Some(path) = &file {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("can't read the settings file `{}`", path.display()))?;
            table = text
                .parse()
                .with_context(|| format!("the settings file `{}` is not TOML", path.display()))?;
            note(&mut sources, "", &table, "file");
        }
        for (name, value) in std::env::vars() {
            if let Some(key) = name.strip_prefix(PREFIX)
                && !NOT_SETTINGS.contains(&name.as_str())
            {
                let path: Vec<String> = key.split("__").map(str::to_lowercase).collect();
                let value = plain(&value);
                sources.insert(path.join("."), (value.clone(), "environment"));
                put(&mut table, &path, value)
                    .with_context(|| format!("the variable `{name}` fits no setting"))?;
            }
        }
        let settings = Value::Table(table)
            .try_into::<Settings>()
            .map_err(|error| {
                // The message names the key and what is expected, not the value around it.
                anyhow::anyhow!("the settings can't be used: {}", error.message())
            })?;
        Ok(Self { settings, sources })
    }

    /// Each setting that was made, and a text that changes with it, for noting changes in the ledger.
    pub(crate) fn marks(&self) -> BTreeMap<String, String> {
        self.sources
            .iter()
            .map(|(key, (value, _))| (key.clone(), value.to_string()))
            .collect()
    }
}

impl Settings {
    /// What the types can't check.
    pub(crate) fn check(&self) -> Result<()> {
        let url = &self.desk.base_url;
        if !url.is_empty()
            && (!url.starts_with("http://") && !url.starts_with("https://") || url.ends_with('/'))
        {
            bail!("`desk.base_url` begins with http:// or https:// and doesn't end with a slash");
        }
        self.bounds()?;
        crate::serve::places(self)?;
        if let Some(identity) = &self.identity {
            desk::provider::parse_secret(&identity.webhook_secret)
                .map_err(|why| anyhow::anyhow!("`identity.webhook_secret`: {why}"))?;
            let url = &identity.webhook_url;
            let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
                .iter()
                .any(|l| url.starts_with(l));
            if !url.starts_with("https://") && !local {
                bail!("`identity.webhook_url` begins with https:// (or is on this machine)");
            }
        }
        if let Some(url) = &self.server.database
            && !url.starts_with("postgres://")
            && !url.starts_with("postgresql://")
        {
            bail!(
                "`server.database` begins with postgres://; leave it out for the embedded database"
            );
        }
        if let Some(mail) = &self.mail {
            mail::SmtpCarrier::new(mail, std::sync::Arc::new(crate::system::SystemClock))
                .context("`mail`")?;
        }
        crate::receipts::mails(self.receipts.as_ref())?;
        if let Some(portal) = &self.desk.portal {
            portal
                .check()
                .map_err(|why| anyhow::anyhow!("`desk.portal`: {why}"))?;
        }
        crate::texts::check(self.texts.as_ref(), self.desk.lease_seconds)?;
        if let Some(path) = &self.server.catalogue {
            crate::serve::catalogue(Some(path))?;
        }
        Ok(())
    }
}

/// In minutes.
const WEEK: u64 = 7 * 24 * 60;

impl Settings {
    /// Numbers that would take a promise back, or stop the desk, are no settings.
    fn bounds(&self) -> Result<()> {
        let desk = &self.desk;
        let bounds = [
            (
                "desk.cooling_off_hours",
                desk.cooling_off_hours,
                24,
                24 * 90,
            ),
            ("desk.link_hours", desk.link_hours, 1, 24),
            (
                "desk.notice_after_minutes",
                desk.notice_after_minutes,
                1,
                60,
            ),
            ("desk.notices_per_day", desk.notices_per_day as u64, 1, 24),
            ("desk.look_ups", desk.look_ups.into(), 1, 1_000_000),
            ("desk.questions", desk.questions.into(), 1, 1_000_000),
            ("desk.deliveries", desk.deliveries.into(), 1, 1_000_000),
            ("desk.look_up_minutes", desk.look_up_minutes, 1, WEEK),
            ("desk.question_minutes", desk.question_minutes, 1, WEEK),
            ("desk.delivery_minutes", desk.delivery_minutes, 1, WEEK),
            // Each tells the rep that something on the account is in the text.
            ("desk.stopped_replies", desk.stopped_replies.into(), 1, 20),
            (
                "desk.stopped_reply_minutes",
                desk.stopped_reply_minutes,
                10,
                WEEK,
            ),
            ("desk.reveals_per_hour", desk.reveals_per_hour.into(), 1, 60),
            ("desk.session_hours", desk.session_hours, 1, 24),
            ("desk.session_idle_hours", desk.session_idle_hours, 1, 24),
            ("desk.invitation_hours", desk.invitation_hours, 1, 24 * 14),
            ("desk.lease_seconds", desk.lease_seconds, 5, 3600),
            ("web.timeout_seconds", self.web.timeout_seconds, 1, 600),
        ];
        for (key, value) in desk.cooling_off.set() {
            if !(24..=24 * 90).contains(&value) {
                bail!(
                    "`desk.cooling_off.{key}` is {value}; choose 24 to {}",
                    24 * 90
                );
            }
        }
        for (key, value, least, most) in bounds {
            if !(least..=most).contains(&value) {
                bail!("`{key}` is {value}; choose {least} to {most}");
            }
        }
        // Connecting and sending may each take the whole time.
        if let Some(mail) = &self.mail
            && desk.lease_seconds <= mail.timeout_seconds.saturating_mul(2)
        {
            bail!(
                "`desk.lease_seconds` is {}, too short for `mail.timeout_seconds` of {}; a letter may take twice that, so choose more",
                desk.lease_seconds,
                mail.timeout_seconds
            );
        }
        Ok(())
    }
}

/// A value of the environment: a number, truth or list if it reads as one, else text.
fn plain(text: &str) -> Value {
    format!("v = {text}")
        .parse::<Table>()
        .ok()
        .and_then(|mut table| table.remove("v"))
        .filter(|value| !matches!(value, Value::Datetime(_)))
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

fn put(table: &mut Table, path: &[String], value: Value) -> Result<()> {
    match path {
        [] => bail!("it names nothing"),
        [key] => {
            table.insert(key.clone(), value);
            Ok(())
        }
        [key, rest @ ..] => {
            let inner = table
                .entry(key.clone())
                .or_insert_with(|| Value::Table(Table::new()));
            match inner {
                Value::Table(inner) => put(inner, rest, value),
                _ => bail!("`{key}` is not a section"),
            }
        }
    }
}

fn note(
    sources: &mut BTreeMap<String, (Value, &'static str)>,
    at: &str,
    table: &Table,
    source: &'static str,
) {
    for (key, value) in table {
        let path = if at.is_empty() {
            key.clone()
        } else {
            format!("{at}.{key}")
        };
        match value {
            Value::Table(inner) => note(sources, &path, inner, source),
            value => {
                sources.insert(path, (value.clone(), source));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings> {
        let table: Table = text.parse()?;
        Value::Table(table)
            .try_into::<Settings>()
            .map_err(|e| anyhow::anyhow!("{}", e.message()))
    }

    #[test]
    fn nothing_set_is_fine() {
        read("").expect("defaults").check().expect("fine");
    }

    #[test]
    fn a_number_that_takes_a_promise_back_is_refused() {
        for text in [
            "cooling_off_hours = 0",
            "[desk.cooling_off]\nerasure = 1",
            "link_hours = 1000",
            "notices_per_day = 0",
            "look_up_minutes = 0",
            "stopped_replies = 21",
            "stopped_reply_minutes = 9",
        ] {
            let settings = read(&format!("[desk]\n{text}")).expect("reads");
            assert!(settings.check().is_err(), "{text}");
        }
    }

    #[test]
    fn a_worker_has_longer_than_a_letter_may_take() {
        for (lease, patience, fine) in [(180, 60, true), (120, 60, false), (121, 60, true)] {
            let text = format!(
                "[desk]\nlease_seconds = {lease}\n[mail]\nhost = \"smtp.example.com\"\nfrom = \"support@example.com\"\ntimeout_seconds = {patience}"
            );
            let settings = read(&text).expect("reads");
            assert_eq!(settings.check().is_ok(), fine, "{lease} {patience}");
        }
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_it() {
        let error = read("[desk]\ncompny = \"x\"")
            .err()
            .expect("refused")
            .to_string();
        assert!(
            error.contains("compny") && error.contains("company"),
            "{error}"
        );
    }

    #[test]
    fn a_plain_webhook_to_elsewhere_is_refused() {
        let settings = read("[identity]\nwebhook_url = \"http://idp.example.com/\"\nwebhook_secret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"").expect("reads");
        assert!(settings.check().is_err());
    }

    #[test]
    fn the_environment_gives_numbers_as_numbers_and_words_as_words() {
        assert_eq!(plain("4"), Value::Integer(4));
        assert_eq!(plain("true"), Value::Boolean(true));
        assert_eq!(
            plain("Acme Production"),
            Value::String("Acme Production".to_owned())
        );
    }
}
