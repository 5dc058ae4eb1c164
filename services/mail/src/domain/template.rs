//! The mails there are.

use std::{fmt, str::FromStr};

/// Which mail. Events and the database know it by the name of its folder under `templates/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Template {
    CaseSubmitted,
    CaseCommented,
    CaseInformationRequested,
    CaseExpediteDecided,
    CaseClosed,
    CaseCanceled,
    CaseReopened,
    CaseReopenDeclined,
    StaffCaseCommented,
    PasswordReset,
    PasswordChanged,
    FactorChanged,
    FactorReset,
    Invitation,
    AccountAccess,
    TlsUploadReceived,
    TlsUploadDecided,
    TlsCheckFailed,
}

impl Template {
    pub const ALL: [Self; 18] = [
        Self::CaseSubmitted,
        Self::CaseCommented,
        Self::CaseInformationRequested,
        Self::CaseExpediteDecided,
        Self::CaseClosed,
        Self::CaseCanceled,
        Self::CaseReopened,
        Self::CaseReopenDeclined,
        Self::StaffCaseCommented,
        Self::PasswordReset,
        Self::PasswordChanged,
        Self::FactorChanged,
        Self::FactorReset,
        Self::Invitation,
        Self::AccountAccess,
        Self::TlsUploadReceived,
        Self::TlsUploadDecided,
        Self::TlsCheckFailed,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::CaseSubmitted => "case_submitted",
            Self::CaseCommented => "case_commented",
            Self::CaseInformationRequested => "case_information_requested",
            Self::CaseExpediteDecided => "case_expedite_decided",
            Self::CaseClosed => "case_closed",
            Self::CaseCanceled => "case_canceled",
            Self::CaseReopened => "case_reopened",
            Self::CaseReopenDeclined => "case_reopen_declined",
            Self::StaffCaseCommented => "staff_case_commented",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::FactorChanged => "factor_changed",
            Self::FactorReset => "factor_reset",
            Self::Invitation => "invitation",
            Self::AccountAccess => "account_access",
            Self::TlsUploadReceived => "tls_upload_received",
            Self::TlsUploadDecided => "tls_upload_decided",
            Self::TlsCheckFailed => "tls_check_failed",
        }
    }

    /// Whether it is an update of a case, which its reader may have chosen not to get.
    pub fn is_case_update(self) -> bool {
        !matches!(
            self,
            Self::PasswordReset
                | Self::PasswordChanged
                | Self::FactorChanged
                | Self::FactorReset
                | Self::Invitation
                | Self::AccountAccess
                | Self::TlsUploadReceived
                | Self::TlsUploadDecided
                | Self::TlsCheckFailed
        )
    }

    /// Whether it is for ICANN's staff, so that the party does not see that it was sent.
    pub fn is_internal(self) -> bool {
        self == Self::StaffCaseCommented
    }

    /// The values without which it says nothing.
    pub fn required(self) -> &'static [&'static str] {
        match self {
            Self::PasswordReset | Self::PasswordChanged | Self::FactorChanged => &[],
            Self::FactorReset => &["due"],
            Self::Invitation => &["account_name", "due"],
            Self::AccountAccess => &["account_name"],
            Self::TlsUploadReceived | Self::TlsUploadDecided => {
                &["subject", "organization", "path"]
            }
            Self::TlsCheckFailed => &["subject", "body", "path"],
            _ => &["number", "subject", "path"],
        }
    }

    /// Whether it is useless without its link.
    pub fn needs_link(self) -> bool {
        matches!(
            self,
            Self::PasswordReset | Self::FactorReset | Self::Invitation
        )
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Template {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let template = Self::ALL.into_iter().find(|it| it.as_str() == name);
        template.ok_or_else(|| format!("there is no template {name:?}"))
    }
}
