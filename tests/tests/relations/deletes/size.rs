//! A million children go without being loaded: the tests of the SQL see that no row of theirs is read.

use amphi::prelude::*;

use amphi_tests::support::{Place, Scratch};

#[derive(Model, Debug, Clone)]
#[model(table = "deletes_sea")]
struct Sea {
    id: i64,
    #[field(max_length = 20)]
    name: String,
}

#[derive(Model, Debug, Clone)]
#[model(table = "deletes_drop")]
struct Drop {
    id: i64,
    #[field(on_delete = Cascade)]
    sea: ForeignKey<Sea>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "deletes_molecule")]
struct Molecule {
    id: i64,
    #[field(on_delete = Cascade)]
    drop: ForeignKey<Drop>,
}

const MILLION: u64 = 1_000_000;

fn a_million_children(place: Place) {
    let scratch = Scratch::new(place);
    let db = Database::connect(&scratch.url()).expect("a fresh database opens");
    db.create_tables(models![Sea, Drop, Molecule]).expect("it takes tables");
    Sea::objects().bulk_create(["Baltic", "Dead", "Red"].map(|name| Sea::create().name(name)), &db).expect("it takes rows");
    // Numbers from 1; a drop of the third sea comes last.
    let numbers = match place {
        Place::sqlite => {
            format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MILLION}) SELECT i FROM n")
        }
        Place::postgres => format!("SELECT i FROM generate_series(1, {MILLION}) AS n(i)"),
        Place::mysql => format!("SELECT seq AS i FROM seq_1_to_{MILLION}"),
    };
    scratch.script(&format!(
        "INSERT INTO deletes_drop (sea_id) SELECT 1 + i % 2 FROM ({numbers}) AS n; INSERT INTO deletes_drop (sea_id) VALUES (3);
         INSERT INTO deletes_molecule (drop_id) SELECT id FROM deletes_drop WHERE id % 4 = 0 OR sea_id = 3"
    ));
    let molecules = Molecule::objects().count(&db).expect("they are counted");
    let deleted = Sea::objects().filter(Sea::name.ne("Red")).delete(&db).expect("they go");
    assert_eq!((deleted.of::<Sea>(), deleted.of::<Drop>()), (2, MILLION));
    let left = Molecule::objects().count(&db).expect("they are counted");
    assert!((1..3).contains(&left), "{left}");
    assert_eq!(deleted.of::<Molecule>(), molecules - left);
    assert_eq!(Drop::objects().count(&db).expect("they are counted"), 1);
    db.close();
}

#[test]
fn a_million_children_on_sqlite() {
    a_million_children(Place::sqlite);
}

#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn a_million_children_on_postgres() {
    a_million_children(Place::postgres);
}

#[test]
#[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
fn a_million_children_on_mysql() {
    a_million_children(Place::mysql);
}
