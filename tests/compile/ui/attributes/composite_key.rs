use amphi::prelude::*;

#[derive(Model)]
#[model(primary_key = ["tenant", "nubmer"])]
struct Unknown {
    tenant: i64,
    number: i32,
}

#[derive(Model)]
#[model(primary_key = ["number"])]
struct Alone {
    number: i32,
}

#[derive(Model)]
#[model(primary_key = [])]
struct Nothing {
    number: i32,
}

#[derive(Model)]
#[model(primary_key = ["number", "number", "tenant"])]
struct Twice {
    tenant: i64,
    number: i32,
}

#[derive(Model)]
#[model(primary_key = ["tenant", "number"])]
struct MayBeNull {
    tenant: i64,
    number: Option<i32>,
}

#[derive(Model)]
#[model(primary_key = ["tenant", "number"])]
struct AnotherKey {
    id: i64,
    tenant: i64,
    #[field(primary_key)]
    number: i32,
}

#[derive(Model)]
#[model(primary_key = ["tenant", "changed", "count"])]
struct Changing {
    tenant: i64,
    #[field(auto_now)]
    changed: NaiveDate,
    #[field(version)]
    count: i64,
}

#[derive(Model)]
#[model(primary_key = ["tenant", "number"])]
struct Called {
    tenant: i64,
    number: i32,
    pk: i32,
}

#[derive(Model)]
#[model(primary_key = ["a", "b", "c", "d", "e", "f", "g"])]
struct Long {
    a: i64,
    b: i64,
    c: i64,
    d: i64,
    e: i64,
    f: i64,
    g: i64,
}

#[derive(Model)]
#[model(primary_key = "tenant, number")]
struct NoList {
    id: i64,
    tenant: i64,
    number: i32,
}

fn main() {}
