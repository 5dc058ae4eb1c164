//! The site map: every page, by who may open it.

mod activity;
mod cases;
mod choices;
mod dev;
mod home;
mod maintenance;
mod members;
mod my;
mod reports;
mod sign_in;
mod staff;
mod tls;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};

use crate::{app::App, assets, errors::PageError, urls};

/// Every route.
pub fn routes(app: &App) -> Router<Arc<App>> {
    let routes = strangers()
        .merge(portal())
        .merge(windows())
        .merge(machine_access())
        .merge(report_status())
        .merge(office());
    let routes = if app.development.enabled {
        routes.merge(development())
    } else {
        routes
    };
    routes.fallback(async || PageError::NotFound)
}

/// For everybody.
fn strangers() -> Router<Arc<App>> {
    use sign_in::{code, enrol, invitation, lost_factor, passkey, password, reset};
    Router::new()
        .route(urls::ASSET, get(assets::get))
        .route(urls::SIGN_IN, get(password::get).post(password::post))
        .route(urls::SIGN_IN_CODE, get(code::get).post(code::post))
        .route(urls::SIGN_IN_PASSKEY, get(passkey::get).post(passkey::post))
        .route(urls::SIGN_IN_PASSKEY_OPTIONS, post(passkey::options))
        .route(urls::SIGN_IN_ENROL, get(enrol::get))
        .route(urls::SIGN_IN_ENROL_PASSKEY, get(enrol::passkey))
        .route(
            urls::SIGN_IN_RECOVERY_CODES,
            get(enrol::codes).post(enrol::post),
        )
        .route(urls::SIGN_IN_RESET, get(reset::ask).post(reset::send))
        .route(urls::SIGN_IN_RESET_TOKEN, get(reset::get).post(reset::post))
        .route(urls::LOST_FACTOR, get(lost_factor::get))
        .route(
            urls::INVITATION,
            get(invitation::get).post(invitation::post),
        )
        .route(urls::SIGN_OUT, post(sign_in::sign_out))
        .route(urls::CALENDAR_FEED, get(maintenance::ics::get))
}

/// For everybody who is signed in; pages of cases are for contracted parties.
fn portal() -> Router<Arc<App>> {
    use cases::{cancel, comment, csv, expedite, list, live, new, print, show};
    use members::{cancel as cancel_invitation, invite, list as users};
    use my::{account, codes, factors, info, passkeys, password, security, sessions, theme};
    Router::new()
        .route(urls::HOME, get(home::get))
        .route(urls::CASES, get(list::get))
        .route(urls::CASES_CSV, get(csv::get))
        .route(urls::CASE_NEW, get(new::get).post(new::post))
        .route(urls::CASE, get(show::get))
        .route(urls::CASE_COMMENTS, post(comment::post))
        .route(urls::CASE_EXPEDITE, get(expedite::get).post(expedite::post))
        .route(urls::CASE_CANCEL, get(cancel::get).post(cancel::post))
        .route(urls::CASE_PRINT, get(print::get))
        .route(urls::CASE_LIVE, get(live::get))
        .route(urls::ACTIVITY, get(activity::own))
        .route(urls::ACTIVITY_CSV, get(activity::own_csv))
        .route(urls::ACCOUNT_ACTIVITY, get(activity::account))
        .route(urls::ACCOUNT_ACTIVITY_CSV, get(activity::account_csv))
        .route(urls::ACCOUNT_USERS, get(users::get))
        .route(urls::ACCOUNT_INVITE, get(invite::get).post(invite::post))
        .route(
            urls::ACCOUNT_CANCEL,
            get(cancel_invitation::get).post(cancel_invitation::post),
        )
        .route(urls::SWITCH_ACCOUNT, post(account::post))
        .route(urls::INFO, get(info::get).post(info::post))
        .route(urls::THEME, post(theme::post))
        .route(urls::SECURITY, get(security::get))
        .route(urls::PASSWORD, get(password::get).post(password::post))
        .route(urls::FACTOR_NEW, get(factors::get).post(factors::post))
        .route(urls::PASSKEY_NEW, get(passkeys::get).post(passkeys::post))
        .route(urls::FACTOR_RENAME, post(factors::rename))
        .route(
            urls::FACTOR_REMOVE,
            get(factors::confirm).post(factors::remove),
        )
        .route(urls::RECOVERY_CODES, get(codes::get).post(codes::post))
        .route(urls::SESSION_REVOKE, post(sessions::revoke))
        .route(urls::SESSIONS_REVOKE_OTHERS, post(sessions::revoke_others))
}

/// Maintenance windows: changed by contracted parties, read by staff, too.
fn windows() -> Router<Arc<App>> {
    use maintenance::{
        calendar, csv, delete, delete_many, edit, feed, list, new, show, switch, xml,
    };
    Router::new()
        .route(urls::MAINTENANCE, get(list::get))
        .route(urls::MAINTENANCE_CSV, get(csv::get))
        .route(urls::MAINTENANCE_XML, get(xml::get))
        .route(urls::MAINTENANCE_NEW, get(new::get).post(new::post))
        .route(
            urls::MAINTENANCE_DELETE,
            get(delete_many::get).post(delete_many::post),
        )
        .route(urls::MAINTENANCE_CALENDAR, get(calendar::get))
        .route(urls::MAINTENANCE_FEED, get(feed::get).post(feed::post))
        .route(
            urls::MAINTENANCE_FEED_REVOKE,
            get(feed::confirm).post(feed::revoke),
        )
        .route(urls::WINDOW, get(show::get))
        .route(urls::WINDOW_EDIT, get(edit::get).post(edit::post))
        .route(urls::WINDOW_DELETE, get(delete::get).post(delete::post))
        .route(urls::WINDOW_ENABLE, post(switch::enable))
        .route(urls::WINDOW_DISABLE, post(switch::disable))
}

/// TLS client authentication: changed by contracted parties, read by staff, too.
fn machine_access() -> Router<Arc<App>> {
    use tls::{
        check, clients, consent, consents, delete, edit, edit_many, grant_edit, grant_new,
        grant_revoke, grants, list, new, show, tld, upload, upload_new, uploads,
    };
    Router::new()
        .route(urls::TLS, get(list::get))
        .route(urls::TLS_NEW, get(new::get).post(new::post))
        .route(urls::TLS_CHECK, get(check::get).post(check::post))
        .route(urls::TLS_CLIENTS, get(clients::get))
        .route(
            urls::TLS_CLIENTS_EDIT,
            get(edit_many::get).post(edit_many::edit),
        )
        .route(
            urls::TLS_CLIENTS_DELETE,
            get(edit_many::get).post(edit_many::delete),
        )
        .route(urls::TLS_TLD, get(tld::get))
        .route(urls::TLS_CLIENT, get(show::get))
        .route(urls::TLS_CLIENT_EDIT, get(edit::get).post(edit::post))
        .route(urls::TLS_CLIENT_DELETE, get(delete::get).post(delete::post))
        .route(urls::TLS_GRANTS, get(grants::get))
        .route(
            urls::TLS_GRANT_NEW,
            get(grant_new::get).post(grant_new::post),
        )
        .route(
            urls::TLS_GRANT_EDIT,
            get(grant_edit::get).post(grant_edit::post),
        )
        .route(
            urls::TLS_GRANT_REVOKE,
            get(grant_revoke::get).post(grant_revoke::post),
        )
        .route(urls::TLS_UPLOADS, get(uploads::get))
        .route(
            urls::TLS_UPLOAD_NEW,
            get(upload_new::get).post(upload_new::post),
        )
        .route(urls::TLS_UPLOAD_TEMPLATE, get(uploads::template))
        .route(urls::TLS_UPLOAD_PROBLEMS, post(upload_new::problems))
        .route(urls::TLS_UPLOAD, get(upload::get))
        .route(
            urls::TLS_UPLOAD_WITHDRAW,
            get(upload::confirm).post(upload::withdraw),
        )
        .route(urls::TLS_CONSENTS, get(consents::get))
        .route(urls::TLS_CONSENT, get(consent::get))
        .route(urls::TLS_CONSENT_APPROVE, post(consent::approve))
        .route(urls::TLS_CONSENT_OBJECT, post(consent::object))
}

/// Report status: read by registry operators and staff.
fn report_status() -> Router<Arc<App>> {
    use reports::{csv, list, submissions, tld};
    Router::new()
        .route(urls::REPORTS, get(list::get))
        .route(urls::REPORTS_CSV, get(csv::get))
        .route(urls::REPORTS_TLD, get(tld::get))
        .route(urls::REPORTS_SUBMISSIONS, get(submissions::get))
}

/// For ICANN staff.
fn office() -> Router<Arc<App>> {
    use members::{cancel, invite, list as account};
    use staff::{accounts, act, case, queue, reset, take, user, users, write};
    Router::new()
        .route(urls::QUEUE, get(queue::get))
        .route(urls::QUEUE_CSV, get(queue::csv))
        .route(urls::STAFF_ACCOUNTS, get(accounts::get))
        .route(urls::STAFF_ACCOUNT, get(account::get))
        .route(
            urls::STAFF_ACCOUNT_INVITE,
            get(invite::get).post(invite::post),
        )
        .route(
            urls::STAFF_ACCOUNT_CANCEL,
            get(cancel::get).post(cancel::post),
        )
        .route(urls::STAFF_USERS, get(users::get))
        .route(urls::STAFF_USER, get(user::get))
        .route(urls::STAFF_USER_RESET, get(reset::get).post(reset::post))
        .route(urls::STAFF_CASE, get(case::get))
        .route(urls::STAFF_CASE_TAKE, post(take::post))
        .route(urls::STAFF_CASE_WRITE, post(write::post))
        .route(urls::STAFF_CASE_ACT, get(act::get).post(act::post))
}

/// For developers.
fn development() -> Router<Arc<App>> {
    use dev::{components, mail};
    Router::new()
        .route(urls::DEV_MAIL, get(mail::list))
        .route(urls::DEV_MAIL_MESSAGE, get(mail::show))
        .route(urls::DEV_MAIL_HTML, get(mail::html_part))
        .route(urls::DEV_MAIL_RAW, get(mail::raw))
        .route(urls::DEV_COMPONENTS, get(components::get))
}
