//! The format of stored results, and that no damage to one goes unseen.

use expect_test::expect;

use super::{Damage, Header, Object};

fn sealed() -> (Header, Vec<u8>) {
    let created = "2026-01-15T12:00:00Z".parse().unwrap();
    let header = Header::of(b"[1,2]", "a/b".to_owned(), "json", created, None);
    let object = header.seal(b"[1,2]");
    (header, object)
}

#[test]
fn results_are_stored_like_this() {
    let (header, object) = sealed();
    let text =
        String::from_utf8(object.clone()).unwrap().replace(env!("CARGO_PKG_VERSION"), "VERSION");
    expect![[r#"
        {"storage_key":"a/b","serializer":"json","created":"2026-01-15T12:00:00Z","expiration":null,"tidegate_version":"VERSION","size":5,"digest":"de3e56c7c09b73d7ebb844a2495d9e43d71a085bb5d30b4e30c6d07b86de73d4"}
        [1,2]"#]].assert_eq(&text);
    let read = Object::open("a/b", object).unwrap();
    assert_eq!((&read.header, read.payload()), (&header, &b"[1,2]"[..]));
    assert!(read.is(&header.reference("s")).is_ok());
}

#[test]
fn every_change_of_a_bit_is_seen_or_changes_nothing_of_the_result() {
    let (header, object) = sealed();
    let reference = header.reference("s");
    let mut unseen = 0;
    for at in 0..object.len() {
        for bit in 0..8 {
            let mut changed = object.clone();
            changed[at] ^= 1 << bit;
            let read = Object::open("a/b", changed).and_then(|object| object.is(&reference));
            if let Ok(read) = read {
                assert_eq!(read.payload(), b"[1,2]");
                unseen += 1;
            }
        }
    }
    // Such as a digit of the time at which it was written.
    assert!(unseen < object.len(), "{unseen} changes were not seen");
}

#[test]
fn every_cut_is_seen() {
    let (_, object) = sealed();
    for length in 0..object.len() {
        assert!(Object::open("a/b", object[..length].to_vec()).is_err(), "{length} bytes");
    }
    let mut longer = object.clone();
    longer.push(b' ');
    assert_eq!(Object::open("a/b", longer).unwrap_err(), Damage::Cut { expected: 5, found: 6 });
}

#[test]
fn an_object_under_another_key_is_not_the_one_looked_for() {
    let (_, object) = sealed();
    assert_eq!(Object::open("a/c", object).unwrap_err(), Damage::OtherKey("a/b".to_owned()));
}

#[test]
fn what_is_no_result_is_told_at_once() {
    for bytes in [&b""[..], b"\n", b"{}\n", b"hello\nworld", &[b'x'; 1 << 17]] {
        assert_eq!(Object::open("k", bytes.to_vec()).unwrap_err(), Damage::NoHeader);
    }
}
