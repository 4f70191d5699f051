//! The numbers of PostgreSQL's own types, the same on every server (its `pg_type.dat`).

pub(crate) const BOOL: u32 = 16;
pub(crate) const BYTEA: u32 = 17;
pub(crate) const NAME: u32 = 19;
pub(crate) const INT8: u32 = 20;
pub(crate) const INT2: u32 = 21;
pub(crate) const INT4: u32 = 23;
pub(crate) const TEXT: u32 = 25;
pub(crate) const JSON: u32 = 114;
pub(crate) const FLOAT4: u32 = 700;
pub(crate) const FLOAT8: u32 = 701;
pub(crate) const UNKNOWN: u32 = 705;
pub(crate) const BPCHAR: u32 = 1042;
pub(crate) const VARCHAR: u32 = 1043;
pub(crate) const DATE: u32 = 1082;
pub(crate) const TIME: u32 = 1083;
pub(crate) const TIMESTAMP: u32 = 1114;
pub(crate) const TIMESTAMPTZ: u32 = 1184;
pub(crate) const NUMERIC: u32 = 1700;
pub(crate) const UUID: u32 = 2950;
pub(crate) const JSONB: u32 = 3802;

/// The type of an array of elements of a type that values are bound as.
pub(crate) fn array_of(element: u32) -> u32 {
    match element {
        BOOL => 1000,
        BYTEA => 1001,
        INT2 => 1005,
        INT4 => 1007,
        INT8 => 1016,
        FLOAT4 => 1021,
        FLOAT8 => 1022,
        DATE => 1182,
        TIME => 1183,
        TIMESTAMP => 1115,
        TIMESTAMPTZ => 1185,
        NUMERIC => 1231,
        UUID => 2951,
        JSONB => 3807,
        // TEXT, as which everything else is bound.
        _ => 1009,
    }
}

/// Whether a type is an array of one that values are read from.
pub(crate) fn is_array(kind: u32) -> bool {
    /// The arrays of what nothing is bound as: JSON, BPCHAR and VARCHAR.
    const ONLY_READ: [u32; 3] = [199, 1014, 1015];
    const BOUND: [u32; 14] =
        [BOOL, BYTEA, INT2, INT4, INT8, FLOAT4, FLOAT8, DATE, TIME, TIMESTAMP, TIMESTAMPTZ, NUMERIC, UUID, JSONB];
    kind == array_of(TEXT) || ONLY_READ.contains(&kind) || BOUND.iter().any(|element| array_of(*element) == kind)
}
