//! Values as JSON, written as `tests/django/answer.py` writes them.

use amphi::Deleted;
use amphi::prelude::*;
use rust_decimal::Decimal;
use serde_json::Value;

use super::data::table;

/// What a query gives, as JSON: dates as ISO 8601, moments with six places and a `Z`, decimals as text with two places, rows as lists.
pub trait Plain {
    fn plain(&self) -> Value;
}

macro_rules! as_serde_writes_it {
    ($($type:ty),*) => {$(
        impl Plain for $type {
            fn plain(&self) -> Value {
                Value::from(self.clone())
            }
        }
    )*};
}

as_serde_writes_it!(bool, i32, i64, u64, usize, String);

impl Plain for Value {
    fn plain(&self) -> Value {
        self.clone()
    }
}

impl Plain for &str {
    fn plain(&self) -> Value {
        Value::from(*self)
    }
}

impl Plain for NaiveDate {
    fn plain(&self) -> Value {
        self.format("%Y-%m-%d").to_string().into()
    }
}

impl Plain for DateTime<Utc> {
    fn plain(&self) -> Value {
        self.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string().into()
    }
}

impl Plain for Decimal {
    fn plain(&self) -> Value {
        assert_eq!(self.round_dp(2), *self, "no decimal of the film rental has more than two places");
        format!("{self:.2}").into()
    }
}

impl<M: amphi::model::Model<Key: Plain>> Plain for ForeignKey<M> {
    fn plain(&self) -> Value {
        self.key().plain()
    }
}

/// How many rows went, by their table.
impl Plain for Deleted {
    fn plain(&self) -> Value {
        Value::Object(self.iter().map(|(model, rows)| (table(model).to_owned(), rows.into())).collect())
    }
}

impl<T: Plain> Plain for Option<T> {
    fn plain(&self) -> Value {
        self.as_ref().map_or(Value::Null, Plain::plain)
    }
}

impl<T: Plain> Plain for Vec<T> {
    fn plain(&self) -> Value {
        self.iter().map(Plain::plain).collect()
    }
}

macro_rules! rows {
    ($($field:ident)*) => {
        #[allow(non_snake_case, reason = "a type's name names its value")]
        impl<$($field: Plain),*> Plain for ($($field,)*) {
            fn plain(&self) -> Value {
                let ($($field,)*) = self;
                Value::Array(vec![$($field.plain()),*])
            }
        }
    };
}

rows!(A B);
rows!(A B C);
rows!(A B C D);
rows!(A B C D E);
rows!(A B C D E F);
rows!(A B C D E F G);
