//! Calls whose arguments may be handles: `call`, `submit`, `each` and `map`, beside the plain function. Each is one call into
//! `__private`; what a handle is, and what to do with it, is decided there.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::Lifetime;
use syn::ext::IdentExt;

use super::attributes::quiet_call;
use super::call::{call_type_of, codec, name_of};
use crate::model::Model;
use crate::signature::{Mode, Owned};

/// The functions, to stand in the type of the task's name.
pub(super) fn functions(model: &Model<'_>) -> TokenStream {
    let owned = Owned::of(&model.shape);
    let visibility = &model.function.visibility;
    let ident = &model.function.signature.ident;
    let (noun, name) = (model.kind.noun(), ident.unraw());
    let (params, _, conditions) = owned.generics.split_for_impl();
    let generics = generics(&owned);
    let output = &owned.output;
    let call = call_type_of(model, &Lifetime::new("'static", Span::call_site()), output);
    let quiet = quiet_call();
    let quiet = quote!(#quiet #[allow(deprecated)]);

    let (names, types): (Vec<_>, Vec<_>) =
        owned.arguments.iter().map(|(name, ty)| (name, ty)).unzip();
    let arguments = quote!(#(#names: impl ::tidegate::Argument<#types>),*);
    let given = nested(names.iter().map(|name| quote!(::tidegate::Argument::into_given(#name))));
    let parts = parts(model, &owned);
    let of_call = format!(
        " Describes a call of the {noun} `{name}`. Each argument is a value, or the handle of a run that gives one."
    );
    let of_submit = format!(
        " [`call`](Self::call), submitted: starts a run of the {noun} `{name}` concurrently."
    );
    let plural = (!names.is_empty()).then(|| mapped(model, &owned, &quiet));
    quote! {
        #[doc = #of_call]
        #quiet
        #visibility fn call #params (#arguments) -> #call #conditions {
            ::tidegate::__private::given(#given, Self::__tidegate_given #generics ())
        }

        #[doc = #of_submit]
        #quiet
        #visibility fn submit #params (#arguments) -> ::tidegate::RunHandle<#output> #conditions {
            Self::call #generics (#(#names),*).submit()
        }

        #plural

        #quiet
        #parts
    }
}

/// `each` and `map`, which take lists.
fn mapped(model: &Model<'_>, owned: &Owned, quiet: &TokenStream) -> TokenStream {
    let visibility = &model.function.visibility;
    let ident = &model.function.signature.ident;
    let (noun, name) = (model.kind.noun(), ident.unraw());
    let output = &owned.output;
    let lists: Vec<Ident> =
        (0..owned.arguments.len()).map(|place| format_ident!("__TidegateList{place}")).collect();
    let mut listed = owned.generics.clone();
    for (list, (_, ty)) in lists.iter().zip(&owned.arguments) {
        listed.params.push(syn::parse_quote!(#list: ::tidegate::MapArgument<#ty>));
    }
    let kinds = nested(
        owned
            .arguments
            .iter()
            .zip(&lists)
            .map(|((_, ty), list)| quote!(<#list as ::tidegate::MapArgument<#ty>>::Kind)),
    );
    listed
        .make_where_clause()
        .predicates
        .push(syn::parse_quote!(#kinds: ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>));
    let (params, _, conditions) = listed.split_for_impl();
    let generics = generics(owned);
    let names: Vec<&Ident> = owned.arguments.iter().map(|(name, _)| name).collect();
    let texts = names.iter().map(|name| name_of(name));
    let given = nested(names.iter().map(|name| quote!(::tidegate::MapArgument::into_list(#name))));
    let of_each = format!(
        " Describes calls of the {noun} `{name}`, one for each element of the lists among the arguments. See \
         [`MapArgument`](tidegate::MapArgument)."
    );
    let of_map = format!(
        " [`each`](Self::each), submitted: starts a run of the {noun} `{name}` for each element of the lists among the arguments."
    );
    quote! {
        #[doc = #of_each]
        #quiet
        #visibility fn each #params (#(#names: #lists),*) -> ::tidegate::MapCall<#output> #conditions {
            ::tidegate::__private::each(#given, &[#(#texts),*], Self::__tidegate_given #generics ())
        }

        #[doc = #of_map]
        #quiet
        #visibility fn map #params (#(#names: #lists),*) -> ::tidegate::RunHandles<#output> #conditions {
            Self::each(#(#names),*).submit()
        }
    }
}

/// What both kinds of calls are made from.
fn parts(model: &Model<'_>, owned: &Owned) -> TokenStream {
    let ident = &model.function.signature.ident;
    let (params, _, conditions) = owned.generics.split_for_impl();
    let call = call_type_of(model, &Lifetime::new("'static", Span::call_site()), &owned.output);
    let givens = nested(owned.arguments.iter().map(|(_, ty)| quote!(::tidegate::Given<#ty>)));
    // Hygienic, so that an argument may have the name of the function.
    let local = |(name, _): &(Ident, syn::Type)| {
        let mut local = name.clone();
        local.set_span(Span::mixed_site().located_at(name.span()));
        local
    };
    let locals: Vec<Ident> = owned.arguments.iter().map(local).collect();
    let pattern = nested(locals.iter().map(|local| quote!(#local)));
    let names: Vec<String> = owned.arguments.iter().map(|(name, _)| name_of(name)).collect();
    let given = &owned.given;
    let of_call = if given.is_empty() { quote!() } else { quote!(::<#(#given),*>) };
    let codec = codec(model, &owned.output);
    let needs_a_store = model.shape.mode == Mode::Transactional;
    quote! {
        fn __tidegate_given #params () -> ::tidegate::__private::GivenParts<#givens, #call> #conditions {
            ::tidegate::__private::GivenParts {
                definition: Self::definition(),
                record: |#pattern| ::tidegate::__private::parameters([
                    #((#names, ::tidegate::__private::given_recorded!(#locals))),*
                ]),
                inputs: |#pattern| ::tidegate::__private::inputs([
                    #((#names, ::tidegate::__private::given_hashed!(#locals))),*
                ]),
                codec: #codec,
                needs_a_store: #needs_a_store,
                make: |#pattern| #ident #of_call (#(#locals),*),
            }
        }
    }
}

/// `::<T, N>`
fn generics(owned: &Owned) -> TokenStream {
    let (_, generics, _) = owned.generics.split_for_impl();
    let turbofish = generics.as_turbofish();
    quote!(#turbofish)
}

/// `(a, (b, ()))`
fn nested(elements: impl DoubleEndedIterator<Item = TokenStream>) -> TokenStream {
    elements.rev().fold(quote!(()), |rest, element| quote!((#element, #rest)))
}
