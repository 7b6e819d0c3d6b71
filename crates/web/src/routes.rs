//! The list of routes: each with its method, its path and who may call it.

use axum::{
    Router,
    handler::Handler,
    http::Method,
    middleware,
    routing::{MethodFilter, MethodRouter, on},
};
use words::Role;

use crate::{app::App, guard};

/// Who may call a route. The guard that keeps it is laid on by [`Routes::add`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody: sign-in, assets, health.
    Anyone,
    /// Whoever holds the secret in the path: the owner's pages, set-up and invitations.
    Link,
    /// Staff with a session and one of these roles.
    Staff(&'static [Role]),
    /// A token with one of these roles and this scope.
    Token(&'static [Role], &'static str),
}

/// All who work on tickets.
pub const WORKS: &[Role] = &[Role::Rep, Role::Lead, Role::Admin];
/// Everybody with a session.
pub const ALL: &[Role] = &[Role::Rep, Role::Lead, Role::Admin, Role::Auditor];
/// Leads and admins.
pub const LEADS: &[Role] = &[Role::Lead, Role::Admin];
/// Those who look after how colleagues work.
pub const HEEDS: &[Role] = &[Role::Lead, Role::Admin, Role::Auditor];
/// Admins.
pub const ADMINS: &[Role] = &[Role::Admin];
/// Those who read the ledger.
pub const AUDITS: &[Role] = &[Role::Auditor, Role::Admin];

/// One route, as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path, with `{…}` for what varies.
    pub path: &'static str,
    /// Who may call it.
    pub who: Who,
}

/// Routes being declared.
pub struct Routes {
    app: App,
    router: Router<App>,
    list: Vec<Route>,
}

impl Routes {
    /// None yet.
    pub fn new(app: App) -> Self {
        Self {
            app,
            router: Router::new(),
            list: Vec::new(),
        }
    }

    /// Declares a page to get.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, who: Who, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::GET, path, who, on(MethodFilter::GET, handler))
    }

    /// Declares a form or call to post.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, who: Who, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::POST, path, who, on(MethodFilter::POST, handler))
    }

    /// Declares something to put.
    #[must_use]
    pub fn put<H, T>(self, path: &'static str, who: Who, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::PUT, path, who, on(MethodFilter::PUT, handler))
    }

    /// Declares any route. The guard goes with it.
    #[must_use]
    pub fn add(
        mut self,
        method: Method,
        path: &'static str,
        who: Who,
        route: MethodRouter<App>,
    ) -> Self {
        let app = self.app.clone();
        let guarded = route.layer(middleware::from_fn(move |request, next| {
            let app = app.clone();
            guard::check(app, who, request, next)
        }));
        self.router = self.router.route(path, guarded);
        self.list.push(Route { method, path, who });
        self
    }

    /// Adds the routes of another place.
    #[must_use]
    pub fn with(self, place: impl FnOnce(Self) -> Self) -> Self {
        place(self)
    }

    /// The router, and the list of what is in it.
    pub fn into_parts(self) -> (Router<App>, Vec<Route>) {
        (self.router, self.list)
    }
}
