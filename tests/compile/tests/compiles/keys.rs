use amphi::prelude::*;
use uuid::Uuid;

#[derive(Model, Clone, Debug)]
struct Country {
    #[field(primary_key, max_length = 2)]
    code: String,
    name: String,
}

#[derive(Model, Clone, Debug)]
struct Publisher {
    #[field(default = Uuid::from_u128(7))]
    id: Uuid,
    country: ForeignKey<Country>,
}

#[derive(FieldNewtype, Clone, Debug, PartialEq, Eq, Hash)]
#[field(key)]
struct Isbn(String);

#[derive(Model, Clone, Debug)]
struct Edition {
    #[field(primary_key)]
    isbn: Isbn,
    publisher: ForeignKey<Publisher>,
    reprint_of: Option<ForeignKey<Edition>>,
}

#[derive(Model)]
struct Small {
    id: i32,
}

#[test]
fn runs() {
    use amphi::model::Model as _;
    assert!(!Country::META.generated_key && !Publisher::META.generated_key && !Edition::META.generated_key);
    assert!(Small::META.generated_key);
    let country = Country::create().code("DE").name("Deutschland").into_new();
    let publisher = Publisher::create().country("DE").into_new();
    let edition = Edition::create().isbn(Isbn("3".into())).publisher(Uuid::nil()).reprint_of(Isbn("1".into())).into_new();
    let _ = (country, publisher, edition, Small::create().into_new());
    let _ = Edition::objects().filter(
        Edition::publisher.country.eq("DE")
            & Edition::reprint_of.eq(Isbn("1".into()))
            & Edition::isbn.startswith("978")
            & Edition::publisher.eq(Uuid::nil()),
    );
}
