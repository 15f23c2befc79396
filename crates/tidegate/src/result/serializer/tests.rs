//! The serializers that Tidegate has.

use serde::Deserialize;

use super::{
    CompressedJsonSerializer, JsonSerializer, ResultSerializer, SerializerError, built_in,
};

fn read<T: for<'de> Deserialize<'de>>(
    serializer: &dyn ResultSerializer,
    bytes: &[u8],
) -> Result<T, SerializerError> {
    let mut value = None;
    serializer.deserialize(bytes, &mut |deserializer| {
        value = Some(erased_serde::deserialize(deserializer)?);
        Ok(())
    })?;
    Ok(value.expect("a value was taken"))
}

#[test]
fn each_reads_what_it_writes() {
    let value = vec!["text".repeat(100); 50];
    for name in ["json", "compressed/json"] {
        let serializer = built_in(name).unwrap();
        assert_eq!(serializer.name(), name);
        let bytes = serializer.serialize(&value).unwrap();
        assert_eq!(read::<Vec<String>>(&*serializer, &bytes).unwrap(), value);
        assert!(read::<Vec<u8>>(&*serializer, &bytes).is_err());
    }
    assert!(built_in("pickle").is_none());
}

/// RESULT-03
#[test]
fn json_is_text_and_compressed_json_is_shorter() {
    let value = vec![0_u8; 10_000];
    let text = JsonSerializer.serialize(&value).unwrap();
    assert!(text.starts_with(b"[0,0,0,"));
    assert!(CompressedJsonSerializer.serialize(&value).unwrap().len() < text.len() / 100);
}

#[test]
fn a_length_that_no_block_can_have_is_refused_before_there_is_room_for_it() {
    let bytes = CompressedJsonSerializer.serialize(&1).unwrap();
    for length in [u32::MAX, 1 << 30, 4096] {
        let mut bomb = bytes.clone();
        bomb[..4].copy_from_slice(&length.to_le_bytes());
        assert!(read::<u8>(&CompressedJsonSerializer, &bomb).is_err(), "{length}");
    }
}

#[test]
fn bytes_that_nobody_wrote_are_an_error() {
    for bytes in [&b""[..], b"\0", b"\0\0\0\0", b"\x01\0\0\0", &[0xff; 64]] {
        assert!(read::<u8>(&JsonSerializer, bytes).is_err());
        assert!(read::<u8>(&CompressedJsonSerializer, bytes).is_err());
    }
}
