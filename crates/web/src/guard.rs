//! Who is calling, checked before any handler runs.

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request},
    http::{HeaderMap, Method, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use desk::Me;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    ops::Deref,
};

use words::sabotage::off;

use crate::{app::App, cookie, fault::Fault, plain, routes::Who};

/// Who is signed in, for handlers of guarded routes.
#[derive(Clone)]
pub(crate) struct Staff(pub(crate) Me);

impl Deref for Staff {
    type Target = Me;
    fn deref(&self) -> &Me {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = Fault;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        // Present exactly behind a guard; anything else is a mistake here and opens nothing.
        parts
            .extensions
            .get::<Staff>()
            .cloned()
            .ok_or(Fault::broken())
    }
}

/// Where a request comes from: the peer, or what a trusted proxy says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source(pub(crate) IpAddr);

impl FromRequestParts<App> for Source {
    type Rejection = Fault;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| {
                address.ip()
            });
        Ok(Self(source(peer, &parts.headers, app)))
    }
}

fn source(peer: IpAddr, headers: &HeaderMap, app: &App) -> IpAddr {
    let trusted = &app.settings().trusted_proxies;
    if !trusted.contains(&peer) {
        return peer;
    }
    // From the right: the first address that is not one of our own proxies. What can't be read was
    // not written by them, so whatever stands left of it is anybody's.
    let mut parts: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    while let Some(part) = parts.pop() {
        match forwarded(part) {
            Some(address) if trusted.contains(&address) => {}
            Some(address) => return address,
            None => return peer,
        }
    }
    peer
}

/// An address as proxies write it: alone, or with a port.
fn forwarded(part: &str) -> Option<IpAddr> {
    let part = part.trim();
    part.parse::<IpAddr>()
        .ok()
        .or_else(|| part.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(|| part.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

/// The limit key of a source: an IPv6 network counts as one.
pub(crate) fn source_key(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(
            || {
                let s = v6.segments();
                format!("{:x}:{:x}:{:x}:{:x}::/64", s[0], s[1], s[2], s[3])
            },
            |v4| v4.to_string(),
        ),
    }
}

pub(crate) async fn check(app: App, who: Who, request: Request, next: Next) -> Response {
    // First what may have to be waited for: nothing comes between looking a session up and its use.
    let mut request = match plain::check(request).await {
        Ok(request) => request,
        Err(fault) => return fault.into_response(),
    };
    match who {
        Who::Anyone | Who::Link => next.run(request).await,
        Who::Staff(roles) => {
            let found = match cookie::read(request.headers(), cookie::session(&app)) {
                Some(secret) => app.desk().session(&secret).await,
                None => Ok(None),
            };
            match found {
                Ok(Some(me)) if roles.contains(&me.role) || off("roles") => {
                    request.extensions_mut().insert(Staff(me));
                    next.run(request).await
                }
                Ok(Some(_)) => Fault::forbidden().into_response(),
                Ok(None) => to_sign_in(&request),
                Err(error) => Fault::from(error).into_response(),
            }
        }
        Who::Token(roles, scope) => {
            let found = match bearer(request.headers()) {
                Some(secret) => app.desk().token(secret).await,
                None => Ok(None),
            };
            match found {
                Ok(Some(me)) => {
                    let scoped = me
                        .scopes
                        .as_ref()
                        .is_some_and(|scopes| scopes.iter().any(|s| s == scope));
                    if (roles.contains(&me.role) || off("roles")) && (scoped || off("scopes")) {
                        request.extensions_mut().insert(Staff(me));
                        next.run(request).await
                    } else {
                        Fault::forbidden().into_response()
                    }
                }
                Ok(None) => Fault::unauthenticated().into_response(),
                Err(error) => Fault::from(error).into_response(),
            }
        }
    }
}

fn to_sign_in(request: &Request) -> Response {
    let events = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/event-stream"));
    if events {
        return Fault::unauthenticated().into_response();
    }
    let next = if request.method() == Method::GET && request.uri().query().is_none() {
        format!("?next={}", request.uri().path())
    } else {
        String::new()
    };
    Redirect::to(&format!("/sign-in{next}")).into_response()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
        .map(str::trim)
}
