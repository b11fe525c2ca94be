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

/// Makes both directions of the table of names from one list.
macro_rules! names {
    ($($datatype:ident $(($derived:ident))? = $name:literal,)*) => {
        impl Datatype {
            fn of_local_name(name: &str) -> Self {
                match name {
                    $($name => Self::$datatype $((Derived::$derived))?,)*
                    _ => Self::Other,
                }
            }

            /// Its name, without what the IRIs of XSD begin with; that of [`Other`](Self::Other) is empty.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$datatype $((Derived::$derived))? => $name,)*
                    Self::Other => "",
                }
            }
        }
    };
}

names! {
    String = "string",
    Boolean = "boolean",
    Decimal = "decimal",
    Integer = "integer",
    Derived(Long) = "long",
    Derived(Int) = "int",
    Derived(Short) = "short",
    Derived(Byte) = "byte",
    Derived(NonNegativeInteger) = "nonNegativeInteger",
    Derived(PositiveInteger) = "positiveInteger",
    Derived(NonPositiveInteger) = "nonPositiveInteger",
    Derived(NegativeInteger) = "negativeInteger",
    Derived(UnsignedLong) = "unsignedLong",
    Derived(UnsignedInt) = "unsignedInt",
    Derived(UnsignedShort) = "unsignedShort",
    Derived(UnsignedByte) = "unsignedByte",
    Float = "float",
    Double = "double",
    DateTime = "dateTime",
    DateTimeStamp = "dateTimeStamp",
    Date = "date",
    Time = "time",
    GYear = "gYear",
    GYearMonth = "gYearMonth",
    GMonth = "gMonth",
    GMonthDay = "gMonthDay",
    GDay = "gDay",
    Duration = "duration",
    YearMonthDuration = "yearMonthDuration",
    DayTimeDuration = "dayTimeDuration",
}

impl Datatype {
    /// The datatype of an IRI.
    #[inline]
    pub fn of(iri: &str) -> Self {
        iri.strip_prefix(XSD).map_or(Self::Other, Self::of_local_name)
    }

    /// Whether its values are numbers.
    #[inline]
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Decimal | Self::Integer | Self::Derived(_) | Self::Float | Self::Double)
    }
}
