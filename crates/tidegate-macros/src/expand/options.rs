//! The options as fields of `tidegate::__private::Options`. It never judges a value.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, ExprPath, LitStr};

use super::place;
use crate::options::table::Takes;
use crate::options::value::{Time, Value, unwrapped};
use crate::options::{Given, Options};
use crate::signature::Mode;
use crate::text;

/// `Options { retries: Some(3), ..Default::default() }`
pub(super) fn options(options: &Options, mode: Mode) -> TokenStream {
    let fields = options.iter().filter(|given| !given.spec.field.is_empty()).filter_map(field);
    let takes_a_thread = (mode == Mode::Blocking).then(|| quote!(takes_a_thread: true,));
    quote! {
        ::tidegate::__private::Options {
            #(#fields,)*
            #takes_a_thread
            ..::core::default::Default::default()
        }
    }
}

fn field(given: &Given) -> Option<TokenStream> {
    let field = Ident::new(given.spec.field, given.name.span());
    let value = value(given, &field)?;
    Some(quote!(#field: #value))
}

fn value(given: &Given, field: &Ident) -> Option<TokenStream> {
    let one = match (given.spec.takes, &given.value) {
        (Takes::Switch, Value::On) => quote!(true),
        (Takes::Count | Takes::Switch | Takes::Policy, Value::Plain(value)) => quote!(#value),
        (Takes::Text, Value::Plain(value)) => {
            quote_spanned!(place(value.span())=> ::std::string::String::from(#value))
        }
        (
            Takes::Number | Takes::Template | Takes::Storage | Takes::Serializer | Takes::Runner,
            Value::Plain(value),
        ) => {
            quote_spanned!(place(value.span())=> ::tidegate::__private::#field(#value))
        }
        (Takes::Seconds, Value::Time(time)) => duration(time),
        (Takes::Delays, Value::Time(time)) => {
            let (span, time) = (span_of(time), plain(time));
            quote_spanned!(span=> ::tidegate::__private::delays(#time))
        }
        (Takes::Delays, Value::Times(times)) => {
            let times = times.iter().map(duration);
            quote!(::tidegate::__private::delays([#(#times),*]))
        }
        (Takes::Function, Value::Plain(function)) => {
            let path = path_text(function);
            quote_spanned!(place(function.span())=> ::tidegate::__private::#field(#path, #function))
        }
        (Takes::Texts, Value::List(texts)) => {
            let texts = texts.iter().map(
                |text| quote_spanned!(place(text.span())=> ::std::string::String::from(#text)),
            );
            return Some(quote!(::std::vec![#(#texts),*]));
        }
        (Takes::Functions | Takes::TransactionHooks, Value::List(functions)) => {
            let hook = match given.spec.takes {
                Takes::TransactionHooks => quote!(transaction_hook),
                _ => quote!(hook),
            };
            let hooks = functions.iter().map(|function| {
                let path = path_text(function);
                quote_spanned!(place(function.span())=> ::tidegate::__private::#hook(#path, #function))
            });
            return Some(quote!(::std::vec![#(#hooks),*]));
        }
        // A template is not a field: it is written where the arguments are known.
        _ => return None,
    };
    Some(quote_spanned!(place(given.name.span())=> ::core::option::Option::Some(#one)))
}

fn duration(time: &Time) -> TokenStream {
    match time {
        Time::Known(_) => plain(time),
        Time::Expression(value) => {
            quote_spanned!(place(value.span())=> ::tidegate::__private::duration(#value))
        }
    }
}

fn span_of(time: &Time) -> Span {
    match time {
        Time::Known(_) => Span::call_site(),
        Time::Expression(value) => place(value.span()),
    }
}

fn plain(time: &Time) -> TokenStream {
    match time {
        Time::Known(known) => {
            let (seconds, nanoseconds) = (known.as_secs(), known.subsec_nanos());
            quote!(::core::time::Duration::new(#seconds, #nanoseconds))
        }
        Time::Expression(value) => quote!(#value),
    }
}

/// What a function is called in log lines.
fn path_text(function: &Expr) -> LitStr {
    let text = match unwrapped(function) {
        Expr::Path(ExprPath { path, .. }) => text::of(path),
        Expr::Call(ExprCall { func, .. }) => return path_text(func),
        _ => "closure".to_owned(),
    };
    LitStr::new(&text, Span::call_site())
}
