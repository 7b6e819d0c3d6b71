//! The settings in effect as the settings page shows them, without secrets.

use std::collections::{BTreeMap, BTreeSet};

use toml::Value;
use web::view::settings::{SettingGroup, SettingLine};

use super::Loaded;

impl Loaded {
    /// Something else than what was set is in effect: `text`, because of `source`. `key` stands for
    /// all below it.
    pub(crate) fn overrule(&mut self, key: &str, text: &str, source: &'static str) {
        let below = format!("{key}.");
        self.sources.retain(|known, _| !known.starts_with(&below));
        let value = Value::String(text.to_owned());
        self.sources.insert(key.to_owned(), (value, source));
    }

    /// What the settings page shows: what was set, secrets not.
    pub(crate) fn shown(&self) -> Vec<SettingGroup> {
        let mut groups: BTreeMap<String, Vec<SettingLine>> = BTreeMap::new();
        let mut line = |key: &str, value: String, source: &str| {
            let title = key.split('.').next().unwrap_or(key).to_owned();
            groups.entry(title).or_default().push(SettingLine {
                key: key.to_owned(),
                value,
                source: source.to_owned(),
            });
        };
        let desk = serde_json::to_value(&self.settings.desk).unwrap_or_default();
        let desk = desk.as_object().into_iter().flatten();
        let defaults = desk
            .map(|(key, value)| (format!("desk.{key}"), default_text(value)))
            .chain([(
                "server.listen".to_owned(),
                self.settings.server.listen.to_string(),
            )]);
        let mut known = BTreeSet::new();
        for (key, default) in defaults {
            match self.sources.get(&key) {
                Some((value, source)) => line(&key, set_text(&key, value), source),
                None => line(&key, default, "default"),
            }
            known.insert(key);
        }
        for (key, (value, source)) in &self.sources {
            if !known.contains(key) {
                line(key, set_text(key, value), source);
            }
        }
        if self.settings.mail.is_none() && !self.sources.contains_key("mail") {
            line(
                "mail",
                "not set: letters wait for a day".to_owned(),
                "default",
            );
        }
        if self.settings.texts.is_none() && !self.sources.contains_key("texts") {
            line(
                "texts",
                "not set: no text messages, and no proof by phone".to_owned(),
                "default",
            );
        }
        if self.settings.identity.is_none() && !self.sources.contains_key("identity") {
            line(
                "identity",
                "not set: resets and locks wait for a day".to_owned(),
                "default",
            );
        }
        groups
            .into_iter()
            .map(|(title, lines)| SettingGroup { title, lines })
            .collect()
    }
}

/// A default as people read it.
fn default_text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "not set".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What was set as people read it; of a secret only that it is.
fn set_text(key: &str, value: &Value) -> String {
    let secret = ["password", "secret", "database", "user"]
        .iter()
        .any(|word| key.contains(word));
    if secret {
        return "set".to_owned();
    }
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[test]
    fn what_is_overruled_is_shown_and_what_is_not_is_a_default() {
        let text = "[mail]\nhost = \"mail.example.com\"\nfrom = \"a@example.com\"";
        let table: toml::Table = text.parse().expect("TOML");
        let mut sources = BTreeMap::new();
        crate::config::note(&mut sources, "", &table, "file");
        let mut loaded = Loaded {
            settings: table.try_into::<Settings>().expect("settings"),
            sources,
        };
        loaded.overrule("mail", "elsewhere", "demo");
        loaded.overrule("desk.company", "Acme Production", "demo");
        let shown: Vec<(String, String, String)> = loaded
            .shown()
            .into_iter()
            .flat_map(|group| group.lines)
            .map(|line| (line.key, line.value, line.source))
            .collect();
        let of = |key: &str| -> Vec<(&str, &str)> {
            let lines = shown.iter().filter(|(known, _, _)| known == key);
            lines
                .map(|(_, value, source)| (value.as_str(), source.as_str()))
                .collect()
        };
        assert_eq!(of("mail"), [("elsewhere", "demo")]);
        assert!(of("mail.host").is_empty());
        assert_eq!(of("desk.company"), [("Acme Production", "demo")]);
        assert_eq!(of("server.listen"), [("127.0.0.1:8080", "default")]);
        assert_eq!(of("desk.link_hours"), [("24", "default")]);
    }
}
