//! Whether a connection still does something, and when it has to go.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};

/// How long a connection may take for what.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// From the first byte of a request to the end of its headers; from the handshake to the first request.
    pub header: Duration,
    /// From the beginning of a request to the end of its answer.
    pub request: Duration,
    /// Between requests.
    pub idle: Duration,
}

/// What a connection has been doing. Clones share it.
#[derive(Debug, Clone)]
pub struct Pulse(Arc<Mutex<Beat>>);

#[derive(Debug)]
struct Beat {
    /// When those began that are in flight, oldest first: with HTTP/2 there are several, up to the limit of streams.
    in_flight: Vec<(u64, Instant)>,
    /// The number of the next request.
    next: u64,
    /// When a request last ended.
    last: Instant,
    /// When the next request's first byte came, where a byte means a request (HTTP/1.1).
    begun: Option<Instant>,
    served: bool,
}

/// A request that is in flight until this is dropped.
#[derive(Debug)]
pub struct InFlight {
    pulse: Pulse,
    number: u64,
}

/// How a connection whose time is over was spending it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    Idle,
    SlowHeaders,
    SlowRequest,
}

impl Pulse {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Beat {
            in_flight: Vec::new(),
            next: 0,
            last: Instant::now(),
            begun: None,
            served: false,
        })))
    }

    /// A request begins.
    pub fn request(&self) -> InFlight {
        let mut beat = self.beat();
        let number = beat.next;
        beat.next += 1;
        beat.in_flight.push((number, Instant::now()));
        beat.begun = None;
        beat.served = true;
        InFlight {
            pulse: self.clone(),
            number,
        }
    }

    /// When the connection's time is over unless something happens, and why.
    pub fn deadline(&self, patience: &Patience) -> (Instant, Over) {
        let beat = self.beat();
        // Later requests of the same connection buy the oldest no time.
        if let Some((_, oldest)) = beat.in_flight.first() {
            return (*oldest + patience.request, Over::SlowRequest);
        }
        let idle = (beat.last + patience.idle, Over::Idle);
        let begun = match beat.begun {
            None if beat.served => return idle,
            begun => begun.unwrap_or(beat.last),
        };
        let headers = (begun + patience.header, Over::SlowHeaders);
        if headers.0 < idle.0 { headers } else { idle }
    }

    fn byte(&self) {
        let mut beat = self.beat();
        if beat.in_flight.is_empty() && beat.begun.is_none() {
            beat.begun = Some(Instant::now());
        }
    }

    fn beat(&self) -> MutexGuard<'_, Beat> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut beat = self.pulse.beat();
        beat.in_flight.retain(|(number, _)| *number != self.number);
        beat.last = Instant::now();
    }
}

/// A stream that tells a pulse of bytes that come in.
pub struct Felt<S> {
    pub stream: S,
    pub pulse: Pulse,
}

impl<S: AsyncRead + Unpin> AsyncRead for Felt<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.pulse.byte();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Felt<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience {
        header: Duration::from_secs(10),
        request: Duration::from_mins(1),
        idle: Duration::from_mins(5),
    };

    #[tokio::test(start_paused = true)]
    async fn each_state_has_its_own_patience() {
        let pulse = Pulse::new();
        let over = || {
            let (deadline, over) = pulse.deadline(&PATIENCE);
            (deadline.duration_since(Instant::now()).as_secs(), over)
        };
        assert_eq!(over(), (10, Over::SlowHeaders));
        let request = pulse.request();
        pulse.byte();
        assert_eq!(over(), (60, Over::SlowRequest));
        drop(request);
        assert_eq!(over(), (300, Over::Idle));
        tokio::time::advance(Duration::from_secs(100)).await;
        pulse.byte();
        tokio::time::advance(Duration::from_secs(4)).await;
        pulse.byte();
        assert_eq!(
            over(),
            (6, Over::SlowHeaders),
            "a byte now and then buys no time"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_has_its_own_time_however_many_follow_it() {
        let pulse = Pulse::new();
        let over = || {
            let (deadline, over) = pulse.deadline(&PATIENCE);
            (deadline.duration_since(Instant::now()).as_secs(), over)
        };
        let unread = pulse.request();
        tokio::time::advance(Duration::from_secs(50)).await;
        let next = pulse.request();
        assert_eq!(over(), (10, Over::SlowRequest));
        drop(next);
        assert_eq!(over(), (10, Over::SlowRequest));
        let other = pulse.request();
        drop(unread);
        assert_eq!(over(), (60, Over::SlowRequest));
        drop(other);
        assert_eq!(over(), (300, Over::Idle));
    }
}
