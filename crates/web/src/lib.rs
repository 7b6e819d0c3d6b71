//! The desk in the browser, the owner's pages, and the REST API.
//!
//! Every route is declared with who may call it ([`routes::Who`]); the guard is part of the
//! declaration, so that a route without rights can't be written. To add a page: 1. its struct in
//! `view/` with its template; 2. a handler in the file of its place; 3. a line in
//! [`pages::routes`], [`api::routes`] or the place's own list. The rights test reads the same list.

pub mod api;
pub mod app;
pub mod assets;
mod cookie;
pub mod desk;
mod fault;
mod guard;
pub mod live;
mod metrics;
mod owner;
mod owner_change;
pub mod pages;
mod plain;
mod record;
mod recover;
pub mod routes;
mod saved;
mod security;
mod set_up;
mod sign_in;
pub mod view;

pub use app::{App, DemoHints, WebSettings};
pub use fault::Fault;
pub use pages::{Page, router, shell};
pub use security::CSP;
