//! The templates, bound to their files.

use askama::Template as _;

use super::content::Content;
use crate::domain::Template;

/// A part of a letter: a function that picks the file of a template. askama checks the files when we compile.
macro_rules! part {
    ($(#[$meta:meta])* $name:ident { $($template:ident => $path:tt,)* }) => {
        $(#[$meta])*
        pub fn $name(template: Template, mail: &Content) -> askama::Result<String> {
            match template {
                $(Template::$template => {
                    #[derive(askama::Template)]
                    #[template(path = $path)]
                    struct Part<'a> {
                        mail: &'a Content,
                    }
                    Part { mail }.render()
                })*
            }
        }
    };
}

part! {
    /// The subject, one line.
    subject {
        CaseSubmitted => "case_submitted/subject.txt",
        CaseCommented => "case_commented/subject.txt",
        CaseInformationRequested => "case_information_requested/subject.txt",
        CaseExpediteDecided => "case_expedite_decided/subject.txt",
        CaseClosed => "case_closed/subject.txt",
        CaseCanceled => "case_canceled/subject.txt",
        CaseReopened => "case_reopened/subject.txt",
        CaseReopenDeclined => "case_reopen_declined/subject.txt",
        StaffCaseCommented => "staff_case_commented/subject.txt",
        PasswordReset => "password_reset/subject.txt",
        PasswordChanged => "password_changed/subject.txt",
        FactorChanged => "factor_changed/subject.txt",
        FactorReset => "factor_reset/subject.txt",
        Invitation => "invitation/subject.txt",
        AccountAccess => "account_access/subject.txt",
        TlsUploadReceived => "tls_upload_received/subject.txt",
        TlsUploadDecided => "tls_upload_decided/subject.txt",
        TlsCheckFailed => "tls_check_failed/subject.txt",
    }
}

part! {
    /// The plain text.
    text {
        CaseSubmitted => "case_submitted/body.txt",
        CaseCommented => "case_commented/body.txt",
        CaseInformationRequested => "case_information_requested/body.txt",
        CaseExpediteDecided => "case_expedite_decided/body.txt",
        CaseClosed => "case_closed/body.txt",
        CaseCanceled => "case_canceled/body.txt",
        CaseReopened => "case_reopened/body.txt",
        CaseReopenDeclined => "case_reopen_declined/body.txt",
        StaffCaseCommented => "staff_case_commented/body.txt",
        PasswordReset => "password_reset/body.txt",
        PasswordChanged => "password_changed/body.txt",
        FactorChanged => "factor_changed/body.txt",
        FactorReset => "factor_reset/body.txt",
        Invitation => "invitation/body.txt",
        AccountAccess => "account_access/body.txt",
        TlsUploadReceived => "tls_upload_received/body.txt",
        TlsUploadDecided => "tls_upload_decided/body.txt",
        TlsCheckFailed => "tls_check_failed/body.txt",
    }
}

part! {
    /// The HTML, which says the same.
    html {
        CaseSubmitted => "case_submitted/body.html",
        CaseCommented => "case_commented/body.html",
        CaseInformationRequested => "case_information_requested/body.html",
        CaseExpediteDecided => "case_expedite_decided/body.html",
        CaseClosed => "case_closed/body.html",
        CaseCanceled => "case_canceled/body.html",
        CaseReopened => "case_reopened/body.html",
        CaseReopenDeclined => "case_reopen_declined/body.html",
        StaffCaseCommented => "staff_case_commented/body.html",
        PasswordReset => "password_reset/body.html",
        PasswordChanged => "password_changed/body.html",
        FactorChanged => "factor_changed/body.html",
        FactorReset => "factor_reset/body.html",
        Invitation => "invitation/body.html",
        AccountAccess => "account_access/body.html",
        TlsUploadReceived => "tls_upload_received/body.html",
        TlsUploadDecided => "tls_upload_decided/body.html",
        TlsCheckFailed => "tls_check_failed/body.html",
    }
}
