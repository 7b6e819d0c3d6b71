//! Login events, as a sign-in service sends them.

use desk::{Me, testing::World, watching::Taken};
use std::time::Duration;
use words::Role;

use super::HOUR;

/// A token of that role and for these things.
pub(crate) async fn token(world: &World, role: Role, scopes: &[&str]) -> Me {
    let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    let secret = world
        .desk
        .create_token(None, "sign-in service", role, 1, &scopes)
        .await
        .expect("a token");
    let me = world.desk.token(&secret).await.expect("an answer");
    me.expect("a token")
}

pub(crate) async fn take(world: &World, lines: &[String]) -> Taken {
    let me = token(world, Role::Lead, &["events"]).await;
    world
        .desk
        .take_events(&me, &lines.join("\n"))
        .await
        .expect("taken")
}

/// One login now.
pub(crate) fn login(world: &World, account: &str, outcome: &str, country: &str) -> String {
    world.clock.pass(Duration::from_secs(1));
    let at = world.desk.now();
    format!(
        r#"{{"account":"{account}","time":"{at}","outcome":"{outcome}","ip":"203.0.113.77","user_agent":"Mozilla/5.0 canary","country":"{country}"}}"#
    )
}

pub(crate) async fn burst(world: &World) -> Taken {
    let lines: Vec<_> = (0..5)
        .map(|_| login(world, "A-1042", "failure", "NL"))
        .collect();
    take(world, &lines).await
}

/// The account is at home in the Netherlands.
pub(crate) async fn at_home(world: &World) {
    take(world, &[login(world, "A-1042", "success", "NL")]).await;
    world.clock.pass(HOUR);
}
