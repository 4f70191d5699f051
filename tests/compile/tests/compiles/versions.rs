//! A version of either width, public or not, in a model with a key of its own.

use amphi::prelude::*;

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Page {
    id: i64,
    #[field(version)]
    version: i64,
}

#[derive(Model)]
struct Setting {
    #[field(primary_key, max_length = 20)]
    name: String,
    #[field(version, index, column = "lock_version")]
    pub r#type: i32,
}

#[test]
fn runs() -> Result<(), Error> {
    let db = Database::connect("sqlite::memory:")?;
    db.create_tables(models![Page, Setting])?;
    let mut page = Page::create().insert(&db)?;
    page.save(&db)?;
    assert_eq!(page.version, 1, "there is nothing to write");
    let setting = Setting::create().name("a").insert(&db)?;
    assert_eq!((setting.name.as_str(), setting.r#type), ("a", 1));
    Ok(())
}
