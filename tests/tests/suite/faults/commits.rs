//! A connection that is cut at each byte of the COMMIT exchange: what is told of the commit is right each time.

use std::time::Duration;

use amphi::prelude::*;
use amphi::transaction::{TransactionId, TransactionOutcome};
use amphi_servers::Kind;
use amphi_servers::proxy::{Close, Direction, Rule};

use super::ground::{Ground, on_servers};
use super::models::{Account, fill};

/// How a commit ended, as it was told.
#[derive(Debug)]
enum Told {
    Committed,
    RolledBack(Error),
    Unknown(Option<TransactionId>),
}

impl From<Result<(), Error>> for Told {
    fn from(outcome: Result<(), Error>) -> Told {
        match outcome {
            Ok(()) => Told::Committed,
            Err(Error::CommitUnknown { transaction }) => Told::Unknown(transaction),
            Err(error) => Told::RolledBack(error),
        }
    }
}

/// How many bytes went each way: to the server, to the client.
fn passed(ground: &Ground) -> (u64, u64) {
    ground.proxy.traffic().iter().fold((0, 0), |sum, traffic| (sum.0 + traffic.to_server, sum.1 + traffic.to_client))
}

fn named(name: &str) -> QuerySet<Account, Account> {
    Account::objects().filter(Account::name.eq(name))
}

fn draft(name: &str) -> New<Account> {
    New::of(Account { id: 0, name: name.to_owned(), balance: 0 })
}

/// PostgreSQL gives a number again that it lost in a crash. Who has it then is not taken for the transaction that was lost.
#[test]
#[ignore = "starts a server; `tests/run` asks for it"]
fn a_number_that_another_transaction_got() {
    amphi_tests::futures::multi_thread().block_on(async {
        let ground = Ground::new(Kind::Postgres);
        let settings = "max_connections=1&connect_timeout=5000&statement_timeout=5000";
        let truth = AsyncDatabase::connect(&ground.server.url()).await.unwrap();
        fill(&truth).await.unwrap();
        let (mut resolved, mut reused) = (0, 0);
        for round in 0..6 {
            let cut = AsyncDatabase::connect(&ground.url(settings)).await.unwrap();
            let name = format!("lost {round}");
            let tx = cut.begin_with(TransactionOptions::new().resolvable()).await.unwrap();
            draft(&name).a().insert(&tx).await.unwrap();
            // The number is told, and the COMMIT behind it never arrives as a whole.
            let commit = "SELECT 1; COMMI";
            let rule = ground.proxy.rule(Rule::pattern(Direction::ToServer, commit, 0).stall(&[Direction::ToServer]));
            let commit = tokio::spawn(async move { tx.commit().await });
            tokio::time::sleep(Duration::from_millis(30)).await;
            ground.server.kill_9().unwrap();
            ground.proxy.remove_rule(rule);
            ground.server.restart().unwrap();
            let transaction = match Told::from(commit.await.unwrap()) {
                Told::Unknown(transaction) => transaction.expect("it was begun as resolvable"),
                told => panic!("{name}: {told:?}"),
            };
            for other in 0..4 {
                // A connection of before the crash is found lost once.
                while draft(&format!("other {round} {other}")).a().insert(&truth).await.is_err() {}
            }
            assert!(!named(&name).a().exists(&truth).await.unwrap(), "{name}");
            match truth.outcome_of(transaction).await.unwrap() {
                TransactionOutcome::RolledBack => resolved += 1,
                TransactionOutcome::Forgotten => reused += 1,
                lie => panic!("{name} is lost, and told to be {lie:?}: {transaction}"),
            }
        }
        println!("{resolved} resolved, {reused} of which the server cannot tell");
    });
}

on_servers! {
    async fn each_byte_of_a_commit(ground, multi_thread) {
        // Only this connection goes through the proxy; what is true is asked past it.
        let through = "max_connections=1&connect_timeout=5000&statement_timeout=5000";
        let cut = AsyncDatabase::connect(&ground.url(through)).await.unwrap();
        let truth = AsyncDatabase::connect(&ground.server.url()).await.unwrap();
        fill(&truth).await.unwrap();
        let options = match ground.server.kind() {
            Kind::Postgres => TransactionOptions::new().resolvable(),
            Kind::MariaDb => TransactionOptions::new(),
        };

        // A commit that nothing happens to shows how long the exchange is.
        let tx = cut.begin_with(options).await.unwrap();
        draft("whole").a().insert(&tx).await.unwrap();
        let before = passed(&ground);
        tx.commit().await.unwrap();
        let after = passed(&ground);
        // The number of a later transaction may be longer.
        let (sent, answered) = (after.0 - before.0, after.1 - before.1 + 4);
        assert!(sent > 8 && answered > 8, "{sent} bytes went, {answered} came");

        let (mut committed, mut undone, mut unknown) = (0, 0, 0);
        let places = (0..=sent).map(|at| (Direction::ToServer, at)).chain((0..=answered).map(|at| (Direction::ToClient, at)));
        for (direction, at) in places {
            for (mode, how) in [("async", Close::Reset), ("blocking", Close::Fin)] {
                let name = format!("{mode} {direction:?} {at}");
                let told = if mode == "async" {
                    let tx = loop {
                        // A connection that was cut behind its last answer is found lost by the next who uses it.
                        match cut.begin_with(options).await {
                            Err(Error::ConnectionLost { .. }) => {}
                            begun => break begun.unwrap(),
                        }
                    };
                    draft(&name).a().insert(&tx).await.unwrap();
                    let rule = ground.proxy.rule(Rule::after(direction, at).cut(how));
                    let outcome = tx.commit().await;
                    ground.proxy.remove_rule(rule);
                    Told::from(outcome)
                } else {
                    let (db, name, proxy) = (cut.blocking(), name.clone(), &ground.proxy);
                    let begin = tokio::task::spawn_blocking(move || loop {
                        match db.begin_with(options) {
                            Err(Error::ConnectionLost { .. }) => {}
                            begun => {
                                let tx = begun?;
                                draft(&name).insert(&tx)?;
                                return Ok::<_, Error>(tx);
                            }
                        }
                    });
                    let tx = begin.await.unwrap().unwrap();
                    let rule = proxy.rule(Rule::after(direction, at).cut(how));
                    let outcome = tokio::task::spawn_blocking(move || tx.commit()).await.unwrap();
                    proxy.remove_rule(rule);
                    Told::from(outcome)
                };
                // The server may be at the commit still, for which nobody waits any more.
                ground.is_clean(&name).await;
                let there = named(&name).a().exists(&truth).await.unwrap();
                match told {
                    Told::Committed => {
                        committed += 1;
                        assert!(there, "{name}: committed, and not there");
                    }
                    Told::RolledBack(error) => {
                        undone += 1;
                        assert!(!there, "{name}: there, and told to be undone: {error:?}");
                    }
                    Told::Unknown(transaction) => {
                        unknown += 1;
                        if ground.server.kind() == Kind::Postgres {
                            let transaction = transaction.expect("it was begun as resolvable");
                            let outcome = truth.outcome_of(transaction).await.unwrap();
                            let right = if there { TransactionOutcome::Committed } else { TransactionOutcome::RolledBack };
                            assert_eq!(outcome, right, "{name}");
                        }
                    }
                }
            }
        }
        println!("{committed} committed, {undone} rolled back, {unknown} unknown; {sent} bytes go, {answered} come");
        assert!(committed > 0 && unknown > 0, "{committed} {unknown}");
        // Before its number is known nothing of the COMMIT was sent.
        assert_eq!(undone > 0, ground.server.kind() == Kind::Postgres, "{undone}");
        tokio::time::timeout(Duration::from_secs(10), cut.close()).await.expect("all connections are back");
    }
}
