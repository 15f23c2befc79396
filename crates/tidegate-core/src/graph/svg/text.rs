//! Texts in a drawing: how wide they are, how long runs took, and what may stand in XML.

use std::time::Duration;

/// So many characters of a name are shown.
const LONGEST: usize = 48;

/// About how wide a text is in the size of labels.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(character_width).sum()
}

fn character_width(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | '.' | ',' | '\'' | '|' | ':' | ';' | '!' => 3.4,
        'f' | 't' | 'r' | ' ' | '(' | ')' | '[' | ']' | '/' | '-' => 4.6,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 10.4,
        'A'..='Z' => 8.2,
        _ if (character as u32) >= 0x1100 => 13.0,
        _ => 6.9,
    }
}

/// A text that is not longer than fits.
pub(super) fn shortened(text: String) -> String {
    if text.chars().count() <= LONGEST {
        return text;
    }
    let mut short: String = text.chars().take(LONGEST - 1).collect();
    short.push('…');
    short
}

/// A text as XML holds it. What XML cannot hold is replaced.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ if character.is_control() => escaped.push(' '),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// A length of time as people read it: `12 ms`, `1.5 s`, `2m 05s`.
pub(super) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 if duration.as_micros() < 1000 => format!("{} µs", duration.as_micros()),
        0 => format!("{} ms", trimmed(duration.as_secs_f64() * 1e3)),
        1..=59 => format!("{} s", trimmed(duration.as_secs_f64())),
        60..=3599 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// Three digits of a number under 1000, without zeros at the end.
fn trimmed(value: f64) -> String {
    let places = if value < 9.995 { 2 } else { usize::from(value < 99.95) };
    let text = format!("{value:.places$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
