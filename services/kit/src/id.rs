//! Typed identifiers that print as resource names.

/// `id!(CaseId, "cases")` is a UUIDv7 that prints and parses as `cases/0198…` and that the
/// database stores as a plain `uuid`.
#[macro_export]
macro_rules! id {
    ($(#[$meta:meta])* $name:ident, $collection:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ::sqlx::Type)]
        #[derive(::serde::Serialize, ::serde::Deserialize)]
        #[sqlx(transparent)]
        #[serde(transparent)]
        pub struct $name(pub ::uuid::Uuid);

        impl $name {
            /// A new identifier; later ones sort after earlier ones.
            #[expect(clippy::new_without_default, reason = "an identifier has no default value")]
            pub fn new() -> Self {
                Self(::uuid::Uuid::now_v7())
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, concat!($collection, "/{}"), self.0)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = &'static str;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                name.strip_prefix(concat!($collection, "/"))
                    .and_then(|id| id.parse().ok())
                    .map(Self)
                    .ok_or(concat!("must have the form ", $collection, "/{id}"))
            }
        }
    };
}

id!(
    /// An account of a contracted party; the accounts service owns it, every service knows its id.
    AccountId,
    "accounts"
);
id!(
    /// A person who can sign in; the identity service owns it, every service knows its id.
    UserId,
    "users"
);
id!(
    /// A session of a signed-in person; the identity service owns it.
    SessionId,
    "sessions"
);
