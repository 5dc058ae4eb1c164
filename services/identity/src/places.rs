//! Where an address is, as people would say it (ID-7).

use std::{net::IpAddr, path::Path, sync::Arc};

use anyhow::Context;
use maxminddb::{Reader, geoip2::City};

/// A database of addresses, or none.
#[derive(Clone, Default)]
pub struct Places {
    reader: Option<Arc<Reader<Vec<u8>>>>,
}

impl Places {
    /// Reads the file, which is some ten megabytes for cities of the whole world.
    pub fn open(file: Option<&Path>) -> anyhow::Result<Self> {
        let reader = file.map(|file| {
            let reader = Reader::open_readfile(file);
            reader.with_context(|| format!("places.database: {} cannot be read", file.display()))
        });
        Ok(Self {
            reader: reader.transpose()?.map(Arc::new),
        })
    }

    /// `Reykjavik, Iceland`, or only the country; empty when the address is no address, or nothing is known of it.
    pub fn of(&self, address: &str) -> String {
        self.find(address).unwrap_or_default()
    }

    fn find(&self, address: &str) -> Option<String> {
        let address: IpAddr = address.parse().ok()?;
        let found = self.reader.as_ref()?.lookup(address).ok()?;
        let place: City = found.decode().ok()??;
        let names = [place.city.names.english, place.country.names.english];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_place() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("places.mmdb");
        std::fs::write(&file, database())?;
        let places = Places::open(Some(&file))?;
        assert_eq!(places.of("62.145.128.7"), "Reykjavik, Iceland");
        assert_eq!(places.of("192.0.2.1"), "");
        assert_eq!(places.of(""), "");
        assert_eq!(Places::default().of("62.145.128.7"), "");
        assert!(Places::open(Some(&folder.path().join("none"))).is_err());
        Ok(())
    }

    /// The smallest database (`MaxMind` DB file format 2.0): one node, of which the lower half of IPv4 is in Reykjavik.
    fn database() -> Vec<u8> {
        let names = |name| map(&[("names", map(&[("en", text(name))]))]);
        let place = map(&[("city", names("Reykjavik")), ("country", names("Iceland"))]);
        let metadata = map(&[
            ("node_count", number(6, 1)),
            ("record_size", number(5, 24)),
            ("ip_version", number(5, 4)),
            ("binary_format_major_version", number(5, 2)),
            ("binary_format_minor_version", number(5, 0)),
            // An extended type: its number less seven follows.
            ("build_epoch", vec![0x01, 0x02, 1]),
            ("database_type", text("Test-City")),
            ("languages", vec![0x00, 0x04]),
            ("description", map(&[])),
        ]);
        // A record that is the number of nodes says nothing is known; beyond it, 16 bytes and data follow.
        let tree = [[0, 0, 1 + 16], [0, 0, 1]].concat();
        [
            tree,
            vec![0; 16],
            place,
            b"\xab\xcd\xefMaxMind.com".to_vec(),
            metadata,
        ]
        .concat()
    }

    fn text(value: &str) -> Vec<u8> {
        [&[0b0100_0000 | length(value.len())], value.as_bytes()].concat()
    }

    fn number(kind: u8, value: u8) -> Vec<u8> {
        vec![kind << 5 | 1, value]
    }

    fn map(pairs: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = vec![0b1110_0000 | length(pairs.len())];
        for (key, value) in pairs {
            bytes.extend(text(key));
            bytes.extend(value);
        }
        bytes
    }

    /// Longer ones are written in another way, which is not needed here.
    fn length(length: usize) -> u8 {
        u8::try_from(length)
            .ok()
            .filter(|length| *length < 29)
            .unwrap()
    }
}
