//! Run names as templates over the arguments: `"fetch-{city}"`, in the syntax of `format!`.
//! Only the names are checked here; formats such as `:03` are left to the compiler.

use proc_macro2::Ident;
use syn::LitStr;
use syn::ext::IdentExt;

use crate::errors::Errors;

/// A checked template.
pub(crate) struct Template {
    pub text: LitStr,
    /// The arguments that it uses, each once.
    pub used: Vec<Ident>,
}

impl Template {
    /// Checks a template; names that are no arguments go to `errors`.
    pub(crate) fn check(text: &LitStr, arguments: &[&Ident], errors: &mut Errors) -> Option<Self> {
        let before = errors.count();
        let mut used: Vec<Ident> = Vec::new();
        let written = text.value();
        let names = match names(&written) {
            Ok(names) => names,
            Err(message) => {
                errors.add(text, message);
                return None;
            }
        };
        for name in names {
            match arguments.iter().find(|argument| argument.unraw() == name) {
                Some(argument) if used.contains(argument) => {}
                Some(argument) => used.push((*argument).clone()),
                None => errors.add(text, unknown(name, arguments)),
            }
        }
        (errors.count() == before).then(|| Self { text: text.clone(), used })
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

/// Every name in braces, and every `width$` in a format.
fn names(text: &str) -> Result<Vec<&str>, &'static str> {
    let mut names = Vec::new();
    for token in tokens(text)? {
        if let Token::Placeholder { name, format } = token {
            names.push(name);
            names.extend(counts(format.unwrap_or_default()));
        }
    }
    Ok(names)
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
