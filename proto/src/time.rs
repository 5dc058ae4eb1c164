//! `google.protobuf.Timestamp`, with the JSON that its specification asks for: RFC 3339 in UTC with `Z`, and none, three,
//! six or nine digits of a second. (pbjson's own writes `+00:00`.)

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};

/// A moment, as protobuf writes it: seconds since 1970, UTC, and nanoseconds of the second.
#[derive(Clone, Copy, PartialEq, Eq, Hash, prost::Message)]
pub struct Timestamp {
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}

impl prost::Name for Timestamp {
    const NAME: &'static str = "Timestamp";
    const PACKAGE: &'static str = "google.protobuf";
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let at = jiff::Timestamp::new(self.seconds, self.nanos).map_err(S::Error::custom)?;
        let digits = match self.nanos {
            0 => 0,
            nanos if nanos % 1_000_000 == 0 => 3,
            nanos if nanos % 1_000 == 0 => 6,
            _ => 9,
        };
        serializer.collect_str(&format_args!("{at:.digits$}"))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at: jiff::Timestamp = text.parse().map_err(D::Error::custom)?;
        Ok(Self {
            seconds: at.as_second(),
            nanos: at.subsec_nanosecond(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_canonical_and_comes_back() {
        for (nanos, text) in [
            (0, "\"2026-11-21T12:00:00Z\""),
            (500_000_000, "\"2026-11-21T12:00:00.500Z\""),
            (123_456_000, "\"2026-11-21T12:00:00.123456Z\""),
            (1, "\"2026-11-21T12:00:00.000000001Z\""),
        ] {
            let at = Timestamp {
                seconds: 1_795_262_400,
                nanos,
            };
            assert_eq!(serde_json::to_string(&at).unwrap(), text);
            assert_eq!(serde_json::from_str::<Timestamp>(text).unwrap(), at);
        }
    }
}
