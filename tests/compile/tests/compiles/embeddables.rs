use amphi::prelude::*;

/// Names that the derives use too.
pub const FIELDS: i32 = 1;
pub const NAMES: i32 = 2;
pub const PARTS: i32 = 3;

mod shared {
    use amphi::prelude::*;

    /// Fields called as the derives call their own variables.
    #[derive(Embeddable, Debug, Clone, PartialEq)]
    pub struct P {
        pub at: i32,
        pub row: Option<i32>,
        #[field(default = super::FIELDS)]
        pub field: i32,
        #[field(auto_now)]
        pub now: DateTime<Utc>,
        pub r#type: String,
        pub id: Option<i64>,
        pub __position: bool,
    }

    #[derive(Embeddable, Debug, Clone, PartialEq)]
    pub struct A {
        #[field(flatten, prefix = "first_")]
        pub first: P,
        #[field(default = super::PARTS + super::NAMES)]
        pub inserting: i32,
        #[field(flatten, prefix = "second_")]
        pub second: P,
    }
}

use shared::{A, P};

#[derive(Model, Debug, Clone, PartialEq)]
#[model(ordering = ["-a.first.type", "inserting", "a.second.at"], unique_together = [["id", "a.first.now"], ["type", "inserting"]])]
struct Thing {
    #[field(flatten)]
    a: A,
    #[field(primary_key)]
    key: String,
    id: i32,
    r#type: String,
    other: Option<ForeignKey<Thing>>,
}

fn p(at: i32) -> P {
    P { at, row: None, field: 0, now: Utc::now(), r#type: String::new(), id: None, __position: true }
}

#[test]
fn runs() -> Result<(), Error> {
    /// In a function, private.
    #[derive(Embeddable)]
    struct Local {
        #[field(auto_now_add)]
        added: NaiveDate,
        #[field(default)]
        count: i64,
    }
    #[derive(Model)]
    struct Holder {
        #[field(flatten)]
        local: Local,
        id: i64,
    }
    let _ = Holder::create().into_new();
    let _ = Holder::objects().order_by((Holder::local.added.desc(), Holder::local.count + 1));

    let thing = Thing::create().key("a").id(1).r#type("t").a(A { first: p(1), inserting: 2, second: p(3) }).into_new();
    let _ = thing;
    let of = Thing::a.second;
    let query = Thing::objects().filter(of.at.gt(Thing::a.first.at) & Thing::other.other.a.first.r#type.eq("x"));
    let sql = query.values((Thing::other.a.second.id, Thing::a.inserting)).to_sql(amphi::Backend::Sqlite)?;
    assert!(sql.contains("\"thing\".\"second_at\" > \"thing\".\"first_at\""), "{sql}");
    assert!(
        sql.ends_with("ORDER BY \"thing\".\"first_type\" DESC, \"thing\".\"inserting\" ASC, \"thing\".\"second_at\" ASC"),
        "{sql}"
    );
    Ok(())
}
