//! Lookups on their way: one for each name, however many wait for it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};
use tokio::sync::watch;

use super::{Freshness, Held};
use crate::{Answer, HostName};

type Board = HashMap<HostName, watch::Receiver<Option<Held>>>;

/// The lookups that have not come back.
#[derive(Default)]
pub struct Flights(Arc<Mutex<Board>>);

/// One lookup. When it is dropped, in whatever way, nobody waits for it any longer.
pub struct Flight {
    name: HostName,
    landed: watch::Sender<Option<Held>>,
    board: Weak<Mutex<Board>>,
}

/// Somebody who waits for a lookup.
pub enum Passenger {
    Arrived(Held),
    Waiting(watch::Receiver<Option<Held>>),
}

impl Flights {
    /// Joins the lookup of `name`. If there is none, and `landed` knows nothing either, `start` sends one off.
    pub fn board(
        &self,
        name: &HostName,
        landed: impl FnOnce() -> Option<Held>,
        start: impl FnOnce(Flight),
    ) -> Passenger {
        let mut board = lock(&self.0);
        if let Some(flight) = board.get(name) {
            return Passenger::Waiting(flight.clone());
        }
        if let Some(held) = landed() {
            return Passenger::Arrived(held);
        }
        let (sender, receiver) = watch::channel(None);
        board.insert(name.clone(), receiver.clone());
        drop(board);
        start(Flight {
            name: name.clone(),
            landed: sender,
            board: Arc::downgrade(&self.0),
        });
        Passenger::Waiting(receiver)
    }
}

impl Flight {
    /// Tells all who wait.
    pub fn land(self, held: Held) {
        self.landed.send_replace(Some(held));
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if let Some(board) = self.board.upgrade() {
            lock(&board).remove(&self.name);
        }
    }
}

impl Passenger {
    pub async fn wait(self) -> Held {
        let mut landed = match self {
            Self::Arrived(held) => return held,
            Self::Waiting(landed) => landed,
        };
        let held = match landed.wait_for(Option::is_some).await {
            Ok(held) => held.clone(),
            Err(_) => None,
        };
        held.unwrap_or_else(|| Held {
            answer: Arc::new(Answer::Unavailable("the lookup was given up".into())),
            freshness: Freshness::Fresh,
        })
    }
}

fn lock(board: &Mutex<Board>) -> MutexGuard<'_, Board> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}
