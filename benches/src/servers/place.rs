//! Where the servers are, and the database of the cases on each.

use std::sync::LazyLock;

use ::mysql::prelude::Queryable;
use ::postgres::NoTls;
use amphi::prelude::*;

use crate::data;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    Postgres,
    MariaDb,
}

/// The name of the database that is made anew on each server.
const DATABASE: &str = "amphi_benches";

/// The URL that the environment gives, if it does.
fn given(server: Server) -> Option<String> {
    let name = match server {
        Server::Postgres => "AMPHI_POSTGRES_URL",
        Server::MariaDb => "AMPHI_MYSQL_URL",
    };
    std::env::var(name).ok().filter(|url| !url.is_empty())
}

/// The URL of the database with the rows of the cases, made once, or `None` without a server.
pub fn url(server: Server) -> Option<&'static str> {
    static POSTGRES: LazyLock<Option<String>> = LazyLock::new(|| given(Server::Postgres).map(|url| fill(Server::Postgres, &url)));
    static MARIADB: LazyLock<Option<String>> = LazyLock::new(|| given(Server::MariaDb).map(|url| fill(Server::MariaDb, &url)));
    match server {
        Server::Postgres => POSTGRES.as_deref(),
        Server::MariaDb => MARIADB.as_deref(),
    }
}

impl Server {
    /// The same, for who has made sure that there is one.
    pub fn url(self) -> &'static str {
        url(self).expect("a server")
    }

    /// The URL for amphi and sqlx, which ask for TLS where they are not told otherwise.
    pub fn url_without_tls(self) -> String {
        match self {
            Server::Postgres => format!("{}?sslmode=disable", self.url()),
            Server::MariaDb => format!("{}?ssl-mode=disabled", self.url()),
        }
    }
}

/// Makes the database anew, and its rows.
fn fill(server: Server, given: &str) -> String {
    let commands = [format!("DROP DATABASE IF EXISTS {DATABASE}"), format!("CREATE DATABASE {DATABASE}")];
    match server {
        Server::Postgres => {
            let mut client = ::postgres::Client::connect(given, NoTls).unwrap();
            commands.iter().for_each(|command| client.batch_execute(command).unwrap());
        }
        Server::MariaDb => {
            let mut client = ::mysql::Conn::new(given).unwrap();
            commands.iter().for_each(|command| client.query_drop(command).unwrap());
        }
    }
    let (base, _) = given.rsplit_once('/').expect("a database in the URL");
    let url = format!("{base}/{DATABASE}");
    data::fill(&Database::connect(&url).unwrap()).unwrap();
    match server {
        Server::Postgres => ::postgres::Client::connect(&url, NoTls).unwrap().batch_execute("VACUUM ANALYZE").unwrap(),
        Server::MariaDb => ::mysql::Conn::new(url.as_str()).unwrap().query_drop("ANALYZE TABLE author, book").unwrap(),
    }
    url
}
