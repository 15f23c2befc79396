//! The definition: made once, when first asked for. It never depends on a call.

use proc_macro2::TokenStream;
use quote::quote;

use super::call::name_of;
use super::options::options;
use crate::kind::Kind;
use crate::model::Model;
use crate::signature::Argument;
use crate::{source, text};

/// Statements that end in a `&'static Definition`.
///
/// The static is filled by a closure of the function it stands in, not by its own initialiser: only there may options
/// name `Self` and the generics of an impl block.
pub(super) fn initialised(model: &Model<'_>) -> TokenStream {
    let define = match model.kind {
        Kind::Flow => quote!(::tidegate::__private::flow_definition),
        Kind::Task | Kind::Test => quote!(::tidegate::__private::task_definition),
    };
    let function = name_of(&model.function.signature.ident);
    let name = &model.name;
    let description = match &model.description {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    };
    // A free function has a type of its name, whose path names the function it may stand in too; a method has that of its type.
    let path = quote!(::core::any::type_name::<Self>());
    let key = if model.shape.method {
        quote!(::std::format!("{}::{}", #path, #function))
    } else {
        quote!(::std::string::String::from(#path))
    };
    let (signature, body) = (model.function.plain_signature(), &model.function.body);
    let source = source::number(quote!(#signature #body));
    let parameters = model.shape.arguments.iter().map(|argument| parameter(model, argument));
    let options = options(&model.options, model.shape.mode);
    quote! {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION.get_or_init(|| #define(
            ::tidegate::__private::Source {
                key: #key,
                name: #name,
                description: #description,
                number: #source,
            },
            ::std::vec![#(#parameters),*],
            #options,
        ))
    }
}

fn parameter(model: &Model<'_>, argument: &Argument) -> TokenStream {
    let name = name_of(&argument.ident);
    let type_name = text::of(&argument.ty);
    let default = match &argument.default {
        Some(default) if model.shape.is_plain() => {
            let ty = &argument.ty;
            let default = super::parameters::converted(default);
            quote!(::tidegate::__private::default_json!({ let default: #ty = #default; default }))
        }
        Some(default) => quote!(::tidegate::__private::default_json!(#default)),
        None => quote!(::core::option::Option::None),
    };
    quote! {
        ::tidegate::__private::Parameter {
            name: ::core::convert::Into::into(#name),
            type_name: ::core::convert::Into::into(#type_name),
            default: #default,
        }
    }
}
