//! A PgBouncer before a private PostgreSQL, as many a server has one before it.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Child,
    time::{Duration, Instant},
};

use tokio::time::sleep;

use crate::{
    Error, Kind, Result, Server, block, install, port, postgres, server,
    supervisor::{self, Supervisor},
    user::{self, RunAs},
};

/// How long it may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);

/// A PgBouncer of one's own, which gives a connection of the server to another client after each transaction.
///
/// Dropping it ends it, and so does the end of this process. The server must outlive it.
#[derive(Debug)]
pub struct Pooler {
    supervisor: Option<Supervisor>,
    child: Child,
    url: String,
}

impl Pooler {
    /// Starts one with so many connections to the server, and returns when it answers queries. As root, with apt-get, it is installed
    /// first where it is missing.
    pub fn start(server: &Server, connections: usize) -> Result<Self> {
        let program = program()?;
        let user = RunAs::find(Kind::Postgres)?;
        let folder = user::temporary(user.is_some())?.join(format!("amphi-pooler-{}", server::random(8)?));
        let mut supervisor = Supervisor::start(&folder)?;
        let port = port::free_port()?;
        let settings = folder.join("pgbouncer.ini");
        let text = format!(
            "[databases]\namphi = host=127.0.0.1 port={} user=amphi password={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = {connections}\n\
             max_client_conn = 1000\nignore_startup_parameters = extra_float_digits\n",
            server.port(),
            server.password(),
        );
        fs::write(&settings, text).map_err(Error::io("pgbouncer.ini"))?;
        let log = File::create(folder.join("log")).map_err(Error::io("log"))?;
        let mut command = supervisor::command(&program, Path::new("/dev/null"), &[settings.clone().into()]);
        command.current_dir(&folder).stdout(log.try_clone().map_err(Error::io("log"))?).stderr(log);
        if let Some(user) = user {
            user.give(&folder)?;
            user.give(&settings)?;
            user.apply(&mut command);
        }
        let child = supervisor.launch(command, "KILL")?;
        let url = server.url_at(port);
        let this = Self { supervisor: Some(supervisor), child, url };
        this.wait_until_ready(&folder)?;
        Ok(this)
    }

    /// The URL for clients.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn wait_until_ready(&self, folder: &Path) -> Result<()> {
        let start = Instant::now();
        block::on(async {
            loop {
                match postgres::ping(&self.url).await {
                    Ok(()) => return Ok(()),
                    Err(_) if start.elapsed() < PATIENCE => sleep(Duration::from_millis(20)).await,
                    Err(error) => {
                        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
                        return Err(Error::Failed { what: "pgbouncer".into(), why: format!("{error}: {log}") });
                    }
                }
            }
        })
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // Its end kills the process, which is then to be reaped.
        drop(self.supervisor.take());
        let _status = self.child.wait();
    }
}

/// Where it is, after it was installed if need be.
fn program() -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    install::package("pgbouncer").map_err(|why| Error::Failed { what: "pgbouncer".into(), why })?;
    find().ok_or_else(|| Error::Failed { what: "pgbouncer".into(), why: "apt-get installed it, but where?".into() })
}

fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders =
        env::split_paths(&path).chain(["/usr/sbin", "/usr/bin", "/opt/homebrew/bin", "/usr/local/bin"].map(PathBuf::from));
    folders.map(|folder| folder.join("pgbouncer")).find(|file| file.is_file())
}
