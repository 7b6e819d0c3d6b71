//! The settings in effect, read-only.

use askama::Template;
use words::{FieldClass, FieldKind};

use super::{Place, Shell, assets};

/// The settings: `GET /desk/settings`.
#[derive(Template, Clone, Debug)]
#[template(path = "settings.html")]
pub struct SettingsPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The version that runs.
    pub version: String,
    /// The settings in groups, without secrets.
    pub groups: Vec<SettingGroup>,
    /// The field catalogue.
    pub fields: Vec<CatalogueRow>,
}

/// Settings that belong together.
#[derive(Clone, Debug)]
pub struct SettingGroup {
    /// What they are about: `Mail`.
    pub title: String,
    /// The settings.
    pub lines: Vec<SettingLine>,
}

/// One setting.
#[derive(Clone, Debug)]
pub struct SettingLine {
    /// Its key in the file: `mail.host`.
    pub key: String,
    /// Its value; `set` or `not set` for a secret.
    pub value: String,
    /// Where it comes from: `default`, `file`, `environment`, `command line`.
    pub source: String,
}

/// One field of the catalogue.
#[derive(Clone, Debug)]
pub struct CatalogueRow {
    /// Its name in imports and in the API.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What its value is.
    pub kind: FieldKind,
    /// How it is protected.
    pub class: FieldClass,
    /// Whether accounts can be found by it.
    pub found_by: bool,
}
