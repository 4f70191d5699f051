//! Relations of a model to itself: a foreign key, a symmetrical many-to-many and one that is not.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::answers::Answers;
use super::data::fill;
use super::models::{Film, Staff};

#[everywhere]
async fn answers_are_those_of_django(db: AsyncDatabase) -> Result<(), Error> {
    fill()?;
    let mut django = Answers::new("selves", db.backend());
    let (staff, boss) = (Staff::objects, Staff::reports_to);
    for (name, query) in [
        ("boss", staff().filter(boss.name.eq("Kim"))),
        ("boss_of_boss", staff().filter(boss.reports_to.name.eq("Kim"))),
        ("four_up", staff().filter(boss.reports_to.reports_to.reports_to.eq(601))),
        ("top", staff().filter(boss.isnull(true))),
        ("boss_is_top", staff().filter(boss.reports_to.isnull(true))),
        ("boss_is_there_and_top", staff().filter(boss.isnull(false) & boss.reports_to.isnull(true))),
        ("exclude_boss", staff().exclude(boss.name.eq("Kim"))),
        ("exclude_boss_of_boss", staff().exclude(boss.reports_to.name.eq("Kim"))),
        ("namesake_of_the_boss", staff().filter(Staff::name.eq(boss.name))),
        ("reports", staff().filter(Staff::reports.name.eq("Ann Lee"))),
        ("reports_two_down", staff().filter(Staff::reports.reports.name.eq("Ann Lee"))),
        ("leaves", staff().filter(Staff::reports.isnull(true))),
        ("leaves_below_the_top", staff().filter(Staff::reports.isnull(true) & boss.isnull(false))),
        ("has_reports", staff().filter(Staff::reports.isnull(false))),
        ("siblings", staff().filter(boss.reports.name.eq("Łukasz"))),
        ("exclude_reports", staff().exclude(Staff::reports.name.eq("Ann Lee"))),
        ("exclude_reports_two_down", staff().exclude(Staff::reports.reports.isnull(false))),
        ("up_and_down", staff().filter(boss.eq(601) & Staff::reports.name.eq("Ann Lee"))),
    ] {
        django.bag(name, query.values(Staff::id).a().all(&db).await);
    }
    let film = Film::objects;
    for (name, query) in [
        ("sequels", film().filter(Film::sequels.title.eq("Alien 3"))),
        ("sequels_and_prequel", film().filter(Film::prequel.isnull(false) & Film::sequels.isnull(false))),
        ("longer_than_a_sequel", film().filter(Film::length.gt(Film::sequels.length))),
        ("similar", film().filter(Film::similar.id.eq(101))),
        ("similar_title", film().filter(Film::similar.title.eq("Heat"))),
        ("similar_isnull", film().filter(Film::similar.isnull(true))),
        ("similar_to_similar", film().filter(Film::similar.similar.title.eq("Heat"))),
        ("exclude_similar", film().exclude(Film::similar.length.gt(100))),
        ("inspired_by", film().filter(Film::inspired_by.id.eq(102))),
        ("inspired", film().filter(Film::inspired.id.eq(102))),
        ("inspired_by_title", film().filter(Film::inspired_by.title.eq("Solaris"))),
        ("inspired_title", film().filter(Film::inspired.title.eq("Solaris"))),
        ("inspired_by_itself", film().filter(Film::inspired_by.id.eq(Film::id))),
        ("inspired_by_what_it_inspired", film().filter(Film::inspired_by.inspired_by.id.eq(Film::id))),
        ("inspired_by_isnull", film().filter(Film::inspired_by.isnull(true))),
        ("inspired_isnull", film().filter(Film::inspired.isnull(true))),
        ("inspired_by_and_inspired", film().filter(Film::inspired_by.isnull(false) & Film::inspired.isnull(false))),
        ("exclude_inspired_by", film().exclude(Film::inspired_by.language.eq(1))),
        ("exclude_inspired", film().exclude(Film::inspired.language.eq(1))),
        ("inspired_by_or_similar", film().filter(Film::inspired_by.id.eq(101) | Film::similar.id.eq(101))),
    ] {
        django.bag(name, query.values(Film::id).a().all(&db).await);
    }
    let ordered = staff().filter(boss.isnull(false)).order_by((boss.name.asc(), Staff::name.desc(), Staff::id.asc()));
    django.list("order_by_boss", ordered.values((Staff::id, boss.name)).a().all(&db).await);
    django.done(&[]);
    Ok(())
}
