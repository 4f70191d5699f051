//! The way back of a unique foreign key.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::{Album, Artist, ArtistPage, FillRecords};

#[everywhere]
async fn the_way_back_is_a_lookup(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let names = |condition| Artist::objects().filter(condition).order_by(Artist::id).values(Artist::name);
    assert_eq!(names(Artist::page.text.eq("piano")).a().all(&db).await?, ["Bill"]);
    assert_eq!(names(Artist::page.isnull(true)).a().all(&db).await?, ["John"]);
    assert_eq!(names(Artist::page.isnull(false)).a().all(&db).await?, ["Miles", "Bill"]);
    // Excluding keeps those that have none.
    assert_eq!(names(!Artist::page.text.eq("piano")).a().all(&db).await?, ["Miles", "John"]);
    assert_eq!(names(Artist::page.text.eq("piano") | Artist::name.eq("John")).a().all(&db).await?, ["Bill", "John"]);
    assert_eq!(names(Artist::page.id.eq(1)).a().all(&db).await?, ["Miles"]);
    // And there and back again.
    assert_eq!(ArtistPage::objects().filter(ArtistPage::artist.page.text.eq("piano")).a().count(&db).await?, 1);
    let texts = Artist::objects().order_by(Artist::id).values(Artist::page.text);
    assert_eq!(texts.a().all(&db).await?, [Some("trumpet".to_owned()), Some("piano".to_owned()), None]);
    let by_text = Artist::objects().order_by((Artist::page.text.asc().nulls_last(), Artist::id.asc())).values(Artist::name);
    assert_eq!(by_text.a().all(&db).await?, ["Bill", "Miles", "John"]);
    Ok(())
}

#[everywhere]
async fn the_way_back_is_loaded_by_the_same_query(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let artists = Artist::objects().order_by(Artist::id).select_related((Artist::page, Artist::label)).a().all(&db).await?;
    let told: Vec<_> = artists.iter().map(|artist| artist.page().as_ref().map(|page| page.text.as_str())).collect();
    assert_eq!(told, [Some("trumpet"), Some("piano"), None]);
    assert_eq!(artists[0].label().as_ref().map(|label| label.name.as_str()), Some("Blue"));
    // Behind a relation that may lead nowhere, and in front of one.
    let albums = Album::objects().order_by(Album::id).select_related((Album::producer.page, Album::artist.page.artist));
    let albums = albums.a().all(&db).await?;
    let producer = albums[0].producer().as_ref().and_then(|producer| producer.page().as_ref());
    assert_eq!(producer.map(|page| page.text.as_str()), Some("piano"));
    assert!(albums[1].producer().is_none());
    assert_eq!(albums[0].artist().page().as_ref().map(|page| page.artist().name.as_str()), Some("Miles"));
    assert!(albums[2].artist().page().is_none());
    Ok(())
}
