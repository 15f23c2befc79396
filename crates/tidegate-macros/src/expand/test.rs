//! `#[tidegate::test]`: a test that runs in an engine of its own. It never makes a task or a flow.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};

use crate::errors::Errors;
use crate::function::Function;
use crate::kind::Kind;
use crate::options::Options;
use crate::options::value::Value;
use crate::signature::bare_function;

/// What `#[tidegate::test]` emits: as much as can be, and every mistake.
pub(crate) fn test(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let output = expand(attribute, item, &mut errors);
    quote!(#output #errors)
}

/// As much as can be expanded; the mistakes go to `errors`.
pub(crate) fn expand(
    attribute: TokenStream,
    item: TokenStream,
    errors: &mut Errors,
) -> TokenStream {
    let options = Options::parse(Kind::Test, attribute, errors);
    let function = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            errors.keep(error);
            return item;
        }
    };
    if is_sound(&function, errors) {
        test_function(&function, &options)
    } else {
        function.into_token_stream()
    }
}

fn is_sound(function: &Function, errors: &mut Errors) -> bool {
    let before = errors.count();
    let signature = &function.signature;
    bare_function(Kind::Test, signature, errors);
    if !signature.inputs.is_empty() {
        errors.add(&signature.inputs, "a test takes no arguments");
    }
    if !signature.generics.params.is_empty() {
        errors.add(&signature.generics, "a test cannot be generic");
    }
    for attribute in
        function.attributes.iter().filter(|attribute| attribute.path().is_ident("test"))
    {
        errors.add(attribute, "this function is a test already: leave `#[test]` out");
    }
    errors.count() == before
}

fn test_function(function: &Function, options: &Options) -> TokenStream {
    let Function { attributes, visibility, signature, .. } = function;
    let start_paused = match options.get("start_paused").map(|given| &given.value) {
        Some(Value::On) => quote!(true),
        Some(Value::Plain(value)) => quote!(#value),
        _ => quote!(false),
    };
    let worker_threads = match options.get("worker_threads").map(|given| &given.value) {
        Some(Value::Plain(value)) => quote!(::core::option::Option::Some(#value)),
        _ => quote!(::core::option::Option::None),
    };
    // A function, not an async block: its return type is written down, so that `?` in the body needs no hint.
    let name = format_ident!("__tidegate_test");
    let (ident, output) = (&signature.ident, &signature.output);
    let body = function.block(&TokenStream::new());
    quote! {
        #(#attributes)*
        #[::core::prelude::v1::test]
        #visibility fn #ident() #output {
            #[allow(clippy::unused_async)]
            async fn #name() #output #body
            ::tidegate::testing::run(
                ::tidegate::testing::TestOptions {
                    start_paused: #start_paused,
                    worker_threads: #worker_threads,
                },
                #name(),
            )
        }
    }
}
