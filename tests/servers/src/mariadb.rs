//! MariaDB and MySQL: the folder, the arguments, the handshake.

use std::{
    ffi::OsString,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use mysql_async::{Conn, Opts, OptsBuilder, prelude::Queryable};

use crate::{Error, Options, Result};

/// The SQL files that make the system tables, in the order in which they run, by either prefix. MariaDB's own script adds the help and the
/// `sys` schema, which take most of its time and which no test needs.
const SYSTEM: [&str; 3] = ["system_tables.sql", "performance_tables.sql", "system_tables_data.sql"];

/// Writes the configuration, which must be there before the data.
pub(crate) fn configure(folder: &Path, options: &Options) -> Result<()> {
    let inside = |name: &str| folder.join(name).display().to_string();
    let commit = if options.durable { "1" } else { "2" };
    let (data, socket, pid, tmp) = (inside("data"), inside("socket"), inside("pid"), inside("tmp"));
    let ours = [
        ("datadir", data.as_str()),
        ("socket", &socket),
        ("pid_file", &pid),
        ("tmpdir", &tmp),
        ("bind_address", "127.0.0.1"),
        ("skip_networking", "0"),
        ("skip_name_resolve", "1"),
        ("max_connections", "500"),
        // A proxy that cuts connections would have its address locked out.
        ("max_connect_errors", "1000000000"),
        ("max_allowed_packet", "1G"),
        ("max_prepared_stmt_count", "1000000"),
        ("innodb_flush_log_at_trx_commit", commit),
        ("innodb_buffer_pool_size", "128M"),
        ("innodb_log_file_size", "48M"),
        ("skip_log_bin", "1"),
        // Neither UTC nor UTF-8 on purpose: a session has to set its own.
        ("default_time_zone", "+05:45"),
        ("character_set_server", "latin1"),
        // What the oracle looks at, and no more: transactions, and locks of names and tables.
        ("performance_schema", "ON"),
        ("performance_schema_instrument", "%=OFF"),
        ("performance_schema_instrument", "transaction=ON"),
        ("performance_schema_instrument", "wait/lock/metadata/sql/mdl=ON"),
        ("performance_schema_consumer_events_transactions_current", "ON"),
        ("loose_log_warnings", "1"),
        ("loose_mysqlx", "0"),
    ];
    let theirs = options.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut text = String::from("[mysqld]\n");
    for (name, value) in ours.into_iter().chain(theirs) {
        let _always_fits = writeln!(text, "{name}={value}");
    }
    fs::write(folder.join("my.cnf"), text).map_err(Error::io("my.cnf"))
}

/// The SQL of MariaDB's system tables, if the files lie where they belong to the server.
pub(crate) fn system_tables(server: &Path) -> Option<String> {
    let base = server.canonicalize().ok()?.parent()?.parent()?.to_path_buf();
    let folders = ["share/mysql", "share/mariadb", "share"].map(|name| base.join(name));
    let read = |folder: &PathBuf, prefix: &str| {
        let files = SYSTEM.iter().map(|name| fs::read_to_string(folder.join(format!("{prefix}_{name}"))));
        files.collect::<Result<String, _>>().ok()
    };
    let files = folders.iter().find_map(|folder| read(folder, "mariadb").or_else(|| read(folder, "mysql")))?;
    Some(format!("CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n{files}"))
}

/// The arguments of the server that runs that SQL from its stdin.
pub(crate) fn bootstrap(folder: &Path) -> Vec<OsString> {
    let mut arguments = vec![defaults(folder), "--bootstrap".into()];
    let fast =
        ["--silent-startup", "--log-warnings=0", "--enforce-storage-engine=", "--innodb-flush-method=nosync", "--sync-frm=0"];
    arguments.extend(fast.map(Into::into));
    arguments
}

/// The arguments of MariaDB's script that makes the data, or of MySQL's server that does.
pub(crate) fn init(folder: &Path, script: bool) -> Vec<OsString> {
    let ours: &[&str] = match script {
        true => &["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"],
        false => &["--initialize-insecure"],
    };
    let mut arguments = vec![defaults(folder)];
    arguments.extend(ours.iter().map(Into::into));
    arguments
}

/// What the first start runs before it lets anybody in.
pub(crate) fn first(password: &str) -> String {
    let mut text = format!("CREATE DATABASE amphi;\nALTER USER 'root'@'localhost' IDENTIFIED BY '{password}';\n");
    for host in ["127.0.0.1", "localhost"] {
        let _always_fits = writeln!(text, "CREATE USER 'amphi'@'{host}' IDENTIFIED BY '{password}';");
        let _always_fits = writeln!(text, "GRANT ALL PRIVILEGES ON *.* TO 'amphi'@'{host}' WITH GRANT OPTION;");
    }
    text
}

/// The arguments of the server.
pub(crate) fn serve(folder: &Path, port: u16, first: bool) -> Vec<OsString> {
    let mut arguments = vec![defaults(folder), format!("--port={port}").into()];
    if first {
        let mut file = OsString::from("--init-file=");
        file.push(folder.join("first.sql"));
        arguments.push(file);
    }
    arguments
}

/// Must be the first argument.
fn defaults(folder: &Path) -> OsString {
    let mut argument = OsString::from("--defaults-file=");
    argument.push(folder.join("my.cnf"));
    argument
}

/// Asks the server whether it is ours.
pub(crate) async fn greet(port: u16, password: &str, folder: &Path) -> Result<()> {
    let options = OptsBuilder::default().ip_or_hostname("127.0.0.1").tcp_port(port).prefer_socket(false);
    let options = options.user(Some("amphi")).pass(Some(password)).db_name(Some("amphi"));
    let mut connection = Conn::new(options).await?;
    let data: Option<String> = connection.query_first("SELECT @@datadir").await?;
    if !data.is_some_and(|data| Path::new(&data).starts_with(folder)) {
        return Err(Error::PortTaken(port));
    }
    connection.disconnect().await?;
    Ok(())
}

/// Asks any server whether it answers.
pub(crate) async fn ping(url: &str) -> Result<()> {
    let mut connection = Conn::new(options(url)?).await?;
    connection.ping().await?;
    connection.disconnect().await?;
    Ok(())
}

/// Reads a URL. What stands after the `?` is meant for other clients.
pub(crate) fn options(url: &str) -> Result<Opts> {
    let bare = url.split_once('?').map_or(url, |(before, _)| before);
    let bare = bare.strip_prefix("mariadb://").map_or_else(|| bare.to_owned(), |rest| format!("mysql://{rest}"));
    let options = Opts::from_url(&bare).map_err(|error| Error::Url(error.to_string()))?;
    Ok(OptsBuilder::from_opts(options).prefer_socket(false).into())
}
