//! Migrators that work at once: each migration is applied once, and nobody fails.

use amphi::migrations::Migrations;
use amphi::prelude::*;
use amphi_test_macros::everywhere;
use amphi_tests::support::url;

fn chain(length: usize) -> Migrations {
    let texts: Vec<(String, String)> = (1..=length)
        .map(|number| {
            let parent = match number {
                1 => String::new(),
                _ => format!("parents = [\"shop.{:04}_t\"]\n", number - 1),
            };
            let text = format!(
                "app = \"shop\"\n{parent}[[operations]]\nop = \"create_model\"\nmodel = \"shop.T{number}\"\ntable = \"once_{number}\"\n\
                 key = [\"id\"]\nfields = [{{ name = \"id\", type = \"i64\", generated = true }}]\n\
                 [[operations]]\nop = \"run_sql\"\nsql = \"INSERT INTO once_{number} (id) VALUES ({number})\"\nreverse = \"\"\n"
            );
            (format!("{number:04}_t.toml"), text)
        })
        .collect();
    let files: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Migrations::embedded(&files).unwrap()
}

#[everywhere]
async fn sixteen_migrators_apply_each_once(db: AsyncDatabase) -> Result<(), Error> {
    let migrations = chain(5);
    let address = url();
    let applied: usize = std::thread::scope(|scope| {
        let migrators: Vec<_> = (0..16)
            .map(|_| {
                let (migrations, address) = (migrations.clone(), address.clone());
                scope.spawn(move || {
                    let db = Database::connect(&address).expect("the database opens");
                    let applied = migrations.migrate().run(&db);
                    db.close();
                    applied.unwrap_or_else(|error| panic!("{error}")).len()
                })
            })
            .collect();
        migrators.into_iter().map(|migrator| migrator.join().expect("no migrator panics")).sum()
    });
    assert_eq!(applied, 5);
    assert_eq!(migrations.migrate().a().run(&db).await.map_err(|error| Error::Configuration(error.to_string()))?, []);
    Ok(())
}
