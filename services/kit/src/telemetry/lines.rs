//! Standard output for log lines: they are collected for a few milliseconds and written together.
//!
//! The edge writes a line for each decision, and a system call for each line cost it more than anything else that a request
//! makes it do. `tracing-appender` hands each line to its thread on its own, and that thread writes one line at a time
//! unless it is behind.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use tracing_subscriber::fmt::MakeWriter;

/// How long a line may wait for others.
const WAIT: Duration = Duration::from_millis(5);
/// As many bytes may wait: who logs more than is read, as when a pipe is full, is held up rather than fed from memory.
const ENOUGH: usize = 1 << 20;

/// Where log lines go. Clones share it.
#[derive(Debug, Clone)]
pub struct Lines(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    /// There are lines, or it is time to end.
    something: Condvar,
    /// There is room again.
    room: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    /// Whoever reads has gone away, or everything is being stopped: nothing waits from here on.
    ended: bool,
}

/// The thread that writes. Dropping it writes what waits.
#[derive(Debug)]
pub struct Scribe {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Starts writing lines to `out`.
pub fn start(out: impl Write + Send + 'static) -> io::Result<(Lines, Scribe)> {
    let shared = Arc::new(Shared::default());
    let own = Arc::clone(&shared);
    let thread = thread::Builder::new().name("log".to_owned());
    let thread = thread.spawn(move || own.write_to(out))?;
    let scribe = Scribe {
        shared: Arc::clone(&shared),
        thread: Some(thread),
    };
    Ok((Lines(shared), scribe))
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_to(&self, mut out: impl Write) {
        let mut batch = Vec::new();
        loop {
            let ended = self.take(&mut batch);
            if out.write_all(&batch).and_then(|()| out.flush()).is_err() {
                // Nobody reads the log any more; that is no reason to stop serving.
                self.lock().ended = true;
                return self.room.notify_all();
            }
            if ended {
                return;
            }
            batch.clear();
            batch.shrink_to(ENOUGH);
        }
    }

    /// Waits for lines and for others to join them. Says whether these are the last.
    fn take(&self, batch: &mut Vec<u8>) -> bool {
        let idle = |waiting: &mut Waiting| waiting.bytes.is_empty() && !waiting.ended;
        let mut waiting = self
            .something
            .wait_while(self.lock(), idle)
            .unwrap_or_else(PoisonError::into_inner);
        if !waiting.ended {
            let filling = |waiting: &mut Waiting| waiting.bytes.len() < ENOUGH && !waiting.ended;
            (waiting, _) = self
                .something
                .wait_timeout_while(waiting, WAIT, filling)
                .unwrap_or_else(PoisonError::into_inner);
        }
        mem::swap(&mut waiting.bytes, batch);
        self.room.notify_all();
        waiting.ended
    }
}

impl Write for &Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let shared = &self.0;
        let full = |waiting: &mut Waiting| waiting.bytes.len() >= ENOUGH && !waiting.ended;
        let mut waiting = shared
            .room
            .wait_while(shared.lock(), full)
            .unwrap_or_else(PoisonError::into_inner);
        if waiting.ended {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let before = waiting.bytes.len();
        waiting.bytes.extend_from_slice(line);
        // In between, the thread is not waiting for lines.
        if before == 0 || waiting.bytes.len() >= ENOUGH {
            shared.something.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

impl Drop for Scribe {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.something.notify_one();
        self.shared.room.notify_all();
        if let Some(thread) = self.thread.take() {
            // It has nothing to tell.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Hands over each write.
    struct Told(mpsc::SyncSender<Vec<u8>>);

    impl Write for Told {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let gone = |_| io::ErrorKind::BrokenPipe;
            self.0.send(bytes.to_vec()).map_err(gone)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_is_written_once_and_whole_however_many_write() {
        let (told, hear) = mpsc::sync_channel(10_000);
        let (lines, scribe) = start(Told(told)).unwrap();
        thread::scope(|scope| {
            for writer in 0..4 {
                let lines = &lines;
                scope.spawn(move || {
                    for line in 0..1_000 {
                        let line = format!("{writer} {line}\n");
                        (&mut &*lines).write_all(line.as_bytes()).unwrap();
                    }
                });
            }
        });
        drop(scribe);
        let writes: Vec<Vec<u8>> = hear.iter().collect();
        assert!(writes.len() < 4_000, "together");
        let text = String::from_utf8(writes.concat()).unwrap();
        for writer in 0..4 {
            let own = text
                .lines()
                .filter(|line| line.starts_with(&format!("{writer} ")));
            let expected: Vec<String> = (0..1_000).map(|line| format!("{writer} {line}")).collect();
            assert_eq!(own.collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn a_line_does_not_wait_for_the_next() {
        let (told, hear) = mpsc::sync_channel(1);
        let (lines, _scribe) = start(Told(told)).unwrap();
        (&mut &lines).write_all(b"alone\n").unwrap();
        assert_eq!(hear.recv().unwrap(), b"alone\n");
    }

    #[test]
    fn who_logs_when_nobody_reads_is_told() {
        let (told, hear) = mpsc::sync_channel(1);
        drop(hear);
        let (lines, _scribe) = start(Told(told)).unwrap();
        while (&mut &lines).write_all(b"unread\n").is_ok() {
            thread::yield_now();
        }
    }

    #[test]
    fn a_reader_who_is_behind_holds_writers_up() {
        let (told, hear) = mpsc::sync_channel(0);
        let (lines, scribe) = start(Told(told)).unwrap();
        let chunk = vec![b'.'; ENOUGH];
        thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..8 {
                    (&mut &lines).write_all(&chunk).unwrap();
                    assert!(lines.0.lock().bytes.len() < 2 * ENOUGH);
                }
                drop(scribe);
            });
            assert_eq!(
                hear.iter().map(|write| write.len()).sum::<usize>(),
                8 * ENOUGH
            );
        });
    }
}
