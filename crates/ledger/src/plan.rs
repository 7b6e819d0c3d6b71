//! Proofs for long logs: which hashes a proof needs, so that nobody reads all leaves for it.
//!
//! Beside the leaves a log keeps the roots of its perfect subtrees of 256, 65,536, … leaves
//! ([`is_kept`]). Any subtree that a proof needs lies within one tile of 256 hashes next to each
//! other, of leaves or of kept roots, so a proof reads a few tiles, however long the log is.
//!
//! To prove: 1. [`Plan::inclusion`] or [`Plan::consistency`]; 2. load [`Plan::tiles`], each with
//! [`Tile::over`] the hashes of its [`TileId::range`]; 3. [`Plan::proof`].

use std::ops::Range;

use crate::tree::{Hash, ProofError, node_hash};

#[cfg(test)]
mod tests;

/// How many levels of the tree a tile spans.
const SPAN: u32 = 8;

/// A perfect subtree: the `2^height` leaves from `index · 2^height` on. A leaf has height 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// Levels above the leaves.
    pub height: u32,
    /// Its place among those of its height, from 0.
    pub index: u64,
}

/// Whether a log keeps the roots of this height beside its leaves.
pub fn is_kept(height: u32) -> bool {
    height > 0 && height.is_multiple_of(SPAN)
}

impl Node {
    /// The tile that this subtree's root is computed from.
    pub fn tile(self) -> TileId {
        let (_, first) = self.within();
        TileId {
            height: self.height - self.height % SPAN,
            index: first >> SPAN,
        }
    }

    /// How far it stands above its tile's hashes, and the first of those below it.
    fn within(self) -> (u32, u64) {
        let above = self.height % SPAN;
        (above, self.index << above)
    }
}

/// Up to 256 hashes next to each other: of leaves (height 0), or of kept roots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// The height of its hashes: a multiple of 8.
    pub height: u32,
    /// Its place among the tiles of that height, from 0.
    pub index: u64,
}

impl TileId {
    /// Which hashes of its height belong in it. At the log's end not all of them are there yet.
    pub fn range(self) -> Range<u64> {
        let first = self.index << SPAN;
        first..first + (1 << SPAN)
    }
}

/// A tile, with the roots of all perfect subtrees within it.
#[derive(Debug, Clone)]
pub struct Tile {
    /// By height above the tile's hashes.
    levels: Vec<Vec<Hash>>,
}

impl Tile {
    /// A tile over its hashes, from the first on.
    pub fn over(hashes: Vec<Hash>) -> Self {
        let mut levels = vec![hashes];
        while let Some(below) = levels.last().filter(|below| below.len() > 1) {
            let (pairs, _) = below.as_chunks::<2>();
            let above = pairs
                .iter()
                .map(|[left, right]| node_hash(left, right))
                .collect();
            levels.push(above);
        }
        Self { levels }
    }

    /// The root of a subtree that belongs into this tile, if it is whole.
    pub fn root(&self, node: Node) -> Option<Hash> {
        let (above, first) = node.within();
        let place = usize::try_from((first % (1 << SPAN)) >> above).ok()?;
        let level = self.levels.get(usize::try_from(above).ok()?)?;
        level.get(place).copied()
    }
}

/// What a proof consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// For each hash of the proof the perfect subtrees whose roots make it, from left to right.
    parts: Vec<Vec<Node>>,
}

impl Plan {
    /// For the proof that the leaf at `index` is in the tree of `size` leaves (RFC 9162, 2.1.3.1).
    ///
    /// # Errors
    /// [`ProofError::Range`] when the index is not below the size.
    pub fn inclusion(index: u64, size: u64) -> Result<Self, ProofError> {
        if index >= size {
            return Err(ProofError::Range);
        }
        let mut parts = Vec::new();
        let mut rest = 0..size;
        while rest.end - rest.start > 1 {
            let (left, right) = halves(&rest);
            if left.contains(&index) {
                parts.push(perfect(right));
                rest = left;
            } else {
                parts.push(perfect(left));
                rest = right;
            }
        }
        parts.reverse();
        Ok(Self { parts })
    }

    /// For the proof that the tree of `old` leaves is a prefix of the tree of `new` leaves (RFC
    /// 9162, 2.1.4.1). Nothing for `old` 0 and for `old` = `new`.
    ///
    /// # Errors
    /// [`ProofError::Range`] when `old` is greater than `new`.
    pub fn consistency(old: u64, new: u64) -> Result<Self, ProofError> {
        if old > new {
            return Err(ProofError::Range);
        }
        let mut parts = Vec::new();
        let mut rest = 0..new;
        while old != 0 && old != rest.end {
            let (left, right) = halves(&rest);
            if old <= left.end {
                parts.push(perfect(right));
                rest = left;
            } else {
                parts.push(perfect(left));
                rest = right;
            }
        }
        if rest.start > 0 {
            parts.push(perfect(rest));
        }
        parts.reverse();
        Ok(Self { parts })
    }

    /// The tiles that it needs; some may come more than once.
    pub fn tiles(&self) -> impl Iterator<Item = TileId> {
        self.parts.iter().flatten().map(|node| node.tile())
    }

    /// The proof, from the roots of perfect subtrees; none if one of them is not to be had.
    pub fn proof(&self, mut root: impl FnMut(Node) -> Option<Hash>) -> Option<Vec<Hash>> {
        self.parts
            .iter()
            .map(|part| {
                let mut nodes = part.iter().rev();
                let mut hash = root(*nodes.next()?)?;
                for node in nodes {
                    hash = node_hash(&root(*node)?, &hash);
                }
                Some(hash)
            })
            .collect()
    }
}

/// The two children of the subtree over more than one leaf: the left is the largest perfect one.
fn halves(range: &Range<u64>) -> (Range<u64>, Range<u64>) {
    let count = range.end - range.start;
    let half = 1 << (count - 1).ilog2();
    let middle = range.start + half;
    (range.start..middle, middle..range.end)
}

/// The perfect subtrees of a subtree, from left to right.
fn perfect(mut range: Range<u64>) -> Vec<Node> {
    let mut nodes = Vec::new();
    while !range.is_empty() {
        let height = (range.end - range.start).ilog2();
        nodes.push(Node {
            height,
            index: range.start >> height,
        });
        range.start += 1 << height;
    }
    nodes
}
