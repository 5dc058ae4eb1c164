//! Asking a server whether it serves a zone as it was written last.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const WAIT: Duration = Duration::from_millis(500);
/// RFC 1035, 4.1.1.
const HEADER: usize = 12;
/// The five numbers at the end of an SOA record; the serial is the first of them.
const NUMBERS: usize = 20;

/// A serial that no other server has, so that an answer shows whose it is.
pub fn unique() -> u32 {
    #[expect(
        clippy::disallowed_methods,
        reason = "any number will do that others do not have"
    )]
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    // Less than half of all serials, so that the next ones are greater.
    (now.subsec_nanos() ^ std::process::id().rotate_left(14)) & 0x3fff_ffff
}

/// The serial of a zone, if the server has it.
pub fn serial(server: SocketAddr, zone: &str) -> Option<u32> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
    socket.connect(server).ok()?;
    socket.set_read_timeout(Some(WAIT)).ok()?;
    socket.send(&question(zone)).ok()?;
    let mut buffer = [0; 1024];
    let length = socket.recv(&mut buffer).ok()?;
    let message = buffer.get(..length)?;
    // No error, one answer, and nothing behind it.
    let fine = message.get(3)? % 16 == 0 && message.get(6..HEADER)? == [0, 1, 0, 0, 0, 0];
    let numbers = message.get(HEADER..)?.last_chunk::<NUMBERS>()?;
    fine.then(|| u32::from_be_bytes([numbers[0], numbers[1], numbers[2], numbers[3]]))
}

/// The SOA record of a zone, without EDNS.
fn question(zone: &str) -> Vec<u8> {
    let mut message = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in zone.split('.').filter(|label| !label.is_empty()) {
        // A longer one would not be in a zone.
        message.push(u8::try_from(label.len()).unwrap_or(0));
        message.extend_from_slice(label.as_bytes());
    }
    message.extend_from_slice(&[0, 0, 6, 0, 1]);
    message
}
