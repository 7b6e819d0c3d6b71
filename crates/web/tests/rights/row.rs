//! A row of the table, and how the router spells the same.

use axum::http::Method;
use std::collections::BTreeMap;
use web::routes::Who;
use words::Role;

use crate::table::TABLE;

/// What stands for the `{…}` of a path.
pub(crate) type Ids = BTreeMap<&'static str, String>;

pub(crate) struct Row {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) who: Vec<&'static str>,
    pub(crate) body: &'static str,
}

pub(crate) fn rows() -> Vec<Row> {
    TABLE
        .iter()
        .map(|(method, path, who, body)| Row {
            method: method.parse().expect("a method"),
            path,
            who: who.split(' ').collect(),
            body,
        })
        .collect()
}

impl Row {
    pub(crate) fn may(&self, role: Role) -> bool {
        self.who.contains(&role.as_str())
    }

    /// The roles that may call it, for routes of staff and tokens.
    pub(crate) fn roles(&self) -> impl Iterator<Item = Role> {
        Role::ALL.iter().copied().filter(|role| self.may(*role))
    }

    /// Whether it is behind a session or a token.
    pub(crate) fn is_guarded(&self) -> bool {
        matches!(self.who[0], "staff" | "token")
    }

    /// Whether programs call it.
    pub(crate) fn is_api(&self) -> bool {
        self.path.starts_with("/api/")
    }

    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The path with these ids in it.
    pub(crate) fn path_of(&self, ids: &Ids) -> String {
        let path = ids.iter().fold(self.path.to_owned(), |path, (name, id)| {
            path.replace(&format!("{{{name}}}"), id)
        });
        assert!(!path.contains('{'), "an id is missing in {path}");
        path
    }
}

/// Ids that look right and that nothing has.
pub(crate) fn made_up() -> Ids {
    Ids::from([
        ("number", "999999".to_owned()),
        ("id", "01890000-0000-7000-8000-000000000000".to_owned()),
        ("secret", "A".repeat(43)),
        ("page", "confirm".to_owned()),
        ("external_id", "A-0000".to_owned()),
        ("name", "nothing.js".to_owned()),
        ("*rest", "nowhere".to_owned()),
    ])
}

/// The way a row spells who may call a route.
pub(crate) fn spelled(who: Who) -> String {
    let roles = |roles: &[Role]| {
        Role::ALL
            .iter()
            .filter(|r| roles.contains(r))
            .map(|r| r.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    match who {
        Who::Anyone => "anyone".to_owned(),
        Who::Link => "link".to_owned(),
        Who::Staff(of) => format!("staff {}", roles(of)),
        Who::Token(of, scope) => format!("token {} {scope}", roles(of)),
    }
}
