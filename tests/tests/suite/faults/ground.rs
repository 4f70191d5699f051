//! A server of one's own, a proxy before it, and who asks the server.

use std::time::Duration;

use amphi::prelude::*;
use amphi_servers::oracle::{Oracle, Who};
use amphi_servers::proxy::Proxy;
use amphi_servers::{Auth, Kind, Options, Server};
pub use amphi_tests::support::is_long;

/// Who can tell what operations left behind.
pub trait Witness {
    /// Waits until the database has all its connections back.
    async fn comes_back(&self, db: &AsyncDatabase, after: &str) {
        let waiting = async {
            while db.metrics().in_use > 0 || db.metrics().waiting > 0 {
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(10), waiting).await;
        assert!(waited.is_ok(), "after {after}: connections are not back: {:?}", db.metrics());
    }

    /// The same, and nothing is open on them: no transaction, no lock, no statement.
    async fn comes_clean(&self, db: &AsyncDatabase, after: &str);

    /// That the database has all its connections to give at the same time, and each works.
    async fn serves_at_full_size(&self, db: &AsyncDatabase, after: &str);
}

/// What a test of faults stands on.
pub struct Ground {
    pub server: Server,
    pub proxy: Proxy,
    oracle: Oracle,
}

impl Ground {
    pub fn new(kind: Kind) -> Ground {
        // Thousands of connections are made here; a password would cost each some milliseconds.
        let options = Options::new().auth(Auth::Trust);
        let server = Server::start_with(kind, &options).expect("a server starts");
        let proxy = Proxy::start_blocking(server.address()).expect("the proxy starts");
        let oracle = Oracle::connect_blocking(&server.url()).expect("the server answers");
        Ground { server, proxy, oracle }
    }

    /// The URL of the server behind the proxy.
    pub fn url(&self, options: &str) -> String {
        let url = self.server.url_at(self.proxy.port());
        // On PostgreSQL the name tells our sessions from the oracle's; on MariaDB the oracle leaves its own out.
        format!("{url}?{options}")
    }

    /// Waits until the database has all its connections back, and the server knows of no transaction and no lock of ours.
    pub async fn comes_clean(&self, db: &AsyncDatabase, after: &str) {
        self.comes_back(db, after).await;
        self.is_clean(after).await;
    }

    /// Waits until the server knows of no transaction and no lock of ours.
    pub async fn is_clean(&self, after: &str) {
        if let Err(error) = self.oracle.wait_until_clean(&Who::Everybody, Duration::from_secs(10)).await {
            panic!("after {after}: {error}");
        }
    }

    /// That the database has so many connections to give at the same time, and each works.
    pub async fn serves_at_full_size(&self, db: &AsyncDatabase, size: usize, after: &str) {
        let mut held = Vec::new();
        for at in 0..size {
            let (tell, told) = tokio::sync::oneshot::channel::<()>();
            let (done, finish) = tokio::sync::oneshot::channel::<()>();
            let db = db.clone();
            let task = tokio::spawn(async move {
                db.atomic(async |tx: &AsyncTransaction| {
                    super::models::Account::objects().a().count(tx).await?;
                    let _ = tell.send(());
                    let _ = finish.await;
                    Ok::<_, Error>(())
                })
                .await
            });
            match tokio::time::timeout(Duration::from_secs(20), told).await {
                Ok(Ok(())) => held.push((task, done)),
                Ok(Err(_)) => panic!("after {after}: connection {at} of {size} does not work: {:?}", task.await),
                Err(_) => panic!("after {after}: connection {at} of {size} hangs"),
            }
        }
        for (task, done) in held {
            let _ = done.send(());
            task.await.expect("no panic").expect("a read works");
        }
    }
}

/// How often a random test does what it does so often in the suite.
pub fn times(short: u64) -> u64 {
    if is_long() { short * 50 } else { short }
}

/// A test on each kind of server.
macro_rules! on_servers {
    ($($(#[$docs:meta])* async fn $name:ident($ground:ident, $runtime:ident) $body:block)+) => {$(
        $(#[$docs])*
        mod $name {
            use super::*;

            async fn body($ground: $crate::faults::ground::Ground) $body

            #[test]
            #[ignore = "starts a server; `tests/run` asks for it"]
            fn postgres() {
                ::amphi_tests::futures::$runtime().block_on(body($crate::faults::ground::Ground::new(amphi_servers::Kind::Postgres)));
            }

            #[test]
            #[ignore = "starts a server; `tests/run` asks for it"]
            fn mysql() {
                ::amphi_tests::futures::$runtime().block_on(body($crate::faults::ground::Ground::new(amphi_servers::Kind::MariaDb)));
            }
        }
    )+};
}
pub(crate) use on_servers;
