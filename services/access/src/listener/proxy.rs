//! The PROXY protocol, version 2: whom a trusted proxy forwards.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use tokio::io::{AsyncRead, AsyncReadExt};

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
const FIXED: usize = 16;
/// Addresses need 36 bytes; the rest is for what proxies add, which is skipped.
const MAX_REST: usize = 2_048;

/// What a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// The proxy itself is the client: a health check, say.
    Local,
    /// This client is behind the connection.
    From(SocketAddr),
}

/// Why bytes are not such a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("no PROXY protocol header of version 2")]
    Signature,
    #[error("a PROXY protocol header that is too long")]
    Length,
    #[error("a PROXY protocol header with an unknown command")]
    Command,
    #[error("a PROXY protocol header without the addresses of a TCP connection")]
    Addresses,
}

/// Reads exactly the header and not a byte of what follows it.
pub async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Header> {
    let mut fixed = [0; FIXED];
    stream.read_exact(&mut fixed).await?;
    let mut rest = [0; MAX_REST];
    let rest = &mut rest[..rest_length(&fixed).map_err(io::Error::other)?];
    stream.read_exact(rest).await?;
    parse(&fixed, rest).map_err(io::Error::other)
}

/// How many bytes follow the fixed part.
fn rest_length(fixed: &[u8; FIXED]) -> Result<usize, Wrong> {
    let [signature @ .., _, _, high, low] = fixed;
    if *signature != SIGNATURE {
        return Err(Wrong::Signature);
    }
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if length > MAX_REST {
        return Err(Wrong::Length);
    }
    Ok(length)
}

fn parse(fixed: &[u8; FIXED], rest: &[u8]) -> Result<Header, Wrong> {
    let [.., command, family, _, _] = *fixed;
    match command {
        0x20 => return Ok(Header::Local),
        0x21 => {}
        _ => return Err(Wrong::Command),
    }
    let (address, ports) = match (family, rest) {
        (0x11, [a, b, c, d, _, _, _, _, ports @ ..]) => {
            (IpAddr::from(Ipv4Addr::new(*a, *b, *c, *d)), ports)
        }
        (0x21, rest) => {
            let (source, rest) = rest.split_first_chunk::<16>().ok_or(Wrong::Addresses)?;
            let (_, ports) = rest.split_first_chunk::<16>().ok_or(Wrong::Addresses)?;
            (IpAddr::from(Ipv6Addr::from(*source)), ports)
        }
        _ => return Err(Wrong::Addresses),
    };
    let [high, low, _, _, ..] = ports else {
        return Err(Wrong::Addresses);
    };
    let port = u16::from_be_bytes([*high, *low]);
    Ok(Header::From(SocketAddr::new(address, port)))
}

#[cfg(test)]
mod tests {
    use std::{
        pin::Pin,
        task::{Context, Poll},
    };

    use proptest::{collection::vec, prelude::*, sample::Index};
    use tokio::io::ReadBuf;

    use super::*;

    /// Bytes that arrive one by one.
    struct Drops<'b>(&'b [u8]);

    impl AsyncRead for Drops<'_> {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            if let Some((first, rest)) = self.0.split_first() {
                buffer.put_slice(&[*first]);
                self.0 = rest;
            }
            Poll::Ready(Ok(()))
        }
    }

    fn drop_by_drop(bytes: &[u8]) -> (io::Result<Header>, usize) {
        let mut drops = Drops(bytes);
        let result = futures_util::FutureExt::now_or_never(read(&mut drops)).unwrap();
        (result, drops.0.len())
    }

    fn valid() -> impl Strategy<Value = Vec<u8>> {
        let parts = (any::<bool>(), vec(any::<u8>(), 36), vec(any::<u8>(), 0..60));
        parts.prop_map(|(four, addresses, added)| {
            let (family, length) = if four { (0x11, 12) } else { (0x21, 36) };
            header(0x21, family, &[&addresses[..length], &added].concat())
        })
    }

    fn header(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        bytes.extend([command, family]);
        bytes.extend(u16::try_from(rest.len()).unwrap().to_be_bytes());
        bytes.extend(rest);
        bytes
    }

    async fn read_all(bytes: &[u8]) -> (io::Result<Header>, usize) {
        let mut left = bytes;
        let result = read(&mut left).await;
        (result, left.len())
    }

    fn read_now(bytes: &[u8]) -> (io::Result<Header>, usize) {
        futures_util::FutureExt::now_or_never(read_all(bytes)).unwrap()
    }

    #[test]
    fn a_local_connection_is_the_proxys_own() {
        let (header, left) = read_now(&header(0x20, 0, b""));
        assert_eq!((header.unwrap(), left), (Header::Local, 0));
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for bytes in [
            b"GET / HTTP/1.1\r\n\r\n".to_vec(),
            b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n".to_vec(),
            header(0x22, 0x11, &[0; 12]),
            header(0x11, 0x11, &[0; 12]),
            header(0x21, 0x31, &[0; 216]),
            header(0x21, 0x11, &[0; 11]),
            header(0x21, 0x21, &[0; 35]),
            header(0x21, 0x11, &[0; MAX_REST + 1]),
            SIGNATURE.to_vec(),
        ] {
            assert!(read_now(&bytes).0.is_err(), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic_and_never_past_the_longest_header(
            bytes in proptest::collection::vec(any::<u8>(), 0..3_000),
            signed in any::<bool>(),
        ) {
            let mut all = if signed { SIGNATURE.to_vec() } else { Vec::new() };
            all.extend(bytes);
            let (_, left) = read_now(&all);
            prop_assert!(all.len() - left <= FIXED + MAX_REST);
        }

        #[test]
        fn a_damaged_header_is_read_the_same_in_one_piece_and_drop_by_drop(
            mut bytes in valid(),
            damage in vec((any::<Index>(), any::<u8>()), 0..4),
            after in vec(any::<u8>(), 0..50),
        ) {
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.extend(after);
            let (whole, left) = read_now(&bytes);
            let (dropped, left_of_drops) = drop_by_drop(&bytes);
            prop_assert_eq!(left, left_of_drops);
            prop_assert_eq!(whole.is_ok(), dropped.is_ok());
            if let (Ok(whole), Ok(dropped)) = (whole, dropped) {
                prop_assert_eq!(whole, dropped);
                let length = usize::from(u16::from_be_bytes([bytes[14], bytes[15]]));
                prop_assert_eq!(bytes.len() - left, FIXED + length);
            }
        }

        #[test]
        fn a_header_that_breaks_off_is_none(bytes in valid(), end: Index) {
            let end = end.index(bytes.len());
            prop_assert!(read_now(&bytes[..end]).0.is_err());
            prop_assert!(drop_by_drop(&bytes[..end]).0.is_err());
        }

        #[test]
        fn an_address_arrives_and_what_follows_the_header_stays(
            address in any::<IpAddr>(),
            port in any::<u16>(),
            added in proptest::collection::vec(any::<u8>(), 0..200),
            after in proptest::collection::vec(any::<u8>(), 0..50),
        ) {
            let (family, mut rest) = match address {
                IpAddr::V4(address) => (0x11, [address.octets(), [9; 4]].concat()),
                IpAddr::V6(address) => (0x21, [address.octets(), [9; 16]].concat()),
            };
            rest.extend(port.to_be_bytes());
            rest.extend(8443_u16.to_be_bytes());
            rest.extend(added);
            let mut bytes = header(0x21, family, &rest);
            bytes.extend(&after);
            let (read, left) = read_now(&bytes);
            prop_assert_eq!(read.unwrap(), Header::From(SocketAddr::new(address, port)));
            prop_assert_eq!(left, after.len());
        }
    }
}
