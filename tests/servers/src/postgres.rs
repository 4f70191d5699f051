//! PostgreSQL: its folder, its arguments, its handshake.

use std::{ffi::OsString, fmt::Write as _, fs, path::Path};

use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, NoTls};

use crate::{Auth, Error, Options, Result};

/// The arguments of `initdb`. The password is in a file.
pub(crate) fn init(folder: &Path, options: &Options, locale: &str) -> Vec<OsString> {
    let auth = match options.auth {
        Auth::Scram => "scram-sha-256",
        Auth::Trust => "trust",
    };
    let mut arguments: Vec<OsString> =
        ["--no-sync", "--no-instructions", "--username=amphi", "--encoding=UTF8"].map(Into::into).into();
    arguments.extend([format!("--auth={auth}").into(), format!("--locale={locale}").into()]);
    arguments.extend(["--pwfile".into(), folder.join("password").into(), "--pgdata".into(), folder.join("data").into()]);
    arguments
}

/// Adds our lines to the configuration; the last line of a name wins.
pub(crate) fn configure(folder: &Path, options: &Options, mark: &str) -> Result<()> {
    let file = folder.join("data/postgresql.conf");
    let mut text = fs::read_to_string(&file).map_err(Error::io("postgresql.conf"))?;
    let on = if options.durable { "on" } else { "off" };
    let ours = [
        ("cluster_name", mark),
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("max_connections", "300"),
        ("shared_buffers", "64MB"),
        // Not in /dev/shm: a killed server would leave it there.
        ("dynamic_shared_memory_type", "mmap"),
        ("fsync", on),
        ("max_prepared_transactions", "0"),
        ("log_statement", "none"),
        // A query of 100,000 terms would be compiled for minutes and run for milliseconds.
        ("jit", "off"),
        // Not UTC on purpose: a session has to set its own.
        ("timezone", "Asia/Kathmandu"),
        ("log_timezone", "UTC"),
    ];
    let theirs = options.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in ours.into_iter().chain(theirs) {
        let _always_fits = write!(text, "\n{name} = '{}'", value.replace('\'', "''"));
    }
    text.push('\n');
    fs::write(&file, text).map_err(Error::io("postgresql.conf"))
}

/// The arguments of the server.
pub(crate) fn serve(folder: &Path, port: u16) -> Vec<OsString> {
    vec!["-D".into(), folder.join("data").into(), "-p".into(), port.to_string().into()]
}

/// Asks the server whether it is ours, and makes the database the first time.
pub(crate) async fn greet(port: u16, password: &str, mark: &str, database: &str) -> Result<()> {
    let mut config = Config::new();
    config.host("127.0.0.1").port(port).user("amphi").password(password).dbname(database);
    let (client, connection) = config.connect(NoTls).await?;
    let connection = tokio::spawn(connection);
    let name: String = client.query_one("SELECT current_setting('cluster_name')", &[]).await?.try_get(0)?;
    if name != mark {
        return Err(Error::PortTaken(port));
    }
    if database != "amphi" {
        match client.batch_execute("CREATE DATABASE amphi").await {
            // An earlier greeting made it, and was too slow to be told.
            Err(error) if error.code() == Some(&SqlState::DUPLICATE_DATABASE) => {}
            made => made?,
        }
    }
    drop(client);
    let _closed = connection.await;
    Ok(())
}

/// Asks any server whether it answers.
pub(crate) async fn ping(url: &str) -> Result<()> {
    // What stands after the `?` is meant for other clients.
    let config: Config = url.split_once('?').map_or(url, |(before, _)| before).parse()?;
    let (client, connection) = config.connect(NoTls).await?;
    let connection = tokio::spawn(connection);
    client.simple_query("SELECT 1").await?;
    drop(client);
    let _closed = connection.await;
    Ok(())
}
