//! The checksum over the columns of a row, by which a damaged value is noticed. It guards against accidents only:
//! whoever can write the file can write the checksum too.

const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;

/// The checksum of the columns seen so far. The function is part of the file format.
pub(super) struct Checksum(u64);

impl Checksum {
    pub(super) const fn new() -> Self {
        Self(PRIME)
    }

    /// Every step maps states to states one to one, so that two inputs which differ in one word never meet again.
    const fn word(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(PRIME);
        self.0 = mixed ^ (mixed >> 29);
    }

    pub(super) fn null(&mut self) {
        self.word(1);
    }

    pub(super) fn integer(&mut self, value: i64) {
        self.word(2);
        self.word(value.cast_unsigned());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.word(3 + ((bytes.len() as u64) << 2));
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        self.word(rest.iter().rev().fold(0, |word, byte| (word << 8) | u64::from(*byte)));
    }

    /// As stored: 32 bits, which SQLite keeps in 4 bytes.
    pub(super) fn finish(&self) -> i64 {
        i64::from(((self.0 >> 32) as u32 ^ self.0 as u32).cast_signed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> i64 {
        let mut checksum = Checksum::new();
        checksum.bytes(bytes);
        checksum.finish()
    }

    #[test]
    fn the_function_never_changes() {
        assert_eq!(
            [of(b""), of(b"tidegate"), of(b"a longer text")],
            [-660_815_603, 979_110_362, -24_522_903]
        );
    }

    #[test]
    fn a_changed_byte_and_a_moved_border_are_noticed() {
        assert_ne!(of(b"aaaaaaaaaaaa"), of(b"aaaaaaaaaaab"));
        let mut one = Checksum::new();
        one.bytes(b"ab");
        one.bytes(b"c");
        let mut other = Checksum::new();
        other.bytes(b"a");
        other.bytes(b"bc");
        assert_ne!(one.finish(), other.finish());
    }
}
