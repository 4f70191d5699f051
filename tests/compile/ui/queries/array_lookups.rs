use amphi::prelude::*;

#[derive(Model)]
struct Post {
    id: i64,
    title: String,
    tags: Vec<String>,
    scores: Option<Vec<i32>>,
}

fn main() {
    let _ = Post::objects().filter(Post::title.overlap(["a"]));
    let _ = Post::objects().filter(Post::id.len().eq(1));
    let _ = Post::objects().filter(Post::tags.overlap("a"));
    let _ = Post::objects().filter(Post::tags.contains([1]));
    let _ = Post::objects().filter(Post::tags.contains("a"));
    let _ = Post::objects().filter(Post::scores.has("a"));
}
