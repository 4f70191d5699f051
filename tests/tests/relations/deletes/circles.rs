//! Models that point at themselves or at each other in a circle.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_node")]
struct Node {
    id: i64,
    #[field(on_delete = Cascade)]
    parent: Option<ForeignKey<Node>>,
    #[field(on_delete = SetNull)]
    next: Option<ForeignKey<Node>>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_leaf")]
struct Leaf {
    id: i64,
    #[field(on_delete = Cascade)]
    node: ForeignKey<Node>,
}

type Key<M> = Option<ForeignKey<M>>;

#[everywhere]
async fn a_tree_goes_with_its_root(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Node, Leaf]).await?;
    // 1 over 2 and 3, 2 over 4 over 5; 6 stands alone, and 7 is over itself. Everybody's next is the one before, but 6 has itself.
    let nodes = [(1, None), (2, Some(1)), (3, Some(1)), (4, Some(2)), (5, Some(4)), (6, None), (7, None)];
    let nodes = nodes.map(|(id, parent)| {
        let parent: Key<Node> = parent.map(ForeignKey::new);
        Node::create().id(id).parent(parent)
    });
    Node::objects().a().bulk_create(nodes, &db).await?;
    for id in 2..=7 {
        let next = if id == 6 { 6 } else { id - 1 };
        Node::objects().filter(Node::id.eq(id)).a().update(Node::next.set(next), &db).await?;
    }
    Node::objects().filter(Node::id.eq(7)).a().update(Node::parent.set(7), &db).await?;
    Leaf::objects().a().bulk_create([1, 5, 5, 6, 7].map(|node| Leaf::create().node(node)), &db).await?;

    let second = Node::objects().filter(Node::id.eq(2)).a().get(&db).await?;
    let deleted = second.clone().a().delete(&db).await?;
    assert_eq!(deleted.iter().collect::<Vec<_>>(), [("Node", 3), ("Leaf", 2)]);
    let nexts = Node::objects().order_by(Node::id).values((Node::id, Node::next)).a().all(&db).await?;
    let key = |id: i64| Some(ForeignKey::new(id));
    assert_eq!(nexts, [(1, None), (3, None), (6, key(6)), (7, key(6))]);
    assert!(matches!(second.clone().a().delete(&db).await, Err(Error::DoesNotExist { model: "Node" })));

    // The filter looks at what the deletion sets, and at the row over each.
    assert_eq!(Node::objects().filter(Node::next.eq(6)).a().delete(&db).await?, 4);
    assert_eq!(Node::objects().filter(Node::parent.next.isnull(false)).a().delete(&db).await?, 0);
    let deleted = Node::objects().filter(Node::parent.isnull(true)).a().delete(&db).await?;
    assert_eq!((deleted.of::<Node>(), deleted.of::<Leaf>()), (2, 1));
    Ok(())
}

/// Deeper than any database cascades by itself: SQLite 1,000 levels, MariaDB 15.
#[everywhere]
async fn a_long_chain_goes_with_its_head(db: AsyncDatabase) -> Result<(), Error> {
    const LONG: i64 = 1_100;
    db.create_tables(models![Node, Leaf]).await?;
    let nodes = (1..=LONG).map(|id| {
        let parent: Key<Node> = (id > 1).then(|| ForeignKey::new(id - 1));
        Node::create().id(id).parent(parent)
    });
    Node::objects().a().bulk_create(nodes, &db).await?;
    assert_eq!(Node::objects().filter(Node::id.eq(11)).a().delete(&db).await?, u64::try_from(LONG - 10).expect("a few"));
    assert_eq!(Node::objects().a().delete(&db).await?, 10);
    Ok(())
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_hen")]
struct Hen {
    id: i64,
    #[field(on_delete = Cascade)]
    egg: Option<ForeignKey<Egg>>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_egg")]
struct Egg {
    #[field(primary_key, max_length = 20)]
    name: String,
    #[field(on_delete = Cascade)]
    hen: ForeignKey<Hen>,
    #[field(on_delete = Cascade)]
    twin: Option<ForeignKey<Egg>>,
}

/// What leads into the circle, and is itself in none.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_farm")]
struct Farm {
    id: i64,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_coop")]
struct Coop {
    id: i64,
    #[field(on_delete = Cascade)]
    farm: ForeignKey<Farm>,
    #[field(on_delete = Cascade)]
    first: Option<ForeignKey<Hen>>,
}

/// What hangs on the circle.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_feather")]
struct Feather {
    id: i64,
    #[field(on_delete = Cascade)]
    hen: ForeignKey<Hen>,
    #[field(on_delete = Cascade)]
    coop: Option<ForeignKey<Coop>>,
}

#[everywhere]
async fn models_in_a_circle(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Hen, Egg, Farm, Coop, Feather]).await?;
    Farm::objects().a().bulk_create([1, 2].map(|id| Farm::create().id(id)), &db).await?;
    Hen::objects().a().bulk_create([1, 2, 3].map(|id| Hen::create().id(id)), &db).await?;
    for (name, hen) in [("ł", 1), ("b", 2), ("it's", 3)] {
        Egg::create().name(name).hen(hen).a().insert(&db).await?;
    }
    // Hen 1 is of an egg of hen 2, and hen 2 of one of hen 1: nobody was first. Hen 3 is of its own egg, which has no twin.
    for (hen, egg) in [(1, "b"), (2, "ł"), (3, "it's")] {
        Hen::objects().filter(Hen::id.eq(hen)).a().update(Hen::egg.set(egg), &db).await?;
    }
    Egg::objects().filter(Egg::name.eq("ł")).a().update(Egg::twin.set("b"), &db).await?;
    Coop::objects().a().bulk_create([(1, 1), (2, 3)].map(|(farm, first)| Coop::create().farm(farm).first(first)), &db).await?;
    Feather::objects().a().bulk_create([1, 2, 3, 3].map(|hen| Feather::create().hen(hen).coop(2)), &db).await?;
    Feather::create().hen(1).a().insert(&db).await?;

    let deleted = Farm::objects().filter(Farm::id.eq(1)).a().delete(&db).await?;
    assert_eq!(deleted.iter().collect::<Vec<_>>(), [("Farm", 1), ("Coop", 1)], "a coop does not take its hens along");
    let deleted = Hen::objects().filter(Hen::id.eq(1)).a().delete(&db).await?;
    assert_eq!((deleted.of::<Hen>(), deleted.of::<Egg>(), deleted.of::<Feather>(), deleted.total()), (2, 2, 3, 7));
    let deleted = Egg::objects().a().delete(&db).await?;
    assert_eq!((deleted.of::<Hen>(), deleted.of::<Egg>(), deleted.of::<Coop>(), deleted.of::<Feather>()), (1, 1, 1, 2));
    assert_eq!(Farm::objects().a().count(&db).await?, 1);
    Ok(())
}
