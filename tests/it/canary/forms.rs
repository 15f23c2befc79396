//! A secret in the forms in which it could be written, and where in some bytes one of them is. It is not Tidegate's own code that looks
//! here: that would miss what the redactor misses.

/// A secret with what has to be escaped at both ends, and with nothing that has in between.
pub(crate) struct Canary {
    whole: String,
    forms: Vec<(String, Vec<u8>)>,
}

impl Canary {
    /// The secret of this random middle.
    pub(crate) fn of(middle: &str) -> Self {
        let whole = format!("ä\"\\/+ {middle} %?ö");
        // Whatever else is escaped: as it is, in URLs, in JSON, and in all of them around each other.
        let mut forms = vec![
            ("plain".to_owned(), middle.as_bytes().to_vec()),
            ("cut".to_owned(), middle.as_bytes()[..8].to_vec()),
        ];
        for url_safe in [false, true] {
            for before in 0..3 {
                let name = format!("base64 ({before}, url-safe: {url_safe})");
                forms.push((name, part_of_base64(&whole, before, url_safe)));
            }
        }
        Self { whole, forms }
    }

    pub(crate) fn text(&self) -> &str {
        &self.whole
    }

    pub(crate) fn forms(&self) -> usize {
        self.forms.len()
    }

    /// The first form that is in the bytes, and what is around it.
    pub(crate) fn find(&self, bytes: &[u8]) -> Option<String> {
        self.forms.iter().find_map(|(name, form)| {
            let at = bytes.windows(form.len()).position(|window| window == &**form)?;
            let around = &bytes[at.saturating_sub(80)..(at + form.len() + 40).min(bytes.len())];
            Some(format!("{name}: {}", String::from_utf8_lossy(around)))
        })
    }
}

/// The base64 of a text.
pub(crate) fn base64(bytes: &[u8], url_safe: bool) -> String {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let alphabet: Vec<char> =
        letters.chars().chain(if url_safe { ['-', '_'] } else { ['+', '/'] }).collect();
    let bits: Vec<bool> =
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect();
    let group = |bits: &[bool]| {
        (0..6).fold(0, |value, at| value << 1 | usize::from(bits.get(at).is_some_and(|bit| *bit)))
    };
    bits.chunks(6).map(|bits| alphabet[group(bits)]).collect()
}

/// What each base64 of a text has in it that stands behind so many other bytes, modulo 3.
fn part_of_base64(text: &str, before: usize, url_safe: bool) -> Vec<u8> {
    let bytes = [&vec![b'x'; before], text.as_bytes()].concat();
    let encoded = base64(&bytes, url_safe);
    // The first and the last characters tell of their neighbours too.
    encoded.as_bytes()[(before * 8).div_ceil(6)..bytes.len() * 8 / 6].to_vec()
}

/// A text as it stands in a URL.
pub(crate) fn percent(text: &str) -> String {
    let escaped = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escaped).collect()
}
