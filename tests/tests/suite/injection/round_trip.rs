//! What attackers write goes in and comes out as it was, and touches nothing else.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::corpus::{bytes, payloads};
use super::{Letter, Stamp, Title, document};

/// What the payloads are after.
#[derive(Model, Debug, Clone, PartialEq)]
pub struct Canary {
    pub id: i64,
    pub text: String,
}

/// Every so many of the payloads, and each that is long.
fn sample() -> Vec<String> {
    payloads()
        .into_iter()
        .enumerate()
        .filter(|(at, payload)| at % 12 == 0 || is_long(payload))
        .map(|(_, payload)| payload)
        .collect()
}

fn is_long(payload: &str) -> bool {
    payload.len() > 10_000
}

#[everywhere]
async fn payloads_come_back(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Stamp, Letter, Canary]).await?;
    for text in ["one", "two", "three"] {
        Canary::create().text(text).a().insert(&db).await?;
    }
    let features = db.backend().dialect().features();
    let (storable, refused): (Vec<String>, Vec<String>) =
        sample().into_iter().partition(|payload| features.stores_nul || !payload.contains('\0'));
    assert!(storable.len() > 170, "{} payloads", storable.len());
    // The long ones come last, so that not each of the others has to be told from them.
    let (long, short): (Vec<&String>, Vec<&String>) = storable.iter().partition(|payload| is_long(payload));
    for payloads in [short, long] {
        let letters = payloads.iter().map(|payload| New::of(Letter::of(payload)));
        let letters = Letter::objects().a().bulk_create(letters, &db).await?;
        for (letter, payload) in letters.iter().zip(payloads) {
            assert_eq!(*letter, Letter { id: letter.id, ..Letter::of(payload) });
            let text = payload.as_str();
            for condition in [
                Letter::text.eq(text),
                Letter::note.eq(text),
                Letter::title.eq(Title(text.to_owned())),
                Letter::data.eq(text.as_bytes().to_vec()),
                Letter::document.eq(document(text)),
                Letter::text.in_([text]),
                Expr::value(text.to_owned()).eq(Letter::text),
            ] {
                let shown = format!("{condition:?}");
                let found = Letter::objects().filter(condition).a().get(&db).await;
                assert!(found.as_ref().is_ok_and(|found| found == letter), "{shown:.300}");
            }
            let own = || Letter::objects().filter(Letter::id.eq(letter.id));
            for condition in [
                Letter::text.iexact(text),
                Letter::text.contains(text),
                Letter::text.icontains(text),
                Letter::text.startswith(text),
                Letter::text.iendswith(text),
                Letter::text.range(text, text),
            ] {
                let shown = format!("{condition:?}");
                assert!(own().filter(condition).a().exists(&db).await?, "{shown:.300}");
            }
            // As a pattern it may be none; what it is not is SQL. Of 64 KB it takes long to compile.
            if !is_long(text) {
                match own().filter(Letter::text.regex(text)).a().count(&db).await {
                    Ok(_) | Err(Error::InvalidValue { .. }) => {}
                    other => panic!("{text:.100}: {other:?}"),
                }
            }
            assert_eq!(
                own().values((Expr::value(text.to_owned()), Letter::text)).a().get(&db).await?,
                (text.to_owned(), text.to_owned())
            );
            assert_eq!(own().a().update((Letter::text.set("x"), Letter::note.set(text)), &db).await?, 1);
            let changed = own().a().get(&db).await?;
            assert_eq!((changed.text.as_str(), changed.note.as_deref()), ("x", Some(text)));
            if text.chars().count() <= 200 {
                let stamp = Stamp::create().code(text).a().insert(&db).await?;
                assert_eq!(own().a().update(Letter::stamp.set(&stamp), &db).await?, 1);
                let stamped =
                    Letter::objects().filter(Letter::stamp.code.eq(text)).select_related(Letter::stamp).a().get(&db).await?;
                assert_eq!((stamped.id, stamped.stamp()), (letter.id, &Some(stamp)));
            }
        }
    }
    for payload in &refused {
        let inserted = Letter::create()
            .text(payload.as_str())
            .title(Title("x".into()))
            .data(vec![])
            .document(document("x"))
            .a()
            .insert(&db)
            .await;
        assert!(matches!(inserted, Err(Error::InvalidValue { model: "Letter", field: "text", .. })), "{inserted:?}");
        let found = Letter::objects().filter(Letter::text.contains(payload.as_str())).a().count(&db).await;
        assert!(matches!(found, Err(Error::InvalidValue { .. })), "{found:?}");
    }
    for data in bytes() {
        let letter = Letter { data: data.clone(), ..Letter::of("bytes") };
        let letters = Letter::objects().a().bulk_create([New::of(letter)], &db).await?;
        let found = Letter::objects().filter(Letter::data.eq(data)).a().get(&db).await?;
        assert_eq!([found], letters[..]);
    }
    let canaries = Canary::objects().order_by(Canary::id).values(Canary::text).a().all(&db).await?;
    assert_eq!(canaries, ["one", "two", "three"]);
    assert_eq!(Letter::objects().a().count(&db).await?, (storable.len() + bytes().len()) as u64);
    Ok(())
}
