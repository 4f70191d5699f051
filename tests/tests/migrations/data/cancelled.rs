//! A load that nobody waits for any more.

use amphi::migrations::data::LoadData;
use amphi::prelude::*;
use amphi_tests::futures::{multi_thread, polled};
use amphi_tests::support::{Place, Scratch};

use super::super::builders::*;
use super::{Ask, Create, Script, lines};

/// A row that points at nothing.
const DANGLING: &[&str] = &["INSERT INTO book (id, title, author_id, sold) VALUES (1, 'x', 99999, TRUE)"];

/// Drops a load after so many polls, and sees that all of it is there or nothing, and that foreign keys are checked on each connection.
fn dropped_half_way(place: Place) {
    let scratch = Scratch::new(place);
    let text: String =
        (1..=5_000).map(|n| format!("{{\"model\":\"shop.Author\",\"pk\":{n},\"fields\":{{\"name\":\"A{n}\"}}}}\n")).collect();
    multi_thread().block_on(async {
        let db = AsyncDatabase::connect(&scratch.url()).await.unwrap();
        db.operate(Create(shop())).await.unwrap();
        for polls in [1, 2, 3, 5, 8, 13] {
            let load = LoadData::new(shop()).a();
            let left = polled(polls, load.run(&db, lines(text.clone()))).await;
            let rows = db.operate(Ask("SELECT COUNT(*) FROM author")).await.unwrap();
            // What nobody waits for may be brought to its end in the background; it is all or nothing.
            assert!(left.is_none() && rows == ["0"] || rows == ["5000"], "{rows:?} after {polls} polls");
            let tries: Vec<_> = (0..8)
                .map(|_| {
                    let db = db.clone();
                    tokio::spawn(async move { db.operate(Script(DANGLING)).await })
                })
                .collect();
            for tried in tries {
                assert!(tried.await.unwrap().is_err(), "foreign keys are checked");
            }
        }
        db.close().await;
    });
}

#[test]
fn on_sqlite() {
    dropped_half_way(Place::sqlite);
}

#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn on_postgres() {
    dropped_half_way(Place::postgres);
}

#[test]
#[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
fn on_mysql() {
    dropped_half_way(Place::mysql);
}
