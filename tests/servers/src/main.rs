//! `amphi-servers`: private database servers for a command, or for a shell.

use std::{
    io::IsTerminal,
    os::unix::process::ExitStatusExt,
    process::{ExitCode, ExitStatus},
    time::Instant,
};

use amphi_servers::{Auth, Database, Kind, Options, Servers};
use clap::{Args, Parser, Subcommand};
use nix::{
    sys::signal::{self, Signal},
    unistd::{Pid, getpgrp, tcgetpgrp},
};
use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
    runtime,
    signal::unix::{self, SignalKind},
};

/// What ends this program goes wrong as text.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Private PostgreSQL and MariaDB servers, which end with this program, whatever ends it.
///
/// AMPHI_POSTGRES_URL and AMPHI_MYSQL_URL name servers that exist and are used instead. AMPHI_POSTGRES_BIN and AMPHI_MYSQL_BIN name the
/// folders of the binaries. As root, with apt-get, what is missing is installed.
#[derive(Parser)]
#[command(name = "amphi-servers", version)]
struct Cli {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Starts the servers, runs a command with their URLs in AMPHI_POSTGRES_URL and AMPHI_MYSQL_URL, and ends as the command ends
    Run {
        #[command(flatten)]
        which: Which,
        /// The command and its arguments
        #[arg(required = true, last = true, value_name = "COMMAND")]
        command: Vec<std::ffi::OsString>,
    },
    /// Starts the servers, prints their URLs as lines for a shell, and keeps them until Ctrl-C, or until stdin ends if it is no terminal
    Start {
        #[command(flatten)]
        which: Which,
        /// Keep the servers although stdin ends
        #[arg(long)]
        ignore_stdin: bool,
    },
}

#[derive(Args)]
struct Which {
    /// PostgreSQL; without this and --mysql: both
    #[arg(long)]
    postgres: bool,
    /// MariaDB or MySQL
    #[arg(long)]
    mysql: bool,
    /// Have commits wait for the disk
    #[arg(long)]
    durable: bool,
    /// Have PostgreSQL ask for no password
    #[arg(long)]
    trust: bool,
}

impl Which {
    fn obtain(&self) -> Result<Servers> {
        let both = !self.postgres && !self.mysql;
        let wanted = |kind: &Kind| match kind {
            Kind::Postgres => both || self.postgres,
            Kind::MariaDb => both || self.mysql,
        };
        let kinds: Vec<_> = Kind::ALL.into_iter().filter(wanted).collect();
        let auth = if self.trust { Auth::Trust } else { Auth::Scram };
        let start = Instant::now();
        let servers = Servers::obtain(&kinds, &Options::new().durable(self.durable).auth(auth))?;
        for (kind, database) in servers.iter() {
            match database {
                Database::Given(_) => eprintln!("amphi-servers: {kind} as {} says", kind.variable()),
                Database::Private(server) => {
                    eprintln!("amphi-servers: {} on port {}, in {}", server.version(), server.port(), server.folder().display());
                }
            }
        }
        eprintln!("amphi-servers: ready after {:.1} s", start.elapsed().as_secs_f32());
        Ok(servers)
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let work = || -> Result<u8> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        match &cli.action {
            Action::Run { which, command } => {
                let servers = which.obtain()?;
                runtime.block_on(run(&servers, command))
            }
            Action::Start { which, ignore_stdin } => {
                let servers = which.obtain()?;
                for (kind, database) in servers.iter() {
                    println!("export {}='{}'", kind.variable(), database.url());
                }
                let result = runtime.block_on(stay(*ignore_stdin));
                // A thread may still read stdin.
                runtime.shutdown_background();
                drop(servers);
                result.map(|()| 0)
            }
        }
    };
    match work() {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("amphi-servers: {error}");
            ExitCode::from(125)
        }
    }
}

/// The signals that end programs.
struct Signals {
    interrupt: unix::Signal,
    quit: unix::Signal,
    terminate: unix::Signal,
    hang_up: unix::Signal,
}

impl Signals {
    fn new() -> Result<Self> {
        let hear = |kind| unix::signal(kind);
        Ok(Self {
            interrupt: hear(SignalKind::interrupt())?,
            quit: hear(SignalKind::quit())?,
            terminate: hear(SignalKind::terminate())?,
            hang_up: hear(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::SIGINT,
            _ = self.quit.recv() => Signal::SIGQUIT,
            _ = self.terminate.recv() => Signal::SIGTERM,
            _ = self.hang_up.recv() => Signal::SIGHUP,
        }
    }
}

/// Runs the command to its end.
async fn run(servers: &Servers, command: &[std::ffi::OsString]) -> Result<u8> {
    let mut signals = Signals::new()?;
    let (program, arguments) = command.split_first().ok_or("no command")?;
    let mut command = Command::new(program);
    command.args(arguments).envs(servers.iter().map(|(kind, database)| (kind.variable(), database.url())));
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            eprintln!("amphi-servers: {}: {error}", program.to_string_lossy());
            // As a shell has it.
            return Ok(if error.kind() == std::io::ErrorKind::NotFound { 127 } else { 126 });
        }
    };
    loop {
        tokio::select! {
            status = child.wait() => return Ok(code(status?)),
            signal = signals.next() => forward(&child, signal),
        }
    }
}

/// Passes a signal on, unless the command has it from the terminal already.
fn forward(child: &Child, signal: Signal) {
    let from_terminal =
        matches!(signal, Signal::SIGINT | Signal::SIGQUIT) && tcgetpgrp(std::io::stdin()).is_ok_and(|group| group == getpgrp());
    let id = child.id().and_then(|id| i32::try_from(id).ok());
    if let Some(id) = id.filter(|_| !from_terminal) {
        let _gone = signal::kill(Pid::from_raw(id), signal);
    }
}

/// The command's code; if a signal ended it, the code that a shell gives.
fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// Waits for the end of stdin, or for a signal.
async fn stay(ignore_stdin: bool) -> Result<()> {
    let mut signals = Signals::new()?;
    let ignore = ignore_stdin || std::io::stdin().is_terminal();
    let end = async {
        if ignore {
            return std::future::pending().await;
        }
        let mut input = tokio::io::stdin();
        let mut buffer = [0; 1024];
        while input.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
    };
    tokio::select! {
        () = end => (),
        _ = signals.next() => (),
    }
    Ok(())
}
