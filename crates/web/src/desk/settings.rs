//! The settings in effect, to read.

use axum::{extract::State, http::HeaderMap};

use super::capital;
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::{Page, shell},
    routes::{ADMINS, Routes, Who},
    view::{
        Place,
        settings::{CatalogueRow, SettingsPage},
    },
};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/desk/settings", Who::Staff(ADMINS), show)
}

async fn show(State(app): State<App>, me: Staff, headers: HeaderMap) -> Result<Page, Fault> {
    Page::of(&SettingsPage {
        shell: shell(&app, &me, Place::Settings, &headers).await?,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        groups: app.shown_settings().to_vec(),
        fields: app
            .desk()
            .catalogue()
            .fields()
            .iter()
            .map(|field| CatalogueRow {
                name: field.name.clone(),
                title: if field.items {
                    field.plural.clone()
                } else {
                    capital(&field.title)
                },
                kind: field.kind,
                class: field.class,
                found_by: field.find,
            })
            .collect(),
    })
}
