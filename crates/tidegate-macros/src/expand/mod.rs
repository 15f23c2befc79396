//! The output: for a free function, the function that describes a call, and a type of its name that holds the
//! definition and the original; for a method, the same in method form. No decision is taken here but where to put what.

mod attributes;
mod call;
mod definition;
mod given;
mod options;
mod parameters;
mod prints;
mod test;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;

use self::attributes::Attributes;
#[cfg(test)]
pub(crate) use self::test::expand as expand_test;
pub(crate) use self::test::test;
use crate::errors::Errors;
use crate::function::Function;
use crate::kind::Kind;
use crate::model::Model;
use crate::options::Options;

/// What `#[task]` and `#[flow]` emit: as much as can be, and every mistake.
pub(crate) fn run(kind: Kind, attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let output = expand(kind, attribute, item, &mut errors);
    quote!(#output #errors)
}

/// As much as can be expanded; the mistakes go to `errors`.
pub(crate) fn expand(
    kind: Kind,
    attribute: TokenStream,
    item: TokenStream,
    errors: &mut Errors,
) -> TokenStream {
    let options = Options::parse(kind, attribute, errors);
    let function = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            errors.keep(error);
            return item;
        }
    };
    match Model::check(kind, &function, options, errors) {
        Some(model) if model.shape.method => method(&model),
        Some(model) => free_function(&model),
        None => function.into_token_stream(),
    }
}

/// Where the compiler shows what is wrong with generated code; to lints it stays generated.
fn place(of: Span) -> Span {
    Span::call_site().located_at(of)
}

fn free_function(model: &Model<'_>) -> TokenStream {
    let Attributes { conditions, of_call, of_original, hidden } = Attributes::of(model.function);
    let visibility = &model.function.visibility;
    let ident = &model.function.signature.ident;
    let call = call::function(model, &quote!(#ident::original), &quote!(#ident::definition()));
    let definition = definition::initialised(model);
    let original = original(model, &format_ident!("original", span = ident.span()));
    let from_parameters = parameters::from_parameters(model);
    let registration = parameters::registration(model, &conditions);
    let given = given::functions(model);

    let (quiet_call, quiet_original) = (attributes::quiet_call(), attributes::quiet_original());
    let noun = model.kind.noun();
    let name = ident.unraw();
    let of_type = format!(
        " The {noun} `{name}`: what is known of it before it runs, and its plain function."
    );
    let of_function = format!(" The plain function behind the {noun} `{name}`, for unit tests.");
    let of_definition = format!(" What is known of the {noun} `{name}` before any of its runs.");
    quote! {
        #(#of_call)*
        #quiet_call
        #visibility #call

        #(#conditions)*
        #[doc = #of_type]
        #hidden
        #[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
        #visibility enum #ident {}

        #(#conditions)*
        #[allow(dead_code)]
        impl #ident {
            #(#of_original)*
            #[doc = #of_function]
            #quiet_original
            #visibility #original

            #[doc = #of_definition]
            #[must_use]
            #visibility fn definition() -> &'static ::tidegate::Definition {
                #definition
            }

            #given

            #from_parameters
        }

        #registration
    }
}

fn method(model: &Model<'_>) -> TokenStream {
    let Attributes { conditions: _, of_call, of_original, hidden: _ } =
        Attributes::of(model.function);
    let visibility = &model.function.visibility;
    let ident = &model.function.signature.ident;
    let hidden = format_ident!("__tidegate_original_{}", ident.unraw(), span = ident.span());
    let definition = definition::initialised(model);
    let call = call::function(model, &quote!(Self::#hidden), &quote!({ #definition }));
    let original = original(model, &hidden);
    let (quiet_call, quiet_original) = (attributes::quiet_call(), attributes::quiet_original());
    quote! {
        #(#of_call)*
        #quiet_call
        #visibility #call

        #(#of_original)*
        #[doc(hidden)]
        #quiet_original
        #original
    }
}

/// The user's function under another name, with its prints redirected.
fn original(model: &Model<'_>, name: &Ident) -> TokenStream {
    let mut signature = model.function.plain_signature();
    signature.ident = name.clone();
    let prints = if model.prints { prints::planted() } else { TokenStream::new() };
    let block = model.function.block(&prints);
    quote!(#signature #block)
}
