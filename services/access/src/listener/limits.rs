//! How many connections there may be, in all and of one address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use nsp_kit::prefix::household;

/// Who sits where.
#[derive(Debug)]
pub struct Seats {
    all: usize,
    per_address: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// Why there is no seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    All,
    Address,
}

/// A connection's right to be; given back when dropped.
#[derive(Debug)]
pub struct Seat {
    address: Option<IpAddr>,
    seats: Arc<Seats>,
}

impl Seats {
    pub fn new(all: usize, per_address: usize) -> Arc<Self> {
        Arc::new(Self {
            all,
            per_address,
            taken: Mutex::default(),
        })
    }

    /// A seat for somebody whose address is not known yet.
    pub fn take(self: &Arc<Self>) -> Result<Seat, Full> {
        let mut taken = self.taken();
        if taken.all >= self.all {
            return Err(Full::All);
        }
        taken.all += 1;
        count(taken.all);
        Ok(Seat {
            address: None,
            seats: Arc::clone(self),
        })
    }

    fn taken(&self) -> std::sync::MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Says whose seat it is.
    pub fn of(&mut self, address: IpAddr) -> Result<(), Full> {
        let address = household(address);
        let mut taken = self.seats.taken();
        let theirs = taken.by_address.entry(address).or_default();
        if *theirs >= self.seats.per_address {
            return Err(Full::Address);
        }
        *theirs += 1;
        drop(taken);
        self.address = Some(address);
        Ok(())
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        taken.all -= 1;
        count(taken.all);
        let Some(address) = self.address else { return };
        if let Some(theirs) = taken.by_address.get_mut(&address) {
            *theirs -= 1;
            if *theirs == 0 {
                taken.by_address.remove(&address);
            }
        }
    }
}

fn count(connections: usize) {
    #[expect(clippy::cast_precision_loss, reason = "a count for a gauge")]
    metrics::gauge!("nsp_access_connections").set(connections as f64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_free_again_when_its_connection_ends() {
        let seats = Seats::new(3, 2);
        let sit = |address: &str| {
            let mut seat = seats.take()?;
            seat.of(address.parse().unwrap()).map(|()| seat)
        };
        let _first = sit("192.0.2.1").unwrap();
        let second = sit("::ffff:192.0.2.1").unwrap();
        assert_eq!(sit("192.0.2.1").unwrap_err(), Full::Address);
        let other = sit("2001:db8::1").unwrap();
        assert_eq!(sit("198.51.100.1").unwrap_err(), Full::All);
        drop(second);
        let _again = sit("192.0.2.1").unwrap();
        drop(other);
        sit("2001:db8::2").unwrap();
        assert_eq!(seats.taken().by_address.len(), 1);
    }
}
