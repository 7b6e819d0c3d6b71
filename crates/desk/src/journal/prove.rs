//! Proofs from the database, without reading the whole ledger: a few tiles of hashes for each.

use ledger::{Consistency, Hash, Plan, Tile, TileId};
use std::collections::{HashMap, hash_map::Entry};
use store::{Store, Tx};

use super::JournalError;

/// How many tiles are remembered between two proofs, of 16 kB each. One proof needs two for each
/// factor of 256 in the ledger's length.
const REMEMBERED: usize = 64;

/// Makes proofs, and remembers what it read for the next one.
#[derive(Default)]
pub(super) struct Prover {
    tiles: HashMap<TileId, Tile>,
}

impl Prover {
    /// The proof that an entry is in the ledger of this size.
    pub(super) async fn inclusion(
        &mut self,
        tx: &mut Tx,
        index: u64,
        size: u64,
    ) -> Result<Vec<Hash>, JournalError> {
        self.carry_out(tx, &Plan::inclusion(index, size)?).await
    }

    /// The proof that the ledger only grew from one size to another.
    async fn consistency(
        &mut self,
        tx: &mut Tx,
        old: u64,
        new: u64,
    ) -> Result<Vec<Hash>, JournalError> {
        self.carry_out(tx, &Plan::consistency(old, new)?).await
    }

    async fn carry_out(&mut self, tx: &mut Tx, plan: &Plan) -> Result<Vec<Hash>, JournalError> {
        if self.tiles.len() > REMEMBERED {
            self.tiles.clear();
        }
        for id in plan.tiles() {
            if let Entry::Vacant(place) = self.tiles.entry(id) {
                place.insert(load(tx, id).await?);
            }
        }
        plan.proof(|node| self.tiles.get(&node.tile())?.root(node))
            .ok_or(JournalError::Hashes)
    }
}

async fn load(tx: &mut Tx, id: TileId) -> Result<Tile, JournalError> {
    let range = id.range();
    let mut hashes = Vec::new();
    if id.height == 0 {
        for leaf in tx.ledger_leaves(range.start, range.end).await? {
            hashes.push(Hash::try_from(leaf).map_err(|_| JournalError::Hashes)?);
        }
    } else {
        for (place, node) in range
            .clone()
            .zip(tx.ledger_nodes(id.height, range.start, range.end).await?)
        {
            if u64::try_from(node.idx) != Ok(place) {
                return Err(JournalError::Hashes);
            }
            hashes.push(Hash::try_from(node.hash).map_err(|_| JournalError::Hashes)?);
        }
    }
    Ok(Tile::over(hashes))
}

/// The proof that the ledger only grew from `from` entries to its signed checkpoint of `to` entries;
/// without `to`, the newest.
///
/// # Errors
/// [`JournalError::NoCheckpoint`], [`JournalError::Backwards`], or the database fails.
pub async fn consistency(
    store: &Store,
    from: u64,
    to: Option<u64>,
) -> Result<Consistency, JournalError> {
    let mut tx = store.read().await?;
    let (to, note) = match to {
        Some(to) => (to, tx.checkpoint_of(to).await?),
        None => match tx.newest_checkpoint().await? {
            Some((size, note)) => (u64::try_from(size).unwrap_or(0), Some(note)),
            None => (0, None),
        },
    };
    let note = note.ok_or(JournalError::NoCheckpoint(to))?;
    if from > to {
        return Err(JournalError::Backwards { from, to });
    }
    let hashes = Prover::default().consistency(&mut tx, from, to).await?;
    Ok(Consistency {
        old: from,
        hashes,
        note,
    })
}
