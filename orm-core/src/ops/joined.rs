//! What is done to the rows of a relation to many for one row that it begins at. Each runs inside a transaction.

use std::collections::HashSet;

use crate::connection::Connection;
use crate::error::{Error, Result};
use crate::expr::{Condition, Node, Operator, bind};
use crate::field::FieldType;
use crate::meta::RelationMeta;
use crate::model::Model;
use crate::ops::{All, Count, DeleteQuery, Operation};
use crate::query::{Query, Selection, Values};
use crate::relation::{Back, ManyToMany, MemberKey, OwnerKey, Relation, SampleLink, Which};
use crate::sql::{InsertLinks, Update};
use crate::value::Value;

/// The rows of the model that holds a foreign key whose key is this one, and which may be restricted.
fn rows_where(held: &'static RelationMeta, value: &impl FieldType, restricted: Condition) -> Box<Query> {
    let mut query = Box::new(Query::of(held.holder()));
    query.filter = Condition::compare(Operator::Eq, held.node(None), bind(value)).and(restricted);
    query.unordered = true;
    query
}

fn is_among<K: FieldType>(of: Node, keys: &[K]) -> Condition {
    Condition::one_of(of, keys.iter().map(bind))
}

impl<K: FieldType> Which<K> {
    /// The condition that a key is one of these.
    fn condition(&self, of: Node) -> Condition {
        match self {
            Which::All => Condition::Always,
            Which::These(keys) => is_among(of, keys),
            Which::AllBut(keys) => is_among(of, keys).negate(),
        }
    }
}

/// Refuses keys of which one leads nowhere.
async fn check_members<M: Model, C: Connection>(keys: &[M::Key], connection: &mut C) -> Result<()> {
    let mut query = Box::new(Query::of(M::META));
    query.filter = is_among(M::META.key_node(None), keys);
    let there = Count::new(query).run(connection).await?;
    if there == keys.len() as u64 { Ok(()) } else { Err(Error::DoesNotExist { model: M::META.name }) }
}

/// Sets the foreign key of rows.
async fn set_key<R: Back, C: Connection>(query: Box<Query>, key: Node, connection: &mut C) -> Result<u64> {
    let field = <R::Of as Relation>::META.field;
    let update = Update::new(query, std::iter::once((Some(field), key)))?;
    if update.is_never() { Ok(0) } else { connection.execute(&update).await }
}

/// Sets the foreign key of rows to the key of their new owner; how many had another.
pub(crate) async fn take_rows<R: Back, C: Connection>(
    owner: &OwnerKey<R>,
    members: &[MemberKey<R>],
    connection: &mut C,
) -> Result<u64> {
    let theirs = Condition::compare(Operator::Eq, <R::Of as Relation>::META.node(None), bind(owner));
    let mut query = Box::new(Query::of(R::Target::META));
    query.filter = is_among(R::Target::META.key_node(None), members).and(theirs.negate());
    let taken = set_key::<R, C>(query, bind(owner), connection).await?;
    if taken < members.len() as u64 {
        check_members::<R::Target, C>(members, connection).await?;
    }
    Ok(taken)
}

/// Sets the foreign key of an owner's rows to NULL; how many there were.
pub(crate) async fn release_rows<R: Back, C: Connection>(
    owner: &OwnerKey<R>,
    which: &Which<MemberKey<R>>,
    connection: &mut C,
) -> Result<u64> {
    let which = which.condition(R::Target::META.key_node(None));
    let query = rows_where(<R::Of as Relation>::META, owner, which);
    let null = Value::Null(<OwnerKey<R> as FieldType>::COLUMN);
    set_key::<R, C>(query, Node::Value(null), connection).await
}

/// Which of the two keys of a link is the owner's, and which the member's; of a symmetrical relation there are links of both ways.
#[derive(Clone, Copy)]
struct Way {
    owner: &'static RelationMeta,
    member: &'static RelationMeta,
}

fn ways<R: ManyToMany>() -> (Way, Option<Way>) {
    let there = Way { owner: <R::Near as Relation>::META, member: <R::Far as Relation>::META };
    (there, R::THROUGH.symmetrical.then_some(Way { owner: there.member, member: there.owner }))
}

/// Deletes an owner's links; how many there were.
pub(crate) async fn unlink_rows<R: ManyToMany, C: Connection>(
    owner: &OwnerKey<R>,
    which: &Which<MemberKey<R>>,
    connection: &mut C,
) -> Result<u64> {
    let (there, back) = ways::<R>();
    let links = |way: Way| {
        let which = which.condition(way.member.node(None));
        DeleteQuery::new(rows_where(way.owner, owner, which))
    };
    let deleted = links(there).run(connection).await?;
    if let Some(back) = back {
        links(back).run(connection).await?;
    }
    Ok(deleted.total())
}

/// Links an owner with members, by rows that are like a sample but for the keys; how many were not linked.
pub(crate) async fn link_rows<R: ManyToMany, C: Connection>(
    owner: &OwnerKey<R>,
    members: &[MemberKey<R>],
    sample: &SampleLink<R::Through>,
    connection: &mut C,
) -> Result<u64> {
    let (there, back) = ways::<R>();
    let mut insert = InsertLinks::new(&sample.row, sample.keyed, R::Target::META)?;
    let linked = link_way::<R, C>(there, owner, members, &mut insert, sample.fresh, connection).await?;
    if let Some(back) = back {
        if insert.has_own_values(sample.fresh) {
            insert.renew(sample.fresh)?;
        }
        link_way::<R, C>(back, owner, members, &mut insert, sample.fresh, connection).await?;
    }
    Ok(linked)
}

/// Inserts the links of one way that are missing.
async fn link_way<R: ManyToMany, C: Connection>(
    way: Way,
    owner: &OwnerKey<R>,
    members: &[MemberKey<R>],
    insert: &mut InsertLinks,
    fresh: bool,
    connection: &mut C,
) -> Result<u64> {
    let missing = unlinked::<R, C>(way, owner, members, connection).await?;
    if missing.is_empty() {
        return Ok(0);
    }
    // What no two rows may share cannot come from one statement.
    let at_once = if insert.has_own_values(fresh) { 1 } else { missing.len() };
    let mut linked = 0;
    for (at, part) in missing.chunks(at_once).enumerate() {
        if at > 0 {
            insert.renew(fresh)?;
        }
        insert.set_keys((way.owner.fields(), bind(owner)), (way.member.fields(), part.iter().map(bind)));
        linked += connection.execute(insert).await?;
    }
    if linked < missing.len() as u64 {
        // Either somebody else linked them at this moment, or there are none.
        check_members::<R::Target, C>(&missing, connection).await?;
    }
    Ok(linked)
}

/// The members to which there is no link of one way.
async fn unlinked<R: ManyToMany, C: Connection>(
    way: Way,
    owner: &OwnerKey<R>,
    members: &[MemberKey<R>],
    connection: &mut C,
) -> Result<Vec<MemberKey<R>>> {
    let among = is_among(way.member.node(None), members);
    let mut query = rows_where(way.owner, owner, among);
    query.selection = Selection::Values(way.member.node(None).into_parts());
    let linked = All::<Values<(MemberKey<R>,)>>::new(query).run(connection).await?;
    let linked: HashSet<MemberKey<R>> = linked.into_iter().collect();
    Ok(members.iter().filter(|key| !linked.contains(key)).cloned().collect())
}
