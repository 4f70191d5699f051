//! The bare hop: a thread that owns a connection and takes closures. No queue of sessions, no cancellation, no caches.

use std::sync::mpsc;

use rusqlite::Connection;
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The way to a thread that owns a connection.
#[derive(Clone)]
pub struct Owner(mpsc::Sender<Job>);

impl Owner {
    pub fn new(mut connection: Connection) -> Self {
        let (sender, receiver) = mpsc::channel::<Job>();
        std::thread::spawn(move || {
            for job in receiver {
                job(&mut connection);
            }
        });
        Owner(sender)
    }

    /// Runs a closure there.
    pub async fn call<T: Send + 'static>(&self, work: impl FnOnce(&mut Connection) -> T + Send + 'static) -> T {
        let (sender, receiver) = oneshot::channel();
        self.0.send(Box::new(move |connection| drop(sender.send(work(connection))))).unwrap();
        receiver.await.unwrap()
    }
}
