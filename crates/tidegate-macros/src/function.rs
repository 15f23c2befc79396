//! The user's function as written. Its body is kept as tokens: it is never parsed, so that syntax which `syn` does
//! not know, or which is only half typed, still reaches the compiler.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{AttrStyle, Attribute, FnArg, Signature, Token, Visibility, braced, token};

/// A function: attributes, visibility, signature and an unparsed body.
pub(crate) struct Function {
    pub attributes: Vec<Attribute>,
    pub visibility: Visibility,
    pub signature: Signature,
    pub brace: token::Brace,
    pub body: TokenStream,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if !begins_signature(input) {
            return Err(
                input.error("this attribute belongs on a function: an `async fn` or an `fn`")
            );
        }
        let signature = input.parse()?;
        if input.peek(Token![;]) {
            return Err(input.error(
                "a function with a body is needed here; in a trait, put the attribute on a free function and call that",
            ));
        }
        let content;
        let brace = braced!(content in input);
        // As outer attributes they mean the same, and the body may then be wrapped.
        attributes.extend(content.call(Attribute::parse_inner)?.into_iter().map(
            |mut attribute| {
                attribute.style = AttrStyle::Outer;
                attribute
            },
        ));
        Ok(Self { attributes, visibility, signature, brace, body: content.parse()? })
    }
}

fn begins_signature(input: ParseStream<'_>) -> bool {
    input.peek(Token![fn])
        || input.peek(Token![async])
        || input.peek(Token![const])
        || input.peek(Token![unsafe])
        || input.peek(Token![extern])
}

impl Function {
    /// The signature without the attributes that only these macros understand.
    pub(crate) fn plain_signature(&self) -> Signature {
        let mut signature = self.signature.clone();
        for argument in &mut signature.inputs {
            match argument {
                FnArg::Receiver(_) => {}
                FnArg::Typed(typed) => typed.attrs.retain(|attribute| !is_default(attribute)),
            }
        }
        signature
    }

    /// The body in its braces, with `first` before what the user wrote.
    pub(crate) fn block(&self, first: &TokenStream) -> TokenStream {
        let body = &self.body;
        quote_spanned!(self.brace.span.join()=> { #first #body })
    }
}

/// Whether this is `#[default(..)]`.
pub(crate) fn is_default(attribute: &Attribute) -> bool {
    attribute.path().is_ident("default")
}

/// The function as the user wrote it, for when it cannot be expanded: the IDE and the rest of the crate still see it.
/// Only its errors matter then, not that it is unused.
impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for attribute in &self.attributes {
            attribute.to_tokens(tokens);
        }
        tokens.extend(quote!(#[allow(unused)]));
        self.visibility.to_tokens(tokens);
        self.plain_signature().to_tokens(tokens);
        self.block(&TokenStream::new()).to_tokens(tokens);
    }
}
