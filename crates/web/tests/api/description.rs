//! The description of the API tells the truth.

use super::*;
use std::{collections::BTreeSet, fs};

/// Every method and path of the document, with the scope and the roles that it names.
fn described(document: &Value) -> BTreeSet<(String, String, String)> {
    let paths = document["paths"].as_object().expect("paths");
    let call = |path: &str, method: &str, call: &Value| {
        let who = match call["security"][0]["token"][0].as_str() {
            Some(scope) => format!("{scope} {}", call["x-roles"]),
            None => "anyone".to_owned(),
        };
        (method.to_uppercase(), path.to_owned(), who)
    };
    paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .expect("calls")
                .iter()
                .map(move |(method, value)| call(path, method, value))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn the_description_tells_exactly_the_routes() {
    on_both(|world| async move {
        let api = Api::of(&world);
        let document = api.get("/api/v1/openapi.json", "").await.is(200);
        let routes: BTreeSet<_> = api
            .list
            .iter()
            .filter(|route| route.path.starts_with("/api/v1/"))
            .map(|route| {
                let who = match route.who {
                    Who::Token(roles, scope) => format!("{scope} {}", json!(roles)),
                    _ => "anyone".to_owned(),
                };
                (route.method.to_string(), route.path.to_owned(), who)
            })
            .collect();
        assert_eq!(described(&document), routes);
        assert_eq!(
            document["components"]["securitySchemes"]["token"]["scheme"],
            "bearer"
        );
        let mut names = BTreeSet::new();
        for item in document["paths"].as_object().expect("paths").values() {
            for call in item.as_object().expect("calls").values() {
                assert!(
                    names.insert(call["operationId"].as_str().expect("a name")),
                    "{}",
                    call["operationId"]
                );
                let errors = call["responses"]
                    .as_object()
                    .expect("responses")
                    .iter()
                    .filter(|(status, _)| status.as_str() >= "400");
                for (status, error) in errors {
                    let name = error["$ref"]
                        .as_str()
                        .and_then(|to| to.rsplit('/').next())
                        .expect("a shared error");
                    assert!(
                        document["components"]["responses"][name].is_object(),
                        "{status} {name}"
                    );
                }
            }
        }
    });
}

#[test]
fn every_reference_in_the_description_leads_somewhere() {
    on_both(|world| async move {
        let api = Api::of(&world);
        let document = api.get("/api/v1/openapi.json", "").await.is(200);
        let mut rest = vec![&document];
        while let Some(value) = rest.pop() {
            match value {
                Value::Object(map) => {
                    if let Some(Value::String(to)) = map.get("$ref") {
                        assert!(
                            document.pointer(to.trim_start_matches('#')).is_some(),
                            "{to}"
                        );
                    }
                    rest.extend(map.values());
                }
                Value::Array(list) => rest.extend(list),
                _ => {}
            }
        }
    });
}

#[test]
fn the_description_is_the_one_in_the_documents() {
    on_both(|world| async move {
        let api = Api::of(&world);
        let now = api.get("/api/v1/openapi.json", "").await;
        assert_eq!(now.headers[header::CONTENT_TYPE], "application/json");
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
        if std::env::var_os("STAUNCH_WRITE_OPENAPI").is_some() {
            fs::write(path, &now.text).expect("a written document");
        }
        let kept = fs::read_to_string(path).expect("docs/openapi.json");
        assert!(
            kept == now.text,
            "the API changed; write it down with STAUNCH_WRITE_OPENAPI=1 cargo test -p staunch-web --test api"
        );
    });
}
