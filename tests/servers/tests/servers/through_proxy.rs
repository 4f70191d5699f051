//! Servers, proxy and oracle together: a transaction whose client disappears.

use std::time::Duration;

use amphi_servers::{
    Kind, Server,
    oracle::{Oracle, Who},
    proxy::{Close, Direction, Pace, Proxy, Rule, Scope},
};

use crate::support::options;

const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn a_commit_is_cut_before_and_behind() {
    for kind in Kind::ALL {
        let server = Server::start_with(kind, &options()).unwrap();
        let oracle = Oracle::connect_blocking(&server.url()).unwrap();
        oracle.rows_blocking("CREATE TABLE thing (id int PRIMARY KEY)").unwrap();
        let proxy = Proxy::start_blocking(server.address()).unwrap();
        let count = || oracle.rows_blocking("SELECT count(*) FROM thing").unwrap()[0][0].clone().unwrap();
        // "COMMI" never arrives as a statement; the whole one does, and its answer does not.
        let before = Rule::pattern(Direction::ToServer, b"COMMI", 0).cut(Close::Reset);
        // Nothing of the answer passes, and the cut comes when the server has begun to give it.
        let behind = Rule::pattern(Direction::ToServer, b"COMMIT", 0).arm(Rule::after(Direction::ToClient, 1).cut(Close::Reset));
        for (rule, expected) in [(before, "0"), (behind, "1")] {
            let client = Oracle::connect_blocking(&server.url_at(proxy.port())).unwrap();
            client.rows_blocking("BEGIN").unwrap();
            client.rows_blocking("INSERT INTO thing VALUES (1)").unwrap();
            let rule = proxy.rule(rule);
            assert!(client.rows_blocking("COMMIT").is_err());
            proxy.wait_until_fired(rule, PATIENCE).unwrap();
            drop(client);
            oracle.wait_until_clean_blocking(&Who::Everybody, PATIENCE).unwrap();
            assert_eq!(count(), expected);
        }
    }
}

#[test]
fn a_black_hole_leaves_a_transaction_that_is_seen_and_goes_on() {
    for kind in Kind::ALL {
        let server = Server::start_with(kind, &options()).unwrap();
        let oracle = Oracle::connect_blocking(&server.url()).unwrap();
        let proxy = Proxy::start_blocking(server.address()).unwrap();
        proxy.pace(Scope::ALL, Pace::full().slice(1, Duration::ZERO));
        let client = Oracle::connect_blocking(&server.url_at(proxy.port())).unwrap();
        client.rows_blocking("BEGIN").unwrap();
        proxy.stall(Scope::ALL);
        std::thread::scope(|scope| {
            let answer = scope.spawn(|| client.rows_blocking("COMMIT"));
            let error = oracle.wait_until_clean_blocking(&Who::Everybody, Duration::from_millis(300)).unwrap_err();
            assert!(error.to_string().contains("in a transaction"), "{error}");
            assert!(!answer.is_finished());
            proxy.heal().unwrap();
            answer.join().unwrap().unwrap();
        });
        oracle.wait_until_clean_blocking(&Who::Everybody, PATIENCE).unwrap();
    }
}
