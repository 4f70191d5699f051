//! The same work on PostgreSQL and MariaDB, by amphi and by the raw drivers; and by one raw driver against another.

use std::sync::LazyLock;
use std::time::Duration;

use tokio::runtime::Runtime;

use super::task::{in_task_of, runtime, tasks, timed, timed_each};
use super::{AMPHI, Case, Side, Sides, Target};
use crate::data;
use crate::models::Book;
use crate::servers::{
    self, Amphi, AmphiBlocking, AmphiShared, BlockOn, BlockingClient, BlockingMysql, BlockingPostgres, Client, MysqlAsync,
    MysqlShared, Pipelined, Server, Shared, SqlxMysql, SqlxMysqlShared, SqlxPostgres, SqlxPostgresShared, TokioPostgres,
};

/// The connections of many tasks.
const CONNECTIONS: usize = 8;

/// The names of a server's opponents.
struct Names {
    place: &'static str,
    driver: &'static str,
    sqlx: &'static str,
    blocking: &'static str,
}

/// The cases of the servers that the environment names, and which servers it does not name.
pub fn cases() -> (Vec<Case>, Vec<&'static str>) {
    let (mut cases, mut missing) = (Vec::new(), Vec::new());
    match servers::url(Server::Postgres) {
        Some(_) => cases.extend(postgres().into_iter().chain(super::prefetch::postgres())),
        None => missing.push("PostgreSQL (AMPHI_POSTGRES_URL)"),
    }
    match servers::url(Server::MariaDb) {
        Some(_) => cases.extend(mariadb()),
        None => missing.push("MariaDB (AMPHI_MYSQL_URL)"),
    }
    (cases, missing)
}

/// The cases of one task against a driver `$raw`. Closures that capture nothing, so that they are plain functions.
macro_rules! one_task {
    ($side:expr, $measured:ty, $server:expr, $place:expr, $against:expr, $raw:ty, $target:expr) => {{
        let case = |name, target: Option<f64>, build| {
            let target = target.filter(|_| $target).map_or(Target::Open, Target::Time);
            Case { name, place: $place, side: $side, against: $against, target, build }
        };
        macro_rules! both {
            ($work:ident) => {
                || Sides { raw: $work::<$raw>($server, runtime()), amphi: $work::<$measured>($server, runtime()) }
            };
            ($work:ident, $rows:expr) => {
                || Sides { raw: $work::<$raw>($server, runtime(), $rows), amphi: $work::<$measured>($server, runtime(), $rows) }
            };
        }
        [
            case("get by key", Some(1.15), || {
                agree::<$raw, $measured>($server);
                Sides { raw: get::<$raw>($server, runtime()), amphi: get::<$measured>($server, runtime()) }
            }),
            case("get by key, one thread", None, || Sides {
                raw: get::<$raw>($server, one_thread()),
                amphi: get::<$measured>($server, one_thread()),
            }),
            case("list of 100", None, both!(list, 100)),
            case("list of 10,000", Some(1.30), both!(list, 10_000)),
            case("select_related of 100", Some(1.25), both!(related, 100)),
            case("select_related of 10,000", Some(1.15), both!(related, 10_000)),
            case("insert 1", None, both!(insert)),
            case("bulk insert of 100", Some(1.15), both!(bulk_insert)),
            case("update 1", Some(1.15), both!(update)),
        ]
    }};
}

/// The cases of blocking code against a driver `$raw`.
macro_rules! blocking {
    ($server:expr, $place:expr, $against:expr, $raw:ty, $target:expr) => {{
        let case = |name, target, build| Case { name, place: $place, side: AMPHI, against: $against, target, build };
        [
            case("blocking get by key", $target, || Sides {
                raw: blocking_get::<$raw>($server),
                amphi: blocking_get::<AmphiBlocking>($server),
            }),
            case("blocking list of 10,000", Target::Open, || Sides {
                raw: blocking_list::<$raw>($server),
                amphi: blocking_list::<AmphiBlocking>($server),
            }),
            case("blocking bulk insert of 100", Target::Open, || Sides {
                raw: blocking_bulk_insert::<$raw>($server),
                amphi: blocking_bulk_insert::<AmphiBlocking>($server),
            }),
            case("blocking update 1", Target::Open, || Sides {
                raw: blocking_update::<$raw>($server),
                amphi: blocking_update::<AmphiBlocking>($server),
            }),
        ]
    }};
}

/// The cases of many tasks.
macro_rules! many_tasks {
    ($place:expr, $server:expr, [$($side:expr, $measured:ty, $against:expr, $raw:ty, $target:expr;)*]) => {
        [$(Case {
            name: "64 tasks get by key",
            place: $place,
            side: $side,
            against: $against,
            target: $target,
            build: || Sides { raw: shared_get::<$raw>($server), amphi: shared_get::<$measured>($server) },
        }),*]
    };
}

fn postgres() -> Vec<Case> {
    const NAMES: Names = Names { place: "postgres", driver: "tokio-postgres", sqlx: "sqlx", blocking: "crate postgres" };
    const SERVER: Server = Server::Postgres;
    let mut cases = Vec::new();
    cases.extend(one_task!(AMPHI, Amphi, SERVER, NAMES.place, NAMES.driver, TokioPostgres, true));
    cases.extend(one_task!(AMPHI, Amphi, SERVER, NAMES.place, NAMES.sqlx, SqlxPostgres, false));
    cases.extend(one_task!(NAMES.sqlx, SqlxPostgres, SERVER, NAMES.place, NAMES.driver, TokioPostgres, false));
    cases.extend(blocking!(SERVER, NAMES.place, NAMES.blocking, BlockingPostgres, Target::Time(1.15)));
    cases.extend(blocking!(SERVER, NAMES.place, "sqlx, block_on", BlockOn<SqlxPostgres>, Target::Open));
    cases.extend(many_tasks!(NAMES.place, SERVER, [
        AMPHI, AmphiShared, "sqlx pool, no ping", SqlxPostgresShared<false>, Target::Throughput(1.0);
        AMPHI, AmphiShared, "sqlx pool, ping", SqlxPostgresShared<true>, Target::Open;
        AMPHI, AmphiShared, "tokio-postgres, pipelined", Pipelined, Target::Open;
        "sqlx pool, no ping", SqlxPostgresShared<false>, "tokio-postgres, pipelined", Pipelined, Target::Open;
    ]));
    cases
}

fn mariadb() -> Vec<Case> {
    const NAMES: Names = Names { place: "mariadb", driver: "mysql_async", sqlx: "sqlx", blocking: "crate mysql" };
    const SERVER: Server = Server::MariaDb;
    let mut cases = Vec::new();
    cases.extend(one_task!(AMPHI, Amphi, SERVER, NAMES.place, NAMES.driver, MysqlAsync, true));
    cases.extend(one_task!(AMPHI, Amphi, SERVER, NAMES.place, NAMES.sqlx, SqlxMysql, false));
    cases.extend(one_task!(NAMES.sqlx, SqlxMysql, SERVER, NAMES.place, NAMES.driver, MysqlAsync, false));
    cases.extend(blocking!(SERVER, NAMES.place, "mysql_async, block_on", BlockOn<MysqlAsync>, Target::Time(1.15)));
    cases.extend(blocking!(SERVER, NAMES.place, "sqlx, block_on", BlockOn<SqlxMysql>, Target::Open));
    cases.extend(blocking!(SERVER, NAMES.place, NAMES.blocking, BlockingMysql, Target::Open));
    cases.extend(many_tasks!(NAMES.place, SERVER, [
        AMPHI, AmphiShared, "sqlx pool, no ping", SqlxMysqlShared<false>, Target::Throughput(1.0);
        AMPHI, AmphiShared, "sqlx pool, ping", SqlxMysqlShared<true>, Target::Open;
        AMPHI, AmphiShared, "mysql_async pool", MysqlShared, Target::Open;
        "sqlx pool, no ping", SqlxMysqlShared<false>, "mysql_async pool", MysqlShared, Target::Open;
    ]));
    cases
}

/// A runtime that runs all on one thread: between a task and its connection there is no way from thread to thread.
fn one_thread() -> &'static Runtime {
    static RUNTIME: LazyLock<Runtime> =
        LazyLock::new(|| tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());
    &RUNTIME
}

/// Makes sure that both sides read the same.
fn agree<A: Client, B: Client>(server: Server) {
    let raw = in_task_of(runtime(), async move {
        let mut client = A::connect(server).await;
        (client.get(7).await.into(), client.list(3).await.into_iter().map(Into::into).collect())
    });
    let measured: (crate::raw::Book, Vec<crate::raw::Book>) = in_task_of(runtime(), async move {
        let mut client = B::connect(server).await;
        (client.get(7).await.into(), client.list(3).await.into_iter().map(Into::into).collect())
    });
    assert_eq!(raw, measured);
    assert_eq!(raw.0, data::book(7).into());
}

/// A side whose client is lent to a task for each turn.
macro_rules! lent {
    ($client:ty, $server:ident, $runtime:ident, |$held:ident, $n:ident| $work:expr) => {{
        let mut lent = Some(in_task_of($runtime, <$client>::connect($server)));
        Box::new(move |$n| {
            let mut $held = lent.take().unwrap();
            let (back, time) = in_task_of($runtime, async move {
                let time: Duration = $work;
                ($held, time)
            });
            lent = Some(back);
            time
        })
    }};
}

fn get<C: Client>(server: Server, runtime: &'static Runtime) -> Side {
    lent!(C, server, runtime, |client, n| timed!(n, |i| client.get(data::some_key(i)).await))
}

fn list<C: Client>(server: Server, runtime: &'static Runtime, rows: u32) -> Side {
    lent!(C, server, runtime, |client, n| timed_each!(n, client.list(rows).await))
}

fn related<C: Client>(server: Server, runtime: &'static Runtime, rows: u32) -> Side {
    lent!(C, server, runtime, |client, n| timed_each!(n, client.related(rows).await))
}

/// Books that are not there yet.
fn drafts<D: From<Book>>(n: u64) -> Vec<D> {
    (1..=n as i64).map(|i| data::book(data::BOOKS + i).into()).collect()
}

fn insert<C: Client>(server: Server, runtime: &'static Runtime) -> Side {
    lent!(C, server, runtime, |client, n| {
        let mut drafts = drafts::<C::Draft>(n).into_iter();
        let time = timed!(n, |_| client.insert(drafts.next().unwrap()).await);
        client.delete_new().await;
        time
    })
}

fn bulk_insert<C: Client>(server: Server, runtime: &'static Runtime) -> Side {
    lent!(C, server, runtime, |client, n| {
        let mut sum = Duration::ZERO;
        for _ in 0..n {
            let mut drafts = Some(drafts::<C::Draft>(100));
            sum += timed_each!(1, client.insert_all(drafts.take().unwrap()).await);
            client.delete_new().await;
        }
        sum
    })
}

fn update<C: Client>(server: Server, runtime: &'static Runtime) -> Side {
    lent!(C, server, runtime, |client, n| {
        let mut author = client.author(7).await;
        timed!(n, |_| client.save(&mut author).await)
    })
}

fn shared_get<S: Shared>(server: Server) -> Side {
    let shared = in_task_of(runtime(), S::connect(server, CONNECTIONS));
    Box::new(move |n| {
        tasks(n, |task| {
            let shared = shared.clone();
            move |id| {
                let shared = shared.clone();
                async move { shared.get(task, id).await }
            }
        })
    })
}

fn blocking_get<C: BlockingClient>(server: Server) -> Side {
    let mut client = C::connect(server);
    assert_eq!(client.get(7).into(), data::book(7).into());
    Box::new(move |n| super::timed(n, |i| client.get(data::some_key(i))))
}

fn blocking_list<C: BlockingClient>(server: Server) -> Side {
    let mut client = C::connect(server);
    Box::new(move |n| super::timed_each(n, |_| client.list(10_000)))
}

fn blocking_bulk_insert<C: BlockingClient>(server: Server) -> Side {
    let mut client = C::connect(server);
    Box::new(move |n| {
        let mut sum = Duration::ZERO;
        for _ in 0..n {
            let mut drafts = Some(drafts::<C::Draft>(100));
            sum += super::timed_each(1, |_| client.insert_all(drafts.take().unwrap()));
            client.delete_new();
        }
        sum
    })
}

fn blocking_update<C: BlockingClient>(server: Server) -> Side {
    let mut client = C::connect(server);
    let mut author = client.author(7);
    Box::new(move |n| super::timed(n, |_| client.save(&mut author)))
}
