//! What a loss of power may leave, on small recordings.

use super::*;

/// A file that was made and synced with `old` in it, of which the beginning was then overwritten with `new`.
fn recording(old: &[u8], new: &[u8]) -> Recording {
    let mut recording = Recording::default();
    let file = recording.make("/folder/a.db");
    let write = |bytes: &[u8]| Event::Written { file, offset: 0, bytes: bytes.into() };
    recording.push(write(old));
    recording.push(Event::Synced { file, folder: true });
    recording.push(write(new));
    recording
}

fn images(recording: &Recording, position: usize) -> Vec<Option<Vec<u8>>> {
    let mut replay = Replay::new(recording);
    replay.advance_to(position);
    let image = |seed| replay.image(&mut Rng::with_seed(seed));
    (0..500).map(|seed| image(seed).file("a.db").map(<[u8]>::to_vec)).collect()
}

#[test]
fn what_was_synced_is_there_and_all_else_may_be() {
    let recording = recording(&[1; 100], &[2; 10]);
    let all = images(&recording, 4);
    let old = Some(vec![1; 100]);
    let new = Some([vec![2; 10], vec![1; 90]].concat());
    assert!(all.contains(&old) && all.contains(&new));
    assert!(all.iter().all(|content| *content == old || *content == new));
}

#[test]
fn a_file_whose_folder_was_not_synced_may_be_gone_or_empty() {
    let recording = recording(&[1; 100], &[2; 10]);
    let all = images(&recording, 2);
    assert!(all.contains(&None) && all.contains(&Some(Vec::new())));
    assert!(all.contains(&Some(vec![1; 100])) && all.contains(&Some(vec![0; 100])));
}

#[test]
fn a_write_may_be_torn_between_sectors_only() {
    let (sector, two) = (vec![1; SECTOR], vec![2; SECTOR]);
    let all = images(&recording(&[1; 2 * SECTOR], &[2; 2 * SECTOR]), 4);
    for content in [[&*sector, &sector], [&sector, &two], [&two, &sector], [&two, &two]] {
        assert!(all.contains(&Some(content.concat())));
    }
    let pieces = |content: &Vec<u8>| {
        content.chunks(SECTOR).all(|sector| sector.iter().all(|byte| *byte == sector[0]))
    };
    assert!(all.iter().flatten().all(pieces));
}

#[test]
fn a_deleted_file_may_come_back_until_its_folder_is_synced() {
    for synced in [false, true] {
        let mut recording = recording(&[1], &[2]);
        recording.delete("/folder/a.db", synced);
        let all = images(&recording, 5);
        assert!(all.contains(&None));
        assert_eq!(all.contains(&Some(vec![1])), !synced);
    }
}

#[test]
fn what_a_failed_sync_lost_never_comes_back() {
    let mut recording = recording(&[1], &[2]);
    let file = recording.named("/folder/a.db").expect("it was made");
    recording.push(Event::Lost { file });
    recording.push(Event::Synced { file, folder: false });
    assert!(images(&recording, 6).iter().all(|content| *content == Some(vec![1])));
}
