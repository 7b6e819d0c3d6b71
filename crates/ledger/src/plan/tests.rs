use std::collections::BTreeMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;

use super::*;
use crate::tree::{
    Frontier, consistency_proof, inclusion_proof, leaf_hash, root, verify_consistency,
    verify_inclusion,
};

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

/// What a log keeps, as a database does: the leaves, and the roots that [`is_kept`] names.
struct Kept {
    rows: BTreeMap<(u32, u64), Hash>,
    /// How many hashes were read.
    read: usize,
}

impl Kept {
    fn of(leaves: &[Hash]) -> Self {
        let mut rows = BTreeMap::new();
        let mut frontier = Frontier::new();
        for leaf in leaves {
            rows.insert((0, frontier.size()), *leaf);
            frontier.push_with(*leaf, |node, hash| {
                if is_kept(node.height) {
                    rows.insert((node.height, node.index), hash);
                }
            });
        }
        Self { rows, read: 0 }
    }

    fn tile(&mut self, id: TileId) -> Tile {
        let hashes: Vec<Hash> = id
            .range()
            .map_while(|index| self.rows.get(&(id.height, index)).copied())
            .collect();
        self.read += hashes.len();
        Tile::over(hashes)
    }

    fn prove(&mut self, plan: &Plan) -> Option<Vec<Hash>> {
        let mut tiles = BTreeMap::new();
        for id in plan.tiles() {
            tiles.entry(id).or_insert_with(|| self.tile(id));
        }
        plan.proof(|node| tiles.get(&node.tile())?.root(node))
    }
}

fn small(n: u64) -> usize {
    usize::try_from(n).expect("small")
}

#[test]
fn every_planned_proof_of_small_trees_is_the_one_from_all_leaves() {
    let leaves = leaves(40);
    let mut kept = Kept::of(&leaves);
    for new in 0..=40 {
        for old in 0..=new {
            let plan = Plan::consistency(old, new).expect("in range");
            assert_eq!(
                kept.prove(&plan),
                consistency_proof(&leaves, old, new).ok(),
                "{old} to {new}"
            );
        }
        for index in 0..new {
            let plan = Plan::inclusion(index, new).expect("in range");
            assert_eq!(
                kept.prove(&plan),
                inclusion_proof(&leaves, index, new).ok(),
                "{index} of {new}"
            );
        }
    }
}

#[test]
fn plans_outside_the_tree_are_refused() {
    assert_eq!(Plan::inclusion(0, 0), Err(ProofError::Range));
    assert_eq!(Plan::inclusion(7, 7), Err(ProofError::Range));
    assert_eq!(Plan::consistency(8, 7), Err(ProofError::Range));
}

#[test]
fn a_plan_for_the_longest_log_is_short() {
    let size = i64::MAX.unsigned_abs();
    for index in [0, 1, size / 3, size - 1] {
        let plan = Plan::inclusion(index, size).expect("in range");
        let mut tiles: Vec<TileId> = plan.tiles().collect();
        tiles.sort();
        tiles.dedup();
        assert!(tiles.len() <= 16, "{} tiles", tiles.len());
        assert!(plan.parts.len() <= 63);
    }
}

#[test]
fn a_proof_in_a_log_of_seventy_thousand_reads_a_few_tiles() {
    let leaves = leaves(70_000);
    let mut kept = Kept::of(&leaves);
    let root_of = |size: u64| root(&leaves[..small(size)]);
    // One kept root above 65,536 entries, 273 above 256 each.
    assert_eq!(kept.rows.len(), 70_000 + 273 + 1);
    for (index, size) in [
        (0, 70_000),
        (65_535, 70_000),
        (69_999, 70_000),
        (300, 65_537),
    ] {
        kept.read = 0;
        let proof = kept
            .prove(&Plan::inclusion(index, size).expect("in range"))
            .expect("all there");
        verify_inclusion(&leaves[small(index)], index, size, &proof, &root_of(size))
            .expect("a good proof");
        assert!(kept.read <= 5 * 256, "{} hashes read", kept.read);
    }
    for (old, new) in [(1, 70_000), (255, 256), (65_536, 70_000), (69_999, 70_000)] {
        let proof = kept
            .prove(&Plan::consistency(old, new).expect("in range"))
            .expect("all there");
        verify_consistency(old, new, &root_of(old), &root_of(new), &proof).expect("a good proof");
    }
}

#[test]
fn a_missing_hash_gives_no_proof() {
    let leaves = leaves(700);
    let mut kept = Kept::of(&leaves);
    kept.rows.remove(&(8, 1)).expect("it was kept");
    let plan = Plan::inclusion(3, 700).expect("in range");
    assert_eq!(kept.prove(&plan), None);
    kept.rows.remove(&(0, 2));
    assert_eq!(
        kept.prove(&Plan::inclusion(3, 200).expect("in range")),
        None
    );
}

fn digests(bytes: &[u8]) -> Vec<Hash> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    assert!(rest.is_empty());
    hashes.to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// `ct-merkle` is another implementation of RFC 6962; its proofs are the same bytes.
    #[test]
    fn proofs_are_those_of_another_implementation(
        (new, old, index) in (1_u64..1500).prop_flat_map(|new| (Just(new), 1..=new, 0..new)),
    ) {
        let mut theirs = MemoryBackedTree::<Sha256, [u8; 8]>::new();
        let mut their_old_root = theirs.root();
        for n in 0..new {
            theirs.push(n.to_be_bytes());
            if n + 1 == old {
                their_old_root = theirs.root();
            }
        }
        let leaves = leaves(new);
        let mut kept = Kept::of(&leaves);
        let ours = kept.prove(&Plan::inclusion(index, new).expect("in range")).expect("all there");
        let proof = theirs.prove_inclusion(small(index));
        prop_assert_eq!(&ours, &digests(proof.as_bytes()));
        let root: Hash = theirs.root().as_bytes().as_slice().try_into().expect("32 bytes");
        let old_root: Hash = their_old_root.as_bytes().as_slice().try_into().expect("32 bytes");
        prop_assert_eq!(verify_inclusion(&leaves[small(index)], index, new, &ours, &root), Ok(()));

        if old < new {
            let ours = kept.prove(&Plan::consistency(old, new).expect("in range")).expect("all there");
            let proof = theirs.prove_consistency(small(new - old));
            prop_assert_eq!(&ours, &digests(proof.as_bytes()));
            prop_assert_eq!(verify_consistency(old, new, &old_root, &root, &ours), Ok(()));
            theirs.root().verify_consistency(&their_old_root, &proof).expect("they agree");
        }
    }

    #[test]
    fn any_bit_of_a_planned_proof_matters(
        (size, index) in (2_u64..1200).prop_flat_map(|size| (Just(size), 0..size)),
        at in any::<prop::sample::Index>(),
        bit in 0_usize..256,
    ) {
        let leaves = leaves(size);
        let root = root(&leaves);
        let mut proof = Kept::of(&leaves)
            .prove(&Plan::inclusion(index, size).expect("in range"))
            .expect("all there");
        let place = at.index(proof.len());
        proof[place][bit / 8] ^= 1 << (bit % 8);
        prop_assert!(verify_inclusion(&leaves[small(index)], index, size, &proof, &root).is_err());
    }
}
