//! The models of the shop, version by version.

/// What it begins with.
pub mod first {
    use amphi::prelude::*;

    #[derive(Model)]
    #[model(table = "author")]
    pub struct Author {
        pub id: i64,
        #[field(max_length = 100)]
        pub name: String,
    }

    #[derive(Model)]
    #[model(table = "book")]
    pub struct Book {
        pub id: i64,
        pub title: String,
        #[field(on_delete = Cascade)]
        pub author: ForeignKey<Author>,
    }
}

/// Books have a number, and authors an index.
pub mod second {
    use amphi::prelude::*;

    #[derive(Model)]
    #[model(table = "author")]
    pub struct Author {
        pub id: i64,
        #[field(max_length = 100, index)]
        pub name: String,
    }

    #[derive(Model)]
    #[model(table = "book")]
    pub struct Book {
        pub id: i64,
        pub title: String,
        #[field(on_delete = Cascade)]
        pub author: ForeignKey<Author>,
        #[field(max_length = 13)]
        pub isbn: Option<String>,
    }
}

/// The title of a book has another name.
pub mod retitled {
    use amphi::prelude::*;

    use super::second::Author;

    #[derive(Model)]
    #[model(table = "book")]
    pub struct Book {
        pub id: i64,
        pub heading: String,
        #[field(on_delete = Cascade)]
        pub author: ForeignKey<Author>,
        #[field(max_length = 13)]
        pub isbn: Option<String>,
    }
}

/// A book has a number of pages, which may not be NULL.
pub mod required {
    use amphi::prelude::*;

    use super::second::Author;

    #[derive(Model)]
    #[model(table = "book")]
    pub struct Book {
        pub id: i64,
        pub title: String,
        #[field(on_delete = Cascade)]
        pub author: ForeignKey<Author>,
        #[field(max_length = 13)]
        pub isbn: Option<String>,
        pub pages: i32,
    }
}

/// Another app. Its model does not derive `Model`, so that the other versions need not leave it out.
pub mod blog {
    use amphi::field::ColumnType;
    use amphi::meta::{FieldMeta, ModelMeta};

    pub static POST: ModelMeta = ModelMeta {
        app: Some("blog"),
        generated_key: true,
        ..ModelMeta::new("Post", "blog_post", &[FieldMeta::new("id", "id", ColumnType::I64, false)])
    };
}
