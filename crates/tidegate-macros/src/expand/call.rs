//! The function that describes a call: the user's name and arguments, one call into `__private`. It never runs the body.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{FnArg, GenericParam, Lifetime, Type};

use super::parameters::converted;
use super::place;
use crate::kind::Kind;
use crate::model::Model;
use crate::options::value::Value;
use crate::result_key::{KeyTemplate, Piece};
use crate::signature::Mode;
use crate::template::variable_ident;

/// `fn name<'call, ..>(..) -> TaskCall<'call, T> { .. }`
pub(super) fn function(
    model: &Model<'_>,
    original: &TokenStream,
    definition: &TokenStream,
) -> TokenStream {
    let shape = &model.shape;
    let ident = &model.function.signature.ident;
    let (generics, _, conditions) = shape.generics.split_for_impl();
    let receiver = shape.receiver.iter();
    let arguments = &shape.arguments;
    let comma = receiver.clone().map(|_| quote!(,));
    let call_type = call_type(model, &shape.call);
    let clones = clone_checks(model);
    let keeping = keeping_checks(model);
    let described = described(model, original, definition);
    quote! {
        fn #ident #generics (#(#receiver)* #(#comma)* #(#arguments),*) -> #call_type #conditions {
            #clones
            #keeping
            #described
        }
    }
}

/// `::tidegate::TaskCall<'lifetime, T>`
pub(super) fn call_type(model: &Model<'_>, lifetime: &Lifetime) -> TokenStream {
    call_type_of(model, lifetime, &model.shape.output.ty)
}

/// The same, of a call that gives this.
pub(super) fn call_type_of(model: &Model<'_>, lifetime: &Lifetime, output: &Type) -> TokenStream {
    match model.kind {
        Kind::Flow => quote!(::tidegate::FlowCall<#lifetime, #output>),
        Kind::Task | Kind::Test => quote!(::tidegate::TaskCall<#lifetime, #output>),
    }
}

/// `::tidegate::__private::task(Parts { .. })`
fn described(model: &Model<'_>, original: &TokenStream, definition: &TokenStream) -> TokenStream {
    // What the body's future lacks, such as `Send`, is said under the function's name.
    let place = place(model.function.signature.ident.span());
    let describe = match model.kind {
        Kind::Flow => quote_spanned!(place=> ::tidegate::__private::flow),
        Kind::Task | Kind::Test if model.shape.mode == Mode::Transactional => {
            quote_spanned!(place=> ::tidegate::__private::transactional)
        }
        Kind::Task | Kind::Test => quote_spanned!(place=> ::tidegate::__private::task),
    };
    let arguments: Vec<&Ident> =
        model.shape.arguments.iter().map(|argument| &argument.ident).collect();
    let receiver = model.shape.receiver.as_ref().map(self_ident);
    let this = receiver.iter();
    let given = receiver.iter().map(|_| quote!(self));
    let given = tuple(given.chain(arguments.iter().map(|ident| quote!(#ident))));
    let all: Vec<&Ident> = this.chain(arguments.iter().copied()).collect();
    let pattern = tuple(all.iter().map(|ident| quote!(#ident)));

    let given_name = |ident: &Ident| {
        if receiver.as_ref() == Some(ident) { "self".to_owned() } else { name_of(ident) }
    };

    let unrecorded = receiver.iter().map(|_| quote!(_));
    let recorded = tuple(unrecorded.chain(arguments.iter().map(|ident| quote!(#ident))));
    let records = arguments.iter().map(|ident| {
        let name = name_of(ident);
        quote!((#name, ::tidegate::__private::recorded!(#ident)))
    });
    let types = instance(model);
    let hashes = all.iter().map(|ident| {
        let name = given_name(ident);
        quote!((#name, ::tidegate::__private::hashed!(#ident)))
    });
    let clones = tuple(all.iter().map(|ident| {
        let name = given_name(ident);
        quote!(::tidegate::__private::cloned!(#ident, #name)?)
    }));
    let run_name = run_name(model, receiver.is_some());
    let body = body(model, original, receiver.as_ref(), &arguments, &pattern);
    let output = output(model);
    let codec = codec(model, &model.shape.output.ty);
    let result_key = result_key(model, receiver.is_some());
    let viz_return_value = viz_return_value(model);
    quote_spanned! {place=>
        #describe(::tidegate::__private::Parts {
            definition: #definition,
            arguments: #given,
            record: |#recorded| ::tidegate::__private::parameters([#(#records),*]),
            inputs: |#pattern| ::tidegate::__private::inputs([#(#types,)* #(#hashes),*]),
            repeat: |#pattern| ::core::result::Result::Ok(#clones),
            run_name: #run_name,
            body: #body,
            output: #output,
            conclude: |value| ::tidegate::__private::concluded!(value),
            codec: #codec,
            result_key: #result_key,
            viz_return_value: #viz_return_value,
        })
    }
}

/// `(a, b,)`, and `()` for none.
fn tuple(elements: impl Iterator<Item = TokenStream>) -> TokenStream {
    quote!((#(#elements,)*))
}

fn self_ident(receiver: &FnArg) -> Ident {
    Ident::new("__tidegate_self", receiver.span().resolved_at(Span::mixed_site()))
}

pub(super) fn name_of(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// The closure that calls the user's function once.
fn body(
    model: &Model<'_>,
    original: &TokenStream,
    receiver: Option<&Ident>,
    arguments: &[&Ident],
    pattern: &TokenStream,
) -> TokenStream {
    let generics = model.shape.generics.params.iter().filter_map(|param| match param {
        GenericParam::Lifetime(_) => None,
        GenericParam::Type(param) => Some(&param.ident),
        GenericParam::Const(param) => Some(&param.ident),
    });
    let generics: Vec<&Ident> = generics.collect();
    let generics = if generics.is_empty() { quote!() } else { quote!(::<#(#generics),*>) };
    let transaction = (model.shape.mode == Mode::Transactional).then(|| {
        // Where the compiler shows that the first argument is of another type.
        let inputs = &model.function.signature.inputs;
        let first = inputs.iter().find(|input| matches!(input, FnArg::Typed(_)));
        let span = first.map_or_else(Span::mixed_site, |first| place(first.span()));
        Ident::new("__tidegate_transaction", Span::mixed_site().located_at(span))
    });
    let given = receiver.into_iter().chain(&transaction).chain(arguments.iter().copied());
    let call = quote!(#original #generics (#(#given),*));
    match model.shape.mode {
        Mode::Async => quote!(|#pattern| #call),
        Mode::Blocking => quote!(|#pattern| ::tidegate::__private::blocking(move || #call)),
        Mode::Inline => quote!(|#pattern| async move { #call }),
        Mode::Transactional => {
            quote!(|#transaction: &mut ::tidegate::SqlTransaction<'_>, #pattern| #call)
        }
    }
}

/// How what the body returns becomes a result; the compiler's complaints about its error type belong to the return type.
fn output(model: &Model<'_>) -> TokenStream {
    let Some(result) = &model.shape.output.result else {
        return quote!(::core::result::Result::Ok);
    };
    // The type is written out, so that the compiler knows it before it has looked at the body's future.
    quote_spanned!(result.span().resolved_at(Span::mixed_site())=>
        |output: #result| output.map_err(|error| ::tidegate::__private::failure!(error))
    )
}

/// How results are written and read, if they are kept at all. A type that borrows is not asked: the compiler would find an answer without looking at
/// lifetimes, and then refuse it.
pub(super) fn codec(model: &Model<'_>, ty: &Type) -> TokenStream {
    let output = &model.shape.output;
    if !model.kept || output.borrows() {
        return quote!(::core::option::Option::None);
    }
    quote!(::tidegate::__private::codec!(#ty))
}

fn run_name(model: &Model<'_>, method: bool) -> TokenStream {
    let Some(template) = &model.template else { return quote!(::core::option::Option::None) };
    let receiver = method.then(|| quote!(_)).into_iter();
    let arguments = model.shape.arguments.iter().map(|argument| {
        let ident = &argument.ident;
        if template.used.contains(ident) { quote!(#ident) } else { quote!(_) }
    });
    let pattern = tuple(receiver.chain(arguments));
    let (text, used) = (&template.text, &template.used);
    // Named, not captured: a literal that came through another macro would not see the arguments.
    if template.variables.is_empty() {
        return quote! {
            ::core::option::Option::Some(|#pattern, _| {
                ::core::result::Result::Ok(::std::format!(#text #(, #used = #used)*))
            })
        };
    }
    let names = &template.variables;
    let held = Ident::new("__tidegate_variables", Span::mixed_site());
    let values: Vec<Ident> = (0..names.len()).map(variable_ident).collect();
    quote! {
        ::core::option::Option::Some(|#pattern, #held| match #held {
            [#(#values),*] => ::core::result::Result::Ok(
                ::std::format!(#text #(, #used = #used)* #(, #values = #values)*)
            ),
            _ => ::core::result::Result::Err(&[#(#names),*]),
        })
    }
}

/// What a function of many types is for this call, beside its arguments.
fn instance(model: &Model<'_>) -> Vec<TokenStream> {
    let this = model
        .shape
        .method
        .then(|| quote!(("<Self>", ::tidegate::__private::hashed_type::<Self>())));
    let params = model.shape.generics.params.iter().filter_map(|param| match param {
        GenericParam::Lifetime(_) => None,
        GenericParam::Type(param) => {
            let (ident, name) = (&param.ident, format!("<{}>", param.ident));
            Some(quote!((#name, ::tidegate::__private::hashed_type::<#ident>())))
        }
        GenericParam::Const(param) => {
            let (ident, name) = (&param.ident, format!("<{}>", param.ident));
            Some(quote!((#name, ::tidegate::__private::hashed!(&#ident))))
        }
    });
    this.into_iter().chain(params).collect()
}

/// What stands in for the result in a dry run.
fn viz_return_value(model: &Model<'_>) -> TokenStream {
    match model.options.get("viz_return_value").map(|given| &given.value) {
        Some(Value::Plain(value)) => {
            let value = converted(value);
            quote!(::core::option::Option::Some(|| #value))
        }
        _ => quote!(::core::option::Option::None),
    }
}

/// The key of the result, as far as the arguments tell it.
fn result_key(model: &Model<'_>, method: bool) -> TokenStream {
    let Some(KeyTemplate(pieces)) = &model.result_key else {
        return quote!(::core::option::Option::None);
    };
    let uses = |ident: &Ident| {
        pieces.iter().any(|piece| match piece {
            Piece::Format { used, .. } => used.contains(ident),
            Piece::Fact(_) => false,
        })
    };
    let receiver = method.then(|| quote!(_)).into_iter();
    let arguments = model.shape.arguments.iter().map(|argument| {
        let ident = &argument.ident;
        if uses(ident) { quote!(#ident) } else { quote!(_) }
    });
    let pattern = tuple(receiver.chain(arguments));
    let part = quote!(::tidegate::__private::KeyPart);
    let parts = pieces.iter().map(|piece| match piece {
        Piece::Format { text, used } => {
            quote!(#part::Text(::std::format!(#text #(, #used = #used)*)))
        }
        Piece::Fact(variant) => {
            let variant = Ident::new(variant, Span::call_site());
            quote!(#part::#variant)
        }
    });
    quote!(::core::option::Option::Some(|#pattern| ::std::vec![#(#parts),*]))
}

/// Where an option asks for a result that can be kept, its type must be one; the compiler says so under the option.
fn keeping_checks(model: &Model<'_>) -> TokenStream {
    if !model.kept || model.shape.output.borrows() {
        return TokenStream::new();
    }
    let Some(given) = model.options.keeping().next() else { return TokenStream::new() };
    let span = place(given.name.span());
    let ty = located(model.shape.output.ty.to_token_stream(), span);
    quote_spanned!(span=> ::tidegate::__private::result_must_be_recordable::<#ty>();)
}

/// The same tokens, of which the compiler says that they stand at `span`.
fn located(tokens: TokenStream, span: Span) -> TokenStream {
    let locate = |token| match token {
        TokenTree::Group(group) => {
            let mut moved = Group::new(group.delimiter(), located(group.stream(), span));
            moved.set_span(group.span().located_at(span));
            TokenTree::Group(moved)
        }
        mut token => {
            token.set_span(token.span().located_at(span));
            token
        }
    };
    tokens.into_iter().map(locate).collect()
}

/// Where the body may run again, each argument must be `Clone`; the compiler says so under the argument.
fn clone_checks(model: &Model<'_>) -> TokenStream {
    if !model.retried {
        return TokenStream::new();
    }
    let check = |argument: TokenStream, span| quote_spanned!(span=> ::tidegate::__private::argument_must_be_clone_to_be_retried(&#argument););
    let receiver = model.shape.receiver.iter().map(|receiver| {
        let span = place(receiver.span());
        check(quote_spanned!(span=> self), span)
    });
    let arguments = model.shape.arguments.iter().map(|argument| {
        let ident = &argument.ident;
        check(quote!(#ident), place(ident.span()))
    });
    receiver.chain(arguments).collect()
}
