//! Four eyes on the pages: what a second person sees and presses.

use words::{RequestKind, Role};

use super::*;

/// A rep asks for a refund in the admin's ticket; its number, and the request's path.
async fn asked(browser: &Browser) -> (String, String) {
    let ticket = browser.call().await;
    let number: i64 = ticket
        .rsplit('/')
        .next()
        .and_then(|number| number.parse().ok())
        .expect("a number");
    let rep = browser.world.staff("rae", Role::Rep).await;
    let asked = browser
        .world
        .desk
        .ask(&rep, number, RequestKind::Act, "refund", "")
        .await
        .expect("an answer");
    assert!(asked.second);
    let path = format!("{ticket}/requests/{}", asked.id);
    (ticket, path)
}

#[tokio::test]
async fn a_second_person_agrees_in_two_steps_and_the_owner_is_asked() {
    let browser = Browser::of_admin().await;
    let (ticket, request) = asked(&browser).await;
    let page = browser.get(&ticket).await.text;
    for words in [
        "Waiting for a second person",
        "Agree…",
        "Yes, agree: ask the owner",
        "Decline…",
        "Something about it is odd",
    ] {
        assert!(page.contains(words), "`{words}` is missing");
    }
    assert!(page.contains(&format!("action=\"{request}/agree\"")));
    let agreed = browser.post(&format!("{request}/agree"), "").await;
    assert_eq!(agreed.flash.expect("words").tone, Tone::Good);
    let page = browser.get(&ticket).await.text;
    assert!(page.contains("Waiting for the owner"));
    assert!(!page.contains("Agree…") && !page.contains("Decline…"));
    browser.world.work().await;
    let letters = browser.world.mail.sent.lock().expect("lock").len();
    assert_eq!(letters, 1, "the question to the owner");
}

#[tokio::test]
async fn a_decline_takes_one_of_the_fixed_reasons() {
    let browser = Browser::of_admin().await;
    let (ticket, request) = asked(&browser).await;
    let path = format!("{request}/decline");
    let free = browser.post(&path, "why=I+know+him").await;
    assert_eq!(free.status, StatusCode::BAD_REQUEST);
    let declined = browser.post(&path, "why=odd").await;
    assert_eq!(declined.to, ticket);
    let page = browser.get(&ticket).await.text;
    assert!(page.contains("A second person declined"));
    assert!(page.contains("Something about it is odd."));
    assert!(!page.contains("Agree…"));
}

#[tokio::test]
async fn who_asks_sees_that_it_waits_and_no_button_to_agree() {
    let browser = Browser::of_admin().await;
    let ticket = browser.call().await;
    let page = browser.get(&ticket).await.text;
    assert!(page.contains("Ask the owner to confirm: refund of the newest order"));
    assert!(page.contains("Ask the owner for something else"));
    let asked = browser
        .post(&format!("{ticket}/requests"), "kind=act&field=refund")
        .await;
    let flash = asked.flash.expect("words");
    assert!(
        flash.text.starts_with("A lead or an admin looks"),
        "{}",
        flash.text
    );
    let page = browser.get(&ticket).await.text;
    assert!(page.contains("Waiting for a second person"));
    assert!(!page.contains("Agree…"));
}
