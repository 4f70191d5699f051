//! Hooks wherever a model may stand, and under whatever names.

mod shop {
    #[derive(amphi::Model, Debug, Clone, PartialEq)]
    #[model(hooks, table = "books")]
    pub(crate) struct Book {
        id: i64,
        pub(super) title: String,
        #[field(auto_now_add)]
        made: amphi::chrono::DateTime<amphi::chrono::Utc>,
    }

    impl amphi::Hooks for Book {
        async fn before_insert(&mut self, on: &mut amphi::Running<'_, impl amphi::Connection>) -> Result<(), amphi::Error> {
            let others = Book::objects().on(on).count().await?;
            self.title.push_str(&format!(" {others}"));
            Ok(())
        }
    }
}

/// All hooks, none of which does anything.
#[derive(amphi::Model, Clone)]
#[model(hooks)]
#[allow(non_camel_case_types)]
struct C {
    id: i64,
    on: bool,
    hook: bool,
}

impl amphi::Hooks for C {}

#[test]
fn runs() -> Result<(), amphi::Error> {
    use amphi::prelude::*;

    let db = Database::connect("sqlite::memory:")?;
    db.create_tables(models![shop::Book, C])?;
    shop::Book::create().title("Emma").insert(&db)?;
    let book = shop::Book::create().title("Persuasion").insert(&db)?;
    assert_eq!(book.title, "Persuasion 1");
    let mut nothing = C::create().on(true).hook(false).insert(&db)?;
    nothing.on = false;
    nothing.save(&db)?;
    nothing.delete(&db)?;
    // Hooks in a function.
    #[derive(Model, Clone)]
    #[model(hooks)]
    struct Within {
        id: i64,
    }
    impl amphi::Hooks for Within {
        async fn after_insert(&mut self, on: &mut amphi::Running<'_, impl amphi::Connection>) -> Result<(), Error> {
            // The setter of the field hides the method.
            RunDraft::on(C::create().on(true).hook(true), on).insert().await.map(drop)
        }
    }
    db.create_tables(models![Within])?;
    Within::create().insert(&db)?;
    assert_eq!(C::objects().count(&db)?, 1);
    Ok(())
}
