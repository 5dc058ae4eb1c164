//! A sentence for every reason a service refuses with: what is so, and what to do next.

/// When a service did not answer a form.
pub const UNAVAILABLE: &str = "A part of the portal does not answer just now. What you wrote is below: wait a few \
    seconds and send it again. It will not be taken twice.";
/// When somebody else was quicker.
pub const CHANGED: &str = "Somebody changed this while you were writing. What you wrote is below: look at what is new, then send it again.";
pub const TOO_MANY: &str =
    "There were too many tries in a short time. Wait a minute and try again.";
pub const NOT_ALLOWED: &str =
    "Your role does not allow this. An administrator of your account can change your role.";

/// The sentence for a reason; none for those that are our own trouble.
pub fn sentence(reason: &str) -> Option<&'static str> {
    let services = [
        every_service,
        signing_in,
        members,
        cases,
        maintenance,
        tls_authentication,
        accounts,
    ];
    services.iter().find_map(|service| service(reason))
}

fn every_service(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "ROLE_REQUIRED" => NOT_ALLOWED,
        "STEP_UP_REQUIRED" => {
            "This needs a second factor that was shown in the last five minutes. Show one, then go on."
        }
        "CONFLICT" | "STALE_ETAG" | "PROFILE_CHANGED" => CHANGED,
        _ => return None,
    })
}

fn signing_in(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "SIGN_IN_FAILED" => {
            "The e-mail address or the password is not right. Try again, or set a new password. After several wrong tries, wait a moment before the next."
        }
        "WRONG_CODE" => {
            "That code is not right, or was used already. Wait for the next one and enter it. After several wrong tries, wait a moment before the next."
        }
        "ATTEMPT_ENDED" => {
            "The sign-in took too long or had too many wrong codes. Start again with your password."
        }
        "ENROLMENT_REQUIRED" => {
            "Add an authenticator app first: nobody signs in without a second factor."
        }
        "FACTOR_REQUIRED" => "You have an authenticator already. Sign in with a code of it.",
        "ENROLMENT_ENDED" => {
            "Adding the app took too long or had too many wrong codes. Start again with the new code below."
        }
        "PASSKEY_REFUSED" => "That passkey was not accepted. Try again, or sign in in another way.",
        "PASSKEY_NOT_VERIFIED" => {
            "The device did not check that it is you. Sign in with your password; the passkey is then your second factor."
        }
        "PASSKEY_CLONED" => {
            "That passkey may exist twice, so it was not accepted. Sign in in another way and remove it."
        }
        "PASSKEY_KNOWN" => "That passkey is yours already.",
        "NO_PASSKEY" => "You have no passkey. Enter a code instead.",
        "CEREMONY_ENDED" => {
            "Showing the passkey took too long, or it was shown already. Try again."
        }
        "LAST_FACTOR" => "This is your only authenticator. Add another one before you remove it.",
        "TOO_MANY_FACTORS" => "You have ten authenticators. Remove one before you add another.",
        "RESET_ENDED" => "This link was used already or is too old. Ask for a new one.",
        "FACTOR_NOT_FOUND" => {
            "That authenticator is no longer yours; it may have been removed in another window."
        }
        "SESSION_NOT_FOUND" => "That session has already ended.",
        "BUSY" => "Many people are signing in just now. Wait a few seconds and try again.",
        _ => return None,
    })
}

fn members(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "INVITATION_ENDED" => {
            "This link was used already, is too old, or was taken back. Ask for a new invitation."
        }
        "INVITATION_NOT_FOUND" => {
            "The invitation was accepted or canceled meanwhile. Look at the list again."
        }
        "CONTACT_INACTIVE" => {
            "This contact is inactive. Ask ICANN with a general inquiry to update it first."
        }
        "ALREADY_MEMBER" => "This contact is a user of the account already.",
        "CANNOT_BE_INVITED" => {
            "This contact cannot be invited. Ask ICANN with a general inquiry; nothing was sent."
        }
        "TOO_MANY_INVITATIONS" => {
            "Too many invitations of this account are open. Cancel one, or wait until one is accepted."
        }
        "APPLICANT_HAS_USER" => {
            "The account of an applicant has one user. This one has its user already."
        }
        "OWN_FACTORS" => "You cannot reset your own factors. Ask a colleague.",
        "ADMINISTRATOR_REQUIRED" => {
            "Only an administrator of the portal resets factors of ICANN’s staff. Ask one of them."
        }
        "USER_NOT_ACTIVE" => "This user may not sign in, so there is nothing to reset.",
        _ => return None,
    })
}

fn cases(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "CASE_CLOSED" => "The case is closed. A comment asks ICANN to re-open it.",
        "CASE_CANCELED" => "The case is canceled. Open a new inquiry instead.",
        "CASE_NOT_SUBMITTED" => "The case was not submitted yet.",
        "CASE_NOT_CLOSED" => "The case is not closed.",
        "REOPEN_NOT_REQUESTED" => {
            "The party has not asked to re-open this case, or it was decided meanwhile."
        }
        "REOPEN_UNDECIDED" => "Decide first whether the case is re-opened.",
        "ALREADY_ASKED" => {
            "The party was already asked for something. Wait for the answer, or write a comment."
        }
        "NOT_EXPEDITABLE" => "Only general inquiries can be expedited.",
        "ALREADY_EXPEDITED" => {
            "A case can be expedited once, and for this one it was already asked."
        }
        "NOT_EXPEDITED" => "Nobody asked to expedite this case.",
        "EXPEDITE_DECIDED" => "The request to expedite was already decided.",
        "NO_ACCOUNT" => "You act for no account. Choose one in the menu at the top first.",
        _ => return None,
    })
}

fn maintenance(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "OVERLAP" => "Another enabled window of the same TLD and service is in the way.",
        "WINDOW_ONGOING" => "The window has started. Only its end may still be moved.",
        "WINDOW_PAST" => "The window is over and stays as it is.",
        "WINDOWS_NOT_DELETABLE" => {
            "Nothing was deleted: only windows that have not started can be. See which have."
        }
        "EXPORT_TOO_LARGE" => {
            "These are more windows than one document holds. Choose a TLD or a shorter time."
        }
        "FEED_NOT_FOUND" => "This calendar address is no longer good.",
        "FEED_EXISTS" => {
            "The account has a calendar address already. Revoke it first to make a new one."
        }
        "FEED_FOR_ALL_TLDS" => {
            "The calendar address shows every TLD of the account, and your role is limited to some. Somebody without that \
             limit can make it."
        }
        _ => return None,
    })
}

fn tls_authentication(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "TOO_MANY_CHECKS" => "Your account has tested many domain names. Wait a minute.",
        "GRANT_ENDED" => "Some of these grants are over. Nothing was changed: see which.",
        "NOT_A_PROVIDER" => {
            "Only registry service providers upload data of many registries. Enter the data of your own TLDs one by one or together."
        }
        "UPLOAD_HAS_ERRORS" => {
            "Something is wrong with the file. See what, correct it, and upload it again."
        }
        "UPLOAD_DECIDED" => "This is decided already, or was taken back. Nothing was changed.",
        "ALL_TLDS_REQUIRED" => {
            "This is about many TLDs, and your role is limited to some. Somebody without that limit can do it."
        }
        _ => return None,
    })
}

fn accounts(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "TLD_TAKEN" => "This TLD is in an account already.",
        _ => return None,
    })
}
