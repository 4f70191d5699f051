//! A tree of three levels, of 100, 1,000 and 10,000 leaves, against one statement a level by hand.

use amphi::prelude::*;

use super::{AMPHI, Case, Sides, Target, timed_each};
use crate::graph::{self, RawUser};
use crate::place;

/// A user has so many comments on their posts.
const LEAVES: i64 = 100;

pub fn sqlite() -> Vec<Case> {
    let case = |name, build| Case { name, place: "memory", side: AMPHI, against: "rusqlite", target: Target::Time(1.20), build };
    vec![
        case("prefetch of 100", in_memory::<100>),
        case("prefetch of 1,000", in_memory::<1_000>),
        case("prefetch of 10,000", in_memory::<10_000>),
    ]
}

fn in_memory<const ROWS: i64>() -> Sides {
    let (raw, amphi) = (place::raw_in_memory(), place::amphi_in_memory());
    let users = ROWS / LEAVES;
    let by_hand = move || graph::by_hand(&raw, users).unwrap();
    let tree = move || graph::tree(users).all(&amphi).unwrap();
    assert_eq!(by_hand(), tree().into_iter().map(RawUser::from).collect::<Vec<_>>());
    Sides { raw: Box::new(move |n| timed_each(n, |_| by_hand())), amphi: Box::new(move |n| timed_each(n, |_| tree())) }
}

#[cfg(feature = "servers")]
pub use on_postgres::postgres;

#[cfg(feature = "servers")]
mod on_postgres {
    use std::sync::Arc;

    use amphi::prelude::*;

    use super::{AMPHI, Case, LEAVES, RawUser, Sides, Target, graph};
    use crate::cases::task::{in_task, timed_each};
    use crate::graph::ByHand;
    use crate::servers::Server;

    pub fn postgres() -> Vec<Case> {
        let case = |name, build| Case {
            name,
            place: "PostgreSQL",
            side: AMPHI,
            against: "tokio-postgres",
            target: Target::Time(1.20),
            build,
        };
        vec![
            case("prefetch of 100", on_server::<100>),
            case("prefetch of 1,000", on_server::<1_000>),
            case("prefetch of 10,000", on_server::<10_000>),
        ]
    }

    fn on_server<const ROWS: i64>() -> Sides {
        let users = ROWS / LEAVES;
        let by_hand = Arc::new(in_task(ByHand::connect(Server::Postgres.url())));
        let db = in_task(async { AsyncDatabase::connect(&Server::Postgres.url_without_tls()).await.unwrap() });
        let (hand, other) = (Arc::clone(&by_hand), db.clone());
        let same = in_task(async move {
            let mut raw = hand.tree(users).await;
            let tree = graph::tree(users).a().all(&other).await.unwrap();
            let mut amphi: Vec<RawUser> = tree.into_iter().map(RawUser::from).collect();
            // Neither asked for an order of what is below the users.
            for users in [&mut raw, &mut amphi] {
                for user in users {
                    user.posts.sort_by_key(|post| post.id);
                    user.posts.iter_mut().for_each(|post| post.comments.sort_by_key(|comment| comment.id));
                }
            }
            raw == amphi
        });
        assert!(same);
        Sides {
            raw: Box::new(move |n| {
                let by_hand = Arc::clone(&by_hand);
                in_task(async move { timed_each!(n, by_hand.tree(users).await) })
            }),
            amphi: Box::new(move |n| {
                let db = db.clone();
                in_task(async move { timed_each!(n, graph::tree(users).a().all(&db).await.unwrap()) })
            }),
        }
    }
}
