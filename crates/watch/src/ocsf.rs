//! Authentication events (class 3002) of the Open Cybersecurity Schema Framework, version 1.
//! Other keys than those read here may be present; the schema has hundreds.

use crate::{
    event::{
        EventError, LoginEvent, Outcome, account, address, event_id, is_plausible, need,
        need_account, read as value, user_agent,
    },
    keys::Keys,
};
use words::Time;

const CLASS: &str = "3002, the class Authentication";
const ACTIVITY: &str = "1, a logon";
const STATUS: &str = "1 for success or 2 for failure";
const TIME: &str = "milliseconds since 1970 as a whole number";

/// Reads an object that has a `class_uid`.
pub(crate) fn read(keys: &Keys) -> Result<LoginEvent, EventError> {
    value("class_uid", CLASS, keys.get(&["class_uid"]), |class| {
        (class.as_i64()? == 3002).then_some(())
    })?;
    let activity = value("activity_id", ACTIVITY, keys.get(&["activity_id"]), |id| {
        id.as_i64()
    })?;
    if need("activity_id", ACTIVITY, activity)? != 1 {
        return Err(EventError::NotALogin);
    }
    let outcome = value(
        "status_id",
        STATUS,
        keys.get(&["status_id"]),
        |id| match id.as_i64()? {
            1 => Some(Outcome::Success),
            2 => Some(Outcome::Failure),
            _ => None,
        },
    )?;
    let at = value("time", TIME, keys.get(&["time"]), |millis| {
        let micros = millis.as_i64()?.checked_mul(1000)?;
        Some(Time(micros)).filter(|&at| is_plausible(at))
    })?;
    let by_uid = account("user.uid", keys.get(&["user", "uid"]))?;
    let name = match by_uid {
        Some(uid) => Some(uid),
        None => account("user.name", keys.get(&["user", "name"]))?,
    };
    let source = keys.get(&["src_endpoint", "ip"]);
    let agent = keys.get(&["http_request", "user_agent"]);
    Ok(LoginEvent {
        id: event_id("metadata.uid", keys.get(&["metadata", "uid"]))?,
        account: need_account("user.uid", name)?,
        at: need("time", TIME, at)?,
        outcome: need("status_id", STATUS, outcome)?,
        address: address("src_endpoint.ip", source)?,
        user_agent: user_agent("http_request.user_agent", agent)?,
        country: None,
    })
}

#[cfg(test)]
mod tests {
    use crate::{EventError, Outcome, parse_line};
    use serde_json::{Value, json};

    fn logon() -> Value {
        json!({
            "class_uid": 3002, "category_uid": 3, "activity_id": 1, "type_uid": 300_201,
            "severity_id": 1, "status_id": 2, "time": 1_795_255_320_000_i64,
            "user": {"uid": "A-1042", "name": "robin"},
            "src_endpoint": {"ip": "2001:db8::7", "port": 4711},
            "http_request": {"user_agent": "Firefox"},
            "metadata": {"uid": "e-9", "version": "1.3.0", "product": {"name": "idp"}},
        })
    }

    fn error(change: impl FnOnce(&mut Value)) -> EventError {
        let mut event = logon();
        change(&mut event);
        parse_line(&event.to_string()).expect_err("refused")
    }

    #[test]
    fn an_authentication_event_is_read() {
        let event = parse_line(&logon().to_string()).expect("an event");
        assert_eq!(event.id.as_deref(), Some("e-9"));
        assert_eq!(event.account, "A-1042");
        assert_eq!(event.at.to_string(), "2026-11-21T10:02:00Z");
        assert_eq!(event.outcome, Outcome::Failure);
        assert_eq!(event.address, "2001:db8::7".parse().ok());
        assert_eq!(event.user_agent.as_deref(), Some("Firefox"));
    }

    #[test]
    fn the_name_stands_in_for_a_missing_uid() {
        let mut event = logon();
        event["user"]["uid"] = Value::Null;
        let event = parse_line(&event.to_string()).expect("an event");
        assert_eq!(event.account, "robin");
    }

    #[test]
    fn what_is_not_a_finished_logon_is_refused_with_the_key() {
        assert_eq!(
            error(|e| e["activity_id"] = json!(2)),
            EventError::NotALogin
        );
        for (key, text) in [
            (
                "class_uid",
                "`class_uid` can't be read; it must be 3002, the class Authentication",
            ),
            (
                "status_id",
                "`status_id` can't be read; it must be 1 for success or 2 for failure",
            ),
            (
                "time",
                "`time` can't be read; it must be milliseconds since 1970 as a whole number",
            ),
        ] {
            assert_eq!(error(|e| e[key] = json!(-99)).to_string(), text);
        }
        let nobody = error(|e| e["user"] = json!({})).to_string();
        assert!(nobody.starts_with("`user.uid` is missing"), "{nobody}");
    }
}
