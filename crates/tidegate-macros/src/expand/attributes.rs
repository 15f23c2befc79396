//! Which of the user's attributes goes where. It never drops one.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Attribute, parse_quote};

use crate::function::Function;

/// The user's attributes, sorted.
pub(super) struct Attributes {
    /// `cfg`, for everything that is emitted.
    pub conditions: Vec<Attribute>,
    /// Those of the function that describes a call: its documentation, lint levels, `deprecated`.
    pub of_call: Vec<Attribute>,
    /// Those of the original: all but documentation and `deprecated`.
    pub of_original: Vec<Attribute>,
    /// `#[doc(hidden)]` for the type, where the function has it.
    pub hidden: TokenStream,
}

impl Attributes {
    pub(super) fn of(function: &Function) -> Self {
        let mut sorted = Self {
            conditions: Vec::new(),
            of_call: Vec::new(),
            of_original: Vec::new(),
            hidden: TokenStream::new(),
        };
        for attribute in &function.attributes {
            let path = attribute.path();
            let is = |name| path.is_ident(name);
            if is("cfg") {
                sorted.conditions.push(attribute.clone());
                sorted.of_call.push(attribute.clone());
            } else if is("doc") {
                if attribute.parse_args::<Ident>().is_ok_and(|argument| argument == "hidden") {
                    sorted.hidden = quote!(#[doc(hidden)]);
                }
                sorted.of_call.push(attribute.clone());
            } else if is("deprecated") {
                sorted.of_call.push(attribute.clone());
            } else if is("allow") || is("warn") || is("deny") || is("forbid") {
                sorted.of_call.push(attribute.clone());
                sorted.of_original.push(attribute.clone());
            } else if is("expect") {
                // What is expected is found in the original; the call may or may not have it.
                let mut allow = attribute.clone();
                if let syn::Meta::List(list) = &mut allow.meta {
                    list.path = parse_quote!(allow);
                }
                sorted.of_call.push(allow);
                sorted.of_original.push(attribute.clone());
            } else {
                sorted.of_original.push(attribute.clone());
            }
        }
        sorted
    }
}

/// The function that describes a call is not the user's: what is to be said of the signature is said of the original.
pub(super) fn quiet_call() -> TokenStream {
    quote!(#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)])
}

/// What a plain function would be told, and a task cannot follow: it owns its arguments, and is documented elsewhere.
pub(super) fn quiet_original() -> TokenStream {
    quote! {
        #[allow(
            clippy::missing_const_for_fn,
            clippy::missing_errors_doc,
            clippy::missing_panics_doc,
            clippy::must_use_candidate,
            clippy::needless_pass_by_value,
            clippy::unused_async
        )]
    }
}
