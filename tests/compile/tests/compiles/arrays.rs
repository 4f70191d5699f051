use amphi::prelude::*;

#[derive(FieldEnum, Clone, Copy)]
#[field(native = "mood")]
enum Mood {
    Sad,
    Happy,
}

#[derive(FieldNewtype)]
struct Tag(String);

#[derive(FieldNewtype)]
struct Tags(Vec<Tag>);

#[derive(Model)]
struct Post {
    id: i64,
    tags: Vec<Tag>,
    more: Tags,
    #[field(default = vec![1], unique)]
    scores: Vec<i32>,
    #[field(default)]
    maybe: Vec<Option<bool>>,
    moods: Option<Vec<Mood>>,
    #[field(max_digits = 5, decimal_places = 2)]
    prices: Vec<Option<Decimal>>,
    bytes: Vec<u8>,
}

#[test]
fn runs() {
    let words = [String::from("a")];
    let tags: Vec<&str> = words.iter().map(String::as_str).collect();
    let prices = Post::prices.overlap([Decimal::ONE]) & Post::prices.contains([Some(Decimal::ONE), None]);
    let scores = Post::scores.has(1) & Post::scores.contained_by(1..5) & Post::scores.contains(Post::scores);
    let moods = Post::moods.has(Mood::Sad) & Post::moods.len().gt(Post::scores.len());
    let _ = Post::objects().filter(prices & scores & moods & Post::tags.has(Tag(tags.concat())));
    let _ = Post::create().tags(Vec::new()).more(Tags(Vec::new())).prices(Vec::new()).bytes(Vec::new()).moods(vec![Mood::Happy]);
}
