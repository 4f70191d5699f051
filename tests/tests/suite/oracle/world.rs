//! The rows, in memory and stored.

use amphi::draft::New;
use amphi::prelude::*;
use rust_decimal::Decimal;

use amphi_tests::library::date;
use amphi_tests::random::Random;

#[derive(Model, Debug, Clone, PartialEq)]
pub struct City {
    pub id: i64,
    pub name: String,
    pub motto: Option<String>,
    pub size: i32,
    pub rating: Option<i32>,
}

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Writer {
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
    pub born: Option<NaiveDate>,
    pub home: ForeignKey<City>,
    pub press: Option<ForeignKey<City>>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(ordering = ["-pages", "id"])]
pub struct Tale {
    pub id: i64,
    pub title: String,
    pub note: Option<String>,
    pub pages: i32,
    pub stock: Option<i32>,
    pub price: Option<f64>,
    #[field(max_digits = 8, decimal_places = 3)]
    pub cost: Option<Decimal>,
    pub published: NaiveDate,
    pub seen: Option<DateTime<Utc>>,
    pub done: bool,
    pub kept: Option<bool>,
    pub writer: ForeignKey<Writer>,
    pub editor: Option<ForeignKey<Writer>>,
}

pub struct World {
    pub cities: Vec<City>,
    pub writers: Vec<Writer>,
    pub tales: Vec<Tale>,
}

/// A tale and what it leads to.
#[derive(Clone, Copy)]
pub struct View<'w> {
    pub world: &'w World,
    pub tale: &'w Tale,
}

impl<'w> View<'w> {
    pub fn writer(self) -> &'w Writer {
        self.world.writer(*self.tale.writer.key())
    }

    pub fn editor(self) -> Option<&'w Writer> {
        self.tale.editor.map(|editor| self.world.writer(*editor.key()))
    }

    pub fn home(self) -> &'w City {
        self.world.city(*self.writer().home.key())
    }

    pub fn press(self) -> Option<&'w City> {
        self.writer().press.map(|press| self.world.city(*press.key()))
    }

    pub fn editors_home(self) -> Option<&'w City> {
        self.editor().map(|editor| self.world.city(*editor.home.key()))
    }

    pub fn editors_press(self) -> Option<&'w City> {
        self.editor()?.press.map(|press| self.world.city(*press.key()))
    }
}

impl World {
    pub fn city(&self, id: i64) -> &City {
        self.cities.iter().find(|city| city.id == id).unwrap()
    }

    pub fn writer(&self, id: i64) -> &Writer {
        self.writers.iter().find(|writer| writer.id == id).unwrap()
    }

    pub fn views(&self) -> impl Iterator<Item = View<'_>> {
        self.tales.iter().map(|tale| View { world: self, tale })
    }

    pub fn random(random: &mut Random) -> World {
        let cities = (1..=6)
            .map(|id| City {
                id,
                name: random_text(random),
                motto: random.maybe(random_text),
                size: small(random),
                rating: random.maybe(small),
            })
            .collect();
        let writers = (1..=9)
            .map(|id| Writer {
                id,
                name: random_text(random),
                age: random.maybe(small),
                born: random.maybe(random_date),
                home: ForeignKey::new(random.between(1, 6)),
                press: random.maybe(|random| ForeignKey::new(random.between(1, 6))),
            })
            .collect();
        let tales = (1..=60)
            .map(|id| Tale {
                id,
                title: random_text(random),
                note: random.maybe(random_text),
                pages: small(random),
                stock: random.maybe(small),
                price: random.maybe(random_price),
                cost: random.maybe(random_cost),
                published: random_date(random),
                seen: random.maybe(random_moment),
                done: random.once_in(2),
                kept: random.maybe(|random| random.once_in(2)),
                writer: ForeignKey::new(random.between(1, 9)),
                editor: random.maybe(|random| ForeignKey::new(random.between(1, 9))),
            })
            .collect();
        World { cities, writers, tales }
    }

    pub fn stored(&self, db: &Database) {
        db.create_tables(models![Tale, Writer, City]).unwrap();
        City::objects().bulk_create(self.cities.iter().cloned().map(New::of), db).unwrap();
        Writer::objects().bulk_create(self.writers.iter().cloned().map(New::of), db).unwrap();
        Tale::objects().bulk_create(self.tales.iter().cloned().map(New::of), db).unwrap();
    }
}

const PIECES: [&str; 18] = ["a", "b", "A", "B", "ß", "ẞ", "Ł", "ł", "s", "S", "%", "_", "\\", "é", "É", " ", "'", "\0"];

/// A piece of a text, of at most one character.
pub fn piece(random: &mut Random) -> &'static str {
    match *random.pick(&PIECES) {
        "\0" if !random.features().stores_nul => "\u{1}",
        piece => piece,
    }
}

pub fn random_text(random: &mut Random) -> String {
    random.list(4, piece).concat()
}

pub fn small(random: &mut Random) -> i32 {
    i32::try_from(random.between(-8, 12)).unwrap()
}

pub fn random_price(random: &mut Random) -> f64 {
    match *random.pick(&[-2.5, -0.25, 0.0, 0.25, 1.0, 3.75, 1e18, f64::INFINITY, f64::NEG_INFINITY]) {
        price if price.is_infinite() && !random.features().stores_infinity => price.signum() * 1e300,
        price => price,
    }
}

pub fn random_cost(random: &mut Random) -> Decimal {
    Decimal::new(random.between(-30, 30), u32::try_from(random.below(4)).unwrap())
}

pub fn random_date(random: &mut Random) -> NaiveDate {
    match random.below(16) {
        0 => date(1, 1, 1),
        1 => date(9999, 12, 31),
        2 => date(2000, 2, 29),
        _ => date(*random.pick(&[1999, 2000, 2001, 2004]), *random.pick(&[1, 2, 6, 12]), *random.pick(&[1, 3, 28])),
    }
}

pub fn random_moment(random: &mut Random) -> DateTime<Utc> {
    let micros = *random.pick(&[0, 1, 999_999]);
    let (hour, minute) = (*random.pick(&[0, 11, 12, 23]), *random.pick(&[0, 30, 59]));
    random_date(random).and_hms_micro_opt(hour, minute, *random.pick(&[0, 59]), micros).unwrap().and_utc()
}
