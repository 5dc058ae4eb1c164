//! Sets of the roles that machines have (TLS-2).

use nsp_proto::tlsauth::v1::TlsRole;

/// Any of the seven roles, as bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Roles(u8);

impl Roles {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self::of(&[
        TlsRole::MonthlyReporting,
        TlsRole::DataEscrow,
        TlsRole::SlamData,
        TlsRole::DaarData,
        TlsRole::RdapUrlList,
        TlsRole::MaintenanceWindow,
        TlsRole::ProbeNodeList,
    ]);

    pub const fn of(roles: &[TlsRole]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < roles.len() {
            bits |= bit(roles[index]);
            index += 1;
        }
        Self(bits)
    }

    /// Whether there is a role that is in both.
    pub const fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl FromIterator<TlsRole> for Roles {
    fn from_iter<I: IntoIterator<Item = TlsRole>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |bits, role| bits | bit(role)))
    }
}

const fn bit(role: TlsRole) -> u8 {
    match role {
        TlsRole::Unspecified => 0,
        TlsRole::MonthlyReporting => 1,
        TlsRole::DataEscrow => 1 << 1,
        TlsRole::SlamData => 1 << 2,
        TlsRole::DaarData => 1 << 3,
        TlsRole::RdapUrlList => 1 << 4,
        TlsRole::MaintenanceWindow => 1 << 5,
        TlsRole::ProbeNodeList => 1 << 6,
    }
}
