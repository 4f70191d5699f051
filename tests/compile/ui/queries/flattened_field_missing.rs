use amphi::prelude::*;

#[derive(Embeddable)]
struct Address {
    city: String,
    note: Option<String>,
}

#[derive(Embeddable)]
struct Stamps {
    #[field(auto_now)]
    updated: DateTime<Utc>,
}

#[derive(Model)]
struct Order {
    id: i64,
    #[field(flatten, prefix = "home_")]
    home: Address,
    #[field(flatten)]
    stamps: Stamps,
}

fn insert(draft: impl Draft<Model = Order>) {
    let _ = draft;
}

fn main() {
    insert(Order::create());
    insert(Order::create().home("Oslo"));
    let _ = Order::objects().filter(Order::home.town.eq("Oslo"));
}
