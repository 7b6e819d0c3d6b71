//! Everything outside the desk, in the tormentor's hand: mail and the identity provider take what
//! comes, refuse it, hang, or take it and never say so.

use desk::{
    letter::{Carrier, CarrierError, Envelope},
    provider::IdentityProvider,
};
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// What goes wrong with the next thing that is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is refused for now.
    Later,
    /// It is refused for good.
    Never,
    /// It is taken, and the answer gets lost.
    LostTaken,
    /// It is lost, and so is the answer.
    LostUntaken,
    /// Nobody answers, until the worker is ended.
    Hang,
}

/// All of them.
pub const FAULTS: [Fault; 5] = [
    Fault::Later,
    Fault::Never,
    Fault::LostTaken,
    Fault::LostUntaken,
    Fault::Hang,
];

/// One place outside.
pub struct Place<T> {
    taken: Mutex<Vec<T>>,
    faults: Mutex<VecDeque<Fault>>,
    /// Told when something hangs.
    pub hangs: Notify,
}

impl<T> Default for Place<T> {
    fn default() -> Self {
        Self {
            taken: Mutex::default(),
            faults: Mutex::default(),
            hangs: Notify::new(),
        }
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Place<T> {
    /// What came since the last time.
    pub fn take(&self) -> Vec<T> {
        std::mem::take(&mut *lock(&self.taken))
    }

    /// What goes wrong next, after what was to go wrong already.
    pub fn fails(&self, fault: Fault) {
        lock(&self.faults).push_back(fault);
    }

    /// Nothing goes wrong any more.
    pub fn heals(&self) {
        lock(&self.faults).clear();
    }

    async fn hand(&self, thing: T) -> Result<(), CarrierError> {
        let fault = lock(&self.faults).pop_front();
        match fault {
            None => lock(&self.taken).push(thing),
            Some(Fault::LostTaken) => {
                lock(&self.taken).push(thing);
                return Err(CarrierError::Unsure("the answer got lost".to_owned()));
            }
            Some(Fault::LostUntaken) => {
                return Err(CarrierError::Unsure("the line broke".to_owned()));
            }
            Some(Fault::Later) => return Err(CarrierError::Later("451 later".to_owned())),
            Some(Fault::Never) => return Err(CarrierError::Never("550 never".to_owned())),
            Some(Fault::Hang) => {
                self.hangs.notify_one();
                std::future::pending::<()>().await;
            }
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Carrier for Place<Envelope> {
    async fn carry(&self, envelope: &Envelope) -> Result<(), CarrierError> {
        self.hand(envelope.clone()).await
    }
}

#[async_trait::async_trait]
impl IdentityProvider for Place<(String, String)> {
    async fn tell(&self, id: &str, body: &str) -> Result<(), CarrierError> {
        self.hand((id.to_owned(), body.to_owned())).await
    }
}
