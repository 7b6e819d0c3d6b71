//! Offline verification: reads the rows of a log once and names the first bad entry. Memory doesn't
//! grow with the entries, only with the accounts in them (some 50 bytes each, for their numbering).
//!
//! What catches what: a changed body doesn't match its leaf hash; a changed leaf hash doesn't lead
//! to the root recorded with it; rewritten roots don't match the next signed checkpoint; an entry
//! that was never numbered right among those of its account is found by counting. What no
//! checkpoint covers yet can be rewritten whole by whoever holds the rows; the [`Report`] tells how
//! far the checkpoints reach.

use std::collections::HashMap;
use std::fmt;

use crate::checkpoint::Checkpoint;
use crate::entry::Entry;
use crate::fault::Fault;
use crate::tree::{Frontier, Hash, leaf_hash};

#[cfg(test)]
mod tests;

/// One stored entry with its place in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The entry's place, counted from 0.
    pub index: u64,
    /// The entry's canonical text.
    pub body: String,
    /// The leaf hash of the body.
    pub leaf: Hash,
    /// The tree's root after this entry.
    pub root: Hash,
}

impl Row {
    /// Appends an entry to the tree and gives the row to store.
    pub fn append(frontier: &mut Frontier, entry: &Entry) -> Self {
        let index = frontier.size();
        let body = entry.encode();
        let leaf = leaf_hash(body.as_bytes());
        frontier.push(leaf);
        Self {
            index,
            body,
            leaf,
            root: frontier.root(),
        }
    }
}

/// What a log that holds together amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How many entries there are.
    pub entries: u64,
    /// The tree's root over all of them.
    pub root: Hash,
    /// How many signed checkpoints were checked.
    pub checkpoints: usize,
    /// How many entries the newest checkpoint covers. Those after it fit together, but nothing
    /// signed vouches for them yet.
    pub covered: u64,
}

impl Report {
    /// Whether a signed checkpoint covers every entry.
    pub fn is_covered(&self) -> bool {
        self.checkpoints > 0 && self.covered == self.entries
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.entries;
        write!(
            f,
            "{count} {} together; ",
            if count == 1 {
                "entry fits"
            } else {
                "entries fit"
            }
        )?;
        match (self.checkpoints, self.is_covered()) {
            (0, _) => write!(f, "no signed checkpoint covers them"),
            (_, true) => write!(f, "signed checkpoints cover all of them"),
            (_, false) => write!(
                f,
                "signed checkpoints cover the first {}, nothing signed covers the {} after them",
                self.covered,
                count - self.covered
            ),
        }
    }
}

/// Checks a log row by row.
#[derive(Debug)]
pub struct Auditor {
    frontier: Frontier,
    /// By size; those before `next` were checked.
    checkpoints: Vec<Checkpoint>,
    next: usize,
    covered: u64,
    /// How many entries each account has, by the first half of its id's hash.
    counts: HashMap<[u8; 16], u64>,
    /// The index that stood where another belongs; the row after it tells removed from moved.
    gap: Option<u64>,
    fault: Option<Fault>,
}

impl Auditor {
    /// An auditor that checks against these checkpoints of the log (opened, in any order).
    pub fn new(mut checkpoints: Vec<Checkpoint>) -> Self {
        checkpoints.sort_by_key(|checkpoint| checkpoint.size);
        Self {
            frontier: Frontier::new(),
            checkpoints,
            next: 0,
            covered: 0,
            counts: HashMap::new(),
            gap: None,
            fault: None,
        }
    }

    /// Takes the next row, in the order of the log.
    ///
    /// # Errors
    /// The first fault; after it every call gives the same one. A gap is told with the row after
    /// it (or by [`finish`](Self::finish)), because only that tells removed from moved.
    pub fn row(&mut self, row: &Row) -> Result<(), Fault> {
        let outcome = match self.fault.take() {
            Some(fault) => Err(fault),
            None => self.check(row),
        };
        outcome.inspect_err(|fault| self.fault = Some(fault.clone()))
    }

    fn check(&mut self, row: &Row) -> Result<(), Fault> {
        self.check_checkpoints()?;
        let index = self.frontier.size();
        if let Some(found) = self.gap {
            return Err(if row.index > found {
                Fault::Missing {
                    first: index,
                    last: found - 1,
                }
            } else {
                Fault::Misplaced {
                    expected: index,
                    found,
                }
            });
        }
        if row.index > index {
            self.gap = Some(row.index);
            return Ok(());
        }
        if row.index < index {
            return Err(Fault::Misplaced {
                expected: index,
                found: row.index,
            });
        }
        if leaf_hash(row.body.as_bytes()) != row.leaf {
            return Err(Fault::Body { index });
        }
        let Ok(entry) = Entry::decode(&row.body) else {
            return Err(Fault::Form { index });
        };
        self.frontier.push(row.leaf);
        if self.frontier.root() != row.root {
            return Err(Fault::Root {
                index,
                since: self.covered,
            });
        }
        self.count(&entry, index)?;
        self.check_checkpoints()
    }

    /// Checks that an entry is numbered as the next of its account.
    fn count(&mut self, entry: &Entry, index: u64) -> Result<(), Fault> {
        let expected = entry.account.as_deref().map(|account| {
            let mut key = [0; 16];
            key.copy_from_slice(&leaf_hash(account.as_bytes())[..16]);
            let count = self.counts.entry(key).or_default();
            *count += 1;
            *count
        });
        if entry.nth == expected {
            Ok(())
        } else {
            Err(Fault::Number {
                index,
                expected,
                found: entry.nth,
            })
        }
    }

    /// Checks the checkpoints of the size that the tree has now.
    fn check_checkpoints(&mut self) -> Result<(), Fault> {
        let size = self.frontier.size();
        let rest = self.checkpoints.get(self.next..).unwrap_or_default();
        let due = rest
            .iter()
            .take_while(|checkpoint| checkpoint.size == size)
            .count();
        let Some(first) = rest.first().filter(|_| due > 0) else {
            return Ok(());
        };
        if rest
            .iter()
            .take(due)
            .any(|checkpoint| checkpoint.root != first.root)
        {
            return Err(Fault::Fork {
                size,
                since: self.covered,
            });
        }
        if first.root != self.frontier.root() {
            return Err(match size {
                0 => Fault::Empty,
                _ => Fault::Checkpoint {
                    first: self.covered,
                    last: size - 1,
                },
            });
        }
        self.next += due;
        self.covered = size;
        Ok(())
    }

    /// The gap that waits for the row after it, if that never comes.
    pub(crate) fn gap(&self) -> Option<Fault> {
        let first = self.frontier.size();
        self.gap.map(|found| Fault::Missing {
            first,
            last: found - 1,
        })
    }

    /// Ends the log.
    ///
    /// # Errors
    /// The first fault: one that [`row`](Self::row) gave already, or entries missing at the end
    /// that a checkpoint covers.
    pub fn finish(mut self) -> Result<Report, Fault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        self.check_checkpoints()?;
        let entries = self.frontier.size();
        if let Some(fault) = self.gap() {
            return Err(fault);
        }
        if let Some(newest) = self
            .checkpoints
            .last()
            .filter(|newest| newest.size > entries)
        {
            return Err(Fault::Truncated {
                first: entries,
                size: newest.size,
            });
        }
        Ok(Report {
            entries,
            root: self.frontier.root(),
            checkpoints: self.checkpoints.len(),
            covered: self.covered,
        })
    }
}
