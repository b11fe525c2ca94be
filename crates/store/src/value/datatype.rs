//! The datatypes whose values baimo knows.
//!
//! In: the IRI of a datatype. Out: [`Datatype`], which says how a lexical form is read. Datatypes derived from
//! `xsd:string` (`xsd:token` and its like) are not among them: SPARQL gives them no operators.

/// What an XSD datatype's IRI begins with.
pub const XSD: &str = "http://www.w3.org/2001/XMLSchema#";

/// A datatype with values of its own, or [`Other`](Datatype::Other).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the XSD datatype of that name")]
pub enum Datatype {
    String,
    Boolean,
    Decimal,
    Integer,
    /// A type derived from `xsd:integer`, whose values are a range of integers.
    Derived(Derived),
    Float,
    Double,
    DateTime,
    DateTimeStamp,
    Date,
    Time,
    GYear,
    GYearMonth,
    GMonth,
    GMonthDay,
    GDay,
    Duration,
    YearMonthDuration,
    DayTimeDuration,
    /// Any other datatype: a literal of it is known by its text alone.
    Other,
}

/// The datatypes derived from `xsd:integer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the XSD datatype of that name")]
pub enum Derived {
    Long,
    Int,
    Short,
    Byte,
    NonNegativeInteger,
    PositiveInteger,
    NonPositiveInteger,
    NegativeInteger,
    UnsignedLong,
    UnsignedInt,
    UnsignedShort,
    UnsignedByte,
}

impl Derived {
    /// The smallest and the largest value, where there is one (XSD 1.1 part 2, section 3.4.13 and following).
    pub fn bounds(self) -> (Option<i128>, Option<i128>) {
        match self {
            Self::Long => (Some(i64::MIN.into()), Some(i64::MAX.into())),
            Self::Int => (Some(i32::MIN.into()), Some(i32::MAX.into())),
            Self::Short => (Some(i16::MIN.into()), Some(i16::MAX.into())),
            Self::Byte => (Some(i8::MIN.into()), Some(i8::MAX.into())),
            Self::NonNegativeInteger => (Some(0), None),
            Self::PositiveInteger => (Some(1), None),
            Self::NonPositiveInteger => (None, Some(0)),
            Self::NegativeInteger => (None, Some(-1)),
            Self::UnsignedLong => (Some(0), Some(u64::MAX.into())),
            Self::UnsignedInt => (Some(0), Some(u32::MAX.into())),
            Self::UnsignedShort => (Some(0), Some(u16::MAX.into())),
            Self::UnsignedByte => (Some(0), Some(u8::MAX.into())),
        }
    }
}

impl Datatype {
    /// The datatype of an IRI.
    #[inline]
    pub fn of(iri: &str) -> Self {
        iri.strip_prefix(XSD).map_or(Self::Other, Self::of_local_name)
    }

    fn of_local_name(name: &str) -> Self {
        match name {
            "string" => Self::String,
            "boolean" => Self::Boolean,
            "decimal" => Self::Decimal,
            "integer" => Self::Integer,
            "long" => Self::Derived(Derived::Long),
            "int" => Self::Derived(Derived::Int),
            "short" => Self::Derived(Derived::Short),
            "byte" => Self::Derived(Derived::Byte),
            "nonNegativeInteger" => Self::Derived(Derived::NonNegativeInteger),
            "positiveInteger" => Self::Derived(Derived::PositiveInteger),
            "nonPositiveInteger" => Self::Derived(Derived::NonPositiveInteger),
            "negativeInteger" => Self::Derived(Derived::NegativeInteger),
            "unsignedLong" => Self::Derived(Derived::UnsignedLong),
            "unsignedInt" => Self::Derived(Derived::UnsignedInt),
            "unsignedShort" => Self::Derived(Derived::UnsignedShort),
            "unsignedByte" => Self::Derived(Derived::UnsignedByte),
            "float" => Self::Float,
            "double" => Self::Double,
            "dateTime" => Self::DateTime,
            "dateTimeStamp" => Self::DateTimeStamp,
            "date" => Self::Date,
            "time" => Self::Time,
            "gYear" => Self::GYear,
            "gYearMonth" => Self::GYearMonth,
            "gMonth" => Self::GMonth,
            "gMonthDay" => Self::GMonthDay,
            "gDay" => Self::GDay,
            "duration" => Self::Duration,
            "yearMonthDuration" => Self::YearMonthDuration,
            "dayTimeDuration" => Self::DayTimeDuration,
            _ => Self::Other,
        }
    }

    /// Its name, without what the IRIs of XSD begin with; that of [`Other`](Self::Other) is empty.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Decimal => "decimal",
            Self::Integer => "integer",
            Self::Derived(Derived::Long) => "long",
            Self::Derived(Derived::Int) => "int",
            Self::Derived(Derived::Short) => "short",
            Self::Derived(Derived::Byte) => "byte",
            Self::Derived(Derived::NonNegativeInteger) => "nonNegativeInteger",
            Self::Derived(Derived::PositiveInteger) => "positiveInteger",
            Self::Derived(Derived::NonPositiveInteger) => "nonPositiveInteger",
            Self::Derived(Derived::NegativeInteger) => "negativeInteger",
            Self::Derived(Derived::UnsignedLong) => "unsignedLong",
            Self::Derived(Derived::UnsignedInt) => "unsignedInt",
            Self::Derived(Derived::UnsignedShort) => "unsignedShort",
            Self::Derived(Derived::UnsignedByte) => "unsignedByte",
            Self::Float => "float",
            Self::Double => "double",
            Self::DateTime => "dateTime",
            Self::DateTimeStamp => "dateTimeStamp",
            Self::Date => "date",
            Self::Time => "time",
            Self::GYear => "gYear",
            Self::GYearMonth => "gYearMonth",
            Self::GMonth => "gMonth",
            Self::GMonthDay => "gMonthDay",
            Self::GDay => "gDay",
            Self::Duration => "duration",
            Self::YearMonthDuration => "yearMonthDuration",
            Self::DayTimeDuration => "dayTimeDuration",
            Self::Other => "",
        }
    }

    /// Whether its values are numbers.
    #[inline]
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Decimal | Self::Integer | Self::Derived(_) | Self::Float | Self::Double)
    }
}
