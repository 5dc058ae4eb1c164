//! The words for what identity writes into its log. Every kind that it can write is here; `tests/tests/it/activity.rs` sees to it.

/// Kinds that belong together: the name of the group, and its kinds with their words.
pub type Group = (&'static str, &'static [(&'static str, &'static str)]);

/// Everything that can have happened, as the filter offers it.
pub const GROUPS: [Group; 6] = [
    (
        "Signing in",
        &[
            ("session.created", "Signed in"),
            ("sign-in.refused", "Sign-in refused"),
            ("session.revoked", "Session ended"),
            ("session.account-switched", "Switched to this account"),
            ("session.stepped-up", "Confirmed with a second factor"),
            ("session.step-up-refused", "Confirming was refused"),
        ],
    ),
    (
        "Password",
        &[
            ("password.changed", "Password changed"),
            ("password.refused", "Present password was wrong"),
            ("password.reset-requested", "New password asked for by mail"),
            ("password.reset", "New password set by mail"),
            ("password.locked", "Password locked for a moment"),
            ("password.still-locked", "Password tried while locked"),
            ("password.unlocked", "Password unlocked"),
        ],
    ),
    (
        "Authenticators",
        &[
            ("factor.added", "Authenticator added"),
            ("factor.renamed", "Authenticator renamed"),
            ("factor.removed", "Authenticator removed"),
            (
                "factor.refused",
                "Wrong code when adding an authenticator app",
            ),
            ("factor.locked", "Authenticator app locked for a moment"),
            (
                "factor.still-locked",
                "Authenticator app tried while locked",
            ),
            ("factor.unlocked", "Authenticator app unlocked"),
            ("passkey.refused", "Passkey refused"),
            (
                "passkey.cloned",
                "Passkey refused because it may exist twice",
            ),
            (
                "factors.reset",
                "Password and authenticators reset by ICANN",
            ),
        ],
    ),
    (
        "Recovery codes",
        &[
            ("recovery-codes.regenerated", "New recovery codes made"),
            ("recovery-code.used", "Recovery code used"),
            (
                "recovery-codes.locked",
                "Recovery codes locked for a moment",
            ),
            (
                "recovery-codes.still-locked",
                "Recovery code tried while locked",
            ),
            ("recovery-codes.unlocked", "Recovery codes unlocked"),
        ],
    ),
    (
        "Users of the account",
        &[
            ("invitation.sent", "Invited to the account"),
            ("invitation.renewed", "Invited to the account again"),
            ("invitation.canceled", "Invitation canceled"),
            ("invitation.accepted", "Invitation accepted"),
            ("member.added", "Made a user of the account"),
        ],
    ),
    ("Profile", &[("user.updated", "Profile changed")]),
];

/// What happened, in words. A kind that a newer identity writes is shown as it is written.
pub fn action(kind: &str) -> String {
    known(kind).map_or_else(|| kind.to_owned(), ToOwned::to_owned)
}

/// The words of a kind we know.
pub fn known(kind: &str) -> Option<&'static str> {
    let mut kinds = GROUPS.iter().flat_map(|(_, kinds)| *kinds);
    kinds.find(|(id, _)| *id == kind).map(|(_, words)| *words)
}

/// Whether it should catch the eye: somebody failed to show who they are.
pub fn is_refusal(kind: &str) -> bool {
    kind.ends_with("refused")
        || kind.ends_with("locked") && !kind.ends_with("unlocked")
        || kind == "passkey.cloned"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_kind_begins_with_another() {
        // The service filters by the beginning of a kind.
        let kinds: Vec<&str> = GROUPS
            .iter()
            .flat_map(|(_, kinds)| kinds.iter().map(|(id, _)| *id))
            .collect();
        for one in &kinds {
            let within = kinds.iter().filter(|other| other.starts_with(one));
            let shorter: Vec<_> = within.filter(|other| *other != one).collect();
            assert!(
                shorter.is_empty() || *one == "password.reset",
                "{one}: {shorter:?}"
            );
        }
    }

    #[test]
    fn only_refusals_catch_the_eye() {
        assert!(is_refusal("sign-in.refused") && is_refusal("password.still-locked"));
        assert!(!is_refusal("password.unlocked") && !is_refusal("session.created"));
    }
}
