//! Start, kill, restart, freeze.

use std::{
    fs,
    net::TcpStream,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use amphi_servers::{Kind, Server, Shutdown, oracle::Oracle, wait_for_port};

use crate::support::{options, processes};

const PATIENCE: Duration = Duration::from_secs(60);

/// The pieces of System V memory of this machine.
fn shared_memory() -> Vec<String> {
    let text = fs::read_to_string("/proc/sysvipc/shm").unwrap_or_default();
    text.lines().skip(1).filter_map(|line| line.split_whitespace().nth(1)).map(str::to_owned).collect()
}

fn ask(server: &Server, sql: &str) -> Vec<Option<String>> {
    let rows = Oracle::connect_blocking(&server.url()).unwrap().rows_blocking(sql).unwrap();
    rows.into_iter().flatten().collect()
}

fn count(server: &Server) -> usize {
    ask(server, "SELECT id FROM thing").len()
}

/// A whole life, with all that a test does to a server.
fn life(kind: Kind) {
    let start = Instant::now();
    let server = Server::start_with(kind, &options()).unwrap();
    eprintln!("{kind} started in {:?}", start.elapsed());
    let (url, folder) = (server.url(), server.folder().to_path_buf());
    let mark = folder.file_name().unwrap().to_str().unwrap().to_owned();
    assert!(folder.exists() && server.is_running() && !server.version().is_empty());
    ask(&server, "CREATE TABLE thing (id int PRIMARY KEY)");
    ask(&server, "INSERT INTO thing VALUES (1)");

    // What was committed survives a crash; the port and the URL stay.
    for turn in 1..=3 {
        let old = server.pids();
        server.kill_9().unwrap();
        assert!(!server.is_running() && server.pids().is_empty());
        assert!(processes(&mark).iter().all(|line| line.contains("amphi-supervisor")), "{:?}", processes(&mark));
        assert!(TcpStream::connect(server.address()).is_err());
        server.restart().unwrap();
        assert!(server.pids().iter().all(|id| !old.contains(id)));
        assert_eq!((count(&server), server.url()), (turn, url.clone()));
        ask(&server, &format!("INSERT INTO thing VALUES ({})", turn + 1));
    }

    // A frozen server accepts, and says nothing.
    let oracle = Oracle::connect_blocking(&url).unwrap();
    server.pause().unwrap();
    assert!(wait_for_port(server.address(), Duration::from_secs(1)).is_ok());
    thread::scope(|scope| {
        let answer = scope.spawn(|| oracle.rows_blocking("SELECT 1"));
        thread::sleep(Duration::from_millis(300));
        assert!(!answer.is_finished());
        server.resume().unwrap();
        assert!(answer.join().unwrap().is_ok());
    });

    // Stopped in each way, also while it is frozen.
    for how in [Shutdown::Fast, Shutdown::Immediate] {
        server.pause().unwrap();
        server.stop_by(how).unwrap();
        assert!(!server.is_running());
        server.launch().unwrap();
        server.wait_until_ready(PATIENCE).unwrap();
        assert_eq!(count(&server), 4);
    }
    // The oracle's connection comes back too.
    assert_eq!(oracle.rows_blocking("SELECT count(*) FROM thing").unwrap(), [[Some("4".to_owned())]]);

    // Frozen at its end.
    server.pause().unwrap();
    let memory = shared_memory_of(&folder);
    drop(server);
    assert!(!folder.exists());
    assert!(processes(&mark).is_empty(), "{:?}", processes(&mark));
    assert!(memory.is_none_or(|id| !shared_memory().contains(&id)));
}

/// PostgreSQL's piece.
fn shared_memory_of(folder: &Path) -> Option<String> {
    let text = fs::read_to_string(folder.join("data/postmaster.pid")).ok()?;
    text.lines().nth(6)?.split_whitespace().nth(1).map(str::to_owned)
}

#[test]
fn a_life_of_postgres() {
    life(Kind::Postgres);
}

#[test]
fn a_life_of_mariadb() {
    life(Kind::MariaDb);
}

#[test]
#[ignore = "takes a minute"]
fn a_hundred_crashes() {
    for kind in Kind::ALL {
        let server = Server::start_with(kind, &options().durable(true)).unwrap();
        ask(&server, "CREATE TABLE thing (id int PRIMARY KEY)");
        let start = Instant::now();
        for turn in 0..100 {
            ask(&server, &format!("INSERT INTO thing VALUES ({turn})"));
            server.kill_9().unwrap();
            server.restart().unwrap();
        }
        assert_eq!(count(&server), 100);
        eprintln!("{kind}: {:?} for each crash and restart", start.elapsed() / 100);
    }
}

#[test]
fn a_killed_postgres_leaves_no_memory() {
    let server = Server::start_with(Kind::Postgres, &options()).unwrap();
    let memory = shared_memory_of(server.folder());
    server.kill_9().unwrap();
    let folder = server.folder().to_path_buf();
    drop(server);
    assert!(!folder.exists());
    assert!(memory.is_some_and(|id| !shared_memory().contains(&id)));
}

#[test]
fn a_killed_session_has_postgres_start_anew() {
    let server = Server::start_with(Kind::Postgres, &options()).unwrap();
    let session = Oracle::connect_blocking(&server.url()).unwrap();
    let id = session.rows_blocking("SELECT pg_backend_pid()").unwrap()[0][0].clone().unwrap().parse().unwrap();
    let leader = *server.pids().last().unwrap();
    assert!(server.kill_9_one(id).unwrap());
    assert!(session.rows_blocking("SELECT 1").is_err());
    server.wait_until_ready(PATIENCE).unwrap();
    assert_eq!(server.pids().last(), Some(&leader));
    assert!(!server.kill_9_one(1).unwrap() && !server.kill_9_one(leader).unwrap());
}

#[test]
fn the_settings_are_there() {
    let postgres = Server::start_with(Kind::Postgres, &options().durable(true).setting("work_mem", "5MB")).unwrap();
    let show = |name: &str| ask(&postgres, &format!("SHOW {name}"))[0].clone().unwrap();
    let names =
        ["fsync", "TimeZone", "max_connections", "max_prepared_transactions", "server_encoding", "work_mem", "log_statement"];
    assert_eq!(names.map(show), ["on", "Asia/Kathmandu", "300", "0", "UTF8", "5MB", "none"]);

    let mariadb = Server::start_with(Kind::MariaDb, &options().durable(true).setting("sort_buffer_size", "1M")).unwrap();
    let names = "@@innodb_flush_log_at_trx_commit, @@global.time_zone, @@max_connections, @@max_allowed_packet, \
                 @@character_set_server, @@log_bin, @@sort_buffer_size, @@innodb_buffer_pool_size";
    let values = ask(&mariadb, &format!("SELECT {names}"));
    let expected = ["1", "+05:45", "500", "1073741824", "latin1", "0", "1048576", "134217728"];
    assert_eq!(values.into_iter().flatten().collect::<Vec<_>>(), expected);

    let fast = Server::start_with(Kind::Postgres, &amphi_servers::Options::new()).unwrap();
    assert_eq!(ask(&fast, "SHOW fsync"), [Some("off".to_owned())]);
    // With a password by default, and not with another one.
    let wrong = fast.url().replace("amphi:", "amphi:0");
    assert!(Oracle::connect_blocking(&wrong).is_err());
}

#[test]
fn a_bad_setting_is_an_error_with_the_log() {
    for kind in Kind::ALL {
        let error = Server::start_with(kind, &options().setting("no_such_setting", "1")).unwrap_err().to_string();
        assert!(error.contains("no_such_setting"), "{error}");
    }
}

#[tokio::test]
async fn in_a_runtime_too() {
    let server = Server::start_with(Kind::Postgres, &options()).unwrap();
    let oracle = Oracle::connect(&server.url()).await.unwrap();
    assert_eq!(oracle.rows("SELECT 1").await.unwrap(), [[Some("1".to_owned())]]);
    assert_eq!(oracle.rows_blocking("SELECT 2").unwrap(), [[Some("2".to_owned())]]);
}
