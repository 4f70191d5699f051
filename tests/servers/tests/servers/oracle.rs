//! The oracle sees what a session leaves behind.

use std::{thread, time::Duration};

use amphi_servers::{
    Error, Kind, Server,
    oracle::{Oracle, State, Who},
};

use crate::support::options;

/// What a session is given to do, and whether it is inside a transaction afterwards.
const STEPS: [(Kind, &str, bool); 30] = [
    (Kind::Postgres, "BEGIN", true),
    (Kind::Postgres, "INSERT INTO thing VALUES (1)", true),
    (Kind::Postgres, "SAVEPOINT a", true),
    (Kind::Postgres, "no such statement", true),
    (Kind::Postgres, "ROLLBACK TO a", true),
    (Kind::Postgres, "COMMIT", false),
    (Kind::Postgres, "SELECT * FROM thing", false),
    (Kind::Postgres, "no such statement", false),
    (Kind::Postgres, "BEGIN", true),
    (Kind::Postgres, "SELECT 1", true),
    (Kind::Postgres, "ROLLBACK", false),
    (Kind::MariaDb, "BEGIN", true),
    (Kind::MariaDb, "INSERT INTO thing VALUES (1)", true),
    (Kind::MariaDb, "SAVEPOINT a", true),
    (Kind::MariaDb, "no such statement", true),
    (Kind::MariaDb, "INSERT INTO thing VALUES (1)", true),
    (Kind::MariaDb, "ROLLBACK TO a", true),
    (Kind::MariaDb, "COMMIT", false),
    (Kind::MariaDb, "SELECT * FROM thing", false),
    (Kind::MariaDb, "INSERT INTO thing VALUES (2)", false),
    (Kind::MariaDb, "INSERT INTO thing VALUES (2)", false),
    (Kind::MariaDb, "START TRANSACTION WITH CONSISTENT SNAPSHOT", true),
    (Kind::MariaDb, "CREATE TABLE other (id int)", false),
    (Kind::MariaDb, "SET autocommit = 0", false),
    (Kind::MariaDb, "SELECT * FROM thing", true),
    (Kind::MariaDb, "ROLLBACK", false),
    (Kind::MariaDb, "SET autocommit = 1", false),
    (Kind::MariaDb, "BEGIN", true),
    (Kind::MariaDb, "SELECT 1", true),
    (Kind::MariaDb, "BEGIN", true),
];

fn start(kind: Kind) -> (Server, Oracle, Oracle, i64) {
    let server = Server::start_with(kind, &options()).unwrap();
    let session = Oracle::connect_blocking(&server.url()).unwrap();
    let oracle = Oracle::connect_blocking(&server.url()).unwrap();
    session.rows_blocking("CREATE TABLE thing (id int PRIMARY KEY)").unwrap();
    let own = match kind {
        Kind::Postgres => "SELECT pg_backend_pid()",
        Kind::MariaDb => "SELECT connection_id()",
    };
    let id = session.rows_blocking(own).unwrap()[0][0].clone().unwrap().parse().unwrap();
    (server, session, oracle, id)
}

/// What the oracle says when the session is idle again: a server answers its client a little earlier.
fn settled(oracle: &Oracle, who: &Who, expected: bool) -> State {
    let mut state = oracle.state_blocking(who).unwrap();
    for _ in 0..100 {
        if state.sessions.iter().all(|session| session.idle) && state.in_transaction().count() == usize::from(expected) {
            break;
        }
        thread::sleep(Duration::from_millis(5));
        state = oracle.state_blocking(who).unwrap();
    }
    state
}

fn steps(kind: Kind) {
    let (_server, session, oracle, id) = start(kind);
    let who = Who::Sessions(vec![id]);
    for (_, sql, inside) in STEPS.iter().filter(|(one, ..)| *one == kind) {
        let _some_fail = session.rows_blocking(sql);
        let state = settled(&oracle, &who, *inside);
        assert_eq!(
            (state.sessions.len(), state.idle_in_transaction().count()),
            (1, usize::from(*inside)),
            "after {sql}: {state:#?}"
        );
        if kind == Kind::MariaDb {
            let own = session.rows_blocking("SELECT @@in_transaction").unwrap();
            assert_eq!(own, [[Some(u8::from(*inside).to_string())]], "after {sql}");
        }
        if !inside {
            assert!(oracle.wait_until_clean_blocking(&who, Duration::from_secs(5)).unwrap().is_clean());
        }
    }
}

#[test]
fn postgres_transactions_are_seen() {
    steps(Kind::Postgres);
}

#[test]
fn mariadb_transactions_are_seen() {
    steps(Kind::MariaDb);
}

#[test]
fn locks_are_seen_and_listed() {
    let take = |kind| match kind {
        Kind::Postgres => ("SELECT pg_advisory_lock(77)", "SELECT pg_advisory_unlock(77)", "advisory"),
        Kind::MariaDb => ("SELECT get_lock('seventy-seven', 1)", "SELECT release_lock('seventy-seven')", "USER LEVEL LOCK"),
    };
    for kind in Kind::ALL {
        let (_server, session, oracle, id) = start(kind);
        let (lock, unlock, word) = take(kind);
        session.rows_blocking(lock).unwrap();
        let error = oracle.wait_until_clean_blocking(&Who::Database("amphi".into()), Duration::from_millis(200)).unwrap_err();
        let Error::NotClean { offenders, .. } = error else { panic!("{error}") };
        // The lock, and nothing else.
        assert_eq!(offenders.len(), 1, "{offenders:?}");
        assert!(
            offenders[0].contains(word) && offenders[0].contains("77") | offenders[0].contains("seventy-seven"),
            "{offenders:?}"
        );
        assert!(offenders[0].contains(&id.to_string()), "{offenders:?}");
        session.rows_blocking(unlock).unwrap();
        oracle.wait_until_clean_blocking(&Who::Everybody, Duration::from_secs(5)).unwrap();
    }
}

#[test]
fn sessions_are_found_by_who_they_are() {
    for kind in Kind::ALL {
        let (_server, _session, oracle, id) = start(kind);
        let application = match kind {
            Kind::Postgres => "amphi-or",
            // What this client calls itself.
            Kind::MariaDb => "",
        };
        let someone = [
            Who::Everybody,
            Who::Application(application.into()),
            Who::Database("amphi".into()),
            Who::User("amphi".into()),
            Who::Sessions(vec![id, 999_999]),
        ];
        for who in someone {
            // A client that sends no attributes has no name.
            if matches!(who, Who::Application(_)) && kind == Kind::MariaDb {
                assert!(oracle.state_blocking(&who).is_ok());
                continue;
            }
            let ids: Vec<_> = oracle.state_blocking(&who).unwrap().sessions.iter().map(|session| session.id).collect();
            assert_eq!(ids, [id], "{who:?}");
        }
        let nobody = [
            Who::Application("it's \\ nobody".into()),
            Who::Database("it's".into()),
            Who::User("' OR ''='".into()),
            Who::Sessions(vec![]),
        ];
        for who in nobody {
            assert!(oracle.state_blocking(&who).unwrap().sessions.is_empty(), "{who:?}");
        }
    }
}

#[test]
fn sessions_are_killed_and_statements_cancelled() {
    for kind in Kind::ALL {
        let (_server, session, oracle, id) = start(kind);
        let sleep = match kind {
            Kind::Postgres => "SELECT pg_sleep(8)",
            Kind::MariaDb => "SELECT id, sleep(8) FROM thing",
        };
        session.rows_blocking("INSERT INTO thing VALUES (1)").unwrap();
        let working = || oracle.state_blocking(&Who::Sessions(vec![id])).unwrap().sessions.iter().any(|session| !session.idle);
        thread::scope(|scope| {
            let answer = scope.spawn(|| session.rows_blocking(sleep));
            crate::support::eventually("the session works", working);
            assert!(oracle.cancel_blocking(id).unwrap());
            // MariaDB's sleep may also end early without an error.
            assert!(answer.join().unwrap().is_err() || kind == Kind::MariaDb);
        });
        assert!(oracle.kill_blocking(id).unwrap());
        crate::support::eventually("the session is gone", || {
            oracle.state_blocking(&Who::Sessions(vec![id])).unwrap().sessions.is_empty()
        });
        assert!(!oracle.kill_blocking(id).unwrap());
        assert!(!oracle.cancel_blocking(id).unwrap());
        let prepared = oracle.state_blocking(&Who::Everybody).unwrap().prepared_statements;
        assert_eq!(prepared, (kind == Kind::MariaDb).then_some(0));
    }
}
