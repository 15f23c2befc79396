//! The source of a function as a number, so that a cached result is not taken for that of code which has changed since. It hashes
//! the tokens, so spaces, line breaks and comments do not count; and it counts nothing that a toolchain may put in their place.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;

/// FNV-1a with 128 bits: a few lines, where a crate would have to be built for every program that uses the attributes.
struct Hash(u128);

const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// The number of these tokens. Kept in databases: the same source has the same number in every version.
pub(crate) fn number(tokens: impl ToTokens) -> u128 {
    let mut hash = Hash(BASIS);
    hash.tokens(tokens.to_token_stream());
    hash.0
}

impl Hash {
    fn byte(&mut self, byte: u8) {
        self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(PRIME);
    }

    /// A token: what it is, and its text, which has no zero byte.
    fn token(&mut self, kind: u8, text: &str) {
        self.byte(kind);
        text.bytes().for_each(|byte| self.byte(byte));
        self.byte(0);
    }

    fn tokens(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match &token {
                TokenTree::Punct(punct) => {
                    if punct.as_char() == '#' && tokens.next_if(is_doc).is_some() {
                        continue;
                    }
                    // Whether two signs are one operator follows from what they are.
                    self.token(b'p', punct.as_char().encode_utf8(&mut [0; 4]));
                }
                TokenTree::Ident(ident) => self.token(b'i', &ident.to_string()),
                TokenTree::Literal(literal) => self.token(b'l', &literal.to_string()),
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::Bracket => ("[", "]"),
                        // Around what another macro has put in.
                        Delimiter::None => {
                            self.tokens(group.stream());
                            continue;
                        }
                    };
                    self.token(b'p', open);
                    self.tokens(group.stream());
                    self.token(b'p', close);
                }
            }
        }
    }
}

/// Whether this is what becomes of a comment that documents: `[doc = ".."]`.
fn is_doc(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else { return false };
    let mut inside = group.stream().into_iter();
    let doc = matches!(inside.next(), Some(TokenTree::Ident(ident)) if ident == "doc");
    let equals = matches!(inside.next(), Some(TokenTree::Punct(punct)) if punct.as_char() == '=');
    group.delimiter() == Delimiter::Bracket && doc && equals
}
