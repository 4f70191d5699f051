//! A private server.

use std::{
    env,
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{Read, Seek, SeekFrom},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use tokio::time::{sleep, timeout};

use crate::{
    Error, Flavour, Kind, Options, Result, block,
    find::{self, Binaries},
    mariadb, port, postgres, process,
    supervisor::{self, Supervisor},
    user::{self, RunAs},
};

/// How long a server may take to make its folder, or to answer.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a graceful stop may take before it turns hard.
const GRACE: Duration = Duration::from_secs(20);
/// How long the processes may take to be gone after SIGKILL.
const DEATH: Duration = Duration::from_secs(20);

/// How a server is asked to stop. MariaDB knows one way only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shutdown {
    /// PostgreSQL waits for its clients to leave.
    Smart,
    /// Open transactions are rolled back, clients are sent away.
    #[default]
    Fast,
    /// PostgreSQL ends without a checkpoint, and recovers at the next start.
    Immediate,
}

/// A PostgreSQL or MariaDB of one's own, on a port of the loopback, with its data in a temporary folder.
///
/// Dropping it stops it and removes the folder. So does the end of this process, whatever ends it, also SIGKILL.
///
/// All methods block; none needs a runtime, and each may be called in one. They may be called from several threads.
#[derive(Debug)]
pub struct Server {
    kind: Kind,
    binaries: Binaries,
    options: Options,
    user: Option<RunAs>,
    folder: PathBuf,
    /// The name of the folder: the server can say it, and so prove that it is ours.
    mark: String,
    password: String,
    port: u16,
    state: Mutex<State>,
}

/// What changes.
#[derive(Debug, Default)]
struct State {
    supervisor: Option<Supervisor>,
    child: Option<Child>,
    paused: bool,
    /// How long the log was when the process started.
    log_at: u64,
}

impl Server {
    /// Starts a server with the default options, and returns when it answers queries.
    pub fn start(kind: Kind) -> Result<Self> {
        Self::start_with(kind, &Options::new())
    }

    /// Starts a server, and returns when it answers queries.
    pub fn start_with(kind: Kind, options: &Options) -> Result<Self> {
        let binaries = find::binaries(kind).ok_or_else(|| Error::NotInstalled { kind, why: String::new() })?;
        let user = RunAs::find(kind)?;
        let mark = format!("amphi-{}-{}", kind.word(), random(8)?);
        let folder = user::temporary(user.is_some())?.join(&mark);
        let password = random(16)?;
        let state = State { supervisor: Some(Supervisor::start(&folder)?), ..State::default() };
        let state = Mutex::new(state);
        let mut this = Self { kind, binaries, options: options.clone(), user, folder, mark, password, port: 0, state };
        this.init()?;
        this.first_start()?;
        Ok(this)
    }

    /// PostgreSQL or MariaDB.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What it really is.
    pub fn flavour(&self) -> Flavour {
        self.binaries.flavour
    }

    /// What `--version` says.
    pub fn version(&self) -> &str {
        &self.binaries.version
    }

    /// The port on 127.0.0.1; it stays the same for the server's life.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// 127.0.0.1 and the port.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// The URL for clients, with user and password; the user may do anything.
    pub fn url(&self) -> String {
        self.url_at(self.port)
    }

    /// The URL with another port on 127.0.0.1: that of a proxy.
    pub fn url_at(&self, port: u16) -> String {
        let scheme = match self.kind {
            Kind::Postgres => "postgres",
            Kind::MariaDb => "mysql",
        };
        format!("{scheme}://amphi:{}@127.0.0.1:{port}/amphi", self.password)
    }

    /// The password of the URL.
    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    /// The folder with all that the server writes.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The end of the server's log.
    pub fn log(&self) -> String {
        self.log_from(0)
    }

    /// The living processes of the server, its first one last.
    pub fn pids(&self) -> Vec<i32> {
        self.pid().map(process::family).unwrap_or_default()
    }

    /// Whether the server's first process lives. It may be stopped, or not answer.
    pub fn is_running(&self) -> bool {
        self.pid().is_some_and(process::lives)
    }

    /// Kills all processes of the server with SIGKILL, as a crash would, and returns when they are gone.
    pub fn kill_9(&self) -> Result<()> {
        let mut state = self.state();
        state.paused = false;
        let Some(leader) = state.pid() else { return Ok(()) };
        process::kill_family(leader, DEATH)?;
        state.reap().map(drop)
    }

    /// Kills one of the server's processes with SIGKILL, if it is one: a session of PostgreSQL, say, whose server then starts anew by
    /// itself. Whether it was one.
    pub fn kill_9_one(&self, process: i32) -> Result<bool> {
        // Under the lock the leader lives, or its number is still its own.
        let state = self.state();
        let leader = state.pid().ok_or(Error::NotRunning(self.kind))?;
        let ours = process != leader && process::family(leader).contains(&process);
        if ours {
            process::signal(process, Signal::SIGKILL);
        }
        Ok(ours)
    }

    /// Stops the server: graceful first, and hard if that takes too long.
    pub fn stop(&self) -> Result<()> {
        self.stop_by(Shutdown::Fast)
    }

    /// As [`stop`](Self::stop), in a way that is chosen.
    pub fn stop_by(&self, how: Shutdown) -> Result<()> {
        let mut state = self.state();
        let Some(leader) = state.pid() else { return Ok(()) };
        if state.paused {
            process::resume_family(leader);
            state.paused = false;
        }
        process::signal(leader, self.signal(how));
        let start = Instant::now();
        while process::lives(leader) && start.elapsed() < GRACE {
            thread::sleep(Duration::from_millis(2));
        }
        process::kill_family(leader, DEATH)?;
        state.reap().map(drop)
    }

    /// Starts the server again on the same port and folder, after a graceful stop if it still runs, and returns when it answers queries.
    pub fn restart(&self) -> Result<()> {
        self.stop()?;
        self.launch()?;
        self.wait_until_ready(PATIENCE)
    }

    /// Starts the stopped server, and does not wait until it answers.
    pub fn launch(&self) -> Result<()> {
        self.launch_at(self.port, false)
    }

    /// Waits until the server answers queries.
    pub fn wait_until_ready(&self, within: Duration) -> Result<()> {
        let start = Instant::now();
        loop {
            let left = within.saturating_sub(start.elapsed());
            match self.wait_for_greeting(self.port, false, left) {
                // The dead server's memory or port may still be in use for a moment.
                Err(Error::Ended { log, .. }) if start.elapsed() < GRACE && log.contains("still in use") => (),
                Err(Error::PortTaken(_)) if start.elapsed() < GRACE => (),
                other => return other,
            }
            self.kill_9()?;
            thread::sleep(Duration::from_millis(100));
            self.launch()?;
        }
    }

    /// Freezes all processes of the server with SIGSTOP. The system still accepts connections for it; nothing answers.
    pub fn pause(&self) -> Result<()> {
        let mut state = self.state();
        let leader = state.pid().ok_or(Error::NotRunning(self.kind))?;
        state.paused = true;
        process::pause_family(leader);
        Ok(())
    }

    /// Lets a frozen server go on.
    pub fn resume(&self) -> Result<()> {
        let mut state = self.state();
        let leader = state.pid().ok_or(Error::NotRunning(self.kind))?;
        process::resume_family(leader);
        state.paused = false;
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pid(&self) -> Option<i32> {
        self.state().pid()
    }

    fn signal(&self, how: Shutdown) -> Signal {
        match (self.kind, how) {
            (Kind::MariaDb, _) | (Kind::Postgres, Shutdown::Smart) => Signal::SIGTERM,
            (Kind::Postgres, Shutdown::Fast) => Signal::SIGINT,
            (Kind::Postgres, Shutdown::Immediate) => Signal::SIGQUIT,
        }
    }

    /// Makes the data folder.
    fn init(&self) -> Result<()> {
        self.give(&self.folder)?;
        File::create(self.folder.join("log")).map_err(Error::io("log"))?;
        match self.kind {
            Kind::Postgres => self.init_postgres(),
            Kind::MariaDb => self.init_mariadb(),
        }
    }

    fn init_postgres(&self) -> Result<()> {
        let tool = self.init_tool()?;
        let password = self.write("password", &self.password)?;
        // Upper and lower case of all letters, where the system knows this locale.
        let run = |locale| self.run(&tool, Path::new("/dev/null"), &postgres::init(&self.folder, &self.options, locale));
        if run("C.UTF-8").is_err() {
            let _nothing_there = fs::remove_dir_all(self.folder.join("data"));
            run("C")?;
        }
        fs::remove_file(password).map_err(Error::io("the password file"))?;
        postgres::configure(&self.folder, &self.options, &self.mark)
    }

    fn init_mariadb(&self) -> Result<()> {
        for name in ["data", "tmp"] {
            let folder = self.folder.join(name);
            fs::create_dir(&folder).map_err(Error::io(format!("mkdir {name}")))?;
            self.give(&folder)?;
        }
        mariadb::configure(&self.folder, &self.options)?;
        self.give(&self.folder.join("my.cnf"))?;
        self.write("first.sql", &mariadb::first(&self.password))?;
        let none = Path::new("/dev/null");
        if self.flavour() == Flavour::MySql {
            return self.run(&self.binaries.server, none, &mariadb::init(&self.folder, false));
        }
        if let Some(sql) = mariadb::system_tables(&self.binaries.server) {
            let input = self.write("system.sql", &sql)?;
            if self.run(&self.binaries.server, &input, &mariadb::bootstrap(&self.folder)).is_ok() {
                return Ok(());
            }
            let data = self.folder.join("data");
            fs::remove_dir_all(&data).and_then(|()| fs::create_dir(&data)).map_err(Error::io("the data folder"))?;
            self.give(&data)?;
        }
        self.run(&self.init_tool()?, none, &mariadb::init(&self.folder, true))
    }

    fn init_tool(&self) -> Result<PathBuf> {
        let why = || format!(": beside {} is no program that makes a data folder", self.binaries.server.display());
        self.binaries.init.clone().ok_or_else(|| Error::NotInstalled { kind: self.kind, why: why() })
    }

    /// Finds a port, and starts the server on it.
    fn first_start(&mut self) -> Result<()> {
        for _ in 0..10 {
            self.port = port::free_port()?;
            self.launch_at(self.port, true)?;
            match self.wait_for_greeting(self.port, true, PATIENCE) {
                Err(Error::PortTaken(_)) => self.kill_9()?,
                Err(other) => return Err(other),
                Ok(()) => {
                    let _none = fs::remove_file(self.folder.join("first.sql"));
                    return Ok(());
                }
            }
        }
        Err(Error::NoPort)
    }

    fn launch_at(&self, port: u16, first: bool) -> Result<()> {
        let arguments = match self.kind {
            Kind::Postgres => postgres::serve(&self.folder, port),
            Kind::MariaDb => mariadb::serve(&self.folder, port, first),
        };
        let command = self.command(&self.binaries.server, Path::new("/dev/null"), &arguments)?;
        let soft = match self.kind {
            Kind::Postgres => "QUIT",
            Kind::MariaDb => "KILL",
        };
        self.state().launch(command, soft, &self.folder.join("log"))
    }

    async fn greet(&self, port: u16, first: bool) -> Result<()> {
        match self.kind {
            Kind::Postgres => postgres::greet(port, &self.password, &self.mark, if first { "postgres" } else { "amphi" }).await,
            Kind::MariaDb => mariadb::greet(port, &self.password, &self.folder).await,
        }
    }

    /// Waits until the server answers, or is dead.
    fn wait_for_greeting(&self, port: u16, first: bool, within: Duration) -> Result<()> {
        let leader = self.pid().ok_or(Error::NotRunning(self.kind))?;
        let start = Instant::now();
        let mut last = String::new();
        block::on(async {
            loop {
                match timeout(Duration::from_secs(2), self.greet(port, first)).await {
                    Ok(Ok(())) => return Ok(()),
                    // A stranger answers: our server will find its port taken.
                    Ok(Err(Error::PortTaken(port))) => return Err(Error::PortTaken(port)),
                    Ok(Err(error)) => last = error.to_string(),
                    Err(_slow) => (),
                }
                if !process::lives(leader) {
                    return Err(self.ended(port));
                }
                if start.elapsed() > within {
                    return Err(Error::TooSlow { what: format!("{} answers on port {port}: {last}", self.kind), within });
                }
                sleep(Duration::from_millis(10)).await;
            }
        })
    }

    /// Why the server ended.
    fn ended(&self, port: u16) -> Error {
        let mut state = self.state();
        let from = state.log_at;
        if let Err(error) = state.reap() {
            return error;
        }
        drop(state);
        let log = self.log_from(from);
        match log.contains("Address already in use") {
            true => Error::PortTaken(port),
            false => Error::Ended { kind: self.kind, log },
        }
    }

    /// Runs a tool to its end.
    fn run(&self, program: &Path, input: &Path, arguments: &[OsString]) -> Result<()> {
        let command = self.command(program, input, arguments)?;
        let mut state = self.state();
        state.launch(command, "KILL", &self.folder.join("log"))?;
        let start = Instant::now();
        while state.pid().is_some_and(process::lives) {
            if start.elapsed() > PATIENCE {
                return Err(Error::TooSlow { what: program.display().to_string(), within: PATIENCE });
            }
            thread::sleep(Duration::from_millis(2));
        }
        let from = state.log_at;
        match state.reap()?.is_some_and(|status| status.success()) {
            true => Ok(()),
            false => Err(Error::Failed { what: program.display().to_string(), why: self.log_from(from) }),
        }
    }

    /// A command that runs as the server's user, in its folder, with its log.
    fn command(&self, program: &Path, input: &Path, arguments: &[OsString]) -> Result<Command> {
        let log = OpenOptions::new().append(true).open(self.folder.join("log")).map_err(Error::io("log"))?;
        let mut command = supervisor::command(program, input, arguments);
        command.current_dir(&self.folder).stdout(log.try_clone().map_err(Error::io("log"))?).stderr(log);
        // The clients' variables are not meant for servers.
        let theirs = |name: &OsString| ["PG", "MYSQL", "MARIADB"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix));
        env::vars_os().map(|(name, _)| name).filter(theirs).for_each(|name| {
            command.env_remove(name);
        });
        // The log is read for what happened.
        command.env("LC_ALL", "C").env_remove("TZ");
        if let Some(user) = self.user {
            user.apply(&mut command);
        }
        Ok(command)
    }

    /// Writes a file that the server may read.
    fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let file = self.folder.join(name);
        fs::write(&file, text).map_err(Error::io(format!("writing {name}")))?;
        self.give(&file)?;
        Ok(file)
    }

    fn give(&self, path: &Path) -> Result<()> {
        self.user.map_or(Ok(()), |user| user.give(path))
    }

    /// The log from a place on, and not much of it.
    fn log_from(&self, from: u64) -> String {
        let mut text = Vec::new();
        if let Ok(mut file) = File::open(self.folder.join("log")) {
            let length = file.metadata().map_or(0, |meta| meta.len());
            let _unread =
                file.seek(SeekFrom::Start(from.max(length.saturating_sub(4000)))).and_then(|_| file.read_to_end(&mut text));
        }
        String::from_utf8_lossy(&text).trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Our ways and those after SIGKILL are the same, so that each test tests them.
        drop(self.state().supervisor.take());
        // Only if somebody killed the supervisor.
        if self.is_running() {
            let _best = self.stop_by(Shutdown::Immediate);
        }
        if self.folder.exists() {
            let _best = fs::remove_dir_all(&self.folder);
        }
        let _status = self.state().reap();
    }
}

impl State {
    fn pid(&self) -> Option<i32> {
        self.child.as_ref().and_then(|child| i32::try_from(child.id()).ok())
    }

    /// Starts the process, unless one lives.
    fn launch(&mut self, command: Command, soft: &str, log: &Path) -> Result<()> {
        if self.pid().is_some_and(process::lives) {
            return Ok(());
        }
        self.reap()?;
        self.log_at = fs::metadata(log).map_or(0, |meta| meta.len());
        let gone = || Error::Failed { what: "the supervisor".into(), why: "it is gone".into() };
        self.child = Some(self.supervisor.as_mut().ok_or_else(gone)?.launch(command, soft)?);
        self.paused = false;
        Ok(())
    }

    /// Lets go of the dead process. Until then its number cannot go to another one.
    fn reap(&mut self) -> Result<Option<ExitStatus>> {
        let Some(mut child) = self.child.take() else { return Ok(None) };
        if let Some(supervisor) = &mut self.supervisor {
            supervisor.forget()?;
        }
        child.wait().map(Some).map_err(Error::io("wait"))
    }
}

/// Random bytes from the system, in hexadecimal.
pub(crate) fn random(bytes: usize) -> Result<String> {
    let mut buffer = vec![0_u8; bytes];
    File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut buffer)).map_err(Error::io("/dev/urandom"))?;
    Ok(buffer.iter().map(|byte| format!("{byte:02x}")).collect())
}
