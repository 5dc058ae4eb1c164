//! What a machine may do for a TLD (TLS-2).

use std::str::FromStr;

/// One of the seven roles. Sorted as in ICANN's letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    MonthlyReporting,
    DataEscrow,
    SlamData,
    DaarData,
    RdapUrlList,
    MaintenanceWindow,
    ProbeNodeList,
}

impl Role {
    pub const ALL: [Self; 7] = [
        Self::MonthlyReporting,
        Self::DataEscrow,
        Self::SlamData,
        Self::DaarData,
        Self::RdapUrlList,
        Self::MaintenanceWindow,
        Self::ProbeNodeList,
    ];

    /// As the database and bulk uploads write it.
    pub fn code(self) -> &'static str {
        match self {
            Self::MonthlyReporting => "monthly-reporting",
            Self::DataEscrow => "data-escrow",
            Self::SlamData => "slam-data",
            Self::DaarData => "daar-data",
            Self::RdapUrlList => "rdap-url-list",
            Self::MaintenanceWindow => "maintenance-window",
            Self::ProbeNodeList => "probe-node-list",
        }
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let role = Self::ALL
            .into_iter()
            .find(|role| role.code().eq_ignore_ascii_case(code));
        role.ok_or_else(|| {
            let all = Self::ALL.map(Self::code).join(", ");
            format!("must be one of {all}")
        })
    }
}
