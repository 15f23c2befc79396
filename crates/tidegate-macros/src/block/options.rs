//! What stands in `#[block(..)]`, checked against the table. It never looks at the struct.

use proc_macro2::{Ident, TokenTree};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token, parenthesized, token};

use crate::errors::Errors;
use crate::options::nearest;
use crate::options::value::unwrapped;

/// An option of `#[block]`.
struct Spec {
    name: &'static str,
    takes: Takes,
    /// A right use, for messages.
    example: &'static str,
    /// One line for messages.
    doc: &'static str,
}

#[derive(Clone, Copy, PartialEq)]
enum Takes {
    /// A text, as `&'static str`.
    Text,
    /// Nothing: the name alone.
    Nothing,
    /// Traits in brackets.
    Capabilities,
}

#[rustfmt::skip]
const OPTIONS: &[Spec] = &[
    option("name", Takes::Text, "name = \"Weather Service\"", "what people call the type"),
    option("slug", Takes::Text, "slug = \"weather-service\"", "what names the type in `slug/name`"),
    option("description", Takes::Text, "description = \"Where the weather comes from.\"", "what the type is for"),
    option("logo_url", Takes::Text, "logo_url = \"https://example.com/logo.png\"", "where its picture is"),
    option("documentation_url", Takes::Text, "documentation_url = \"https://example.com\"", "where more is written about it"),
    option("code_example", Takes::Text, "code_example = include_str!(\"example.rs\")", "how it is used"),
    option("capabilities", Takes::Capabilities, "capabilities(Notify, ReadPath)", "what its blocks can do"),
    option("protected", Takes::Nothing, "protected", "keeps the type from being deleted"),
];

const fn option(
    name: &'static str,
    takes: Takes,
    example: &'static str,
    doc: &'static str,
) -> Spec {
    Spec { name, takes, example, doc }
}

/// The traits that can be declared, and the functions of `Capabilities` that take them.
const CAPABILITIES: &[(&str, &str)] = &[
    ("ReadPath", "read_path"),
    ("WritePath", "write_path"),
    ("Notify", "notify"),
    ("RunJob", "run_job"),
    ("Credentials", "credentials"),
];

/// A trait that was declared.
pub(super) struct Capability {
    pub(super) written: Ident,
    /// The function of `Capabilities` that takes it.
    pub(super) method: &'static str,
}

/// The options that were given and are right.
#[derive(Default)]
pub(super) struct Options {
    texts: Vec<(&'static str, Expr)>,
    capabilities: Vec<Capability>,
    protected: bool,
    given: Vec<&'static str>,
}

impl Options {
    /// Reads the `#[block(..)]` of a struct; what is wrong goes to `errors` and is left out.
    pub(super) fn of(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut options = Self::default();
        for attribute in attributes.iter().filter(|each| each.path().is_ident("block")) {
            let list = match &attribute.meta {
                Meta::List(list) => list,
                Meta::Path(_) | Meta::NameValue(_) => {
                    errors.add(
                        attribute,
                        "options of a block are written in brackets, for example `#[block(slug = \"weather\")]`",
                    );
                    continue;
                }
            };
            let read = |input: ParseStream<'_>| {
                while !input.is_empty() {
                    if let Err(error) = options.read_one(input, errors) {
                        errors.keep(error);
                        skip_to_comma(input);
                    }
                    if !input.is_empty() {
                        input.parse::<Token![,]>()?;
                    }
                }
                Ok(())
            };
            if let Err(error) = list.parse_args_with(read) {
                errors.keep(error);
            }
        }
        options
    }

    fn read_one(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error(
                "an option is written `name = value`, for example `slug = \"weather-service\"`",
            ));
        }
        let name = Ident::parse_any(input)?;
        let spec = known(&name)?;
        if self.given.contains(&spec.name) {
            return Err(syn::Error::new_spanned(&name, format_args!("`{name}` is given twice")));
        }
        self.given.push(spec.name);
        let wrong = || {
            let Spec { name: option, example, .. } = spec;
            let expects = match spec.takes {
                Takes::Text => "a text",
                Takes::Nothing => "no value",
                Takes::Capabilities => "traits in brackets",
            };
            let message = format!("`{option}` expects {expects}, for example `{example}`");
            syn::Error::new_spanned(&name, message)
        };
        match spec.takes {
            Takes::Text => {
                if !input.peek(Token![=]) {
                    return Err(wrong());
                }
                input.parse::<Token![=]>()?;
                let value: Expr = input.parse()?;
                if is_other_literal(&value) {
                    return Err(wrong());
                }
                self.texts.push((spec.name, value));
            }
            Takes::Nothing => {
                if !input.is_empty() && !input.peek(Token![,]) {
                    return Err(wrong());
                }
                self.protected = true;
            }
            Takes::Capabilities => {
                if !input.peek(token::Paren) {
                    return Err(wrong());
                }
                let content;
                parenthesized!(content in input);
                let named: Punctuated<Ident, Token![,]> =
                    content.parse_terminated(Ident::parse_any, Token![,])?;
                for written in named {
                    self.declare(written, errors);
                }
            }
        }
        if !input.is_empty() && !input.peek(Token![,]) {
            return Err(input.error("a comma belongs between two options"));
        }
        Ok(())
    }

    fn declare(&mut self, written: Ident, errors: &mut Errors) {
        let Some((_, method)) = CAPABILITIES.iter().find(|(name, _)| written == name) else {
            let names = CAPABILITIES.iter().map(|(name, _)| *name);
            let message = match nearest(&written.to_string(), names.clone()) {
                Some(meant) => {
                    format!("there is no capability `{written}`; did you mean `{meant}`?")
                }
                None => format!(
                    "there is no capability `{written}`; there are {}",
                    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                ),
            };
            errors.add(&written, message);
            return;
        };
        if self.capabilities.iter().any(|other| other.written == written) {
            errors.add(&written, format_args!("`{written}` is given twice"));
            return;
        }
        self.capabilities.push(Capability { written, method });
    }

    /// The text that was given for an option.
    pub(super) fn text(&self, name: &str) -> Option<&Expr> {
        debug_assert!(OPTIONS.iter().any(|spec| spec.name == name), "no option is named {name}");
        self.texts.iter().find(|(option, _)| *option == name).map(|(_, text)| text)
    }

    /// The traits that were declared.
    pub(super) fn capabilities(&self) -> &[Capability] {
        &self.capabilities
    }

    /// Whether the type is protected.
    pub(super) fn is_protected(&self) -> bool {
        self.protected
    }
}

fn known(name: &Ident) -> syn::Result<&'static Spec> {
    let written = name.unraw().to_string();
    if let Some(spec) = OPTIONS.iter().find(|spec| spec.name == written) {
        return Ok(spec);
    }
    let names = OPTIONS.iter().map(|spec| spec.name);
    let meant = nearest(&written, names.clone())
        .and_then(|meant| OPTIONS.iter().find(|spec| spec.name == meant));
    let message = match meant {
        Some(Spec { name: meant, doc, .. }) => {
            format!("`#[block]` has no option `{written}`; did you mean `{meant}` ({doc})?")
        }
        None => {
            let all = names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            format!("`#[block]` has no option `{written}`; its options are {all}")
        }
    };
    Err(syn::Error::new_spanned(name, message))
}

fn is_other_literal(value: &Expr) -> bool {
    match unwrapped(value) {
        Expr::Lit(ExprLit { lit, .. }) => !matches!(lit, Lit::Str(_)),
        Expr::Array(_) | Expr::Tuple(_) | Expr::Closure(_) => true,
        _ => false,
    }
}

/// Past a mistake, so that the options after it are read too.
fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) && input.parse::<TokenTree>().is_ok() {}
}
