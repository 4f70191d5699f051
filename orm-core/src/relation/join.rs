//! How the rows of a relation to many are joined to the row that it begins at, and what can be done to them for that.

use std::future::Future;

use crate::connection::Connection;
use crate::draft::{Draft, Drafted, New, TakesKey};
use crate::error::Result;
use crate::expr::{Condition, Operator, bind};
use crate::model::Model;
use crate::ops::{CreateRelated, link_rows, release_rows, take_rows, touch, unlink_rows};
use crate::query::{Query, Selection};
use crate::relation::{Back, ForeignKey, Many, ManyToMany, Nullable, Relation};

/// The key of the row that a relation begins at.
pub type OwnerKey<R> = <<R as Relation>::Source as Model>::Key;

/// The key of a row that a relation leads to.
pub type MemberKey<R> = <<R as Relation>::Target as Model>::Key;

/// A relation to many rows.
pub trait ToMany: Relation<Cardinality = Many> {
    /// [`ByForeignKey`] or [`ByLinks`].
    type Join: Join<Self>;
}

/// How the rows of the relation `R` are joined to the row that it begins at.
pub trait Join<R: Relation> {
    /// The condition that a row belongs to the row with this key.
    fn belongs_to(owner: &OwnerKey<R>) -> Condition;
}

/// They hold its key themselves.
pub struct ByForeignKey(());

/// A third model holds the keys of both.
pub struct ByLinks(());

impl<R: Back> Join<R> for ByForeignKey {
    fn belongs_to(owner: &OwnerKey<R>) -> Condition {
        Condition::compare(Operator::Eq, <R::Of as Relation>::META.node(None), bind(owner))
    }
}

impl<R: ManyToMany> Join<R> for ByLinks {
    fn belongs_to(owner: &OwnerKey<R>) -> Condition {
        let mut links = Box::new(Query::of(R::Through::META));
        links.selection = Selection::Values(<R::Far as Relation>::META.node(None).into_parts());
        links.filter = Condition::compare(Operator::Eq, <R::Near as Relation>::META.node(None), bind(owner));
        links.unordered = true;
        Condition::InQuery { of: R::Target::META.key_node(None), query: links }
    }
}

/// Some of the rows of a relation.
#[derive(Debug, Clone)]
pub enum Which<K> {
    /// All of them.
    All,
    /// Those with these keys.
    These(Vec<K>),
    /// All but those with these keys.
    AllBut(Vec<K>),
}

/// A relation whose rows can be taken out of it.
pub trait Unjoin<R: ToMany> {
    /// Takes rows of one row out, and tells how many there were. It runs inside a transaction.
    fn remove<C: Connection>(
        owner: &OwnerKey<R>,
        which: &Which<MemberKey<R>>,
        connection: &mut C,
    ) -> impl Future<Output = Result<u64>> + Send;
}

/// A foreign key that can be NULL, so that rows can be taken out of the relation `R`.
#[diagnostic::on_unimplemented(
    message = "rows cannot be taken out of `{R}`: their foreign key cannot be NULL",
    label = "the foreign key behind `{R}` is not nullable",
    note = "give the rows to another row with `add`, delete them, or make the foreign key an `Option<ForeignKey<..>>`"
)]
pub trait MayBeNull<R> {}

impl<R> MayBeNull<R> for Nullable {}

impl<R: Back + ToMany> Unjoin<R> for ByForeignKey
where
    <R::Of as Relation>::Cardinality: MayBeNull<R>,
{
    async fn remove<C: Connection>(owner: &OwnerKey<R>, which: &Which<MemberKey<R>>, connection: &mut C) -> Result<u64> {
        release_rows::<R, C>(owner, which, connection).await
    }
}

impl<R: ManyToMany + ToMany> Unjoin<R> for ByLinks {
    async fn remove<C: Connection>(owner: &OwnerKey<R>, which: &Which<MemberKey<R>>, connection: &mut C) -> Result<u64> {
        unlink_rows::<R, C>(owner, which, connection).await
    }
}

/// What puts rows into the relation `R`.
pub trait Link<R: ToMany>: Send + 'static {
    /// What it is once a row is known that is to be put there.
    type Ready: Send + Sync;

    /// Makes it ready, with the key of a row that is to be put there.
    fn ready(self, owner: &OwnerKey<R>, member: &MemberKey<R>) -> Self::Ready;

    /// Gives rows to a row, and tells how many it did not have. It runs inside a transaction.
    fn add<C: Connection>(
        ready: &Self::Ready,
        owner: &OwnerKey<R>,
        members: &[MemberKey<R>],
        connection: &mut C,
    ) -> impl Future<Output = Result<u64>> + Send;
}

/// The key of the owner in each of the rows.
#[derive(Debug, Clone, Copy)]
pub struct KeyInRow;

impl<R: Back + ToMany> Link<R> for KeyInRow {
    type Ready = ();

    fn ready(self, _: &OwnerKey<R>, _: &MemberKey<R>) {}

    async fn add<C: Connection>((): &(), owner: &OwnerKey<R>, members: &[MemberKey<R>], connection: &mut C) -> Result<u64> {
        take_rows::<R, C>(owner, members, connection).await
    }
}

/// A row of the model between for each of the rows, each as this draft.
pub struct LinkLike<D> {
    draft: D,
    /// Whether the draft was just begun, so that what defaults gave it may be given anew.
    fresh: bool,
}

impl<D> LinkLike<D> {
    /// Links that have what was given to a draft.
    pub fn given(draft: D) -> Self {
        LinkLike { draft, fresh: false }
    }
}

/// A row of the model between whose values all links have, but for the keys.
#[derive(Debug)]
pub struct SampleLink<T> {
    pub(crate) row: T,
    pub(crate) keyed: bool,
    pub(crate) fresh: bool,
}

impl<R: ManyToMany + ToMany, D: LinkDraft<R>> Link<R> for LinkLike<D> {
    type Ready = SampleLink<R::Through>;

    fn ready(self, owner: &OwnerKey<R>, member: &MemberKey<R>) -> Self::Ready {
        let New { mut row, keyed } = self.draft.between(owner.clone(), member.clone());
        touch(&mut row, true);
        SampleLink { row, keyed, fresh: self.fresh }
    }

    async fn add<C: Connection>(
        sample: &Self::Ready,
        owner: &OwnerKey<R>,
        members: &[MemberKey<R>],
        connection: &mut C,
    ) -> Result<u64> {
        link_rows::<R, C>(owner, members, sample, connection).await
    }
}

/// A draft of the model between of `R` in which nothing but the keys of both models is missing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a draft of the rows that link those of `{R}`, in which both keys are still missing",
    label = "expected a draft without the two keys",
    note = "leave both foreign keys out: they are filled in here"
)]
pub trait LinkDraft<R: ManyToMany>: Send + 'static {
    /// The row between two.
    fn between(self, owner: OwnerKey<R>, member: MemberKey<R>) -> New<R::Through>;
}

impl<R, D> LinkDraft<R> for D
where
    R: ManyToMany,
    D: TakesKey<R::Near> + Send + 'static,
    D::Given: TakesKey<R::Far>,
    <D::Given as TakesKey<R::Far>>::Given: Draft<Model = R::Through>,
{
    fn between(self, owner: OwnerKey<R>, member: MemberKey<R>) -> New<R::Through> {
        self.give_key(ForeignKey::of(owner)).give_key(ForeignKey::of(member)).into_new()
    }
}

/// A model between, whose rows can be made of nothing but the two keys of `R`.
#[diagnostic::on_unimplemented(
    message = "the rows of `{Self}`, which link those of `{R}`, have required fields beside the two keys",
    label = "`{Self}` has required fields of its own",
    note = "give them by `add_with`, `set_with` or `create_with` and a draft without the keys, such as \
            `Casting::create().role(\"lead\")` for roles of films"
)]
pub trait PlainLink<R: ManyToMany>: Model {
    /// The draft of such a row.
    type Draft: LinkDraft<R>;

    /// A draft of such a row.
    fn draft() -> Self::Draft;
}

#[diagnostic::do_not_recommend]
impl<R: ManyToMany, T: Drafted<Draft: LinkDraft<R>>> PlainLink<R> for T {
    type Draft = <T as Drafted>::Draft;

    fn draft() -> Self::Draft {
        <T as Drafted>::begin()
    }
}

/// A relation into which rows can be put without anything else.
pub trait JoinPlainly<R: ToMany> {
    /// What puts them there.
    type Link: Link<R>;

    /// What puts them there.
    fn link() -> Self::Link;
}

impl<R: Back + ToMany> JoinPlainly<R> for ByForeignKey {
    type Link = KeyInRow;

    fn link() -> KeyInRow {
        KeyInRow
    }
}

impl<R: ManyToMany + ToMany> JoinPlainly<R> for ByLinks
where
    R::Through: PlainLink<R>,
{
    type Link = LinkLike<<R::Through as PlainLink<R>>::Draft>;

    fn link() -> Self::Link {
        LinkLike { draft: <R::Through as PlainLink<R>>::draft(), fresh: true }
    }
}

/// A relation into which a new row can be put that is as the draft `D` says.
pub trait CreateJoined<R: ToMany, D> {
    /// What puts it there.
    type Link: Link<R>;

    /// The creation of the row for the row with this key.
    fn create(owner: OwnerKey<R>, draft: D) -> CreateRelated<R, Self::Link>;
}

impl<R, D> CreateJoined<R, D> for ByForeignKey
where
    R: Back + ToMany,
    D: TakesKey<R::Of>,
    D::Given: Draft<Model = R::Target>,
{
    type Link = KeyInRow;

    fn create(owner: OwnerKey<R>, draft: D) -> CreateRelated<R, KeyInRow> {
        CreateRelated::alone(owner.clone(), draft.give_key(ForeignKey::of(owner)).into_new())
    }
}

impl<R, D> CreateJoined<R, D> for ByLinks
where
    R: ManyToMany + ToMany,
    D: Draft<Model = R::Target>,
    R::Through: PlainLink<R>,
{
    type Link = <ByLinks as JoinPlainly<R>>::Link;

    fn create(owner: OwnerKey<R>, draft: D) -> CreateRelated<R, Self::Link> {
        CreateRelated::linked(owner, draft.into_new(), <ByLinks as JoinPlainly<R>>::link())
    }
}
