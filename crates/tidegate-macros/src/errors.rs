//! What is wrong with the user's code, gathered so that all of it is reported at once.
//! It never stops at the first mistake.

use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;

/// All the mistakes found so far, each with its place.
#[derive(Default)]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    /// A mistake, shown under `place`.
    pub(crate) fn add(&mut self, place: impl ToTokens, message: impl Display) {
        self.0.push(syn::Error::new_spanned(place, message));
    }

    /// A mistake that the parser found.
    pub(crate) fn keep(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    /// How many mistakes there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Each mistake as `place: message`.
    #[cfg(test)]
    pub(crate) fn listed(&self) -> String {
        let all = self.0.iter().flat_map(|error| error.clone().into_iter());
        all.map(|error| {
            let place = error.span().source_text().unwrap_or_default();
            format!("{place}: {error}\n")
        })
        .collect()
    }
}

impl ToTokens for Errors {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.iter().map(syn::Error::to_compile_error));
    }
}
