use proptest::prelude::*;

use super::*;

/// The eight leaves of the test tree that Certificate Transparency logs share.
const INPUTS: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];

/// The root of each prefix of that tree, from size 0 on.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

const NODE_01: &str = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125";
const NODE_23: &str = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
const NODE_45: &str = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
const NODE_67: &str = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
const NODE_0123: &str = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
const NODE_4567: &str = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
const LEAF_0: &str = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
const LEAF_1: &str = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
const LEAF_4: &str = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";

fn known_leaves() -> Vec<Hash> {
    INPUTS
        .iter()
        .map(|input| leaf_hash(&hex::decode(input).expect("hex")))
        .collect()
}

fn hexes(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(hex::encode).collect()
}

/// `count` different leaves.
fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

fn flip(hash: &Hash, bit: usize) -> Hash {
    let mut hash = *hash;
    hash[bit / 8] ^= 1 << (bit % 8);
    hash
}

#[test]
fn the_known_tree_has_the_known_roots() {
    let leaves = known_leaves();
    let mut frontier = Frontier::new();
    for (size, expected) in ROOTS.iter().enumerate() {
        assert_eq!(hex::encode(root(&leaves[..size])), *expected, "size {size}");
        assert_eq!(hex::encode(frontier.root()), *expected, "size {size}");
        if let Some(leaf) = leaves.get(size) {
            frontier.push(*leaf);
        }
    }
}

#[test]
fn the_known_tree_has_the_known_inclusion_proofs() {
    let leaves = known_leaves();
    for (index, size, expected) in [
        (0, 1, vec![]),
        (0, 8, vec![LEAF_1, NODE_23, NODE_4567]),
        (5, 8, vec![LEAF_4, NODE_67, NODE_0123]),
        (2, 3, vec![NODE_01]),
        (1, 5, vec![LEAF_0, NODE_23, LEAF_4]),
    ] {
        let proof = inclusion_proof(&leaves, index, size).expect("in range");
        assert_eq!(hexes(&proof), expected, "index {index} size {size}");
    }
}

#[test]
fn the_known_tree_has_the_known_consistency_proofs() {
    let leaves = known_leaves();
    for (old, new, expected) in [
        (1, 1, vec![]),
        (1, 8, vec![LEAF_1, NODE_23, NODE_4567]),
        (6, 8, vec![NODE_45, NODE_67, NODE_0123]),
        (2, 5, vec![NODE_23, LEAF_4]),
    ] {
        let proof = consistency_proof(&leaves, old, new).expect("in range");
        assert_eq!(hexes(&proof), expected, "old {old} new {new}");
    }
}

#[test]
fn every_inclusion_proof_of_small_trees_holds_for_its_own_index_only() {
    let leaves = leaves(34);
    for size in 1..=34 {
        let root = root(&leaves[..usize::try_from(size).expect("small")]);
        for index in 0..size {
            let leaf = leaves[usize::try_from(index).expect("small")];
            let proof = inclusion_proof(&leaves, index, size).expect("in range");
            for claimed in 0..=size {
                let outcome = verify_inclusion(&leaf, claimed, size, &proof, &root);
                assert_eq!(
                    outcome.is_ok(),
                    claimed == index,
                    "{index} as {claimed} of {size}"
                );
            }
        }
    }
}

#[test]
fn every_consistency_proof_of_small_trees_holds() {
    let leaves = leaves(34);
    let roots: Vec<Hash> = (0..=34).map(|size| root(&leaves[..size])).collect();
    for new in 0..=34_u64 {
        for old in 0..=new {
            let proof = consistency_proof(&leaves, old, new).expect("in range");
            let (a, b) = (
                usize::try_from(old).expect("small"),
                usize::try_from(new).expect("small"),
            );
            assert_eq!(
                verify_consistency(old, new, &roots[a], &roots[b], &proof),
                Ok(())
            );
            if a != b {
                let swapped = verify_consistency(old, new, &roots[b], &roots[a], &proof);
                assert!(swapped.is_err(), "{old} and {new}");
            }
            if a > 0 {
                let older = verify_consistency(old, new, &roots[a - 1], &roots[b], &proof);
                assert!(older.is_err(), "{old} and {new}");
            }
        }
    }
}

#[test]
fn proofs_outside_the_tree_are_refused() {
    let leaves = leaves(3);
    assert_eq!(inclusion_proof(&leaves, 3, 3), Err(ProofError::Range));
    assert_eq!(inclusion_proof(&leaves, 0, 4), Err(ProofError::Range));
    assert_eq!(inclusion_proof(&leaves, 0, 0), Err(ProofError::Range));
    assert_eq!(consistency_proof(&leaves, 3, 2), Err(ProofError::Range));
    assert_eq!(consistency_proof(&leaves, 1, 4), Err(ProofError::Range));
    let root = root(&leaves);
    assert_eq!(
        verify_inclusion(&leaves[0], 3, 3, &[], &root),
        Err(ProofError::Range)
    );
    assert_eq!(
        verify_consistency(4, 3, &root, &root, &[]),
        Err(ProofError::Range)
    );
    assert_eq!(
        verify_consistency(3, 3, &root, &root, &[root]),
        Err(ProofError::Length)
    );
    assert_eq!(
        verify_consistency(0, 0, &root, &root, &[]),
        Err(ProofError::Mismatch)
    );
}

#[test]
fn a_proof_one_hash_longer_or_shorter_fails() {
    let leaves = leaves(13);
    let root_13 = root(&leaves);
    for index in 0..13 {
        let leaf = leaves[usize::try_from(index).expect("small")];
        let mut proof = inclusion_proof(&leaves, index, 13).expect("in range");
        proof.push([7; 32]);
        assert!(verify_inclusion(&leaf, index, 13, &proof, &root_13).is_err());
        proof.truncate(proof.len() - 2);
        assert!(verify_inclusion(&leaf, index, 13, &proof, &root_13).is_err());
    }
    for old in 1..13 {
        let old_root = root(&leaves[..usize::try_from(old).expect("small")]);
        let mut proof = consistency_proof(&leaves, old, 13).expect("in range");
        proof.push([7; 32]);
        assert!(verify_consistency(old, 13, &old_root, &root_13, &proof).is_err());
        proof.truncate(proof.len() - 2);
        assert!(verify_consistency(old, 13, &old_root, &root_13, &proof).is_err());
    }
}

#[test]
fn a_stored_frontier_with_the_wrong_length_is_refused() {
    let mut frontier = Frontier::new();
    for leaf in leaves(7) {
        frontier.push(leaf);
    }
    let bytes = frontier.to_bytes();
    assert_eq!(bytes.len(), 8 + 3 * 32);
    for length in 0..bytes.len() {
        assert!(
            Frontier::from_bytes(&bytes[..length]).is_err(),
            "{length} bytes"
        );
    }
    let longer = [bytes, vec![0]].concat();
    let expected = FrontierError::Length {
        expected: 104,
        found: 105,
    };
    assert_eq!(Frontier::from_bytes(&longer), Err(expected));
    assert_eq!(
        Frontier::from_bytes(&[0xff; 8 + 64 * 32]),
        Err(FrontierError::Size)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_frontier_agrees_with_the_whole_tree(size in 0_u64..300) {
        let leaves = leaves(size);
        let mut frontier = Frontier::new();
        for leaf in &leaves {
            // Through its stored form every time, as a database does.
            frontier = Frontier::from_bytes(&frontier.to_bytes()).expect("its own bytes");
            frontier.push(*leaf);
        }
        prop_assert_eq!(frontier.size(), size);
        prop_assert_eq!(frontier.root(), root(&leaves));
    }

    #[test]
    fn an_inclusion_proof_fails_with_any_bit_changed(
        (size, index) in (1_u64..200).prop_flat_map(|size| (Just(size), 0..size)),
        bit in 0_usize..256,
    ) {
        let leaves = leaves(size);
        let root = root(&leaves);
        let leaf = leaves[usize::try_from(index).expect("small")];
        let proof = inclusion_proof(&leaves, index, size).expect("in range");
        prop_assert_eq!(verify_inclusion(&leaf, index, size, &proof, &root), Ok(()));
        prop_assert!(verify_inclusion(&flip(&leaf, bit), index, size, &proof, &root).is_err());
        prop_assert!(verify_inclusion(&leaf, index, size, &proof, &flip(&root, bit)).is_err());
        for n in 0..proof.len() {
            let mut bad = proof.clone();
            bad[n] = flip(&bad[n], bit);
            prop_assert!(verify_inclusion(&leaf, index, size, &bad, &root).is_err());
        }
    }

    #[test]
    fn a_consistency_proof_fails_with_any_bit_changed(
        (new, old) in (1_u64..200).prop_flat_map(|new| (Just(new), 1..=new)),
        bit in 0_usize..256,
    ) {
        let leaves = leaves(new);
        let new_root = root(&leaves);
        let old_root = root(&leaves[..usize::try_from(old).expect("small")]);
        let proof = consistency_proof(&leaves, old, new).expect("in range");
        prop_assert_eq!(verify_consistency(old, new, &old_root, &new_root, &proof), Ok(()));
        let (bad_old, bad_new) = (flip(&old_root, bit), flip(&new_root, bit));
        prop_assert!(verify_consistency(old, new, &bad_old, &new_root, &proof).is_err());
        prop_assert!(verify_consistency(old, new, &old_root, &bad_new, &proof).is_err());
        for n in 0..proof.len() {
            let mut bad = proof.clone();
            bad[n] = flip(&bad[n], bit);
            prop_assert!(verify_consistency(old, new, &old_root, &new_root, &bad).is_err());
        }
    }

    #[test]
    fn reading_a_frontier_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(frontier) = Frontier::from_bytes(&bytes) {
            prop_assert_eq!(frontier.to_bytes(), bytes);
        }
    }
}
