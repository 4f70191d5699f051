//! Users, their posts, and the comments on those: read as a tree, by amphi's `prefetch_related` and by hand.
//!
//! By hand it is one statement a level and a hash map for the way up, as a careful program would have it over the raw driver.

use std::collections::HashMap;

use amphi::draft::New;
use amphi::prelude::*;
use rusqlite::Connection;

/// So many users, ten posts of each, and ten comments on each of those.
pub const USERS: i64 = 100;
const EACH: i64 = 10;

#[derive(Model, Debug, Clone, PartialEq)]
#[has_many(posts: Post::user)]
pub struct User {
    pub id: i64,
    #[field(max_length = 100)]
    pub name: String,
    #[field(max_length = 100)]
    pub email: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[has_many(comments: Comment::post)]
pub struct Post {
    pub id: i64,
    #[field(max_length = 100)]
    pub title: String,
    pub body: String,
    pub user: ForeignKey<User>,
}

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Comment {
    pub id: i64,
    pub text: String,
    pub stars: i32,
    pub post: ForeignKey<Post>,
}

/// The rows of amphi.
pub type Tree = UserRow<Vec<PostRow<NotLoaded<post::user>, Vec<Comment>>>>;

/// The query of so many users with all that is theirs.
pub fn tree(users: i64) -> QuerySet<User, Tree> {
    User::objects().filter(User::id.lte(users)).order_by(User::id).prefetch_related(User::posts.comments)
}

/// Creates the tables and fills them.
pub fn fill(db: &Database) -> Result<(), Error> {
    db.create_tables(models![User, Post, Comment])?;
    let user = |id| User { id, name: format!("User Number {id:05}"), email: format!("user{id:05}@example.org") };
    User::objects().bulk_create((1..=USERS).map(|id| New::of(user(id))), db)?;
    let post = |id: i64| Post {
        id,
        title: format!("The Post of Number {id:06}"),
        body: format!("What is said in the post {id:06}, in some eighty bytes, as short posts have them, or more."),
        user: ForeignKey::new(1 + (id - 1) / EACH),
    };
    Post::objects().bulk_create((1..=USERS * EACH).map(|id| New::of(post(id))), db)?;
    let comment = |id: i64| Comment {
        id,
        text: format!("A comment of some forty bytes about {id:06}"),
        stars: (id % 5) as i32,
        post: ForeignKey::new(1 + (id - 1) / EACH),
    };
    Comment::objects().bulk_create((1..=USERS * EACH * EACH).map(|id| New::of(comment(id))), db)?;
    Ok(())
}

/// The rows by hand.
#[derive(Debug, Clone, PartialEq)]
pub struct RawUser {
    pub id: i64,
    pub name: String,
    pub email: String,
    pub posts: Vec<RawPost>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RawPost {
    pub id: i64,
    pub title: String,
    pub body: String,
    pub user: i64,
    pub comments: Vec<RawComment>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RawComment {
    pub id: i64,
    pub text: String,
    pub stars: i32,
    pub post: i64,
}

impl From<Tree> for RawUser {
    fn from(row: Tree) -> Self {
        let posts = row.posts().iter().map(|post| RawPost {
            id: post.id,
            title: post.title.clone(),
            body: post.body.clone(),
            user: *post.user.key(),
            comments: post
                .comments()
                .iter()
                .map(|comment| RawComment {
                    id: comment.id,
                    text: comment.text.clone(),
                    stars: comment.stars,
                    post: *comment.post.key(),
                })
                .collect(),
        });
        RawUser { id: row.id, name: row.name.clone(), email: row.email.clone(), posts: posts.collect() }
    }
}

/// Puts the posts to their users.
pub fn with_posts(users: &mut [RawUser], posts: Vec<RawPost>) {
    let at: HashMap<i64, usize> = users.iter().enumerate().map(|(at, user)| (user.id, at)).collect();
    for post in posts {
        if let Some(at) = at.get(&post.user) {
            users[*at].posts.push(post);
        }
    }
}

/// Puts the comments to their posts.
pub fn with_comments(posts: &mut [RawPost], comments: impl IntoIterator<Item = RawComment>) {
    let at: HashMap<i64, usize> = posts.iter().enumerate().map(|(at, post)| (post.id, at)).collect();
    for comment in comments {
        if let Some(at) = at.get(&comment.post) {
            posts[*at].comments.push(comment);
        }
    }
}

/// The keys of rows as a JSON array, which SQLite opens.
fn keys(keys: impl Iterator<Item = i64>) -> String {
    let mut json = String::from("[");
    for (at, key) in keys.enumerate() {
        if at > 0 {
            json.push(',');
        }
        json.push_str(&key.to_string());
    }
    json.push(']');
    json
}

/// The tree by hand, over rusqlite.
pub fn by_hand(db: &Connection, users: i64) -> rusqlite::Result<Vec<RawUser>> {
    let mut statement = db.prepare_cached("SELECT id, name, email FROM user WHERE id <= ?1 ORDER BY id")?;
    let mut rows = statement.query([users])?;
    let mut users = Vec::new();
    while let Some(row) = rows.next()? {
        users.push(RawUser { id: row.get(0)?, name: row.get(1)?, email: row.get(2)?, posts: Vec::new() });
    }
    let mut statement =
        db.prepare_cached("SELECT id, title, body, user_id FROM post WHERE user_id IN (SELECT value FROM json_each(?1))")?;
    let mut rows = statement.query([keys(users.iter().map(|user| user.id))])?;
    let mut posts = Vec::new();
    while let Some(row) = rows.next()? {
        let comments = Vec::new();
        posts.push(RawPost { id: row.get(0)?, title: row.get(1)?, body: row.get(2)?, user: row.get(3)?, comments });
    }
    let mut statement =
        db.prepare_cached("SELECT id, text, stars, post_id FROM comment WHERE post_id IN (SELECT value FROM json_each(?1))")?;
    let mut rows = statement.query([keys(posts.iter().map(|post| post.id))])?;
    let at: HashMap<i64, usize> = posts.iter().enumerate().map(|(at, post)| (post.id, at)).collect();
    while let Some(row) = rows.next()? {
        let comment = RawComment { id: row.get(0)?, text: row.get(1)?, stars: row.get(2)?, post: row.get(3)? };
        if let Some(at) = at.get(&comment.post) {
            posts[*at].comments.push(comment);
        }
    }
    with_posts(&mut users, posts);
    Ok(users)
}

/// The tree by hand, over tokio-postgres.
#[cfg(feature = "servers")]
pub struct ByHand {
    client: tokio_postgres::Client,
    statements: [tokio_postgres::Statement; 3],
}

#[cfg(feature = "servers")]
impl ByHand {
    pub async fn connect(url: &str) -> ByHand {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let statements = [
            client.prepare("SELECT id, name, email FROM \"user\" WHERE id <= $1 ORDER BY id").await.unwrap(),
            client.prepare("SELECT id, title, body, user_id FROM post WHERE user_id = ANY($1)").await.unwrap(),
            client.prepare("SELECT id, text, stars, post_id FROM comment WHERE post_id = ANY($1)").await.unwrap(),
        ];
        ByHand { client, statements }
    }

    pub async fn tree(&self, users: i64) -> Vec<RawUser> {
        let [of_users, of_posts, of_comments] = &self.statements;
        let rows = self.client.query(of_users, &[&users]).await.unwrap();
        let user = |row: &tokio_postgres::Row| RawUser { id: row.get(0), name: row.get(1), email: row.get(2), posts: Vec::new() };
        let mut users: Vec<RawUser> = rows.iter().map(user).collect();
        let keys: Vec<i64> = users.iter().map(|user| user.id).collect();
        let rows = self.client.query(of_posts, &[&keys]).await.unwrap();
        let post = |row: &tokio_postgres::Row| RawPost {
            id: row.get(0),
            title: row.get(1),
            body: row.get(2),
            user: row.get(3),
            comments: Vec::new(),
        };
        let mut posts: Vec<RawPost> = rows.iter().map(post).collect();
        let keys: Vec<i64> = posts.iter().map(|post| post.id).collect();
        let rows = self.client.query(of_comments, &[&keys]).await.unwrap();
        let comment =
            |row: &tokio_postgres::Row| RawComment { id: row.get(0), text: row.get(1), stars: row.get(2), post: row.get(3) };
        with_comments(&mut posts, rows.iter().map(comment));
        with_posts(&mut users, posts);
        users
    }
}
