//! Which services there are, and where each of them listens.

use crate::demo;
use nsp_testbed::home;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A service as `up` starts it.
#[derive(Debug)]
pub struct Service {
    pub name: &'static str,
    pub port: u16,
    /// It has a database of its own, which `migrate` brings up to date.
    pub database: bool,
    /// It has a part in the demonstration data.
    pub demo: bool,
    /// It keeps secrets, sealed with a key of its own.
    pub seals: bool,
}

const fn service(name: &'static str, port: u16) -> Service {
    Service {
        name,
        port,
        database: true,
        demo: true,
        seals: false,
    }
}

/// In the order of starting.
pub const SERVICES: [Service; 9] = [
    Service {
        seals: true,
        ..service("identity", 50051)
    },
    Service {
        seals: true,
        ..service("accounts", 50052)
    },
    service("cases", 50053),
    service("maintenance", 50055),
    service("tlsauth", 50056),
    service("reporting", 50057),
    Service {
        demo: false,
        ..service("mail", 50058)
    },
    Service {
        demo: false,
        database: false,
        ..service("access", 8443)
    },
    Service {
        demo: false,
        database: false,
        ..service("gateway", 8080)
    },
];

/// Where the development mailbox takes mails.
const SMTP: u16 = 2525;
/// How far a service's admin port is from its port.
const ADMIN: u16 = 10_000;

/// Where one run of the whole stack keeps its data, and on which ports it listens.
#[derive(Clone, Debug)]
pub struct Plan {
    pub home: PathBuf,
    pub offset: u16,
    pub profile: Profile,
    /// Whom services ask about TLSA records, instead of the machine's resolvers.
    pub dns: Option<Resolver>,
    /// The folder with the demonstration data.
    pub demo: PathBuf,
    /// Packages that are built with the services, by their names without `nsp-`.
    pub tools: &'static [&'static str],
}

/// A DNS of our own.
#[derive(Clone, Debug)]
pub struct Resolver {
    pub address: SocketAddr,
    /// The file with the key of its root zone.
    pub trust_anchor: PathBuf,
}

/// How the services are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    Debug,
    Release,
}

impl Plan {
    /// The one of `cargo xtask up`.
    pub fn development(offset: u16, profile: Profile) -> Self {
        Self {
            home: home(),
            offset,
            profile,
            dns: None,
            demo: demo::data(),
            tools: &[],
        }
    }

    pub fn port(&self, service: &Service) -> u16 {
        service.port + self.offset
    }

    pub fn admin(&self, service: &Service) -> u16 {
        self.port(service) + ADMIN
    }

    pub fn smtp(&self) -> u16 {
        SMTP + self.offset
    }

    /// Where people go.
    pub fn url(&self) -> String {
        let [.., gateway] = &SERVICES;
        format!("http://localhost:{}", self.port(gateway))
    }

    /// Every port and what it is for.
    pub fn ports(&self) -> Vec<(u16, String)> {
        let all = SERVICES.iter();
        all.flat_map(|service| self.ports_of(service)).collect()
    }

    /// The ports of one service, and what they are for.
    pub fn ports_of(&self, service: &Service) -> Vec<(u16, String)> {
        let name = service.name;
        let mut ports = vec![
            (self.port(service), name.to_owned()),
            (self.admin(service), format!("{name} (admin)")),
        ];
        if name == "mail" {
            ports.push((self.smtp(), "mail (SMTP)".to_owned()));
        }
        ports
    }

    pub fn log(&self, service: &str) -> PathBuf {
        self.home.join("log").join(format!("{service}.log"))
    }

    pub fn binary(&self, service: &Service) -> PathBuf {
        let folder = match self.profile {
            Profile::Debug => "debug",
            Profile::Release => "release",
        };
        nsp_testbed::target_dir()
            .join(folder)
            .join(format!("nsp-{}", service.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_those_of_the_architecture() {
        let plan = Plan::development(0, Profile::Debug);
        let [identity, .., gateway] = &SERVICES;
        assert_eq!((plan.port(identity), plan.admin(identity)), (50051, 60051));
        assert_eq!((plan.port(gateway), plan.admin(gateway)), (8080, 18080));
        assert_eq!(plan.url(), "http://localhost:8080");
    }

    #[test]
    fn an_offset_moves_all_of_them() {
        let plan = Plan::development(100, Profile::Debug);
        let moved: Vec<u16> = plan.ports().into_iter().map(|(port, _)| port).collect();
        let usual = Plan::development(0, Profile::Debug).ports();
        assert_eq!(
            moved,
            usual
                .into_iter()
                .map(|(port, _)| port + 100)
                .collect::<Vec<_>>()
        );
    }
}
