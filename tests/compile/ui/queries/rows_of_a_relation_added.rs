use amphi::prelude::*;

#[derive(Model)]
#[many_to_many(cast: Actor, through = Casting(film, actor))]
struct Film {
    id: i64,
}

#[derive(Model)]
struct Actor {
    id: i64,
    name: String,
}

#[derive(Model)]
struct Casting {
    id: i64,
    film: ForeignKey<Film>,
    actor: ForeignKey<Actor>,
    role: String,
    scenes: i32,
}

fn wrong(film: &Film, actor: &Actor, db: &Database) {
    let _ = Film::cast.of(film).add(actor, db);
    let _ = Film::cast.of(film).create(Actor::create().name("x"), db);
    let _ = Film::cast.of(film).add_with(actor, Casting::create().role("x"), db);
    let _ = Film::cast.of(film).add_with(actor, Casting::create().film(film).role("x").scenes(1), db);
    let _ = Film::cast.of(film).remove("x", db);
}

fn main() {}
