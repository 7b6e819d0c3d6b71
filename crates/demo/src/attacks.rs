//! What the attack scenarios need of the demo: to see what is outside of its desk, and to hire people
//! and programs to play with. The demo has no secrets: whoever reaches it can sign in as its admin.

use attack::{
    office::{Hire, Hired},
    outside::{DEMO, HIRE, Mail, Sight, Told},
};
use axum::{Json, extract::State};
use std::sync::Arc;
use web::{
    App, Fault,
    routes::{Routes, Who},
};

use crate::Scene;

/// How long a token works, in days.
const DAYS: u32 = 1;

impl Scene {
    /// The routes that `staunch attack run --against` uses.
    pub(crate) fn attack_routes(self: &Arc<Self>, routes: Routes) -> Routes {
        let scene = self.clone();
        routes
            .get(DEMO, Who::Anyone, async move || Json(scene.outside()))
            .post(HIRE, Who::Anyone, hire)
    }

    /// What is in the mailboxes and at the sign-in service, oldest first.
    pub(crate) fn outside(&self) -> Sight {
        let mut mails: Vec<Mail> = self
            .mailboxes()
            .all()
            .iter()
            .map(|mail| {
                let mut rest = mail.html.clone().unwrap_or_default();
                for file in &mail.attachments {
                    rest.push_str(&String::from_utf8_lossy(&file.bytes));
                }
                Mail {
                    id: mail.id.clone(),
                    to: mail.to.clone(),
                    subject: mail.subject.clone(),
                    text: mail.text.clone(),
                    rest,
                    attachments: mail
                        .attachments
                        .iter()
                        .map(|one| one.name.clone())
                        .collect(),
                }
            })
            .collect();
        mails.reverse();
        let told = self.sign_in_service().told();
        let told = told.into_iter().map(|one| Told {
            kind: one.kind,
            account: one.account,
        });
        Sight {
            mails,
            told: told.collect(),
        }
    }
}

/// An invitation, or a token if scopes are named.
async fn hire(State(app): State<App>, Json(hire): Json<Hire>) -> Result<Json<Hired>, Fault> {
    let desk = app.desk();
    let secret = match &hire.scopes {
        None => desk.operator_invites(&hire.name, hire.role).await?.secret,
        Some(scopes) => {
            desk.create_token(None, &hire.name, hire.role, DAYS, scopes)
                .await?
        }
    };
    Ok(Json(Hired { secret }))
}
