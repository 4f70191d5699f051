use amphi::prelude::*;
use chrono::{DateTime, Utc};

#[derive(Model)]
struct Book {
    id: i64,
    #[field(auto_now, auto_now_add)]
    seen: DateTime<Utc>,
    #[field(auto_now_add, default = Utc::now())]
    added: DateTime<Utc>,
}

#[derive(Model)]
struct Stamped {
    id: i64,
    #[field(auto_now)]
    seen: String,
}

fn main() {}
