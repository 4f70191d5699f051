//! Values come back as they were: the edges of each type, and random values.

use std::fmt::Debug;

use amphi::Features;
use amphi::field::{ArrayElement, FieldType};
use amphi::prelude::*;
use amphi_test_macros::everywhere;
use proptest::collection::{btree_map, vec};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

use super::{Colour, DAYS, Document, Metres, Mood, Size, Status, Title, clock, day, decimal, samples};

/// Equal to the last bit, but that any NaN is one, and for the sign of zero where the database has none.
trait Same {
    fn same(&self, other: &Self, signs_zero: bool) -> bool;
}

macro_rules! same {
    ($($type:ty),+) => {$(
        impl Same for $type {
            fn same(&self, other: &Self, _: bool) -> bool {
                self == other
            }
        }
    )+};
}
same!(bool, i16, i32, i64, String, Vec<u8>, NaiveDate, NaiveTime, NaiveDateTime, DateTime<Utc>, Uuid, Decimal);
same!(serde_json::Value, Json<Document>, Status, Size, Title, Metres, Colour, Mood);

macro_rules! same_number {
    ($($type:ty),+) => {$(
        impl Same for $type {
            fn same(&self, other: &Self, signs_zero: bool) -> bool {
                if self.is_nan() { other.is_nan() } else { self == other && (!signs_zero || self.to_bits() == other.to_bits()) }
            }
        }
    )+};
}
same_number!(f32, f64);

impl<T: Same + ArrayElement> Same for Vec<T> {
    fn same(&self, other: &Self, signs_zero: bool) -> bool {
        self.len() == other.len() && self.iter().zip(other).all(|(left, right)| left.same(right, signs_zero))
    }
}

impl<T: Same> Same for Option<T> {
    fn same(&self, other: &Self, signs_zero: bool) -> bool {
        match (self, other) {
            (Some(left), Some(right)) => left.same(right, signs_zero),
            (left, right) => left.is_none() && right.is_none(),
        }
    }
}

/// For each type a model with such a field and one that may be NULL, and a test that its values come back.
macro_rules! come_back {
    ($($(#[$option:meta])* $test:ident$(($feature:ident))?: [$($type:tt)+] from $edges:expr, $strategy:expr;)+) => {$(
        mod $test {
            use super::*;

            #[derive(Model, Debug, Clone)]
            #[model(table = "held")]
            struct Held {
                id: i64,
                $(#[$option])*
                value: $($type)+,
                $(#[$option])*
                maybe: Option<$($type)+>,
            }

            #[everywhere($($feature)?)]
            async fn come_back(db: AsyncDatabase) -> Result<(), Error> {
                #[track_caller]
                fn assert_same<T: Same + Debug>(got: &T, expected: &T, features: &Features) {
                    assert!(got.same(expected, features.signs_zero), "{got:?} came back for {expected:?}");
                }

                db.create_tables(models![Held]).await?;
                let features = db.backend().dialect().features();
                let holds = |value: &$($type)+| value.to_value().is_ok_and(|value| features.holds(&value).is_ok());
                let (values, refused): (Vec<_>, Vec<_>) = samples($edges, $strategy).into_iter().partition(holds);
                for value in refused.into_iter().take(20) {
                    match Held::create().value(value).a().insert(&db).await {
                        Err(Error::InvalidValue { model: "Held", field: "value", .. }) => {}
                        other => panic!("{other:?}"),
                    }
                }
                let drafts = values.iter().map(|value| Held::create().value(value.clone()).maybe(value.clone()));
                let made = Held::objects().a().bulk_create(drafts, &db).await?;
                let read = Held::objects().order_by(Held::id).a().all(&db).await?;
                assert_eq!((made.len(), read.len()), (values.len(), values.len()));
                for ((made, read), value) in made.iter().zip(&read).zip(&values) {
                    assert_eq!(made.id, read.id);
                    assert_same(&made.value, value, features);
                    assert_same(&read.value, value, features);
                    assert_same(&read.maybe, &Some(value.clone()), features);
                }
                // One by one: inserted without the other, found by equality, changed by a save and by an update.
                for (at, value) in values.iter().enumerate().take(60) {
                    let mut row = Held::create().value(value.clone()).a().insert(&db).await?;
                    assert_same(&row.maybe, &None, features);
                    row.a().refresh(&db).await?;
                    assert_same(&row.value, value, features);
                    assert_same(&row.maybe, &None, features);
                    let found = Held::objects().filter(Held::value.eq(value.clone()) & Held::id.eq(row.id)).a().exists(&db).await?;
                    assert!(found, "{value:?} is not equal to itself");
                    let found = Held::objects().filter(Held::value.in_([value.clone()])).values(Held::id).a().all(&db).await?;
                    assert!(found.contains(&read[at].id) && found.contains(&row.id), "{value:?} is not in a list of itself");
                    let missed = Held::objects().filter(Held::id.eq(row.id) & Held::maybe.ne(value.clone())).a().count(&db).await?;
                    assert_eq!(missed, 1, "NULL is not {value:?}");
                    let other = &values[values.len() - 1 - at];
                    row.value = other.clone();
                    row.maybe = Some(value.clone());
                    row.a().save(&db).await?;
                    row.a().refresh(&db).await?;
                    assert_same(&row.value, other, features);
                    assert_same(&row.maybe, &Some(value.clone()), features);
                    let set = (Held::value.set(value.clone()), Held::maybe.set(None));
                    assert_eq!(Held::objects().filter(Held::id.eq(row.id)).a().update(set, &db).await?, 1);
                    let now = Held::objects().filter(Held::id.eq(row.id)).values((Held::value, Held::maybe)).a().get(&db).await?;
                    assert_same(&now.0, value, features);
                    assert_same(&now.1, &None, features);
                }
                Ok(())
            }
        }
    )+};
}

come_back! {
    bools: [bool] from [true, false], any::<bool>();
    i16s: [i16] from [i16::MIN, -1, 0, 1, i16::MAX], any::<i16>();
    i32s: [i32] from [i32::MIN, -1, 0, 1, i32::MAX], any::<i32>();
    i64s: [i64] from [i64::MIN, i64::MIN + 1, -1, 0, 1, (1 << 53) + 1, i64::MAX], any::<i64>();
    f32s: [f32] from
        [0.0, -0.0, 0.1, f32::MIN, f32::MAX, f32::MIN_POSITIVE, f32::from_bits(1), f32::INFINITY, f32::NEG_INFINITY, 16_777_216.0, f32::NAN, -f32::NAN, f32::from_bits(0x7f80_0001)],
        any::<u32>().prop_map(f32::from_bits);
    f64s: [f64] from
        [0.0, -0.0, 0.1, 3.0, f64::MIN, f64::MAX, f64::MIN_POSITIVE, f64::from_bits(1), f64::INFINITY, f64::NEG_INFINITY, 1e308, -1e15, f64::NAN, -f64::NAN, f64::from_bits(0x7ff0_0000_0000_0001)],
        any::<u64>().prop_map(f64::from_bits);
    strings: [String] from texts(), vec(any::<char>(), 0..40).prop_map(String::from_iter);
    bytes: [Vec<u8>] from [Vec::new(), vec![0], vec![0xff, 0xfe], b"text".to_vec(), (0..=255).collect()], vec(any::<u8>(), 0..300);
    dates: [NaiveDate] from [day(1), day(2), day(DAYS - 1), day(DAYS), day(719_163), day(719_162)], (1..=DAYS).prop_map(day);
    times: [NaiveTime] from [clock(0), clock(1), clock(86_399_999_999), clock(43_200_000_000)], (0..86_400_000_000_i64).prop_map(clock);
    date_times: [NaiveDateTime] from
        [day(1).and_time(clock(0)), day(DAYS).and_time(clock(86_399_999_999)), day(719_163).and_time(clock(0))],
        ((1..=DAYS), (0..86_400_000_000_i64)).prop_map(|(date, time)| day(date).and_time(clock(time)));
    moments: [DateTime<Utc>] from
        [day(1).and_time(clock(0)).and_utc(), day(DAYS).and_time(clock(86_399_999_999)).and_utc(), DateTime::UNIX_EPOCH],
        ((1..=DAYS), (0..86_400_000_000_i64)).prop_map(|(date, time)| day(date).and_time(clock(time)).and_utc());
    uuids: [Uuid] from [Uuid::nil(), Uuid::max()], any::<u128>().prop_map(Uuid::from_u128);
    #[field(max_digits = 20, decimal_places = 6)]
    decimals: [Decimal] from
        ["0", "1", "-1", "1.5", "1.50", "-0.000001", "99999999999999.999999", "-99999999999999.999999", "10", "100.10"].map(decimal),
        (-(10_i128.pow(20) - 1)..10_i128.pow(20), 0..=6_u32).prop_map(|(digits, places)| shifted(digits, places));
    #[field(max_digits = 28, decimal_places = 28)]
    decimals_behind_the_point: [Decimal] from
        ["0", "0.9999999999999999999999999999", "-0.0000000000000000000000000001"].map(decimal),
        (-(10_i128.pow(28) - 1)..10_i128.pow(28)).prop_map(|digits| Decimal::from_i128_with_scale(digits, 28));
    #[field(max_digits = 28, decimal_places = 0)]
    decimals_before_the_point: [Decimal] from
        ["0", "9999999999999999999999999999", "-9999999999999999999999999999"].map(decimal),
        (-(10_i128.pow(28) - 1)..10_i128.pow(28)).prop_map(|digits| Decimal::from_i128_with_scale(digits, 0));
    json_values: [serde_json::Value] from
        [json!(null), json!(true), json!(0), json!(""), json!([]), json!({}), json!(u64::MAX), json!(i64::MIN), json!({"a": {"b": [1, null, "\u{0}"]}})],
        trees();
    json_documents: [Json<Document>] from [], documents();
    enums_as_text: [Status] from [Status::Draft, Status::InReview, Status::Published], Just(Status::Draft);
    enums_as_integers: [Size] from [Size::Small, Size::Middle, Size::Large, Size::Huge], Just(Size::Huge);
    newtypes_of_text: [Title] from texts().map(Title), vec(any::<char>(), 0..20).prop_map(|text| Title(String::from_iter(text)));
    newtypes_of_numbers: [Metres] from [Metres(i32::MIN), Metres(0), Metres(i32::MAX)], any::<i32>().prop_map(Metres);
    types_of_the_user: [Colour] from [Colour(0, 0, 0), Colour(255, 255, 255)], any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Colour(r, g, b));
    native_enums: [Mood] from [Mood::Sad, Mood::Calm, Mood::Happy], prop_oneof![Just(Mood::Sad), Just(Mood::Happy)];
    arrays_of_bools(stores_arrays): [Vec<bool>] from [vec![], vec![true], vec![false, true]], vec(any::<bool>(), 0..9);
    arrays_of_i16s(stores_arrays): [Vec<i16>] from [vec![], vec![i16::MIN, 0, i16::MAX]], vec(any::<i16>(), 0..9);
    arrays_of_i32s(stores_arrays): [Vec<i32>] from [vec![], vec![i32::MIN, 0, i32::MAX]], vec(any::<i32>(), 0..9);
    arrays_of_i64s(stores_arrays): [Vec<i64>] from [vec![], vec![i64::MIN, 0, i64::MAX], (0..10_000).collect()], vec(any::<i64>(), 0..9);
    arrays_of_f32s(stores_arrays): [Vec<f32>] from
        [vec![], vec![0.0, -0.0, 0.1, f32::MIN, f32::MAX, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, f32::from_bits(1)]],
        vec(any::<u32>().prop_map(f32::from_bits), 0..9);
    arrays_of_f64s(stores_arrays): [Vec<f64>] from
        [vec![], vec![0.0, -0.0, 0.1, f64::MIN, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::from_bits(1)]],
        vec(any::<u64>().prop_map(f64::from_bits), 0..9);
    arrays_of_strings(stores_arrays): [Vec<String>] from
        [vec![], vec![String::new()], vec!["NULL", "null", "{}", "{a,b}", "a,b", "\"", "\\", " ", "é😀", "a\0b"].into_iter().map(str::to_owned).collect()],
        vec(vec(any::<char>(), 0..9).prop_map(String::from_iter), 0..9);
    arrays_of_dates(stores_arrays): [Vec<NaiveDate>] from [vec![], vec![day(1), day(DAYS)]], vec((1..=DAYS).prop_map(day), 0..9);
    arrays_of_times(stores_arrays): [Vec<NaiveTime>] from
        [vec![], vec![clock(0), clock(86_399_999_999)]], vec((0..86_400_000_000_i64).prop_map(clock), 0..9);
    arrays_of_date_times(stores_arrays): [Vec<NaiveDateTime>] from
        [vec![], vec![day(1).and_time(clock(0)), day(DAYS).and_time(clock(86_399_999_999))]],
        vec(((1..=DAYS), (0..86_400_000_000_i64)).prop_map(|(date, time)| day(date).and_time(clock(time))), 0..9);
    arrays_of_moments(stores_arrays): [Vec<DateTime<Utc>>] from
        [vec![], vec![day(1).and_time(clock(0)).and_utc(), day(DAYS).and_time(clock(86_399_999_999)).and_utc()]],
        vec(((1..=DAYS), (0..86_400_000_000_i64)).prop_map(|(date, time)| day(date).and_time(clock(time)).and_utc()), 0..9);
    arrays_of_uuids(stores_arrays): [Vec<Uuid>] from
        [vec![], vec![Uuid::nil(), Uuid::max()]], vec(any::<u128>().prop_map(Uuid::from_u128), 0..9);
    #[field(max_digits = 20, decimal_places = 6)]
    arrays_of_decimals(stores_arrays): [Vec<Decimal>] from
        [vec![], ["0", "-1.50", "99999999999999.999999", "-0.000001"].map(decimal).to_vec()],
        vec((-(10_i128.pow(20) - 1)..10_i128.pow(20), 0..=6_u32).prop_map(|(digits, places)| shifted(digits, places)), 0..9);
    arrays_of_native_enums(stores_arrays): [Vec<Mood>] from
        [vec![], vec![Mood::Happy, Mood::Sad, Mood::Calm]], vec(prop_oneof![Just(Mood::Sad), Just(Mood::Happy)], 0..9);
    arrays_of_enums_as_integers(stores_arrays): [Vec<Size>] from [vec![], vec![Size::Small, Size::Huge]], vec(Just(Size::Large), 0..9);
    arrays_of_newtypes(stores_arrays): [Vec<Title>] from
        [vec![], texts().map(Title).to_vec()], vec("[a-z]{0,9}".prop_map(Title), 0..9);
    arrays_with_nulls(stores_arrays): [Vec<Option<i32>>] from
        [vec![], vec![None], vec![None, Some(0), None]], vec(proptest::option::of(any::<i32>()), 0..9);
    arrays_of_texts_with_nulls(stores_arrays): [Vec<Option<String>>] from
        [vec![], vec![None], vec![Some(String::new()), None, Some("NULL".to_owned())]],
        vec(proptest::option::of("[ -~]{0,9}"), 0..9);
    arrays_of_native_enums_with_nulls(stores_arrays): [Vec<Option<Mood>>] from
        [vec![], vec![None, Some(Mood::Calm)]], vec(proptest::option::of(Just(Mood::Happy)), 0..9);
}

/// So many digits that six places and fourteen before them hold the number, whatever its scale.
fn shifted(digits: i128, places: u32) -> Decimal {
    Decimal::from_i128_with_scale(digits / 10_i128.pow(6 - places), places)
}

fn texts() -> [String; 14] {
    [
        "",
        "\0",
        "a\0b",
        "\0\0",
        " ",
        "'",
        "\"",
        "\\",
        "%_",
        "?1 :a $b @c",
        "\u{feff}",
        "e\u{301} é",
        "😀👨‍👩‍👧",
        "\u{10ffff}\u{0}\u{d7ff}\u{e000}",
    ]
    .map(str::to_owned)
}

fn trees() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<u64>().prop_map(serde_json::Value::from),
        any::<u64>().prop_map(|bits| serde_json::Value::from(f64::from_bits(bits))),
        vec(any::<char>(), 0..8).prop_map(|text| serde_json::Value::from(String::from_iter(text))),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            btree_map("[a-z]{0,4}", inner, 0..5).prop_map(|map| serde_json::Value::from(serde_json::Map::from_iter(map))),
        ]
    })
}

fn documents() -> impl Strategy<Value = Json<Document>> {
    let finite = any::<u64>().prop_map(f64::from_bits).prop_filter("of JSON", |value| value.is_finite());
    let flat = (any::<Vec<char>>(), vec(vec(any::<char>(), 0..5), 0..4), finite, any::<u64>()).prop_map(
        |(name, tags, weight, count)| {
            let tags = tags.into_iter().map(String::from_iter).collect();
            Document { name: String::from_iter(name), tags, weight, count, child: None }
        },
    );
    (flat.clone(), proptest::option::of(flat)).prop_map(|(parent, child)| Json(Document { child: child.map(Box::new), ..parent }))
}
