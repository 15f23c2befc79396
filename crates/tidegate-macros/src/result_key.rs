//! Keys of results as templates: `"{parameters[city]}/{task_run.name}.json"`. Only the names are checked here; formats such as
//! `:03` are left to the compiler.

use proc_macro2::Ident;
use syn::LitStr;
use syn::ext::IdentExt;

use crate::errors::Errors;
use crate::template::{Token, counts, tokens};

/// What a key can say of its runs, with the variant of `tidegate::__private::KeyPart` that stands for it.
const FACTS: &[(&str, &str)] = &[
    ("task_run.name", "TaskRunName"),
    ("task_run.id", "TaskRunId"),
    ("task_run.task_name", "TaskName"),
    ("flow_run.name", "FlowRunName"),
    ("flow_run.id", "FlowRunId"),
    ("flow_run.flow_name", "FlowName"),
];

/// A checked key template.
pub(crate) struct KeyTemplate(pub Vec<Piece>);

/// A part of a key.
pub(crate) enum Piece {
    /// What `format!` makes of a text and the arguments that it uses.
    Format { text: LitStr, used: Vec<Ident> },
    /// A fact, as a variant of `KeyPart`.
    Fact(&'static str),
}

impl KeyTemplate {
    /// Checks a template; names that mean nothing go to `errors`, all of them.
    pub(crate) fn check(text: &LitStr, arguments: &[&Ident], errors: &mut Errors) -> Option<Self> {
        let before = errors.count();
        let written = text.value();
        let tokens = match tokens(&written) {
            Ok(tokens) => tokens,
            Err(message) => {
                errors.add(text, message);
                return None;
            }
        };
        let mut pieces = Vec::new();
        let mut part = Part::default();
        for token in tokens {
            match token {
                Token::Text(literal) => part.text.push_str(literal),
                Token::Placeholder { name, format } => {
                    match FACTS.iter().find(|(fact, _)| *fact == name) {
                        Some((_, variant)) if format.is_none() => {
                            pieces.extend(part.take(text));
                            pieces.push(Piece::Fact(variant));
                        }
                        Some(_) => errors.add(
                            text,
                            format_args!(
                                "`{{{name}}}` takes no format: leave out what is behind the colon"
                            ),
                        ),
                        None => part.argument(name, format, text, arguments, errors),
                    }
                }
            }
        }
        pieces.extend(part.take(text));
        if pieces.is_empty() {
            errors.add(text, "`result_storage_key` is empty");
        }
        (errors.count() == before).then_some(Self(pieces))
    }
}

/// A part that is being put together.
#[derive(Default)]
struct Part {
    text: String,
    used: Vec<Ident>,
}

impl Part {
    fn take(&mut self, whole: &LitStr) -> Option<Piece> {
        let Self { text, used } = std::mem::take(self);
        (!text.is_empty()).then(|| Piece::Format { text: LitStr::new(&text, whole.span()), used })
    }

    fn argument(
        &mut self,
        name: &str,
        format: Option<&str>,
        text: &LitStr,
        arguments: &[&Ident],
        errors: &mut Errors,
    ) {
        let inside = name.strip_prefix("parameters[").and_then(|rest| rest.strip_suffix(']'));
        let name = inside.map_or(name, str::trim);
        for used in std::iter::once(name).chain(counts(format.unwrap_or_default())) {
            match arguments.iter().find(|argument| argument.unraw() == used) {
                Some(argument) if self.used.contains(argument) => {}
                Some(argument) => self.used.push((*argument).clone()),
                None => errors.add(text, unknown(used, arguments)),
            }
        }
        let format = format.map_or_else(String::new, |format| format!(":{format}"));
        self.text.push_str(&format!("{{{name}{format}}}"));
    }
}

fn unknown(name: &str, arguments: &[&Ident]) -> String {
    let arguments = arguments.iter().map(|argument| argument.unraw().to_string());
    let facts = FACTS.iter().map(|(fact, _)| (*fact).to_owned());
    let all: Vec<String> = arguments.chain(facts).map(|name| format!("`{name}`")).collect();
    format!("a key cannot have `{{{name}}}`; it can have {}", all.join(", "))
}
