use amphi::prelude::*;

#[derive(FieldEnum)]
enum WithData {
    Draft,
    Live(i32),
    Gone { why: String },
}

#[derive(FieldEnum)]
enum Twice {
    InReview,
    #[field(rename = "in_review")]
    Reviewed,
}

#[derive(FieldEnum)]
enum Empty {}

#[derive(FieldEnum)]
enum Generic<T> {
    One,
}

#[derive(FieldEnum)]
struct NoEnum(String);

#[derive(FieldEnum)]
#[field(integers)]
enum Typo {
    #[field(name = "one")]
    One,
}

#[derive(FieldEnum)]
#[field(native = "level", integer)]
enum Level {
    Low = 1,
}

#[derive(FieldEnum)]
#[field(native)]
enum Nameless {
    One,
}

#[derive(FieldEnum)]
#[field(native = "label")]
enum Label {
    #[field(rename = "")]
    Empty,
}

fn main() {}
