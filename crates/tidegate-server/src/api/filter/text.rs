//! Words that a text is searched for, in the manner of Prefect: one of several, `+` before one that must be there, `-` or `!` before one
//! that must not, quotes around several that stand together. Case does not matter.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::is_part_of;

/// Words that a text is searched for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TextFilter {
    pub(crate) query: String,
}

/// The words, by what is asked of them.
#[derive(Debug, Default, PartialEq)]
struct Words {
    one_of: Vec<String>,
    all_of: Vec<String>,
    none_of: Vec<String>,
}

impl TextFilter {
    /// Whether a text is as asked.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let Words { one_of, all_of, none_of } = words(&self.query);
        let is_there = |word: &String| is_part_of(word, text);
        (one_of.is_empty() || one_of.iter().any(is_there))
            && all_of.iter().all(is_there)
            && !none_of.iter().any(is_there)
    }
}

fn words(query: &str) -> Words {
    let mut words = Words::default();
    let mut rest = query.trim_start();
    while let Some(first) = rest.chars().next() {
        let sign = Some(first).filter(|first| matches!(first, '-' | '!' | '+'));
        if sign.is_some() {
            rest = &rest[1..];
            // A sign by itself says nothing.
            if rest.starts_with(char::is_whitespace) || rest.is_empty() {
                rest = rest.trim_start();
                continue;
            }
        }
        let (word, after) = match rest.strip_prefix('"') {
            Some(quoted) => phrase(quoted),
            None => {
                let end = rest.find(|c: char| c.is_whitespace() || c == '"');
                let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
                (word.to_owned(), after)
            }
        };
        let of = match sign {
            Some('+') => &mut words.all_of,
            Some(_) => &mut words.none_of,
            None => &mut words.one_of,
        };
        of.extend(Some(word).filter(|word| !word.trim().is_empty()));
        rest = after.trim_start();
    }
    words
}

/// What stands before the next quote, in which a backslash stands before a quote or itself; and what comes after it.
fn phrase(quoted: &str) -> (String, &str) {
    let mut text = String::new();
    let mut chars = quoted.char_indices();
    while let Some((place, c)) = chars.next() {
        match c {
            '"' => return (text, &quoted[place + 1..]),
            '\\' if quoted[place + 1..].starts_with(['"', '\\']) => {
                text.extend(chars.next().map(|(_, escaped)| escaped));
            }
            other => text.push(other),
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(query: &str, text: &str) -> bool {
        TextFilter { query: query.to_owned() }.holds(text)
    }

    #[test]
    fn a_text_is_searched_for_words_that_may_must_and_must_not_be_there() {
        for (query, text, expected) in [
            ("", "anything", true),
            ("   ", "anything", true),
            ("error", "An ERROR occurred", true),
            ("error warning", "a warning", true),
            ("error", "all is well", false),
            ("error -debug", "error in debug", false),
            ("error !debug", "error", true),
            ("-debug", "error", true),
            ("+high +tide", "the tide is high", true),
            ("+high +tide", "the tide is low", false),
            ("- x", "x", true),
            ("-", "x", true),
            ("\"high tide\"", "a high tide", true),
            ("\"high tide\"", "tide is high", false),
            ("-\"high tide\" tide", "a high tide", false),
            (r#""say \"hi\"""#, r#"they say "hi""#, true),
            ("\"unclosed phrase", "an unclosed phrase", true),
            ("\"\"", "x", true),
        ] {
            assert_eq!(holds(query, text), expected, "{query} in {text}");
        }
    }
}
