//! A type or path as a person would write it, for records. It never changes what is emitted.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// The source of `tokens`, with the usual spaces: `HashMap<String, &'a [u8]>`.
pub(crate) fn of(tokens: impl ToTokens) -> String {
    let mut text = Text::default();
    text.push(tokens.to_token_stream());
    text.written
}

/// After these, whatever follows stands apart.
const KEYWORDS: &[&str] = &["as", "const", "dyn", "impl", "mut"];

#[derive(Default)]
struct Text {
    written: String,
    before: Before,
}

/// What was written last, as far as it says whether a space comes next.
#[derive(Clone, Copy, Default, PartialEq)]
enum Before {
    /// Nothing, an opening bracket, `&`, `::`: what follows is attached.
    #[default]
    Attaching,
    /// An identifier, a literal, `>` or `)`: a word that follows needs a space.
    Word,
    /// `,`, `;`, `:`, `=`, `+`, `->`, a keyword: a space follows.
    Separator,
    /// The first half of a two-character operator.
    Half(char),
}

impl Text {
    fn push(&mut self, tokens: TokenStream) {
        for token in tokens {
            self.flush(&token);
            match token {
                TokenTree::Ident(word) => {
                    self.word(&word.to_string());
                    if KEYWORDS.iter().any(|keyword| word == keyword) {
                        self.before = Before::Separator;
                    }
                }
                TokenTree::Literal(word) => self.word(&word.to_string()),
                TokenTree::Punct(punct) => self.punct(punct.as_char(), punct.spacing()),
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::None => ("", ""),
                    };
                    self.space(Before::Separator);
                    self.written.push_str(open);
                    if !open.is_empty() {
                        self.before = Before::Attaching;
                    }
                    self.push(group.stream());
                    self.written.push_str(close);
                    self.before = Before::Word;
                }
            }
        }
    }

    /// Writes the first half of an operator that `next` does not complete.
    fn flush(&mut self, next: &TokenTree) {
        let Before::Half(half) = self.before else { return };
        let completes = |end| matches!(next, TokenTree::Punct(punct) if punct.as_char() == end);
        if !completes(if half == ':' { ':' } else { '>' }) {
            self.written.push(half);
            self.before = if half == ':' { Before::Separator } else { Before::Attaching };
        }
    }

    fn word(&mut self, word: &str) {
        if self.before == Before::Word {
            self.written.push(' ');
        }
        self.space(Before::Separator);
        self.written.push_str(word);
        self.before = Before::Word;
    }

    fn space(&mut self, after: Before) {
        if self.before == after {
            self.written.push(' ');
        }
    }

    fn punct(&mut self, sign: char, spacing: Spacing) {
        let joint = spacing == Spacing::Joint;
        self.before = match (self.before, sign) {
            (Before::Half(':'), ':') => {
                self.written.push_str("::");
                Before::Attaching
            }
            (Before::Half('-'), '>') => {
                self.written.push_str(" ->");
                Before::Separator
            }
            (_, ':' | '-') if joint => Before::Half(sign),
            (_, '=' | '+') => {
                self.written.push(' ');
                self.written.push(sign);
                Before::Separator
            }
            (_, ',' | ';' | ':') => {
                self.written.push(sign);
                Before::Separator
            }
            (_, '\'') => {
                if self.before == Before::Word {
                    self.written.push(' ');
                }
                self.space(Before::Separator);
                self.written.push(sign);
                Before::Attaching
            }
            (_, '>') => {
                self.written.push(sign);
                Before::Word
            }
            _ => {
                self.space(Before::Separator);
                self.written.push(sign);
                Before::Attaching
            }
        };
    }
}
