//! All secrets that are known, and where in a text they are. Most places are ruled out by their first two bytes.

use std::collections::{HashMap, HashSet};

use super::MASK;
use super::base64;
use super::pattern::Pattern;

/// What is shorter than this, in characters, cannot be told from other text.
const SHORTEST: usize = 4;

/// From how many characters on a line of a secret of several lines is a secret too.
const SHORTEST_LINE: usize = 8;

/// The bytes that an escaped character begins with.
const ESCAPES: [u8; 2] = [b'%', b'\\'];

#[derive(Default)]
pub(super) struct Patterns {
    known: HashSet<Box<[u8]>>,
    patterns: Vec<Pattern>,
    /// The patterns that may stand where these two bytes do.
    beginning: HashMap<[u8; 2], Vec<usize>>,
    /// Which pairs of bytes are in `beginning`: a bit each.
    pairs: Pairs,
    /// The patterns whose first character may be escaped.
    texts: Vec<usize>,
}

impl Patterns {
    /// Whether the secret was added before.
    pub(super) fn has(&self, secret: &[u8]) -> bool {
        self.known.contains(secret)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    pub(super) fn add(&mut self, secret: &[u8]) {
        if !self.known.insert(secret.into()) {
            return;
        }
        let Ok(text) = std::str::from_utf8(secret) else {
            if secret.len() >= SHORTEST {
                self.add_base64(secret);
            }
            return;
        };
        // Files end in a line break that their secret does not have.
        let text = text.trim();
        self.add_text(text, SHORTEST);
        if text.contains('\n') {
            // Logged line by line, a key of several lines is one all the same.
            text.lines()
                .map(str::trim)
                .filter(|line| !line.starts_with("-----"))
                .for_each(|line| self.add_text(line, SHORTEST_LINE));
        }
    }

    fn add_text(&mut self, text: &str, shortest: usize) {
        if text.chars().count() < shortest {
            return;
        }
        self.texts.push(self.patterns.len());
        self.push(Pattern::Text(text.into()));
        self.add_base64(text.as_bytes());
    }

    fn add_base64(&mut self, bytes: &[u8]) {
        for fragment in base64::fragments(bytes) {
            self.push(Pattern::Exact(fragment.into_bytes().into()));
        }
    }

    fn push(&mut self, pattern: Pattern) {
        let index = self.patterns.len();
        for second in pattern.seconds() {
            let pair = [pattern.first(), second];
            self.pairs.insert(pair);
            self.beginning.entry(pair).or_default().push(index);
        }
        self.patterns.push(pattern);
    }

    /// The text with the secrets masked; none, if none is in it.
    pub(super) fn masked(&self, text: &str) -> Option<String> {
        let mut masked = String::new();
        let mut kept = 0;
        let mut from = 0;
        while let Some((start, end)) = self.next(text.as_bytes(), from) {
            masked.push_str(&text[kept..start]);
            masked.push_str(MASK);
            kept = end;
            from = end;
        }
        if kept == 0 {
            return None;
        }
        masked.push_str(&text[kept..]);
        Some(masked)
    }

    pub(super) fn is_in(&self, bytes: &[u8]) -> bool {
        self.next(bytes, 0).is_some()
    }

    /// Where the next secret begins and ends; secrets that overlap are one.
    fn next(&self, bytes: &[u8], from: usize) -> Option<(usize, usize)> {
        let start = (from..bytes.len()).find(|at| self.length_at(&bytes[*at..]).is_some())?;
        let mut end = start;
        let mut at = start;
        loop {
            end = end.max(at + self.length_at(&bytes[at..]).unwrap_or(0));
            at += 1;
            if at >= end {
                return Some((start, end));
            }
        }
    }

    /// The length of the longest secret that stands at the beginning of the bytes.
    fn length_at(&self, bytes: &[u8]) -> Option<usize> {
        let [first, second, ..] = bytes else { return None };
        let pair = [*first, *second];
        let escaped: &[usize] = if ESCAPES.contains(first) { &self.texts } else { &[] };
        let beginning = if self.pairs.contains(pair) {
            self.beginning.get(&pair).map_or(&[][..], Vec::as_slice)
        } else {
            &[]
        };
        let candidates = beginning.iter().chain(escaped);
        candidates.filter_map(|index| self.patterns[*index].length_at(bytes)).max()
    }
}

/// A set of pairs of bytes.
struct Pairs(Box<[u64]>);

impl Default for Pairs {
    fn default() -> Self {
        Self(vec![0; 1 << 10].into())
    }
}

impl Pairs {
    fn insert(&mut self, pair: [u8; 2]) {
        let (word, bit) = place(pair);
        self.0[word] |= bit;
    }

    fn contains(&self, pair: [u8; 2]) -> bool {
        let (word, bit) = place(pair);
        self.0[word] & bit != 0
    }
}

fn place(pair: [u8; 2]) -> (usize, u64) {
    let pair = usize::from(u16::from_be_bytes(pair));
    (pair >> 6, 1 << (pair & 63))
}
