use amphi::prelude::*;

#[derive(Model, Clone, Debug, PartialEq)]
struct Type {
    id: i64,
    r#type: String,
    r#match: Option<i32>,
    r#struct: Option<ForeignKey<Type>>,
}

fn describe(row: &impl r#type::HasStruct) -> Option<&str> {
    row.r#struct().map(|parent| parent.r#type.as_str())
}

#[test]
fn runs() {
    use amphi::model::Model as _;
    let columns: Vec<_> = Type::META.fields.iter().map(|field| (field.name, field.column)).collect();
    assert_eq!(columns, [("id", "id"), ("type", "type"), ("match", "match"), ("struct", "struct_id")]);
    assert_eq!(Type::META.table, "type");
    let query = Type::objects()
        .filter(Type::r#type.eq("x") & Type::r#struct.r#type.ne("y"))
        .select_related(Type::r#struct)
        .order_by(Type::r#match.desc());
    let _: amphi::query::QuerySet<Type, TypeRow<Option<Type>>> = query;
    let _ = Type::create().r#type("x").r#struct(3).into_new();
    let _: fn(&TypeRow<Option<Type>>) -> Option<&str> = describe;
}
