//! Whether a value fits its option. Literals are judged here; other expressions are left to the compiler, which meets
//! them where the types are known.

use std::time::Duration;

use proc_macro2::Ident;
use syn::{
    Expr, ExprArray, ExprCall, ExprLit, ExprPath, ExprUnary, Lit, LitInt, LitStr, UnOp,
    parse_quote_spanned, spanned::Spanned,
};

use super::table::{Spec, Takes};
use super::{policy, time};
use crate::errors::Errors;

/// A list of delays may be so long.
const MAX_DELAYS: usize = 50;

/// A value that fits.
pub(crate) enum Value {
    /// The name alone.
    On,
    /// Any expression.
    Plain(Box<Expr>),
    /// A length of time.
    Time(Time),
    /// Lengths of time.
    Times(Vec<Time>),
    /// Texts, functions.
    List(Vec<Expr>),
    /// A text with arguments in braces.
    Template(LitStr),
}

/// A length of time, known now or at run time.
pub(crate) enum Time {
    Known(Duration),
    Expression(Box<Expr>),
}

/// What an expression is, as far as its kind can be seen.
enum Written<'a> {
    Text(&'a LitStr),
    Whole(&'a LitInt),
    Decimal,
    Switch,
    Negative,
    OtherLiteral,
    List(&'a ExprArray),
    Code,
}

/// The value of an option, or `None` with something in `errors`.
pub(crate) fn check(
    spec: &Spec,
    name: &Ident,
    written: Option<Expr>,
    errors: &mut Errors,
) -> Option<Value> {
    let Some(expression) = written else {
        if matches!(spec.takes, Takes::Nothing | Takes::Switch) {
            return Some(Value::On);
        }
        errors.add(name, needs_a_value(spec));
        return None;
    };
    match value(spec, expression) {
        Ok(value) => Some(value),
        Err(found) => {
            errors.keep(found);
            None
        }
    }
}

/// What to say where the value is missing.
pub(super) fn needs_a_value(spec: &Spec) -> String {
    let Spec { name, example, .. } = spec;
    format!("`{name}` needs a value: {}, for example `{example}`", spec.expects())
}

fn value(spec: &Spec, expression: Expr) -> syn::Result<Value> {
    let wrong = wrong(spec, &expression);
    match (spec.takes, look(&expression)) {
        (Takes::Nothing, _) => {
            let name = spec.name;
            Err(syn::Error::new_spanned(
                &expression,
                format_args!("`{name}` takes no value; write `{name}` alone"),
            ))
        }
        (Takes::Value, _)
        | (Takes::Switch, Written::Switch | Written::Code)
        | (Takes::Text | Takes::Storage, Written::Text(_) | Written::Code)
        | (
            Takes::Count
            | Takes::Number
            | Takes::Name
            | Takes::Function
            | Takes::Template
            | Takes::Serializer
            | Takes::Runner,
            Written::Code,
        ) => Ok(Value::Plain(Box::new(expression))),
        (Takes::Name, Written::Text(text)) => {
            if text.value().trim().is_empty() {
                return Err(syn::Error::new_spanned(
                    text,
                    format_args!("`{}` is empty", spec.name),
                ));
            }
            Ok(Value::Plain(Box::new(expression)))
        }
        (Takes::Count, Written::Whole(number)) => {
            if number.base10_parse::<u32>().is_err() {
                return Err(wrong);
            }
            Ok(Value::Plain(Box::new(expression)))
        }
        (Takes::Number, Written::Whole(_) | Written::Decimal) => {
            Ok(Value::Plain(Box::new(expression)))
        }
        (Takes::Template | Takes::Key, Written::Text(text)) => Ok(Value::Template(text.clone())),
        (Takes::Serializer, Written::Text(text)) => serializer(spec, text),
        (Takes::Policy, _) => Ok(Value::Plain(Box::new(policy::check(spec, expression)?))),
        (Takes::Seconds, _) => Ok(Value::Time(time(spec, expression)?)),
        (Takes::Delays, Written::List(list)) => delays(spec, list),
        (Takes::Delays, _) => Ok(Value::Time(time(spec, backoff(spec, expression)?)?)),
        (Takes::Texts, Written::List(list)) => {
            each(spec, list, |written| matches!(written, Written::Text(_) | Written::Code))
        }
        (Takes::Functions | Takes::TransactionHooks, Written::List(list)) => {
            each(spec, list, |written| matches!(written, Written::Code))
        }
        (Takes::Functions | Takes::TransactionHooks, Written::Code) => {
            Ok(Value::List(vec![expression]))
        }
        (
            Takes::Switch
            | Takes::Name
            | Takes::Text
            | Takes::Texts
            | Takes::Count
            | Takes::Number
            | Takes::Function
            | Takes::Functions
            | Takes::TransactionHooks
            | Takes::Storage
            | Takes::Serializer
            | Takes::Runner
            | Takes::Key
            | Takes::Template,
            Written::Text(_)
            | Written::Whole(_)
            | Written::Decimal
            | Written::Switch
            | Written::Negative
            | Written::OtherLiteral
            | Written::List(_)
            | Written::Code,
        ) => Err(wrong),
    }
}

/// A serializer by its name.
fn serializer(spec: &Spec, text: &LitStr) -> syn::Result<Value> {
    let span = text.span();
    Ok(Value::Plain(Box::new(match &*text.value() {
        "json" => parse_quote_spanned!(span=> ::tidegate::JsonSerializer),
        "compressed/json" => parse_quote_spanned!(span=> ::tidegate::CompressedJsonSerializer),
        other => {
            let Spec { name, .. } = spec;
            let message = format!(
                "`{name}` knows no `{other}`: the names are `json` and `compressed/json`; give any other serializer itself"
            );
            return Err(syn::Error::new_spanned(text, message));
        }
    })))
}

pub(super) fn wrong(spec: &Spec, place: &Expr) -> syn::Error {
    let Spec { name, example, .. } = spec;
    let message = format!("`{name}` expects {}, for example `{example}`", spec.expects());
    syn::Error::new_spanned(place, message)
}

/// A list whose every element fits; all that do not are reported.
fn each(spec: &Spec, list: &ExprArray, fits: impl Fn(Written<'_>) -> bool) -> syn::Result<Value> {
    combine(list.elems.iter().map(|element| {
        if fits(look(element)) { Ok(element.clone()) } else { Err(wrong(spec, element)) }
    }))
    .map(Value::List)
}

fn delays(spec: &Spec, list: &ExprArray) -> syn::Result<Value> {
    let count = list.elems.len();
    if count == 0 {
        return Err(wrong(spec, &Expr::Array(list.clone())));
    }
    if count > MAX_DELAYS {
        let message =
            format!("`{}` takes at most {MAX_DELAYS} delays, and {count} are given", spec.name);
        return Err(syn::Error::new_spanned(list, message));
    }
    combine(list.elems.iter().map(|element| time(spec, element.clone()))).map(Value::Times)
}

fn combine<T>(results: impl Iterator<Item = syn::Result<T>>) -> syn::Result<Vec<T>> {
    let mut values = Vec::new();
    let mut found: Option<syn::Error> = None;
    for result in results {
        match (result, &mut found) {
            (Ok(value), _) => values.push(value),
            (Err(error), Some(found)) => found.combine(error),
            (Err(error), None) => found = Some(error),
        }
    }
    found.map_or(Ok(values), Err)
}

fn time(spec: &Spec, expression: Expr) -> syn::Result<Time> {
    match look(&expression) {
        Written::Text(text) => match time::parse(&text.value()) {
            Some(known) => Ok(Time::Known(known)),
            None => Err(syn::Error::new_spanned(text, time::EXPECTED)),
        },
        Written::Whole(_) | Written::Decimal | Written::Code => {
            Ok(Time::Expression(Box::new(expression)))
        }
        Written::Negative => {
            let message = format!("`{}` cannot be negative", spec.name);
            Err(syn::Error::new_spanned(&expression, message))
        }
        Written::Switch | Written::OtherLiteral | Written::List(_) => Err(wrong(spec, &expression)),
    }
}

/// `exponential_backoff(2)` works without an import.
fn backoff(spec: &Spec, expression: Expr) -> syn::Result<Expr> {
    let Expr::Call(call) = unwrapped(&expression) else { return Ok(expression) };
    let Expr::Path(ExprPath { qself: None, path, .. }) = &*call.func else { return Ok(expression) };
    if !path.is_ident("exponential_backoff") {
        return Ok(expression);
    }
    if let Some(base) = call.args.first() {
        match look(base) {
            Written::Whole(_) | Written::Decimal | Written::Code => {}
            Written::Negative => {
                let message = format!("`{}` cannot be negative", spec.name);
                return Err(syn::Error::new_spanned(base, message));
            }
            Written::Text(_) | Written::Switch | Written::OtherLiteral | Written::List(_) => {
                return Err(syn::Error::new_spanned(
                    base,
                    "`exponential_backoff` expects the first delay in seconds, for example `exponential_backoff(2)`",
                ));
            }
        }
    }
    let func = parse_quote_spanned!(path.span()=> ::tidegate::#path);
    Ok(Expr::Call(ExprCall { func: Box::new(func), ..call.clone() }))
}

fn look(expression: &Expr) -> Written<'_> {
    match unwrapped(expression) {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Written::Text(text),
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => Written::Whole(number),
        Expr::Lit(ExprLit { lit: Lit::Float(_), .. }) => Written::Decimal,
        Expr::Lit(ExprLit { lit: Lit::Bool(_), .. }) => Written::Switch,
        Expr::Lit(_) => Written::OtherLiteral,
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. })
            if matches!(unwrapped(expr), Expr::Lit(_)) =>
        {
            Written::Negative
        }
        Expr::Array(list) => Written::List(list),
        _ => Written::Code,
    }
}

/// The expression without brackets around it.
pub(crate) fn unwrapped(expression: &Expr) -> &Expr {
    match expression {
        Expr::Group(group) => unwrapped(&group.expr),
        Expr::Paren(paren) => unwrapped(&paren.expr),
        _ => expression,
    }
}
