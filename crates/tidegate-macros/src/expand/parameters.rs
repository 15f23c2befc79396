//! `from_parameters`: a call of a flow from JSON, for runs that are started from outside. It never reads the JSON itself.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Attribute, Expr, ExprLit, Lifetime, Lit};

use super::call::{call_type, name_of};
use crate::kind::Kind;
use crate::model::Model;
use crate::options::value::unwrapped;

/// The function, for a flow whose arguments can all come from JSON.
pub(super) fn from_parameters(model: &Model<'_>) -> TokenStream {
    if model.kind != Kind::Flow || !model.shape.is_plain() {
        return TokenStream::new();
    }
    let visibility = &model.function.visibility;
    let ident = &model.function.signature.ident;
    let call = call_type(model, &Lifetime::new("'static", ident.span()));
    let collected = format_ident!("__tidegate_arguments");
    // Hygienic, so that an argument may have the name of the flow.
    let local = |ident: &Ident| {
        let mut local = ident.clone();
        local.set_span(Span::mixed_site().located_at(ident.span()));
        local
    };
    let locals: Vec<Ident> =
        model.shape.arguments.iter().map(|argument| local(&argument.ident)).collect();
    let read = model.shape.arguments.iter().zip(&locals).map(|(argument, local)| {
        let (name, ty) = (name_of(&argument.ident), &argument.ty);
        let default = match &argument.default {
            Some(default) => {
                let default = converted(default);
                quote!(::core::option::Option::Some(|| #default))
            }
            None => quote!(::core::option::Option::None),
        };
        quote!(let #local = ::tidegate::__private::argument!(#collected, #name, #ty, #default);)
    });
    // Without arguments there is nothing that could be missing.
    let unpacked = (!locals.is_empty()).then(|| {
        quote! {
            let (#(::core::option::Option::Some(#locals),)*) = (#(#locals,)*) else {
                ::core::unreachable!("finish() reports every missing argument")
            };
        }
    });
    let quiet = super::attributes::quiet_call();
    quote! {
        /// A call from JSON parameters; what is missing takes its default.
        ///
        /// # Errors
        ///
        /// Every parameter that is wrong, missing or unknown.
        #quiet
        #[allow(deprecated, unused_mut)]
        #visibility fn from_parameters(
            parameters: &::tidegate::Parameters,
        ) -> ::core::result::Result<#call, ::tidegate::InvalidParameters> {
            let mut #collected = ::tidegate::__private::Arguments::new(Self::definition(), parameters);
            #(#read)*
            #collected.finish()?;
            #unpacked
            ::core::result::Result::Ok(#ident(#(#locals),*))
        }
    }
}

/// Enters the flow among those that can be called from their recorded parameters.
pub(super) fn registration(model: &Model<'_>, conditions: &[Attribute]) -> TokenStream {
    if model.kind != Kind::Flow || !model.shape.is_plain() {
        return TokenStream::new();
    }
    let ident = &model.function.signature.ident;
    let types = model.shape.arguments.iter().map(|argument| &argument.ty);
    quote! {
        #(#conditions)*
        #[allow(deprecated)]
        const _: () = {
            ::tidegate::__private::inventory::submit! {
                ::tidegate::__private::Registration::new(
                    #ident::definition,
                    |parameters| #ident::from_parameters(parameters).map(::tidegate::__private::forget),
                    |__tidegate_schemas| ::std::vec![#(::tidegate::__private::schema!(#types, __tidegate_schemas)),*],
                )
            }
        };
    }
}

/// A default as the argument's type: a text may stand for what is made from texts, such as `String`.
pub(super) fn converted(default: &Expr) -> TokenStream {
    match unwrapped(default) {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            quote!(::core::convert::Into::into(#text))
        }
        _ => quote!(#default),
    }
}
