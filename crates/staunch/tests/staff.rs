//! What the operator does for staff, through the real binary beside a running server.

mod support;

use reqwest::StatusCode;
use support::{Browser, Engine, House, engines};

const PASSWORD: &str = "correct mule staple 42";
const NEW: &str = "eight tall poplars";

#[tokio::test]
async fn the_operator_lets_the_last_admin_back_in_by_a_link_that_works_once() {
    for engine in engines().await {
        let house = House::start(engine).await;
        let secret = house.set_up_secret().expect("a set-up link").to_owned();
        let lost = Browser::new(&house);
        let old = lost.enrol("set-up", &secret, "Ada", "ada", PASSWORD).await;
        let page = lost.sign_in("ada", PASSWORD, &old, 1).await;
        assert!(page.url.ends_with("/desk"), "{}", page.html);

        let (good, _, error) = house.run(&["staff", "re-enrol", "nobody"]);
        assert!(!good && error.contains("nobody here has"), "{error}");
        let (good, link, error) = house.run(&["staff", "re-enrol", "ada"]);
        assert!(good && error.contains("once"), "{error}");
        assert_eq!(link.lines().count(), 1, "the link and nothing else");
        assert!(error.contains("`desk.base_url` is not set"), "{error}");
        let (_, secret) = link
            .trim()
            .split_once("http://127.0.0.1:8080/invitation/")
            .expect("a link");

        // It ends nothing by itself, and whoever is signed in sees it.
        let told = lost.get("/desk/sessions").await;
        assert!(told.html.contains("The operator of this desk asked you"));
        let found = Browser::new(&house);
        let page = found.get(&format!("/invitation/{secret}")).await;
        assert!(page.html.contains("the operator of this desk"));

        let new = found.enrol("invitation", secret, "", "", NEW).await;
        let page = lost.get("/desk").await;
        assert!(page.url.contains("/sign-in"), "the old session ended");
        let again = found.get(&format!("/invitation/{secret}")).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
        let form = [("login", "ada"), ("password", PASSWORD)];
        let before = found.post("/sign-in", &form).await;
        assert_eq!(before.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = found.sign_in("ada", NEW, &new, 1).await;
        assert!(page.url.ends_with("/desk"), "{}", page.html);
        let page = found.get("/desk/people").await;
        assert_eq!(page.status, StatusCode::OK, "still an admin");

        let (good, report, error) = house.run(&["ledger", "verify"]);
        assert!(good, "{report}{error}");
        let page = found.get("/desk/ledger").await;
        assert!(page.html.contains("staff enrolled-anew"));
        assert!(page.html.contains(r#"data-th="Who">operator</td>"#));
    }
}

#[tokio::test]
async fn the_operators_link_can_be_opened_whatever_the_server_listens_on() {
    for (listen, begins) in [
        ("0.0.0.0:8080", "http://127.0.0.1:8080/"),
        ("[::]:8080", "http://[::1]:8080/"),
    ] {
        let settings = [("STAUNCH_SERVER__LISTEN", listen)];
        let house = House::with(Engine::Sqlite, &settings).await;
        let secret = house.set_up_secret().expect("a set-up link").to_owned();
        let admin = Browser::new(&house);
        admin.enrol("set-up", &secret, "Ada", "ada", PASSWORD).await;
        let (good, link, said) = house.run(&["staff", "re-enrol", "ada"]);
        assert!(good, "{said}");
        assert!(link.starts_with(&format!("{begins}invitation/")), "{link}");
        assert!(said.contains("`desk.base_url` is not set"), "{said}");
    }
}
