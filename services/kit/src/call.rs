//! One request inside a service: who asks, when, and the database as far as they see it.

use jiff::Timestamp;
use tonic::{Request, Status};

use crate::{
    auth::{Actor, Person},
    clock::Clock,
    db::{Database, Tx},
};

/// What every method of a service starts from.
#[derive(Debug, Clone)]
pub struct Context {
    pub db: Database,
    pub clock: Clock,
}

/// One request: who asks, and when.
#[derive(Debug)]
pub struct Call {
    pub db: Database,
    pub actor: Actor,
    pub now: Timestamp,
}

impl Context {
    /// Takes a request apart. The authorization layer has put the actor into it.
    pub fn enter<T>(&self, request: Request<T>) -> Result<(Call, T), Status> {
        let actor = request.extensions().get::<Actor>().cloned();
        let actor = actor
            .ok_or_else(|| Status::internal("the method is not behind the authorization layer"))?;
        let call = Call {
            db: self.db.clone(),
            actor,
            now: self.clock.now(),
        };
        Ok((call, request.into_inner()))
    }
}

impl Call {
    /// Opens a transaction that sees what the caller may see.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        self.db.begin(&self.actor, self.now).await
    }

    /// The person who calls. Methods that only persons may call can rely on it; a service gets a refusal.
    pub fn person(&self) -> Result<&Person, Status> {
        self.actor
            .person()
            .ok_or_else(|| Status::permission_denied("only a person can do this"))
    }
}
