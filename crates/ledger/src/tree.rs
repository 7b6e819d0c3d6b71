//! Merkle tree hashing and proofs as in RFC 6962, section 2.1 (proof checking as in RFC 9162,
//! sections 2.1.3 and 2.1.4), with SHA-256.

use aws_lc_rs::digest::{self, SHA256};

use crate::plan::Node;
#[cfg(doc)]
use crate::plan::is_kept;

#[cfg(test)]
mod tests;

/// A SHA-256 hash: of a leaf, of an inner node, or of a whole tree (its root).
pub type Hash = [u8; 32];

/// Why a stored frontier can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrontierError {
    /// The bytes are fewer or more than the size in them calls for.
    #[error(
        "the stored frontier has {found} bytes where {expected} belong; restore it from the entries"
    )]
    Length {
        /// How many bytes belong there.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// The size is greater than `i64::MAX`, which no log reaches.
    #[error("the stored frontier claims an impossible size; restore it from the entries")]
    Size,
}

/// Why a proof can't be made or doesn't hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The index or a size lies outside the tree.
    #[error("the index or size lies outside the tree")]
    Range,
    /// The proof has fewer or more hashes than this place in the tree needs.
    #[error("the proof has the wrong length for this index and size")]
    Length,
    /// The proof leads to another root.
    #[error("the proof leads to another root")]
    Mismatch,
}

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = digest::Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// The hash of one leaf: SHA-256 of `0x00` and the entry's bytes.
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    sha256(&[&[0x00], bytes])
}

/// The hash of an inner node: SHA-256 of `0x01`, the left and the right child.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[0x01], left, right])
}

/// The root of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    sha256(&[])
}

/// The root of the tree with these leaf hashes, straight from the definition (`MTH` in RFC 6962).
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// The largest power of two below `n`; `n` is at least 2.
fn split(n: usize) -> usize {
    n.next_power_of_two() / 2
}

/// The right edge of a growing tree: the roots of its perfect subtrees, largest first. It is all
/// that appending needs, 32 bytes for every 1 in the binary form of the size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// The frontier of the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a leaf, given by its [`leaf_hash`].
    pub fn push(&mut self, leaf: Hash) {
        self.push_with(leaf, |_, _| ());
    }

    /// Appends a leaf, and tells of each perfect subtree that it completes, with its root: those
    /// that [`is_kept`] names are kept for proofs.
    pub fn push_with(&mut self, leaf: Hash, mut complete: impl FnMut(Node, Hash)) {
        let mut node = leaf;
        for height in 1..=self.size.trailing_ones() {
            // INVARIANT: `roots` holds one hash per 1 bit of `size`, the lowest bit last.
            if let Some(left) = self.roots.pop() {
                node = node_hash(&left, &node);
                let index = self.size >> height;
                complete(Node { height, index }, node);
            }
        }
        self.roots.push(node);
        self.size += 1;
    }

    /// The root of the tree as it is now.
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        let Some(last) = roots.next() else {
            return empty_root();
        };
        roots.fold(*last, |right, left| node_hash(left, &right))
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The frontier as bytes for storing: the size (8 bytes, big-endian), then the subtree roots
    /// (32 bytes each), largest first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.size.to_be_bytes().to_vec();
        out.extend(self.roots.iter().flatten());
        out
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// When the length doesn't fit the size, or the size is impossible.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let found = bytes.len();
        let Some((size, rest)) = bytes.split_first_chunk::<8>() else {
            return Err(FrontierError::Length { expected: 8, found });
        };
        let size = u64::from_be_bytes(*size);
        if i64::try_from(size).is_err() {
            return Err(FrontierError::Size);
        }
        let (roots, tail) = rest.as_chunks::<32>();
        if !tail.is_empty() || u32::try_from(roots.len()) != Ok(size.count_ones()) {
            let expected = (0..size.count_ones()).fold(8, |sum, _| sum + 32);
            return Err(FrontierError::Length { expected, found });
        }
        Ok(Self {
            size,
            roots: roots.to_vec(),
        })
    }
}

/// The first `size` leaves.
fn prefix(leaves: &[Hash], size: u64) -> Result<&[Hash], ProofError> {
    usize::try_from(size)
        .ok()
        .and_then(|size| leaves.get(..size))
        .ok_or(ProofError::Range)
}

/// The proof that the leaf at `index` is in the tree of the first `size` of `leaves`: the sibling
/// hashes on its way to the root, lowest first (RFC 9162, 2.1.3.1).
///
/// # Errors
/// [`ProofError::Range`] when there are fewer than `size` leaves or `index` is not below `size`.
pub fn inclusion_proof(leaves: &[Hash], index: u64, size: u64) -> Result<Vec<Hash>, ProofError> {
    let mut leaves = prefix(leaves, size)?;
    let mut index = usize::try_from(index).map_err(|_| ProofError::Range)?;
    if index >= leaves.len() {
        return Err(ProofError::Range);
    }
    let mut proof = Vec::new();
    while leaves.len() > 1 {
        let k = split(leaves.len());
        let (left, right) = leaves.split_at(k);
        if index < k {
            proof.push(root(right));
            leaves = left;
        } else {
            proof.push(root(left));
            leaves = right;
            index -= k;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// Checks an inclusion proof (RFC 9162, 2.1.3.2). `size` must come from where `root` comes from,
/// such as a signed checkpoint: the proof alone doesn't fix it.
///
/// # Errors
/// When the index is not below the size, the proof has the wrong length or leads elsewhere.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Range);
    }
    let mut place = index;
    let mut last = size - 1;
    let mut node = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if place & 1 == 1 || place == last {
            node = node_hash(sibling, &node);
            climb_to_left_edge(&mut place, &mut last);
        } else {
            node = node_hash(&node, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    match (last, node == *root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::Mismatch),
        _ => Err(ProofError::Length),
    }
}

/// Skips the levels on which a node at the right edge has no sibling.
fn climb_to_left_edge(place: &mut u64, last: &mut u64) {
    while *place & 1 == 0 && *place != 0 {
        *place >>= 1;
        *last >>= 1;
    }
}

/// The proof that the tree of the first `old` of `leaves` is a prefix of the tree of the first
/// `new` (RFC 9162, 2.1.4.1). Empty for `old` 0 and for `old` = `new`.
///
/// # Errors
/// [`ProofError::Range`] when there are fewer than `new` leaves or `old` is greater than `new`.
pub fn consistency_proof(leaves: &[Hash], old: u64, new: u64) -> Result<Vec<Hash>, ProofError> {
    let mut leaves = prefix(leaves, new)?;
    let mut old = prefix(leaves, old)?.len();
    let mut proof = Vec::new();
    if old == 0 {
        return Ok(proof);
    }
    let mut from_start = true;
    while old != leaves.len() {
        let k = split(leaves.len());
        let (left, right) = leaves.split_at(k);
        if old <= k {
            proof.push(root(right));
            leaves = left;
        } else {
            proof.push(root(left));
            leaves = right;
            old -= k;
            from_start = false;
        }
    }
    if !from_start {
        proof.push(root(leaves));
    }
    proof.reverse();
    Ok(proof)
}

/// Checks a consistency proof (RFC 9162, 2.1.4.2). An empty old tree is consistent with every
/// tree; its root must be [`empty_root`] and its proof empty.
///
/// # Errors
/// When `old` is greater than `new`, the proof has the wrong length, or it leads to another old or
/// new root.
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: &Hash,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::Range);
    }
    if old == 0 || old == new {
        let known = if old == 0 { empty_root() } else { *new_root };
        let new_fits = new != 0 || *new_root == empty_root();
        return match (proof.is_empty(), *old_root == known && new_fits) {
            (false, _) => Err(ProofError::Length),
            (true, false) => Err(ProofError::Mismatch),
            (true, true) => Ok(()),
        };
    }
    let (first, rest) = if old.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(ProofError::Length)?
    };
    let shift = (old - 1).trailing_ones();
    let mut place = (old - 1) >> shift;
    let mut last = (new - 1) >> shift;
    let (mut old_node, mut new_node) = (*first, *first);
    for hash in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if place & 1 == 1 || place == last {
            old_node = node_hash(hash, &old_node);
            new_node = node_hash(hash, &new_node);
            climb_to_left_edge(&mut place, &mut last);
        } else {
            new_node = node_hash(&new_node, hash);
        }
        place >>= 1;
        last >>= 1;
    }
    match (last, old_node == *old_root && new_node == *new_root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::Mismatch),
        _ => Err(ProofError::Length),
    }
}
