//! Texts that programs wrote for a terminal, in pieces: colours become classes of the style sheet, and every other control character
//! becomes a picture of itself. What is made of a piece is escaped like any text; nothing here is markup.

use std::borrow::Cow;

/// A piece of a text that looks the same throughout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// Classes of the style sheet, apart by spaces; empty for plain text.
    pub(super) class: String,
    pub(super) text: Cow<'a, str>,
}

/// The class of what stands for a control character.
pub(super) const CONTROL: &str = "control";

/// The pieces of a text, in its order.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut look = Look::default();
    let mut rest = text;
    while let Some(at) = rest.find(is_hidden) {
        let (plain, from) = rest.split_at(at);
        add(&mut pieces, &look, plain);
        if let Some((codes, length)) = colours(from) {
            look.take(codes);
            rest = &from[length..];
            continue;
        }
        let mut characters = from.chars();
        if let Some(hidden) = characters.next() {
            let picture = Cow::Owned(hidden.escape_default().to_string());
            pieces.push(Piece { class: CONTROL.to_owned(), text: picture });
        }
        rest = characters.as_str();
    }
    add(&mut pieces, &look, rest);
    pieces
}

fn add<'a>(pieces: &mut Vec<Piece<'a>>, look: &Look, text: &'a str) {
    if !text.is_empty() {
        pieces.push(Piece { class: look.class(), text: Cow::Borrowed(text) });
    }
}

/// Control characters, and those that would turn the direction of what follows.
fn is_hidden(character: char) -> bool {
    let bidi = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    bidi || character.is_control() && !matches!(character, '\n' | '\t')
}

/// The numbers of a sequence that changes colours, and how long it is; none for anything else, which is shown.
fn colours(text: &str) -> Option<(&str, usize)> {
    let codes = text.strip_prefix("\u{1b}[")?;
    let end = codes.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    codes[end..].starts_with('m').then(|| (&codes[..end], end + 3))
}

/// What a terminal would look like by now.
#[derive(Debug, Default)]
struct Look {
    fore: Option<u8>,
    back: Option<u8>,
    bold: bool,
    dim: bool,
    italic: bool,
    underlined: bool,
    struck: bool,
    inverse: bool,
}

impl Look {
    fn take(&mut self, codes: &str) {
        let mut codes = codes.split(';').map(|code| code.parse::<u16>().unwrap_or_default());
        while let Some(code) = codes.next() {
            match code {
                0 => *self = Self::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                3 => self.italic = true,
                4 => self.underlined = true,
                7 => self.inverse = true,
                9 => self.struck = true,
                22 => (self.bold, self.dim) = (false, false),
                23 => self.italic = false,
                24 => self.underlined = false,
                27 => self.inverse = false,
                29 => self.struck = false,
                30..=37 => self.fore = Some(code as u8 - 30),
                38 => self.fore = further(&mut codes).or(self.fore),
                39 => self.fore = None,
                40..=47 => self.back = Some(code as u8 - 40),
                48 => self.back = further(&mut codes).or(self.back),
                49 => self.back = None,
                90..=97 => self.fore = Some(code as u8 - 82),
                100..=107 => self.back = Some(code as u8 - 92),
                // Fonts, frames and the like are not shown.
                _ => {}
            }
        }
    }

    fn class(&self) -> String {
        let (fore, back) =
            if self.inverse { (self.back, self.fore) } else { (self.fore, self.back) };
        let mut classes = Vec::new();
        classes.extend(fore.map(|colour| format!("af{colour}")));
        classes.extend(back.map(|colour| format!("ab{colour}")));
        let flags = [
            (self.bold, "bold"),
            (self.dim, "dim"),
            (self.italic, "italic"),
            (self.underlined, "under"),
            (self.struck, "struck"),
            (self.inverse && self.fore.is_none() && self.back.is_none(), "inverse"),
        ];
        classes.extend(flags.iter().filter(|(on, _)| *on).map(|(_, class)| (*class).to_owned()));
        classes.join(" ")
    }
}

/// A colour of 256 or of red, green and blue, as the nearest of the sixteen: those are legible on light and on dark.
fn further(codes: &mut impl Iterator<Item = u16>) -> Option<u8> {
    match codes.next()? {
        5 => match codes.next()? {
            colour @ 0..=15 => Some(colour as u8),
            colour @ 16..=231 => {
                let part = |by: u16| (colour - 16) / by % 6 * 51;
                Some(nearest(part(36), part(6), part(1)))
            }
            grey => {
                let grey = (grey.min(255) - 232) * 10 + 8;
                Some(nearest(grey, grey, grey))
            }
        },
        2 => {
            let (red, green, blue) = (codes.next()?, codes.next()?, codes.next()?);
            Some(nearest(red.min(255), green.min(255), blue.min(255)))
        }
        _ => None,
    }
}

fn nearest(red: u16, green: u16, blue: u16) -> u8 {
    let most = red.max(green).max(blue);
    if most < 48 {
        return 0;
    }
    let least = red.min(green).min(blue);
    if most - least < 40 {
        return if most > 200 {
            15
        } else if most > 120 {
            7
        } else {
            8
        };
    }
    let part = |value: u16, bit: u8| if value * 2 > most { bit } else { 0 };
    let colour = part(red, 1) | part(green, 2) | part(blue, 4);
    if most > 200 { colour + 8 } else { colour }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text with what its pieces look like in brackets.
    fn shown(text: &str) -> String {
        let show = |piece: &Piece<'_>| match &*piece.class {
            "" => piece.text.to_string(),
            class => format!("[{class}: {}]", piece.text),
        };
        pieces(text).iter().map(show).collect()
    }

    #[test]
    fn colours_become_classes() {
        let cases = [
            ("plain", "plain"),
            ("", ""),
            ("a\u{1b}[31mred\u{1b}[0m b", "a[af1: red] b"),
            ("\u{1b}[1;4;92mx\u{1b}[22my\u{1b}[my", "[af10 bold under: x][af10 under: y]y"),
            ("\u{1b}[41;97mx\u{1b}[49my", "[af15 ab1: x][af15: y]"),
            ("\u{1b}[7mx\u{1b}[31my\u{1b}[27mz", "[inverse: x][ab1: y][af1: z]"),
            // Of 256 and of all colours, the nearest.
            ("\u{1b}[38;5;9mx\u{1b}[38;5;196my\u{1b}[38;5;244mz", "[af9: x][af9: y][af7: z]"),
            ("\u{1b}[38;2;250;10;10mx\u{1b}[48;2;0;0;120my", "[af9: x][af9 ab4: y]"),
            // What says too little changes nothing.
            ("\u{1b}[38;5mx\u{1b}[38;2;1;2my\u{1b}[99mz", "xyz"),
            ("\u{1b}[38;5;999mx", "[af15: x]"),
            ("\u{1b}[;31mx", "[af1: x]"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn control_characters_are_seen() {
        let cases = [
            ("a\u{7}b", "a[control: \\u{7}]b"),
            ("over\rwritten", "over[control: \\r]written"),
            ("two\nlines\tand a tab", "two\nlines\tand a tab"),
            // Sequences that are not colours: moving about, titles, links, and ones that break off.
            ("\u{1b}[2Jx", "[control: \\u{1b}][2Jx"),
            ("\u{1b}]0;title\u{7}", "[control: \\u{1b}]]0;title[control: \\u{7}]"),
            ("\u{1b}[31", "[control: \\u{1b}][31"),
            ("\u{1b}", "[control: \\u{1b}]"),
            ("\u{9b}31mx", "[control: \\u{9b}]31mx"),
            ("a\u{202e}b\u{2066}c", "a[control: \\u{202e}]b[control: \\u{2066}]c"),
            ("\u{1b}[31mé\u{0}", "[af1: é][control: \\u{0}]"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_markup_stays_text() {
        let pieces = pieces("\u{1b}[31m<script>\u{1b}[0m\" onload=");
        assert_eq!(pieces[0], Piece { class: "af1".into(), text: "<script>".into() });
        assert!(pieces.iter().all(|piece| piece.class.chars().all(|c| c.is_ascii_alphanumeric())));
    }
}
