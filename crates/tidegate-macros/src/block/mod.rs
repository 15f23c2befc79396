//! `#[derive(Block)]`: what names the type, what it says of itself and what it can do become constants of the trait `Block`, and the
//! type is entered among those of the program. How a block is saved and loaded is never written here.
//!
//! ```text
//! #[block(..)] ──> options ──┐
//!                            ├──> model ──> tokens
//! struct ────────────────────┘      └─────> errors
//! ```

mod model;
mod name;
mod options;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{DeriveInput, Expr};

use self::model::Model;
use self::options::Options;
use crate::errors::Errors;

/// What `#[derive(Block)]` emits: as much as can be, and every mistake.
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let output = expand(item, &mut errors);
    quote!(#output #errors)
}

/// As much as can be expanded; the mistakes go to `errors`.
pub(crate) fn expand(item: TokenStream, errors: &mut Errors) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(item) {
        Ok(input) => input,
        Err(error) => {
            errors.keep(error);
            return TokenStream::new();
        }
    };
    let options = Options::of(&input.attrs, errors);
    match Model::check(&input, options, errors) {
        Some(model) => tokens(&model),
        None => TokenStream::new(),
    }
}

fn tokens(model: &Model<'_>) -> TokenStream {
    let Model { ident, name, slug, description, options } = model;
    let [logo_url, documentation_url, code_example] =
        ["logo_url", "documentation_url", "code_example"].map(|name| optional(options.text(name)));
    let description = optional(description.as_ref());
    let protected = options.is_protected();
    let capabilities = options.capabilities().iter().map(|capability| {
        let method = syn::Ident::new(capability.method, capability.written.span());
        quote_spanned!(capability.written.span()=> .#method::<Self>())
    });
    quote! {
        #[automatically_derived]
        impl ::tidegate::block::Block for #ident {
            const TYPE_NAME: &'static str = #name;
            const SLUG: &'static str = #slug;
            const DESCRIPTION: ::core::option::Option<&'static str> = #description;
            const LOGO_URL: ::core::option::Option<&'static str> = #logo_url;
            const DOCUMENTATION_URL: ::core::option::Option<&'static str> = #documentation_url;
            const CODE_EXAMPLE: ::core::option::Option<&'static str> = #code_example;
            const PROTECTED: bool = #protected;
            const VERSION: &'static str = ::core::env!("CARGO_PKG_VERSION");
            const CAPABILITIES: ::tidegate::block::Capabilities =
                ::tidegate::block::Capabilities::none() #(#capabilities)*;
        }

        ::tidegate::__private::inventory::submit! {
            ::tidegate::__private::BlockRegistration::of::<#ident>()
        }
    }
}

fn optional(text: Option<&Expr>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}
