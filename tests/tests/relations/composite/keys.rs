//! One table: rows are made, found, ordered, written and deleted by a key of several fields.

use amphi::Backend;
use amphi::model::Model as _;
use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::models::*;

#[everywhere]
async fn rows_are_found_by_their_key(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let made = Line::create().tenant("a").number(2).title("two").a().insert(&db).await?;
    assert_eq!((made.clone(), Line::META.key.len(), Line::META.generated_key), (line("a", 2, "two"), 2, false));
    assert_eq!(*made.key(), key("a", 2));
    let more = [("a", 1), (ODD, 1), ("b", 2), ("", i32::MIN), (ODD, i32::MAX)];
    let more = more.map(|(tenant, number)| Line::create().tenant(tenant).number(number).title("more").note("n"));
    assert_eq!(Line::objects().a().bulk_create(more, &db).await?.len(), 5);
    // Each of its fields may be there twice, but not all together.
    let again = Line::create().tenant(ODD).number(1).title("again").a().insert(&db).await;
    let Err(Error::Constraint(violation)) = again else { panic!("{again:?}") };
    assert_eq!((violation.table.as_deref(), violation.columns.join(", ")), (Some("line"), "tenant, number".to_owned()));
    assert_eq!(Line::objects().filter(Line::pk.eq(("a", 2))).a().get(&db).await?, made);
    assert_eq!(Line::objects().filter(Line::pk.eq(&made)).a().get(&db).await?, made);
    assert_eq!(Line::objects().filter(Line::pk.eq(ForeignKey::to(&made))).a().get(&db).await?, made);
    assert_eq!(Line::objects().filter(Line::pk.eq(key(ODD, 1))).values(Line::title).a().get(&db).await?, "more");
    assert!(matches!(
        Line::objects().filter(Line::pk.eq(("b", 1))).a().get(&db).await,
        Err(Error::DoesNotExist { model: "Line" })
    ));
    assert_eq!(Line::objects().filter(Line::pk.ne(("a", 2))).a().count(&db).await?, 5);
    assert_eq!(Line::objects().exclude(Line::pk.eq(("a", 2)) | Line::pk.eq((ODD, 1))).a().count(&db).await?, 4);
    assert_eq!(Line::objects().filter(Line::tenant.eq("a") & Line::number.gt(1)).a().get(&db).await?, made);
    Ok(())
}

#[everywhere]
async fn lists_of_keys_of_any_length(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    Line::objects().a().bulk_create(lines(), &db).await?;
    let titles =
        |keys: Vec<(String, i32)>| Line::objects().filter(Line::pk.in_(keys)).order_by(Line::pk.asc()).values(Line::title);
    assert_eq!(titles(vec![]).a().all(&db).await?, Vec::<String>::new());
    assert_eq!(titles(vec![key("a", 2)]).a().all(&db).await?, ["a2"]);
    // Not each of the one with each of the other.
    assert_eq!(titles(vec![key("b", 1), key("a", 2), key("b", 1), key("c", 2)]).a().all(&db).await?, ["a2", "b1"]);
    assert_eq!(titles(vec![key(ODD, 3), key("a", i32::MAX)]).a().all(&db).await?, [format!("{ODD}3")]);
    let many = (0..5_000).map(|number| key("b", number)).collect();
    assert_eq!(titles(many).a().all(&db).await?, ["b1", "b2"]);
    assert_eq!(Line::objects().filter(Line::pk.in_([("a", 1), ("b", 2)])).a().count(&db).await?, 2);
    assert_eq!(Line::objects().exclude(Line::pk.in_([("a", 1), ("b", 2)])).a().count(&db).await?, 3);
    // A query of keys, as a whole or by its fields.
    let of_a = Line::objects().filter(Line::tenant.eq("a"));
    assert_eq!(Line::objects().filter(Line::pk.in_(of_a.clone().values(Line::pk))).a().count(&db).await?, 2);
    assert_eq!(Line::objects().filter(!Line::pk.in_(of_a.clone().values((Line::tenant, Line::number)))).a().count(&db).await?, 3);
    assert_eq!(Line::objects().filter(Line::pk.in_(of_a.clone().none().values(Line::pk))).a().count(&db).await?, 0);
    assert_eq!(Line::objects().exclude(Line::pk.in_(of_a.none().values(Line::pk))).a().count(&db).await?, 5);
    let two = Line::objects().order_by(Line::pk.desc()).limit(2).values(Line::pk);
    assert_eq!(two.clone().a().all(&db).await?, [key(ODD, 3), key("b", 2)]);
    assert_eq!(Line::objects().filter(Line::pk.in_(two)).values(Line::number).order_by(Line::number).a().all(&db).await?, [2, 3]);
    let mixed = Line::objects().order_by(Line::pk.asc()).values((Line::title, Line::pk, Line::number)).a().first(&db).await?;
    assert_eq!(mixed, Some(("a1".into(), key("a", 1), 1)));
    Ok(())
}

#[everywhere]
async fn the_order_of_keys_is_that_of_their_fields(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    Line::objects().a().bulk_create(lines(), &db).await?;
    // Without an order the first and the last are those of the key.
    assert_eq!(Line::objects().a().first(&db).await?.map(|line| line.title), Some("a1".into()));
    assert_eq!(Line::objects().a().last(&db).await?.map(|line| line.title), Some(format!("{ODD}3")));
    let titles = Line::objects().order_by((Line::number.desc(), Line::pk.desc())).values(Line::title).a().all(&db).await?;
    assert_eq!(titles, [&format!("{ODD}3"), "b2", "a2", "b1", "a1"]);
    let page = Line::objects().order_by(Line::pk.asc()).slice(1..3).values(Line::pk).a().all(&db).await?;
    assert_eq!(page, [key("a", 2), key("b", 1)]);
    let distinct = Line::objects().order_by(Line::pk.asc()).values(Line::number).distinct().a().all(&db).await;
    assert!(matches!(distinct, Err(Error::InvalidQuery(_))), "{distinct:?}");
    Ok(())
}

#[everywhere]
async fn a_row_in_hand_is_written_by_its_key(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    Line::objects().a().bulk_create(lines(), &db).await?;
    let mut row = Line::objects().filter(Line::pk.eq((ODD, 3))).a().get(&db).await?;
    let before = row.clone();
    row.title = "new".into();
    row.note = Some("kept".into());
    row.a().save(&db).await?;
    let mut other = before.clone();
    other.a().refresh(&db).await?;
    assert_eq!(other, row);
    other.title = "named".into();
    other.note = None;
    other.a().update(Line::title, &db).await?;
    row.a().refresh(&db).await?;
    assert_eq!((row.title.as_str(), row.note.as_deref()), ("named", Some("kept")));
    row.note = Some("changed".into());
    row.a().update_changed(&before, &db).await?;
    assert_eq!(Line::objects().filter(Line::note.eq("changed")).values(Line::pk).a().all(&db).await?, [key(ODD, 3)]);
    assert_eq!(Line::objects().filter(Line::title.eq("named")).a().count(&db).await?, 1, "and no other row");
    assert_eq!(row.a().delete(&db).await?, 1);
    assert!(matches!(row.a().delete(&db).await, Err(Error::DoesNotExist { model: "Line" })));
    assert!(matches!(row.a().save(&db).await, Err(Error::DoesNotExist { .. })));
    assert!(matches!(row.a().refresh(&db).await, Err(Error::DoesNotExist { .. })));
    // Many at once.
    let of_b = Line::objects().filter(Line::tenant.eq("b"));
    assert_eq!(of_b.clone().a().update((Line::note.set("b"), Line::title.set("t")), &db).await?, 2);
    assert_eq!(of_b.a().delete(&db).await?, 2);
    assert_eq!(Line::objects().filter(Line::pk.in_([("a", 1), ("b", 1)])).a().delete(&db).await?, 1);
    assert_eq!(Line::objects().order_by(Line::pk.asc()).values(Line::pk).a().all(&db).await?, [key("a", 2)]);
    Ok(())
}

#[everywhere]
async fn a_version_counts_beside_the_key(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let mut root = Branch::create().tree(tree(7)).day(day(29)).place(i16::MIN).a().insert(&db).await?;
    assert_eq!((root.parent, root.version), (None, 1));
    let mut stale = root.clone();
    root.a().save(&db).await?;
    assert_eq!(root.version, 2);
    assert!(matches!(stale.a().save(&db).await, Err(Error::Stale { model: "Branch" })));
    assert!(matches!(stale.a().delete(&db).await, Err(Error::Stale { model: "Branch" })));
    let keys = [(tree(7), day(29), i16::MIN), (tree(8), day(29), 0)];
    let found = Branch::objects().filter(Branch::pk.in_(keys)).a().get(&db).await?;
    assert_eq!(found, root);
    assert_eq!(Branch::objects().filter(Branch::pk.eq(keys[0])).values(Branch::pk).a().all(&db).await?, [keys[0]]);
    assert_eq!(root.a().delete(&db).await?, 1);
    Ok(())
}

#[everywhere]
async fn rows_of_nothing_but_a_key(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let post = Post::create().title("p").a().insert(&db).await?;
    let tags = ["x", "y"].map(|name| Tag::create().name(name));
    let tags = Tag::objects().a().bulk_create(tags, &db).await?;
    let link = PostTag::create().post(&post).tag(&tags[0]).a().insert(&db).await?;
    assert_eq!(*link.key(), (post.id, "x".to_owned()));
    let again = PostTag::create().post(&post).tag("x").a().insert(&db).await;
    assert!(again.as_ref().is_err_and(Error::is_unique_violation), "{again:?}");
    let nowhere = PostTag::create().post(&post).tag("z").a().insert(&db).await;
    assert!(nowhere.as_ref().is_err_and(Error::is_foreign_key_violation), "{nowhere:?}");
    PostTag::create().post(&post).tag("y").a().insert(&db).await?;
    let mut found = PostTag::objects().filter(PostTag::pk.eq((1, "y"))).a().get(&db).await?;
    found.a().save(&db).await?;
    assert_eq!(PostTag::objects().filter(PostTag::tag.eq("y") & PostTag::post.title.eq("p")).a().get(&db).await?, found);
    let loaded = PostTag::objects().select_related((PostTag::post, PostTag::tag)).a().first(&db).await?;
    assert_eq!(loaded.map(|row| (row.post().title.clone(), row.tag().name.clone())), Some(("p".into(), "x".into())));
    assert_eq!(found.a().delete(&db).await?, 1);
    assert_eq!(PostTag::objects().values(PostTag::pk).a().all(&db).await?, [(1, "x".to_owned())]);
    Ok(())
}

#[everywhere]
async fn a_list_of_keys_is_one_bind(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let sql = |count| Line::objects().filter(Line::pk.in_((0..count).map(|number| key("a", number)))).to_sql(Backend::Sqlite);
    assert_eq!(sql(2)?, sql(3)?);
    let sql = |backend| Line::objects().filter(Line::pk.in_([("a", 1), ("b", 2)])).values(Line::title).to_sql(backend);
    assert_eq!(
        sql(Backend::Sqlite)?,
        "SELECT \"title\" FROM \"line\" WHERE (\"tenant\", \"number\") IN (SELECT CAST(unhex(value ->> 0) AS TEXT), \
         CAST(value ->> 1 AS INTEGER) FROM json_each(?))"
    );
    assert_eq!(
        sql(Backend::Postgres)?,
        "SELECT \"title\" FROM \"line\" WHERE (\"tenant\", \"number\") IN (SELECT * FROM unnest($1::text[], $2::bigint[]))"
    );
    Ok(())
}

#[everywhere(stores_nul)]
async fn a_text_with_a_nul_is_a_part_of_a_key(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    Line::objects().a().bulk_create(["x", "x\0", "x\0y"].map(|tenant| New::of(line(tenant, 1, "t"))), &db).await?;
    for tenant in ["x", "x\0", "x\0y"] {
        let found = Line::objects().filter(Line::pk.in_([(tenant, 1), ("\0", 1)])).values(Line::tenant);
        assert_eq!(found.a().all(&db).await?, [tenant]);
        assert_eq!(Line::objects().filter(Line::pk.eq((tenant, 1))).a().count(&db).await?, 1);
    }
    Ok(())
}

#[everywhere]
async fn rows_are_locked(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    Line::objects().a().bulk_create(lines(), &db).await?;
    db.atomic(async |tx: &AsyncTransaction| {
        let mut locked = Line::objects().filter(Line::pk.eq(("a", 1))).select_for_update().a().get(tx).await?;
        locked.title = "locked".into();
        locked.a().save(tx).await
    })
    .await?;
    assert_eq!(Line::objects().filter(Line::title.eq("locked")).values(Line::pk).a().all(&db).await?, [key("a", 1)]);
    Ok(())
}
