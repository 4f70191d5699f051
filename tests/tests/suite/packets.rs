//! What a MySQL or MariaDB server takes in one message, which may be far less than a value has.

use amphi::prelude::*;
use amphi_servers::{Kind, Options, Server};

use amphi_tests::futures::current_thread;

#[derive(Model, Debug, Clone, PartialEq)]
struct Parcel {
    id: i64,
    data: Vec<u8>,
    note: Option<String>,
}

const LONGEST: usize = 1024 * 1024;

fn server() -> Server {
    Server::start_with(Kind::MariaDb, &Options::new().setting("max_allowed_packet", LONGEST.to_string()))
        .expect("a server starts")
}

#[track_caller]
fn assert_refused<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    let Err(Error::InvalidValue { reason, .. }) = outcome else { panic!("{outcome:?}") };
    assert!(reason.contains("max_allowed_packet") && reason.contains("1048576"), "{reason}");
}

#[test]
#[ignore = "starts a server; `tests/run` asks for it"]
fn a_message_that_is_too_long_is_never_sent() {
    let server = server();
    let url = format!("{}?max_connections=1", server.url());
    current_thread().block_on(async {
        let db = AsyncDatabase::connect(&url).await.unwrap();
        db.create_tables(models![Parcel]).await.unwrap();
        let parcel = |size: usize| Parcel::create().data(vec![7; size]);
        // Around the limit whatever we send arrives, and nothing much smaller is refused.
        let mut largest = 0;
        for size in LONGEST - 60..LONGEST + 10 {
            match parcel(size).a().insert(&db).await {
                Ok(_) => largest = size,
                refused => assert_refused(refused),
            }
        }
        assert!((LONGEST - 50..LONGEST).contains(&largest), "{largest}");
        assert_refused(parcel(50 * LONGEST).a().insert(&db).await);
        assert_refused(Parcel::objects().a().bulk_create((0..20).map(|_| parcel(LONGEST / 10)), &db).await);
        assert_refused(Parcel::objects().filter(Parcel::id.in_(0..300_000)).a().count(&db).await);
        assert_refused(Parcel::objects().a().update(Parcel::note.set("x".repeat(2 * LONGEST)), &db).await);
        assert_refused(Parcel::objects().filter(Parcel::note.eq("x".repeat(LONGEST))).a().stream(&db).try_next().await);
        // The text alone may be too long.
        let terms: Cond<Parcel> = (0..100_000).map(|_| Parcel::note.isnull(true)).collect();
        assert_refused(Parcel::objects().filter(terms).a().count(&db).await);
        // It is undone with the savepoint that it was in, and the transaction goes on.
        let inside = db.atomic(async |tx: &AsyncTransaction| {
            Parcel::objects().a().delete(tx).await?;
            assert_refused(tx.atomic(async |tx: &AsyncTransaction| parcel(2 * LONGEST).a().insert(tx).await).await);
            parcel(3).a().insert(tx).await
        });
        inside.await.unwrap();
        assert_eq!(Parcel::objects().a().count(&db).await.unwrap(), 1);
        db.close().await;
    });
    let db = Database::connect(&url).unwrap();
    assert_refused(Parcel::create().data(vec![7; LONGEST]).insert(&db));
    assert_refused(Parcel::objects().filter(Parcel::data.eq(vec![7; LONGEST])).iter(&db).map(drop));
    assert_eq!(Parcel::objects().count(&db).unwrap(), 1);
    db.close();
}
