//! The closed lists, as named schemas.

use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ObjectBuilder, Type},
    },
};

use super::tickets::FILTERS;

fn closed<'a>(means: &str, words: impl Iterator<Item = &'a str>) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(means))
        .enum_values(Some(words))
        .into()
}

macro_rules! lists {
    ($($name:ident = $means:literal, $words:expr;)+) => {$(
        #[doc = $means]
        pub(super) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                closed($means, $words)
            }
        }
        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}

macro_rules! all {
    ($list:ident $(, but $variant:ident)?) => {
        words::$list::ALL.iter() $(.filter(|word| **word != words::$list::$variant))? .map(|word| word.as_str())
    };
}

lists! {
    AlarmKind = "What happened that somebody should look at.", all!(AlarmKind);
    Channel = "Where a conversation happens.", all!(Channel);
    RequesterChannel = "How a requester can come. (The watch opens its tickets itself.)", all!(Channel, but Watch);
    Class = "How a field is protected: shown to reps, sealed (it goes only to the owner) or secret (it goes to nobody).",
        all!(FieldClass);
    ContactKind = "The kinds of contact points.", all!(ContactKind);
    Hold = "How strictly the gate answers for an account.", all!(HoldLevel);
    MessageKind = "Who speaks: the requester (`heard`), the rep to the requester (`said`), the rep by email to the \
        owner (`reply`), the rep to colleagues (`note`), or the desk itself.", all!(MessageKind);
    WrittenKind = "Who speaks: the requester (`heard`), the rep to the requester (`said`), the rep by email to the \
        owner (`reply`) or the rep to colleagues (`note`).", all!(MessageKind, but Desk);
    Queue = "Whose pile a ticket lies on.", all!(Queue);
    RequestKind = "What can be asked for in a ticket.", all!(RequestKind);
    RequestState = "Where a request stands. `waiting`: for the owner. `sending`: permitted, on its way. `refused`: by \
        the gate.", all!(RequestState);
    TicketKind = "What began a ticket: a person, the watch, or an owner's \"It wasn't me\".", all!(TicketKind);
    TicketState = "Where a ticket stands.", all!(TicketState);
    Filter = "Which tickets a list shows.", FILTERS.into_iter();
}
