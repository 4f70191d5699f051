//! The oracle's connection, which lives on a thread of its own.

use std::{thread, time::Duration};

use mysql_async::{Conn, Opts, OptsBuilder, Row, Value, prelude::Queryable};
use tokio::{
    runtime,
    sync::{mpsc, oneshot},
    time::timeout,
};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

use super::Rows;
use crate::{Error, Kind, Result, mariadb};

/// How long an answer may take: the server may be frozen.
const ANSWER: Duration = Duration::from_secs(10);

/// A question and where the answer goes.
type Question = (String, oneshot::Sender<Result<Rows>>);

/// The thread's other end.
#[derive(Debug)]
pub(super) struct Remote {
    kind: Kind,
    questions: mpsc::UnboundedSender<Question>,
}

/// Where to connect to, and the connection while there is one.
pub(super) enum Link {
    Postgres(Box<Config>, Option<Client>),
    MariaDb(Opts, Option<Conn>),
}

impl Remote {
    /// Starts the thread; it ends with this.
    pub(super) fn start(mut link: Link) -> Result<Self> {
        let kind = link.kind();
        let (questions, mut asked) = mpsc::unbounded_channel::<Question>();
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(Error::io("a runtime"))?;
        let work = async move {
            while let Some((sql, answer)) = asked.recv().await {
                let late = || Error::TooSlow { what: "an answer for the oracle".into(), within: ANSWER };
                let rows = timeout(ANSWER, link.ask(&sql)).await.unwrap_or_else(|_| Err(late()));
                if matches!(rows, Err(Error::TooSlow { .. })) {
                    link.disconnect();
                }
                let _nobody_waits = answer.send(rows);
            }
        };
        let thread = thread::Builder::new().name("amphi-oracle".into());
        thread.spawn(move || runtime.block_on(work)).map_err(Error::io("a thread"))?;
        Ok(Self { kind, questions })
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) async fn rows(&self, sql: String) -> Result<Rows> {
        let gone = || Error::Failed { what: "the oracle".into(), why: "its thread is gone".into() };
        let (sender, answer) = oneshot::channel();
        self.questions.send((sql, sender)).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

impl Link {
    pub(super) fn new(url: &str) -> Result<Self> {
        if !url.starts_with("postgres") {
            let options = OptsBuilder::from_opts(mariadb::options(url)?).stmt_cache_size(Some(0));
            return Ok(Self::MariaDb(options.into(), None));
        }
        // What stands after the `?` is meant for other clients.
        let bare = url.split_once('?').map_or(url, |(before, _)| before);
        let mut config: Config = bare.parse()?;
        config.application_name("amphi-oracle").connect_timeout(ANSWER);
        Ok(Self::Postgres(Box::new(config), None))
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Postgres(..) => Kind::Postgres,
            Self::MariaDb(..) => Kind::MariaDb,
        }
    }

    /// Asks, over a new connection if the old one is broken.
    async fn ask(&mut self, sql: &str) -> Result<Rows> {
        match self {
            Self::Postgres(config, client) => {
                let open = client.take().filter(|client| !client.is_closed());
                let open = match open {
                    Some(open) => open,
                    None => connect(config).await?,
                };
                let messages = client.insert(open).simple_query(sql).await?;
                Ok(rows(messages))
            }
            Self::MariaDb(options, connection) => {
                let mut open = connection.take();
                if let Some(old) = &mut open
                    && old.ping().await.is_err()
                {
                    open = None;
                }
                let open = match open {
                    Some(open) => open,
                    None => Conn::new(options.clone()).await?,
                };
                let rows: Vec<Row> = connection.insert(open).query(sql).await?;
                Ok(rows.into_iter().map(|row| row.unwrap().into_iter().map(as_text).collect()).collect())
            }
        }
    }

    fn disconnect(&mut self) {
        match self {
            Self::Postgres(_, client) => *client = None,
            Self::MariaDb(_, connection) => *connection = None,
        }
    }
}

async fn connect(config: &Config) -> Result<Client> {
    let (client, connection) = config.connect(NoTls).await?;
    // It ends with the client.
    tokio::spawn(connection);
    Ok(client)
}

fn rows(messages: Vec<SimpleQueryMessage>) -> Rows {
    let row = |message| match message {
        SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|column| row.get(column).map(str::to_owned)).collect()),
        _ => None,
    };
    messages.into_iter().filter_map(row).collect()
}

/// The text protocol has text and NULL only.
fn as_text(value: Value) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        other => Some(other.as_sql(true)),
    }
}
