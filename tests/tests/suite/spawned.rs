//! Every async call works in a spawned task: its future is `Send`, and nothing is boxed by the user.

use amphi::prelude::*;

use amphi_tests::library::{Book, Country, Fill, date};
use amphi_tests::support::TempFile;

#[test]
fn every_async_call_works_in_a_spawned_task() {
    let file = TempFile::unused();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let db = AsyncDatabase::connect(&file.url()).await.unwrap();
        db.fill().await.unwrap();
        tokio::spawn(every_call(db)).await.unwrap().unwrap();
    });
}

async fn every_call(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Country]).await?;
    let all = || Book::objects().a();
    assert_eq!(all().all(&db).await?.len(), 6);
    assert_eq!(all().count(&db).await?, 6);
    assert!(all().exists(&db).await?);
    assert!(all().first(&db).await?.is_some() && all().last(&db).await?.is_some());
    let mut rows = all().stream(&db);
    while rows.try_next().await?.is_some() {}
    drop(rows);
    let mut book = all().filter(Book::id.eq(1)).get(&db).await?;
    let before = book.clone();
    book.pages += 1;
    book.a().save(&db).await?;
    book.a().update(Book::pages, &db).await?;
    book.a().update_changed(&before, &db).await?;
    book.a().refresh(&db).await?;
    let books = all().all(&db).await?.load_related(Book::author).a().fetch(&db).await?;
    assert_eq!(books.len(), 6);
    let book = book.load_related(Book::translator).a().fetch(&db).await?;
    assert!(book.translator().is_none());
    all().filter(Book::id.eq(2)).update(Book::pages.set(1), &db).await?;
    all().filter(Book::id.eq(2)).delete(&db).await?;
    Country::objects().a().bulk_create([Country::create().name("Kenya")], &db).await?;
    let mut new = Book::create().title("x").author(1).published(date(2000, 1, 1)).a().insert(&db).await?;
    new.a().delete(&db).await?;
    db.atomic(async |tx: &AsyncTransaction| {
        Country::create().name("Togo").a().insert(tx).await?;
        tx.atomic(async |tx: &AsyncTransaction| Country::objects().a().count(tx).await).await
    })
    .await?;
    assert_eq!(Country::objects().a().count(&db).await?, 4);
    Ok(())
}
