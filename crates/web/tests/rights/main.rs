//! Every route: without a session, with the wrong role, and with another's ids. The table in `table.rs`
//! is compared with the router, so that a route without a row fails; a row with an id in its path
//! fails until `things.rs` knows whose ids to try on it.

mod anothers;
mod doors;
mod hidden;
mod house;
mod row;
mod table;
mod things;

use house::House;
use row::spelled;
use table::TABLE;

#[tokio::test]
async fn every_route_has_a_row_and_every_row_a_route() {
    let house = House::new().await;
    let mut listed: Vec<String> = house
        .routes
        .iter()
        .map(|r| format!("{} {} {}", r.method, r.path, spelled(r.who)))
        .collect();
    let mut table: Vec<String> = TABLE
        .iter()
        .map(|(m, p, w, _)| format!("{m} {p} {w}"))
        .collect();
    listed.sort();
    table.sort();
    assert_eq!(listed, table);
}
