//! One secret, and the forms in which it is found at a place of a text. It never looks further than it has to to say no.

/// A form of a secret.
pub(super) enum Pattern {
    /// The secret as it is, percent-encoded, or escaped as JSON and debug text are, once or more often.
    Text(Box<str>),
    /// Exactly these bytes.
    Exact(Box<[u8]>),
}

/// How often a text may have been escaped: JSON in JSON in JSON.
const ESCAPES: u32 = 3;

impl Pattern {
    /// How many bytes at the beginning of `bytes` it takes up, if it stands there; the most, if in several forms.
    pub(super) fn length_at(&self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Exact(exact) => bytes.starts_with(exact).then_some(exact.len()),
            Self::Text(text) => {
                let plain = bytes.starts_with(text.as_bytes()).then_some(text.len());
                let escaped = (1..=ESCAPES).filter_map(|times| escaped_length(text, times, bytes));
                plain.into_iter().chain(percent_length(text, bytes)).chain(escaped).max()
            }
        }
    }

    /// Its first byte, where nothing is escaped.
    pub(super) fn first(&self) -> u8 {
        match self {
            Self::Exact(exact) => exact[0],
            Self::Text(text) => text.as_bytes()[0],
        }
    }

    /// The bytes that may follow the first one, where that is not escaped.
    pub(super) fn seconds(&self) -> impl Iterator<Item = u8> {
        let (second, escapes): (u8, &[u8]) = match self {
            Self::Exact(exact) => (exact[1], &[]),
            Self::Text(text) => (text.as_bytes()[1], b"%\\+"),
        };
        escapes.iter().copied().chain([second])
    }
}

/// The length of the secret in percent-encoded text, whichever characters its encoder left as they are.
fn percent_length(secret: &str, bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    for byte in secret.bytes() {
        let rest = &bytes[at..];
        at += match rest {
            [b'%', high, low, ..] if hex(*high).zip(hex(*low)) == Some((byte >> 4, byte & 15)) => 3,
            [b'+', ..] if byte == b' ' => 1,
            [first, ..] if *first == byte => 1,
            _ => return None,
        };
    }
    Some(at)
}

/// The length of the secret in text that was escaped so many times.
fn escaped_length(secret: &str, times: u32, bytes: &[u8]) -> Option<usize> {
    // A backslash doubles each time; what stands before a letter was one to begin with.
    let before_letter = 1 << (times - 1);
    let mut at = 0;
    for character in secret.chars() {
        let rest = &bytes[at..];
        let backslashes = rest.iter().take_while(|byte| **byte == b'\\').count();
        let mut utf8 = [0; 4];
        let plain = character.encode_utf8(&mut utf8).as_bytes();
        at += if character == '\\' && backslashes >= 2 * before_letter {
            2 * before_letter
        } else if character != '\\' && rest.starts_with(plain) {
            plain.len()
        } else if matches!(character, '"' | '\'')
            && backslashes == 2 * before_letter - 1
            && rest.get(backslashes) == plain.first()
        {
            backslashes + 1
        } else if backslashes == before_letter {
            let letters = letters_length(character, before_letter, &rest[backslashes..])?;
            backslashes + letters
        } else {
            return None;
        };
    }
    Some(at)
}

/// The length of what stands behind the backslashes for a character: `n`, `/`, `u00e4`, `u{e4}`, or the two halves of UTF-16.
fn letters_length(character: char, backslashes: usize, rest: &[u8]) -> Option<usize> {
    let letter = match character {
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\0' => b'0',
        '\u{8}' => b'b',
        '\u{c}' => b'f',
        '/' => b'/',
        _ => 0,
    };
    if letter != 0 && rest.first() == Some(&letter) {
        return Some(1);
    }
    if let Some(braced) = rest.strip_prefix(b"u{") {
        let digits = braced.iter().position(|byte| *byte == b'}').filter(|end| *end <= 6)?;
        return (number(&braced[..digits])? == u32::from(character)).then_some(digits + 3);
    }
    let mut at = 0;
    for (index, unit) in character.encode_utf16(&mut [0; 2]).iter().enumerate() {
        if index > 0 {
            let escapes = rest.get(at..at + backslashes)?;
            at += escapes.iter().all(|byte| *byte == b'\\').then_some(backslashes)?;
        }
        let digits = rest.get(at..at + 5)?.strip_prefix(b"u")?;
        at += (number(digits)? == u32::from(*unit)).then_some(5)?;
    }
    Some(at)
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| Some(number << 4 | u32::from(hex(*digit)?)))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}
