#![deny(warnings, unreachable_pub, missing_docs)]
//! Models of every visibility, in a crate that denies all warnings.

/// A module that others see.
pub mod shop {
    use amphi::prelude::*;

    /// A country.
    #[derive(Model, Clone, Debug, PartialEq)]
    pub struct Country {
        id: i64,
        name: String,
    }

    /// An author.
    #[derive(Model)]
    pub struct Author {
        id: i64,
        /// As on the cover.
        pub name: String,
        pub(crate) country: ForeignKey<Country>,
    }

    #[derive(Model)]
    struct Private {
        id: i64,
        note: String,
        author: ForeignKey<Author>,
        next: Option<ForeignKey<Private>>,
    }

    #[derive(Model)]
    pub(crate) struct Crate {
        id: i64,
        author: ForeignKey<Author>,
    }

    #[derive(Model)]
    pub(super) struct Super {
        id: i64,
        author: ForeignKey<Crate>,
    }

    #[derive(Model)]
    #[expect(clippy::needless_pub_self, reason = "users may write it")]
    pub(self) struct Selfish {
        id: i64,
        author: ForeignKey<Super>,
    }

    pub(crate) mod inner {
        use amphi::prelude::*;

        #[derive(Model)]
        pub(in crate::shop) struct Within {
            id: i64,
            author: ForeignKey<super::Crate>,
        }

        #[derive(Model)]
        pub(in super::super) struct Outer {
            id: i64,
            author: ForeignKey<super::Super>,
        }
    }

    /// Uses what only this module sees.
    pub fn check() {
        let _ = Private::objects().filter(Private::next.author.name.eq("x")).select_related(Private::next.author);
        let _ = Selfish::objects().filter(Selfish::author.author.author.country.name.eq("x"));
        let _ = inner::Within::objects().filter(inner::Within::author.author.name.eq("x"));
        let _ = Private::create().note("x").author(3).into_new();
    }
}

/// A helper that asks for what it needs.
pub fn card(author: &impl shop::author::HasCountry) -> String {
    format!("{} {:?}", author.model().name, author.country())
}

#[test]
fn runs() {
    shop::check();
    let _ = shop::Super::objects().select_related(shop::Super::author.author);
    let _ = shop::inner::Outer::objects().filter(shop::inner::Outer::author.author.author.name.eq("x"));
    let _: fn(&shop::AuthorRow<shop::Country>) -> String = card;
}
