//! Models that come, go and are renamed.

use amphi::meta::OnDelete;
use orm_core::schema::FieldState;

use super::{Case, of, on, remove, rename_book};
use crate::builders::*;

pub fn models() -> Vec<Case> {
    let circle = || {
        let hen = model("Hen", vec![id(), key_of("egg", "Egg", OnDelete::Protect)]);
        let egg = model("Egg", vec![id(), nullable(key_of("hen", "Hen", OnDelete::SetNull))]);
        [hen, egg]
    };
    let mut renamed = Case::shop("rename a model with children and itself", rename_book);
    renamed.renamed_models.push((name("Book"), name("Tome")));
    let mut renamed_self = Case::shop("rename a model that points at itself", |state| {
        let mut review = state.remove(&name("Review")).expect("the shop has reviews");
        review.name = name("Opinion");
        review.table = "opinion".to_owned();
        for reference in review.fields.iter_mut().filter_map(|field| field.references.as_mut()) {
            if reference.model == name("Review") {
                reference.model = name("Opinion");
            }
        }
        state.insert(review);
    });
    renamed_self.renamed_models.push((name("Review"), name("Opinion")));
    vec![
        Case::shop("create a model", |state| drop(state.insert(model("Tag", vec![id(), unique(text("word", 20))])))),
        Case::shop("create a model that points at others", |state| {
            drop(state.insert(model("Note", vec![id(), key_of("book", "Book", OnDelete::Restrict)])));
        }),
        Case::shop("create models that point at each other", |state| {
            for model in circle() {
                state.insert(model);
            }
        }),
        Case::shop("delete a model that nothing points at", |state| drop(state.remove(&name("Review")))),
        Case::of(
            "delete a model and what points at it",
            {
                let mut state = shop();
                of(&mut state, "Review", "book").nullable = true;
                state
            },
            SHOP_ROWS,
            |state| {
                remove(state, "Review", "book");
                state.remove(&name("Book"));
            },
        ),
        renamed.shows("SELECT title FROM tome ORDER BY id", "Solaris Eden 𝕳"),
        renamed_self,
        Case::shop("another table", |state| on(state, "Author").table = "writers".to_owned()),
        Case::shop("a comment on a table and a column", |state| {
            on(state, "Book").comment = Some("it's a \\ book".to_owned());
            of(state, "Book", "title").comment = Some("its 'title'".to_owned());
            of(state, "Book", "id").comment = Some("a key".to_owned());
            on(state, "Book").fields.push(nullable(FieldState { comment: Some("new".to_owned()), ..text("isbn", 13) }));
        }),
    ]
}
