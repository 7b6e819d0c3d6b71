//! What changed, told to open pages as it happens: numbers only, no words.

use axum::{
    extract::State,
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use desk::Change;
use futures::{Stream, StreamExt as _, stream};
use std::{convert::Infallible, time::Duration};
use tokio::{
    sync::{broadcast::error::RecvError, watch},
    time::{Instant, timeout_at},
};

use crate::{app::App, cookie, guard::Staff, routes::HEEDS};

/// How long one stream lives; the browser then asks anew and its session is checked again.
const LIVES: Duration = Duration::from_mins(5);

/// `GET /desk/live`.
pub(crate) async fn stream(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let secret = cookie::read(&headers, cookie::session(&app));
    let ended = app.clone();
    // Each event asks again whether the session still is one.
    // Who may not see alarms doesn't hear that there are any: it would tell what a decoy is.
    let heeds = HEEDS.contains(&me.role);
    let events = told(&app, heeds).take_while(move |_| {
        let (app, secret) = (ended.clone(), secret.clone());
        async move {
            match secret {
                Some(secret) => matches!(app.desk().session(&secret).await, Ok(Some(_))),
                None => false,
            }
        }
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)))
}

/// The events of [`stream`] that everybody may know, for other places that show the same changes.
pub fn events(app: &App) -> impl Stream<Item = Result<Event, Infallible>> + use<> {
    told(app, false)
}

fn told(app: &App, alarms: bool) -> impl Stream<Item = Result<Event, Infallible>> + use<> {
    let changes = app.desk().store().changes();
    let until = Instant::now() + LIVES;
    stream::unfold(
        (changes, app.stopping(), until),
        move |(mut changes, mut stopping, until)| async move {
            loop {
                let next = tokio::select! {
                    next = timeout_at(until, changes.recv()) => next.ok()?,
                    () = stopped(&mut stopping) => return None,
                };
                let data = match next {
                    Ok(Change::Ticket(number)) => format!("{{\"ticket\":{number}}}"),
                    Ok(Change::List) | Err(RecvError::Lagged(_)) => "{\"list\":true}".to_owned(),
                    Ok(Change::Alarms) if alarms => "{\"alarms\":true}".to_owned(),
                    Ok(Change::Jobs | Change::Alarms) => continue,
                    Err(RecvError::Closed) => return None,
                };
                let event = Event::default().event("changed").data(data);
                return Some((Ok(event), (changes, stopping, until)));
            }
        },
    )
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error means that the server is gone, which is the same.
    let _ = stopping.wait_for(|stop| *stop).await;
}
