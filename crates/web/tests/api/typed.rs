//! What a program types is checked as a rep's words are.

use super::*;

#[test]
fn a_typed_detail_is_stopped_alike_whether_it_is_the_account_s_or_anybody_s() {
    on_both(|world| async move {
        let api = with_robin(&world).await;
        let rep = token(&world, Role::Rep, &["accounts", "tickets"]).await;
        let path = format!("/api/v1/tickets/{}/messages", ticket(&api, &rep).await);
        let typed = async |text: &str| {
            let reply = json!({"kind": "reply", "text": text});
            api.post(&path, &rep, &reply).await.problem(403)
        };
        let own = typed("It is at Elm Row 5, Old Harbour.").await;
        assert_eq!(own["rule"], "details-are-sent-not-typed");
        assert_eq!(own, typed("It is at 22 Acacia Avenue, Leeds.").await);
        assert_eq!(own, typed("Are you RobinVCanary?").await);
        api.post(
            &path,
            &rep,
            &json!({"kind": "reply", "text": "It is on its way."}),
        )
        .await
        .is(201);
        api.gave_nothing_away();
    });
}

#[test]
fn a_secret_is_not_kept_unless_it_is_taken_out() {
    on_both(|world| async move {
        let api = with_robin(&world).await;
        let rep = token(&world, Role::Rep, &["accounts", "tickets"]).await;
        let here = format!("/api/v1/tickets/{}", ticket(&api, &rep).await);
        let path = format!("{here}/messages");
        let mut note = json!({"kind": "note", "text": "Read me 4242 4242 4242 4242."});
        let stopped = api.post(&path, &rep, &note).await.problem(403);
        assert_eq!(stopped["rule"], "secrets-are-not-typed");
        note["remove_secrets"] = json!(true);
        api.post(&path, &rep, &note).await.is(201);
        let whole = api.get(&here, &rep).await.is(200).to_string();
        assert!(whole.contains("Read me [a card number was removed]."));
        assert!(!whole.contains("4242 4242"));
    });
}
