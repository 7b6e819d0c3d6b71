//! Hiring: an invitation and a token, from whoever may give them.

use anyhow::{Context as _, Result};
use desk::Desk;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use words::Role;

use crate::outside::{HIRE, direct};

/// How long a token works, in days.
const DAYS: u32 = 1;

/// Whoever may hire.
#[async_trait::async_trait]
pub trait Office: Send + Sync {
    /// The secret of an invitation for somebody new.
    ///
    /// # Errors
    /// If none is made.
    async fn invite(&self, name: &str, role: Role) -> Result<String>;

    /// A token for a program.
    ///
    /// # Errors
    /// If none is made.
    async fn token(&self, name: &str, role: Role, scopes: &[&str]) -> Result<String>;
}

/// The operator of the machine, who has the data folder beside the running server.
pub struct Operator(pub Arc<Desk>);

#[async_trait::async_trait]
impl Office for Operator {
    async fn invite(&self, name: &str, role: Role) -> Result<String> {
        Ok(self.0.operator_invites(name, role).await?.secret)
    }

    async fn token(&self, name: &str, role: Role, scopes: &[&str]) -> Result<String> {
        let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
        Ok(self.0.create_token(None, name, role, DAYS, &scopes).await?)
    }
}

/// What is asked of the demo.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hire {
    /// A name for the person or the program.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The scopes of a token; none for an invitation.
    pub scopes: Option<Vec<String>>,
}

/// What the demo gives: a secret of an invitation, or a token.
#[derive(Debug, Serialize, Deserialize)]
pub struct Hired {
    /// It.
    pub secret: String,
}

/// The demo, which has no secrets and hires whoever asks.
pub struct DemoOffice {
    base: String,
    client: reqwest::Client,
}

impl DemoOffice {
    /// That of the demo at `base`.
    pub fn at(base: &str) -> Self {
        Self {
            base: base.trim_end_matches('/').to_owned(),
            client: direct(),
        }
    }

    async fn hire(&self, hire: Hire) -> Result<String> {
        let asked = self.client.post(format!("{}{HIRE}", self.base)).json(&hire);
        let answer = asked
            .send()
            .await?
            .error_for_status()
            .context("the demo doesn't hire")?;
        Ok(answer.json::<Hired>().await?.secret)
    }
}

#[async_trait::async_trait]
impl Office for DemoOffice {
    async fn invite(&self, name: &str, role: Role) -> Result<String> {
        let name = name.to_owned();
        let scopes = None;
        self.hire(Hire { name, role, scopes }).await
    }

    async fn token(&self, name: &str, role: Role, scopes: &[&str]) -> Result<String> {
        let name = name.to_owned();
        let scopes = Some(scopes.iter().map(|&scope| scope.to_owned()).collect());
        self.hire(Hire { name, role, scopes }).await
    }
}
