//! Counters for operators. No label carries anything of a person: routes are patterns.

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};
use std::{net::SocketAddr, time::Instant};

use crate::{
    app::{App, MetricsAccess},
    fault::Fault,
};

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Call {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabel {
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct StateLabel {
    state: String,
}

/// The counters.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Call, Counter>,
    seconds: Family<RouteLabel, Histogram, fn() -> Histogram>,
    jobs: Family<StateLabel, Gauge>,
    ledger: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("staunch");
        let requests = Family::<Call, Counter>::default();
        let seconds =
            Family::<RouteLabel, Histogram, fn() -> Histogram>::new_with_constructor(|| {
                Histogram::new(exponential_buckets(0.0005, 2.0, 14))
            });
        let jobs = Family::<StateLabel, Gauge>::default();
        let ledger = Gauge::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_seconds", "Time to answer", seconds.clone());
        registry.register("jobs", "Queued letters and hooks by state", jobs.clone());
        registry.register("ledger_entries", "Entries of the ledger", ledger.clone());
        Self {
            registry,
            requests,
            seconds,
            jobs,
            ledger,
        }
    }
}

/// Counts a request under its route's pattern.
pub(crate) async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    // Anybody can make methods up; a label for each would grow without end.
    let method = match *request.method() {
        Method::GET | Method::HEAD | Method::POST | Method::PUT => request.method().as_str(),
        _ => "other",
    }
    .to_owned();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let taken = begun.elapsed();
    tracing::debug!(
        method,
        route,
        status,
        micros = taken.as_micros(),
        "answered"
    );
    let metrics = app.metrics();
    metrics
        .seconds
        .get_or_create(&RouteLabel {
            route: route.clone(),
        })
        .observe(taken.as_secs_f64());
    metrics
        .requests
        .get_or_create(&Call {
            method,
            route,
            status,
        })
        .inc();
    response
}

/// `GET /metrics`.
pub(crate) async fn show(
    State(app): State<App>,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let local = peer
        .is_some_and(|axum::Extension(ConnectInfo(address))| address.ip().is_loopback())
        && !headers.contains_key("x-forwarded-for")
        && !headers.contains_key("x-real-ip")
        && !headers.contains_key(header::VIA)
        && !headers.contains_key(header::FORWARDED);
    match app.settings().metrics {
        MetricsAccess::Off => return Err(Fault::not_found()),
        MetricsAccess::Loopback if !local => return Err(Fault::not_found()),
        _ => {}
    }
    let metrics = app.metrics();
    let counts = app.desk().job_counts().await?;
    for state in ["ready", "running", "done", "dead"] {
        let count = counts
            .iter()
            .find(|(known, _)| known == state)
            .map_or(0, |(_, count)| *count);
        metrics
            .jobs
            .get_or_create(&StateLabel {
                state: state.to_owned(),
            })
            .set(count);
    }
    let size = app.desk().ledger_size().await?;
    metrics.ledger.set(i64::try_from(size).unwrap_or(i64::MAX));
    let mut text = String::new();
    encode(&mut text, &metrics.registry).map_err(|_| Fault::broken())?;
    Ok((
        [(
            header::CONTENT_TYPE,
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        )],
        text,
    )
        .into_response())
}

/// `GET /healthz`: whether the database answers.
pub(crate) async fn health(State(app): State<App>) -> Result<&'static str, Fault> {
    app.desk().ledger_size().await?;
    Ok("ok\n")
}
