//! What stands in the brackets of an attribute: `#[task(retries = 3, inline)]`, checked against the table.
//! It never looks at the function.

mod nearest;
pub(crate) mod policy;
pub(crate) mod table;
mod time;
pub(crate) mod value;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Token, token};

pub(crate) use self::nearest::nearest;
use self::table::{KEEPING, OPTIONS, Spec, Takes, options_of};
use self::value::Value;
use crate::errors::Errors;
use crate::kind::Kind;

/// The options that were given and are right.
#[derive(Default)]
pub(crate) struct Options(Vec<Given>);

/// One option with its value.
pub(crate) struct Given {
    pub spec: &'static Spec,
    pub name: Ident,
    pub value: Value,
}

impl Options {
    /// Reads the options of an attribute; what is wrong goes to `errors` and is left out.
    pub(crate) fn parse(kind: Kind, attribute: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        let mut named: Vec<String> = Vec::new();
        let list = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = options.parse_one(kind, input, &mut named, errors) {
                    errors.keep(error);
                    skip_to_comma(input);
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        if let Err(error) = list.parse2(attribute) {
            errors.keep(error);
        }
        options
    }

    fn parse_one(
        &mut self,
        kind: Kind,
        input: ParseStream<'_>,
        named: &mut Vec<String>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            return Err(
                input.error("an option is written `name = value`, for example `retries = 3`")
            );
        }
        let name = Ident::parse_any(input)?;
        let spec = match known(kind, &name) {
            Ok(spec) => spec,
            Err(message) => {
                skip_to_comma(input);
                return Err(syn::Error::new_spanned(&name, message));
            }
        };
        if named.iter().any(|other| other == spec.name) {
            errors.add(&name, format_args!("`{name}` is given twice"));
            skip_to_comma(input);
            return Ok(());
        }
        named.push(spec.name.to_owned());
        let written = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Some(parse_value(spec, &name, input)?)
        } else if input.peek(token::Paren) {
            let Spec { name: option, example, .. } = spec;
            return Err(syn::Error::new_spanned(
                &name,
                format_args!("`{option}` takes no brackets; write `{example}`"),
            ));
        } else {
            None
        };
        if !input.is_empty() && !input.peek(Token![,]) {
            return Err(input.error("a comma belongs between two options"));
        }
        if let Some(value) = value::check(spec, &name, written, errors) {
            self.0.push(Given { spec, name, value });
        }
        Ok(())
    }

    /// What was given for the option of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Given> {
        debug_assert!(OPTIONS.iter().any(|spec| spec.name == name), "no option is named {name}");
        self.0.iter().find(|given| given.spec.name == name)
    }

    /// What was given that asks for a result that can be kept.
    pub(crate) fn keeping(&self) -> impl Iterator<Item = &Given> {
        let uncached = matches!(self.get("cache_policy").map(|given| &given.value),
            Some(Value::Plain(policy)) if policy::is_none(policy));
        let asks = move |name| match name {
            "cache_policy" | "cache_expiration" => !uncached,
            _ => true,
        };
        self.iter().filter(move |given| KEEPING.contains(&given.spec.name) && asks(given.spec.name))
    }

    /// What was given, in the order of the attribute.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Given> {
        self.0.iter()
    }
}

/// The row of the table for `name`, or what to say where there is none.
fn known(kind: Kind, name: &Ident) -> Result<&'static Spec, String> {
    let name = name.unraw().to_string();
    if let Some(spec) = options_of(kind).find(|spec| spec.name == name) {
        return Ok(spec);
    }
    let meant = nearest(&name, options_of(kind).map(|spec| spec.name))
        .and_then(|meant| options_of(kind).find(|spec| spec.name == meant))
        .map(|meant| format!("did you mean `{}` ({})?", meant.name, meant.doc));
    let quoted = |names: &mut dyn Iterator<Item = String>| {
        names.map(|name| format!("`{name}`")).collect::<Vec<_>>()
    };
    Err(match (OPTIONS.iter().find(|spec| spec.name == name), meant) {
        (Some(elsewhere), meant) => {
            let others = quoted(&mut elsewhere.on.iter().map(Kind::to_string)).join(" and ");
            let advice = meant.map_or_else(String::new, |meant| format!("; {meant}"));
            format!("`{name}` is an option of {others}, not of `{kind}`{advice}")
        }
        (None, Some(meant)) => format!("`{kind}` has no option `{name}`; {meant}"),
        (None, None) => {
            let all = quoted(&mut options_of(kind).map(|spec| spec.name.to_owned())).join(", ");
            format!("`{kind}` has no option `{name}`; its options are {all}")
        }
    })
}

fn parse_value(spec: &Spec, name: &Ident, input: ParseStream<'_>) -> syn::Result<Expr> {
    if input.is_empty() || input.peek(Token![,]) {
        return Err(syn::Error::new_spanned(name, value::needs_a_value(spec)));
    }
    let ahead = input.fork();
    let expression = ahead.parse()?;
    input.advance_to(&ahead);
    Ok(expression)
}

/// Past a mistake, so that the options after it are read too.
fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) && input.parse::<TokenTree>().is_ok() {}
}

impl Spec {
    /// What the option takes, in words.
    pub(crate) const fn expects(&self) -> &'static str {
        match self.takes {
            Takes::Nothing => "no value",
            Takes::Switch => "`true` or `false`",
            Takes::Name | Takes::Text => "a text",
            Takes::Texts => "a list of texts",
            Takes::Count => "a whole number",
            Takes::Number => "a number of at least 0",
            Takes::Seconds => "seconds, a text such as \"1m30s\", or a `Duration`",
            Takes::Delays => "seconds, a list of them, or `exponential_backoff(2)`",
            Takes::Function => "a function or closure",
            Takes::Functions | Takes::TransactionHooks => {
                "a function or closure, or a list of them"
            }
            Takes::Value => "a value of the type that is returned",
            Takes::Policy => "a cache policy",
            Takes::Storage => "the path of a folder, or a storage",
            Takes::Serializer => "`\"json\"`, `\"compressed/json\"`, or a serializer",
            Takes::Runner => "a task runner",
            Takes::Key => "a text with arguments in braces",
            Takes::Template => "a text with arguments in braces, or a function",
        }
    }
}
