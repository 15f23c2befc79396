//! Run names as templates over the arguments and variables: `"fetch-{city}-{variables.unit}"`, in the syntax of `format!`.
//! Only the names are checked here; formats such as `:03` are left to the compiler.

use proc_macro2::{Ident, Span};
use syn::LitStr;
use syn::ext::IdentExt;

use crate::errors::Errors;

/// What the names of variables begin with in a template.
const VARIABLES: &str = "variables.";

/// A checked template.
pub(crate) struct Template {
    /// As `format!` takes it: the variable of number 0 is called [`variable_ident(0)`](variable_ident).
    pub text: LitStr,
    /// The arguments that it uses, each once.
    pub used: Vec<Ident>,
    /// The names of the variables that it uses, each once.
    pub variables: Vec<String>,
}

/// What stands for a variable in a template.
pub(crate) fn variable_ident(number: usize) -> Ident {
    Ident::new(&format!("__tidegate_variable_{number}"), Span::mixed_site())
}

impl Template {
    /// Checks a template; names that are no arguments go to `errors`.
    pub(crate) fn check(text: &LitStr, arguments: &[&Ident], errors: &mut Errors) -> Option<Self> {
        let before = errors.count();
        let (mut used, mut variables) = (Vec::<Ident>::new(), Vec::<String>::new());
        let mut rewritten = String::new();
        let written = text.value();
        let tokens = match tokens(&written) {
            Ok(tokens) => tokens,
            Err(message) => {
                errors.add(text, message);
                return None;
            }
        };
        for token in tokens {
            let (name, format) = match token {
                Token::Text(literal) => {
                    rewritten.push_str(literal);
                    continue;
                }
                Token::Placeholder { name, format } => (name, format),
            };
            let (place, own) = match name.strip_prefix(VARIABLES) {
                Some(variable) => {
                    check_variable(variable, text, errors);
                    let known = variables.iter().position(|known| known == variable);
                    let number = known.unwrap_or_else(|| {
                        variables.push(variable.to_owned());
                        variables.len() - 1
                    });
                    (variable_ident(number).to_string(), None)
                }
                None => (name.to_owned(), Some(name)),
            };
            for name in own.into_iter().chain(counts(format.unwrap_or_default())) {
                match arguments.iter().find(|argument| argument.unraw() == name) {
                    Some(argument) if used.contains(argument) => {}
                    Some(argument) => used.push((*argument).clone()),
                    None => errors.add(text, unknown(name, arguments)),
                }
            }
            let format = format.map_or_else(String::new, |format| format!(":{format}"));
            rewritten.push_str(&format!("{{{place}{format}}}"));
        }
        // A text of the user's own keeps its places, at which the compiler shows what is wrong with a format.
        let text = match variables.is_empty() {
            true => text.clone(),
            false => LitStr::new(&rewritten, text.span()),
        };
        (errors.count() == before).then_some(Self { text, used, variables })
    }
}

fn check_variable(name: &str, text: &LitStr, errors: &mut Errors) {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if name.is_empty() || !name.chars().all(allowed) {
        errors.add(
            text,
            format_args!(
                "no variable can be called `{name}`: its name has lower-case letters, digits, `-` and `_`, as in \
                 `{{variables.alert_city}}`"
            ),
        );
    }
}

fn unknown(name: &str, arguments: &[&Ident]) -> String {
    let what = if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("`{{{name}}}` names no argument")
    } else {
        format!("`{name}` is not an argument")
    };
    let all: Vec<String> =
        arguments.iter().map(|argument| format!("`{}`", argument.unraw())).collect();
    match all.as_slice() {
        [] => format!("{what}: this function has none; leave the braces out"),
        [only] => format!("{what}: the only argument is {only}"),
        _ => format!("{what}: the arguments are {}", all.join(", ")),
    }
}

/// A part of a template.
pub(crate) enum Token<'a> {
    /// Text, with braces doubled as they were.
    Text(&'a str),
    /// What stands in braces: before the colon, and behind it.
    Placeholder { name: &'a str, format: Option<&'a str> },
}

/// The parts of a template.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token<'_>>, &'static str> {
    const OPEN: &str = "a `{` in this template is never closed; write `{{` for a brace";
    const CLOSE: &str = "a `}` in this template was never opened; write `}}` for a brace";
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (brace, after) = rest[at..].split_at(1);
        if let Some(escaped) = after.strip_prefix(brace) {
            tokens.push(Token::Text(&rest[..at + 2]));
            rest = escaped;
        } else if brace == "}" {
            return Err(CLOSE);
        } else {
            let (inside, next) = after.split_once('}').ok_or(OPEN)?;
            let (name, format) = match inside.split_once(':') {
                Some((name, format)) => (name, Some(format)),
                None => (inside, None),
            };
            if name.contains('{') {
                return Err(OPEN);
            }
            tokens.push(Token::Text(&rest[..at]));
            tokens.push(Token::Placeholder { name: name.trim(), format });
            rest = next;
        }
    }
    tokens.push(Token::Text(rest));
    Ok(tokens)
}

/// The `width` and `precision` of `{x:width$.precision$}`.
pub(crate) fn counts(format: &str) -> impl Iterator<Item = &str> {
    format.match_indices('$').filter_map(|(end, _)| {
        let before = &format[..end];
        let start = before
            .rfind(|c: char| !c.is_alphanumeric() && c != '_')
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let name = &before[start..];
        (!name.is_empty() && !name.starts_with(|first: char| first.is_ascii_digit()))
            .then_some(name)
    })
}
