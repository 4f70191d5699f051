//! What a hop to a worker thread costs, beside a bare channel: `cargo run --release -p orm-sqlite --example hop`.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::sync::mpsc;
use std::time::{Duration, Instant};

use orm_core::connection::Access;
use orm_sqlite::{Pool, SqliteOptions};

const ROUNDS: u32 = 20_000;

/// The median and the 99th percentile of a round.
fn measure(name: &str, pause: Duration, mut round: impl FnMut()) {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        if !pause.is_zero() {
            std::thread::sleep(pause);
        }
        let start = Instant::now();
        round();
        times.push(start.elapsed());
    }
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    println!("{name:<44} median {:>9.2?}   p90 {:>9.2?}   p99 {:>9.2?}", at(50), at(90), at(99));
}

fn main() {
    for pause in [Duration::ZERO, Duration::from_micros(100)] {
        println!("pause between rounds: {pause:?}");
        let (to_worker, inbox) = mpsc::channel::<mpsc::Sender<i64>>();
        let worker = std::thread::spawn(move || {
            for reply in inbox {
                let _ = reply.send(1);
            }
        });
        measure("bare mpsc, there and back", pause, || {
            let (reply, answer) = mpsc::channel();
            to_worker.send(reply).unwrap();
            answer.recv().unwrap();
        });
        drop(to_worker);
        worker.join().unwrap();

        let pool = Pool::open(SqliteOptions::in_memory()).unwrap();
        measure("submit, an empty job", pause, || {
            let (reply, answer) = mpsc::channel();
            let job = pool.submit(Access::Read, Box::new(move |_| reply.send(1).unwrap()));
            answer.recv().unwrap();
            job.detach();
        });
        let mut lease = Some(pool.acquire_blocking(Access::Write).unwrap());
        measure("run_leased, an empty job", pause, || {
            let (reply, answer) = mpsc::channel();
            let job = pool.run_leased(lease.take().unwrap(), Box::new(move |lease| drop(reply.send(lease))));
            lease = Some(answer.recv().unwrap());
            job.detach();
        });
        drop(lease);
    }
    let pool = Pool::open(SqliteOptions::in_memory()).unwrap();
    let start = Instant::now();
    for _ in 0..1_000_000 {
        drop(pool.acquire_blocking(Access::Read).unwrap());
    }
    println!("acquire_blocking and return: {:?}", start.elapsed() / 1_000_000);
}
