use super::*;
use std::os::unix::fs::PermissionsExt as _;

/// A folder without a desk in it, and a signer.
fn folder() -> (tempfile::TempDir, Folder, ledger::Signer) {
    let place = tempfile::TempDir::new().expect("a folder");
    let folder = Folder::open(&place.path().join("data")).expect("made");
    (place, folder, signer(&[7; 32]).expect("a signer"))
}

#[test]
fn the_checkpoint_of_a_longer_ledger_stays_whoever_writes_last() {
    let (_place, folder, signer) = folder();
    let note = |size: u8| {
        let checkpoint = signer.checkpoint(size.into(), [size; 32]);
        signer.sign(&checkpoint).expect("signed")
    };
    let writers = [
        witness(folder.clone(), signer.verifier()),
        witness(folder.clone(), signer.verifier()),
    ];
    std::thread::scope(|scope| {
        for (n, keeps) in writers.iter().enumerate() {
            let note = &note;
            scope.spawn(move || {
                for size in (1..=40).rev().filter(|size| usize::from(size % 2) == n) {
                    keeps(&note(size));
                }
            });
        }
    });
    let kept = std::fs::read_to_string(folder.checkpoint()).expect("kept");
    assert_eq!(kept, note(40));
    writers[0](&note(39));
    assert_eq!(read(&folder.checkpoint()).expect("kept"), note(40));
    writers[0](&note(41));
    assert_eq!(read(&folder.checkpoint()).expect("kept"), note(41));
    let mode = std::fs::metadata(folder.checkpoint()).expect("a file");
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .filter(|name| name.to_string_lossy().ends_with(".part"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_checkpoint_file_that_is_none_gives_way() {
    let (_place, folder, signer) = folder();
    std::fs::write(folder.checkpoint(), "half a checkp").expect("written");
    let note = signer.sign(&signer.checkpoint(3, [3; 32])).expect("signed");
    witness(folder.clone(), signer.verifier())(&note);
    assert_eq!(read(&folder.checkpoint()).expect("kept"), note);
}
