//! `dbshell`: the database's own shell, with the password in its environment, where other users of the machine cannot see it.

use std::ffi::OsString;
use std::process::Command;

use orm_core::sql::Backend;
use percent_encoding::percent_decode_str;

use super::args::Shell;
use super::context::{Chosen, Context};
use super::failure::Failure;
use super::report::Report;

/// A program that is to be started.
#[derive(PartialEq, Eq, Default)]
struct Start {
    /// What it may be called; the first one that is there is taken.
    programs: &'static [&'static str],
    args: Vec<String>,
    env: Vec<(&'static str, String)>,
}

pub(super) fn run(context: &Context<'_>, args: &Shell) -> Result<Report, Failure> {
    let start = start(&context.chosen()?)?;
    for program in start.programs {
        let mut command = Command::new(program);
        command.args(start.args.iter().map(OsString::from).chain(args.args.iter().cloned()));
        command.envs(start.env.iter().map(|(name, value)| (name, value)));
        let error = become_it(&mut command);
        if error.kind() != std::io::ErrorKind::NotFound {
            return Err(Failure::new("shell", format!("`{program}` could not be started: {error}")));
        }
    }
    let failure = Failure::new("shell", format!("there is no program `{}` here", start.programs.join("` or `")));
    Err(failure.hint("install the database's client, or put it on the PATH"))
}

/// Puts a program in the place of this one. What comes back is why it could not.
#[cfg(unix)]
fn become_it(command: &mut Command) -> std::io::Error {
    std::os::unix::process::CommandExt::exec(command)
}

/// Starts a program and ends with it. What comes back is why it could not.
#[cfg(not(unix))]
fn become_it(command: &mut Command) -> std::io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}

fn start(chosen: &Chosen) -> Result<Start, Failure> {
    let parts = Parts::of(&chosen.url).ok_or_else(|| Failure::usage("url", "the database URL cannot be read"))?;
    let mut args = Vec::new();
    let mut env = Vec::new();
    let mut option = |name: &str, value: Option<String>| args.extend(value.map(|value| format!("{name}={value}")));
    let programs: &[&str] = match chosen.backend {
        Backend::Sqlite => {
            args.push(parts.path);
            &["sqlite3"]
        }
        Backend::Postgres => {
            option("--host", parts.query("host").or(parts.host.clone()));
            option("--port", parts.query("port").or(parts.port.clone()));
            option("--username", parts.query("user").or(parts.user.clone()));
            option("--dbname", parts.query("dbname").or(some(parts.path.clone())));
            env.extend(parts.query("password").or(parts.password.clone()).map(|password| ("PGPASSWORD", password)));
            env.extend(parts.query("sslmode").map(|mode| ("PGSSLMODE", mode)));
            &["psql"]
        }
        _ => {
            option("--host", parts.host.clone());
            option("--port", parts.port.clone());
            option("--socket", parts.query("socket"));
            option("--user", parts.user.clone());
            option("--default-character-set", Some("utf8mb4".to_owned()));
            option("--database", some(parts.path.clone()));
            env.extend(parts.password.clone().map(|password| ("MYSQL_PWD", password)));
            &["mariadb", "mysql"]
        }
    };
    Ok(Start { programs, args, env })
}

/// The parts of a database's URL, decoded.
#[derive(Default)]
struct Parts {
    user: Option<String>,
    password: Option<String>,
    host: Option<String>,
    port: Option<String>,
    /// The file, or the name of the database.
    path: String,
    query: Vec<(String, String)>,
}

impl Parts {
    fn of(url: &str) -> Option<Parts> {
        let (scheme, rest) = url.split_once(':')?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let query = query.split('&').filter_map(|pair| pair.split_once('='));
        let mut parts = Parts {
            query: query.map(|(name, value)| Some((decoded(name)?, decoded(value)?))).collect::<Option<_>>()?,
            ..Parts::default()
        };
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        if scheme == "sqlite" {
            parts.path = decoded(rest)?;
            return Some(parts);
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        parts.path = decoded(path)?;
        let (login, address) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        parts.user = some(decoded(user)?);
        parts.password = some(decoded(password)?);
        // A port stands behind the last colon that is not a part of an address such as `[::1]`.
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port),
            _ => (address, ""),
        };
        parts.host = some(decoded(host.trim_start_matches('[').trim_end_matches(']'))?);
        parts.port = some(port.to_owned());
        Some(parts)
    }

    fn query(&self, name: &str) -> Option<String> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned())
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn started(url: &str) -> (Vec<String>, Vec<(&'static str, String)>) {
        let chosen = Chosen { backend: Backend::from_url(url).unwrap(), url: url.to_owned() };
        match start(&chosen) {
            Ok(start) => (start.args, start.env),
            Err(failure) => panic!("{failure:?}"),
        }
    }

    #[test]
    fn a_password_is_in_the_environment_and_nowhere_else() {
        let (args, env) = started("postgres://me:p%40ss%2F:w@db.example:5433/shop?sslmode=require&max_connections=3");
        assert_eq!(args, ["--host=db.example", "--port=5433", "--username=me", "--dbname=shop"]);
        assert_eq!(env, [("PGPASSWORD", "p@ss/:w".to_owned()), ("PGSSLMODE", "require".to_owned())]);
        let (args, env) = started("mysql://me:secret@[::1]/shop");
        assert_eq!(args, ["--host=::1", "--user=me", "--default-character-set=utf8mb4", "--database=shop"]);
        assert_eq!(env, [("MYSQL_PWD", "secret".to_owned())]);
    }

    #[test]
    fn what_a_url_leaves_out_is_left_to_the_shell() {
        assert_eq!(
            started("postgres:///shop?host=/run/postgresql"),
            (vec!["--host=/run/postgresql".into(), "--dbname=shop".into()], vec![])
        );
        assert_eq!(started("sqlite://a%20b.db?readers=2"), (vec!["a b.db".into()], vec![]));
        assert_eq!(started("sqlite::memory:").0, [":memory:"]);
    }
}
