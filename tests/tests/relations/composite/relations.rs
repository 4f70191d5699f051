//! Foreign keys to models whose key is several fields.

use amphi::Backend;
use amphi::model::Model as _;
use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::models::*;

#[everywhere]
async fn a_foreign_key_is_several_columns(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let columns: Vec<&str> = Item::META.fields.iter().map(|field| field.column).collect();
    assert_eq!(columns, ["id", "line_tenant", "line_number", "name", "spare_tenant", "spare_number", "price"]);
    Line::objects().a().bulk_create(lines(), &db).await?;
    let first = Line::objects().filter(Line::pk.eq(("a", 1))).a().get(&db).await?;
    let item = Item::create().line(&first).name("i").price(1).a().insert(&db).await?;
    assert_eq!((item.line.key().clone(), item.spare.clone()), (key("a", 1), None));
    let odd = Item::create().line((ODD, 3)).spare(("b", 2)).name("j").price(2).a().insert(&db).await?;
    let drafts = [("b", 1), ("b", 2)].map(|line| Item::create().line(line).spare(&first).name("k").price(3));
    Item::objects().a().bulk_create(drafts, &db).await?;
    assert_eq!(Item::objects().filter(Item::id.eq(odd.id)).a().get(&db).await?, odd);
    let nowhere = Item::create().line(("a", 3)).name("i").price(1).a().insert(&db).await;
    assert!(nowhere.as_ref().is_err_and(Error::is_foreign_key_violation), "{nowhere:?}");

    // By the key, by a part of it, and by what is behind it.
    let names = |filter: Cond<Item>| Item::objects().filter(filter).order_by(Item::id).values(Item::id);
    assert_eq!(names(Item::line.eq(("b", 1))).a().all(&db).await?, [3]);
    assert_eq!(names(Item::line.eq(&first)).a().all(&db).await?, [1]);
    assert_eq!(names(Item::line.ne(&first)).a().all(&db).await?, [2, 3, 4]);
    assert_eq!(names(Item::line.in_([("a", 1), ("b", 2), ("a", 2)])).a().all(&db).await?, [1, 4]);
    assert_eq!(names(Item::line.in_(Line::objects().filter(Line::number.gt(1)).values(Line::pk))).a().all(&db).await?, [2, 4]);
    assert_eq!(names(Item::line.tenant.eq("b")).a().all(&db).await?, [3, 4]);
    assert_eq!(names(Item::line.title.startswith("b") & Item::line.number.eq(2)).a().all(&db).await?, [4]);
    assert_eq!(names(Item::line.pk.eq((ODD, 3))).a().all(&db).await?, [2]);
    assert_eq!(names(Item::line.eq(Item::spare)).a().all(&db).await?, Vec::<i64>::new());
    assert_eq!(names(Item::spare.isnull(true)).a().all(&db).await?, [1]);
    assert_eq!(names(Item::spare.eq(None)).a().all(&db).await?, [1]);
    assert_eq!(names(Item::spare.ne(("a", 1))).a().all(&db).await?, [1, 2]);
    assert_eq!(names(!Item::spare.in_([("a", 1), ("a", 2)])).a().all(&db).await?, [1, 2]);
    assert_eq!(names(Item::spare.title.eq("a1")).a().all(&db).await?, [3, 4]);
    let pairs =
        Item::objects().order_by((Item::spare.desc().nulls_last(), Item::id)).values((Item::line, Item::spare, Item::name));
    let pairs = pairs.a().all(&db).await?;
    assert_eq!(pairs[0], (ForeignKey::new(key(ODD, 3)), Some(ForeignKey::new(key("b", 2))), "j".into()));
    assert_eq!(pairs[3], (ForeignKey::new(key("a", 1)), None, "i".into()));

    // A part of the key joins nothing.
    let sql = Item::objects().filter(Item::line.tenant.eq("b")).values(Item::id).to_sql(Backend::Sqlite)?;
    assert_eq!(sql, "SELECT \"id\" FROM \"item\" WHERE \"line_tenant\" = ?");

    // Written by its key.
    assert_eq!(Item::objects().filter(Item::id.gt(2)).a().update(Item::spare.set(None), &db).await?, 2);
    assert_eq!(Item::objects().filter(Item::id.eq(3)).a().update((Item::spare.set(("b", 1)), Item::price.set(9)), &db).await?, 1);
    assert_eq!(names(Item::spare.isnull(true)).a().all(&db).await?, [1, 4]);
    let mut third = Item::objects().filter(Item::id.eq(3)).a().get(&db).await?;
    third.line = ForeignKey::new(key("a", 2));
    third.spare = None;
    third.a().update((Item::line, Item::spare), &db).await?;
    let again = Item::objects().filter(Item::line.eq(("a", 2)) & Item::spare.isnull(true)).a().get(&db).await?;
    assert_eq!(again, third);
    Ok(())
}

#[everywhere]
async fn related_rows_are_loaded_with_the_query_and_for_rows_in_hand(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    Line::objects().a().bulk_create(lines(), &db).await?;
    Item::create().line(("a", 2)).name("i").price(1).a().insert(&db).await?;
    Item::create().line((ODD, 3)).spare(("b", 1)).name("j").price(1).a().insert(&db).await?;
    let rows = Item::objects().order_by(Item::id).select_related((Item::line, Item::spare)).a().all(&db).await?;
    assert_eq!((rows[0].line().title.as_str(), rows[0].spare().as_ref().map(|line| line.title.clone())), ("a2", None));
    assert_eq!(rows[1].line(), &line(ODD, 3, &format!("{ODD}3")));
    assert_eq!(rows[1].spare().as_ref(), Some(&line("b", 1, "b1")));
    let rows = Item::objects().order_by(Item::id).a().all(&db).await?;
    let rows = rows.load_related(Item::spare).a().fetch(&db).await?.load_related(Item::line).a().fetch(&db).await?;
    assert_eq!((rows[0].line().title.as_str(), rows[1].line().number), ("a2", 3));
    assert_eq!(rows[1].spare().as_ref().map(|line| line.number), Some(1));
    Ok(())
}

#[everywhere]
async fn ways_back_and_their_managers(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    Line::objects().a().bulk_create(lines(), &db).await?;
    let of = |line, price| Item::create().line(line).spare(("b", 1)).name("i").price(price);
    Item::objects().a().bulk_create([of(("a", 1), 1), of(("b", 2), 2), of(("a", 1), 3), of((ODD, 3), 4)], &db).await?;
    Label::create().line(("b", 2)).text("label").a().insert(&db).await?;
    let again = Label::create().line(("b", 2)).text("again").a().insert(&db).await;
    assert!(again.as_ref().is_err_and(Error::is_unique_violation), "{again:?}");
    Label::create().line(("b", 1)).text("of the other").a().insert(&db).await?;

    let all = Line::objects().order_by(Line::pk.asc()).select_related(Line::label);
    let all = all.prefetch_related((Line::items, Line::spares)).a().all(&db).await?;
    let seen: Vec<_> = all.iter().map(|line| (line.items().len(), line.spares().len(), line.label().is_some())).collect();
    assert_eq!(seen, [(2, 0, false), (0, 0, false), (0, 4, true), (1, 0, true), (1, 0, false)]);
    assert_eq!(all[0].items().iter().map(|item| item.price).collect::<Vec<_>>(), [1, 3]);
    let most = Line::items.with(Item::objects().order_by(Item::price.desc()).limit(1));
    let most = Line::objects().filter(Line::tenant.eq("a")).order_by(Line::pk.asc()).prefetch_related(most).a().all(&db).await?;
    assert_eq!((most[0].items()[0].price, most[1].items().len()), (3, 0));

    let numbers = |filter: Cond<Line>| Line::objects().filter(filter).order_by(Line::pk.asc()).values(Line::pk);
    assert_eq!(numbers(Line::items.any(Item::price.gt(2))).a().all(&db).await?, [key("a", 1), key(ODD, 3)]);
    assert_eq!(numbers(Line::items.isnull(true)).a().all(&db).await?, [key("a", 2), key("b", 1)]);
    assert_eq!(numbers(Line::items.price.eq(2)).a().all(&db).await?, [key("b", 2)]);
    assert_eq!(numbers(Line::label.text.eq("label")).a().all(&db).await?, [key("b", 2)]);
    assert_eq!(numbers(Line::label.isnull(true)).a().all(&db).await?, [key("a", 1), key("a", 2), key(ODD, 3)]);
    assert_eq!(Item::objects().filter(Item::spare.label.text.startswith("of")).a().count(&db).await?, 4);
    assert_eq!(Line::objects().filter(Line::items.price.gt(2)).a().update(Line::note.set("dear"), &db).await?, 2);
    assert_eq!(numbers(Line::note.eq("dear")).a().all(&db).await?, [key("a", 1), key(ODD, 3)]);

    let second = Line::objects().filter(Line::pk.eq(("a", 2))).a().get(&db).await?;
    let items = Line::items.of(&second);
    let made = items.clone().a().create(Item::create().name("made").price(5), &db).await?;
    assert_eq!(*made.line.key(), key("a", 2));
    assert_eq!(items.clone().a().add([1, 2], &db).await?, 2);
    assert_eq!(items.clone().order_by(Item::id).values(Item::price).a().all(&db).await?, [1, 2, 5]);
    let spares = Line::spares.of_key(key("b", 1));
    assert_eq!(spares.clone().a().remove(3, &db).await?, 1);
    assert_eq!(spares.clone().a().set([1, 5], &db).await?, 3);
    assert_eq!(spares.clone().order_by(Item::id).values(Item::id).a().all(&db).await?, [1, 5]);
    assert_eq!(spares.a().clear(&db).await?, 2);
    assert_eq!(Item::objects().filter(Item::spare.isnull(false)).a().count(&db).await?, 0);
    Ok(())
}

#[everywhere]
async fn many_to_many_between_keys_of_several_fields(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    Line::objects().a().bulk_create(lines(), &db).await?;
    let marks = Mark::objects().a().bulk_create(["x", "y", "z"].map(|name| Mark::create().name(name)), &db).await?;
    let line = Line::objects().filter(Line::pk.eq((ODD, 3))).a().get(&db).await?;
    assert_eq!(Line::marks.of(&line).a().add(&marks, &db).await?, 3);
    assert_eq!(Line::marks.of(&line).a().add(&marks[0], &db).await?, 0);
    // The library's own model between: its key of the line is two columns too.
    assert_eq!(Mark::lines.of(&marks[0]).a().add([("a", 1), ("b", 2)], &db).await?, 2);
    assert_eq!(Mark::lines.of(&marks[0]).a().add(&line, &db).await?, 0);
    assert!(matches!(Mark::lines.of(&marks[0]).a().add([("a", 9)], &db).await, Err(Error::DoesNotExist { model: "Line" })));
    let of_first = Mark::lines.of(&marks[0]).order_by(Line::pk.asc()).values(Line::pk);
    assert_eq!(of_first.a().all(&db).await?, [key("a", 1), key("b", 2), key(ODD, 3)]);
    let loaded = Mark::objects().order_by(Mark::id).prefetch_related(Mark::lines).a().all(&db).await?;
    assert_eq!(loaded.iter().map(|mark| mark.lines().len()).collect::<Vec<_>>(), [3, 1, 1]);
    let loaded = Line::objects().order_by(Line::pk.asc()).prefetch_related(Line::marks).a().all(&db).await?;
    assert_eq!(loaded.iter().map(|line| line.marks().len()).collect::<Vec<_>>(), [1, 0, 0, 1, 3]);
    assert_eq!(Line::objects().filter(Line::marks.name.eq("y")).a().get(&db).await?, line);
    assert_eq!(Mark::objects().filter(Mark::lines.tenant.eq("b")).values(Mark::name).a().all(&db).await?, ["x"]);
    assert_eq!(Mark::lines.of(&marks[0]).a().remove([("a", 1), ("a", 2)], &db).await?, 1);
    assert_eq!(Mark::lines.of(&marks[0]).a().set([("a", 2), (ODD, 3)], &db).await?, 2);
    assert_eq!(Line::marks.of(&line).a().clear(&db).await?, 3);
    assert_eq!(Line::marks.of_key(key("a", 2)).a().count(&db).await?, 1);

    // A model between whose key is its two foreign keys.
    let post = Post::create().title("p").a().insert(&db).await?;
    Tag::objects().a().bulk_create(["x", "y"].map(|name| Tag::create().name(name)), &db).await?;
    assert_eq!(Post::tags.of(&post).a().add(["x", "y"], &db).await?, 2);
    assert_eq!(Post::tags.of(&post).a().add(["x", "y"], &db).await?, 0);
    assert_eq!(Post::tags.of(&post).a().remove("x", &db).await?, 1);
    assert_eq!(PostTag::objects().values(PostTag::pk).a().all(&db).await?, [(1, "y".to_owned())]);
    let vote = Vote::create().tagging((1, "y")).up(true).a().insert(&db).await?;
    assert_eq!(Vote::objects().filter(Vote::tagging.post.title.eq("p") & Vote::tagging.tag.eq("y")).a().get(&db).await?, vote);
    assert_eq!(Vote::objects().filter(Vote::tagging.tag.name.eq("x")).a().count(&db).await?, 0);
    assert_eq!(PostTag::objects().filter(PostTag::votes.up.eq(true)).a().count(&db).await?, 1);
    assert_eq!(Post::objects().a().delete(&db).await?, 3, "with its tagging and the vote");
    Ok(())
}

#[everywhere]
async fn deleting_follows_keys_of_several_fields(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    Line::objects().a().bulk_create(lines(), &db).await?;
    let of = |line, spare| Item::create().line(line).spare(spare).name("i").price(1);
    Item::objects().a().bulk_create([of(("a", 1), ("b", 1)), of(("a", 2), ("a", 1)), of(("b", 2), ("a", 1))], &db).await?;
    Label::create().line(("b", 2)).text("protects").a().insert(&db).await?;
    // Cascades, and sets to NULL.
    let first = Line::objects().filter(Line::pk.eq(("a", 1))).a().get(&db).await?;
    let deleted = first.clone().a().delete(&db).await?;
    assert_eq!((deleted.of::<Line>(), deleted.of::<Item>()), (1, 1));
    assert_eq!(Item::objects().filter(Item::spare.isnull(true)).order_by(Item::id).values(Item::id).a().all(&db).await?, [2, 3]);
    // Protects.
    let protected = Line::objects().filter(Line::number.eq(2)).a().delete(&db).await;
    assert!(
        matches!(&protected, Err(Error::Protected { model: "Line", by }) if by.model == "Label" && by.field == "line" && by.rows == 1),
        "{protected:?}"
    );
    Label::objects().a().delete(&db).await?;
    assert_eq!(Line::objects().filter(Line::number.eq(2)).a().delete(&db).await?, 4);
    assert_eq!(Line::objects().order_by(Line::pk.asc()).values(Line::pk).a().all(&db).await?, [key("b", 1), key(ODD, 3)]);

    // A tree, whose keys are read.
    let branch = |place, parent: Option<i16>| {
        let parent = parent.map(|place| ForeignKey::new((tree(1), day(29), place)));
        Branch::create().tree(tree(1)).day(day(29)).place(place).parent(parent)
    };
    let branches = [branch(0, None), branch(1, Some(0)), branch(2, Some(1)), branch(3, Some(1)), branch(4, None)];
    Branch::objects().a().bulk_create(branches, &db).await?;
    let top = Branch::objects().filter(Branch::parent.isnull(true)).order_by(Branch::pk.asc());
    let top = top.prefetch_related(Branch::children).a().all(&db).await?;
    assert_eq!(top.iter().map(|branch| branch.children().len()).collect::<Vec<_>>(), [1, 0]);
    assert_eq!(Branch::objects().filter(Branch::children.place.gt(1)).values(Branch::place).a().all(&db).await?, [1]);
    assert_eq!(Branch::objects().filter(Branch::parent.parent.place.eq(0)).a().count(&db).await?, 2);
    assert_eq!(Branch::objects().filter(Branch::place.eq(1)).a().delete(&db).await?, 3);
    assert_eq!(Branch::objects().order_by(Branch::pk.asc()).values(Branch::place).a().all(&db).await?, [0, 4]);
    Ok(())
}

#[everywhere]
async fn options_of_a_field_are_about_all_of_its_columns(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let columns: Vec<&str> = Tab::META.fields.iter().map(|field| field.column).collect();
    assert_eq!(columns, ["id", "of_tenant", "of_number", "name"]);
    Line::objects().a().bulk_create(lines(), &db).await?;
    let tab = |line, name| Tab::create().line(line).name(name);
    Tab::objects().a().bulk_create([tab(("a", 1), "x"), tab(("a", 2), "x"), tab(("a", 1), "y")], &db).await?;
    let again = tab(("a", 2), "x").a().insert(&db).await;
    assert!(again.as_ref().is_err_and(Error::is_unique_violation), "{again:?}");
    assert_eq!(Tab::create().name("default").a().insert(&db).await?.line.key(), &key("b", 1));
    let names = Tab::objects().values((Tab::line, Tab::name)).a().all(&db).await?;
    let names: Vec<(i32, &str)> = names.iter().map(|(line, name)| (line.key().1, name.as_str())).collect();
    assert_eq!(names, [(1, "default"), (2, "x"), (1, "x"), (1, "y")]);
    assert_eq!(Line::objects().filter(Line::pk.eq(("a", 2))).a().delete(&db).await?, 1);
    assert_eq!(
        Tab::objects().filter(Tab::line.eq(("b", 1))).order_by(Tab::name).values(Tab::name).a().all(&db).await?,
        ["default", "x"]
    );
    Ok(())
}
