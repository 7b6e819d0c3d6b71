//! Small sets in a byte or two.

/// Declares a list of things and the set of them.
macro_rules! set {
    ($(#[$doc:meta])* $thing:ident, $(#[$sdoc:meta])* $set:ident($bits:ty) { $($(#[$vdoc:meta])* $variant:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum $thing { $($(#[$vdoc])* $variant,)+ }

        impl $thing {
            /// Every one, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
        }

        $(#[$sdoc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub struct $set($bits);

        impl std::fmt::Debug for $set {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_set().entries(self.iter()).finish()
            }
        }

        impl $set {
            /// None of them.
            pub const NONE: Self = Self(0);

            /// These.
            pub const fn of(things: &[$thing]) -> Self {
                let mut bits = 0;
                let mut i = 0;
                while i < things.len() {
                    bits |= 1 << things[i] as u8;
                    i += 1;
                }
                Self(bits)
            }
            /// Whether it is in.
            pub const fn has(self, thing: $thing) -> bool {
                self.0 & (1 << thing as u8) != 0
            }
            /// The set with it.
            #[must_use]
            pub const fn with(self, thing: $thing) -> Self {
                Self(self.0 | (1 << thing as u8))
            }
            /// The set without it.
            #[must_use]
            pub const fn without(self, thing: $thing) -> Self {
                Self(self.0 & !(1 << thing as u8))
            }
            /// What is in either.
            #[must_use]
            pub const fn and(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
            /// What is in both.
            #[must_use]
            pub const fn both(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }
            /// Whether nothing is in it.
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }
            /// How many are in it.
            pub const fn len(self) -> u32 {
                self.0.count_ones()
            }
            /// Whether everything of `other` is in it.
            pub const fn covers(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }
            /// What is in it, in order.
            pub fn iter(self) -> impl Iterator<Item = $thing> {
                $thing::ALL.iter().copied().filter(move |t| self.has(*t))
            }
        }
    };
}
pub(crate) use set;
