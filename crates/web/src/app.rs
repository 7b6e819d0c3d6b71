//! What every handler has at hand.

use desk::Desk;
use serde::{Deserialize, Serialize};
use std::{net::IpAddr, sync::Arc};
use tokio::sync::watch;

use crate::{
    metrics::Metrics,
    view::{settings::SettingGroup, sign_in::DemoLogin},
};

/// How the server talks HTTP.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebSettings {
    /// Addresses of reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Who may read `/metrics`: `open`, `loopback` (only unproxied requests from this machine) or `off`.
    pub metrics: MetricsAccess,
    /// Seconds after which a request is given up.
    pub timeout_seconds: u64,
}

/// Who may read the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MetricsAccess {
    /// Everybody who can reach the server.
    Open,
    /// Requests from this very machine that no proxy forwarded.
    Loopback,
    /// Nobody.
    Off,
}

impl Default for WebSettings {
    fn default() -> Self {
        Self {
            trusted_proxies: Vec::new(),
            metrics: MetricsAccess::Loopback,
            timeout_seconds: 30,
        }
    }
}

/// What only the demo shows: whom to sign in as.
pub trait DemoHints: Send + Sync {
    /// Whom to sign in as, with the code of now.
    fn logins(&self) -> Vec<DemoLogin>;

    /// Somebody chose another password, which is not to be shown.
    fn password_changed(&self, login: &str);

    /// Somebody has another authenticator, so that the codes shown don't work any more.
    fn authenticator_changed(&self, login: &str);
}

struct Inner {
    desk: Arc<Desk>,
    settings: WebSettings,
    shown: Vec<SettingGroup>,
    data: String,
    demo: Option<Arc<dyn DemoHints>>,
    metrics: Metrics,
    stopping: watch::Receiver<bool>,
}

/// The state that all handlers share.
#[derive(Clone)]
pub struct App(Arc<Inner>);

impl App {
    /// Puts the state together. `shown` is what the settings page shows; `data` names the data
    /// folder in hints; `stopping` turns true when the server ends.
    pub fn new(
        desk: Arc<Desk>,
        settings: WebSettings,
        shown: Vec<SettingGroup>,
        data: String,
        demo: Option<Arc<dyn DemoHints>>,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Self(Arc::new(Inner {
            desk,
            settings,
            shown,
            data,
            demo,
            metrics: Metrics::new(),
            stopping,
        }))
    }

    /// The desk.
    pub fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// The company's name.
    pub fn company(&self) -> &str {
        &self.desk().settings().company
    }

    pub(crate) fn settings(&self) -> &WebSettings {
        &self.0.settings
    }

    pub(crate) fn shown_settings(&self) -> &[SettingGroup] {
        &self.0.shown
    }

    pub(crate) fn data_folder(&self) -> &str {
        &self.0.data
    }

    /// The hints of the demo; none on a real server.
    pub fn demo(&self) -> Option<&dyn DemoHints> {
        self.0.demo.as_deref()
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Turns true when the server ends.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.0.stopping.clone()
    }

    /// Whether browsers reach the server by https, so that cookies may insist on it.
    pub(crate) fn secure(&self) -> bool {
        self.desk().settings().base_url.starts_with("https://")
    }
}
