//! A task or flow that was checked: what `expand` writes. It never holds anything that cannot be written.

use syn::ext::IdentExt;
use syn::{
    Attribute, Expr, ExprLit, FnArg, Ident, Lit, LitStr, Meta, Pat, PatType, Signature, parse_quote,
};

use crate::errors::Errors;
use crate::function::Function;
use crate::kind::Kind;
use crate::options::value::{Value, unwrapped};
use crate::options::{Given, Options, policy};
use crate::result_key::KeyTemplate;
use crate::signature::{self, Demands, Mode, Shape};
use crate::template::Template;

/// Characters that Prefect's addresses and filters give a meaning.
const BANNED_IN_FLOW_NAMES: &[char] = &['/', '%', '&', '<', '>'];

/// A checked task or flow.
pub(crate) struct Model<'a> {
    pub kind: Kind,
    pub function: &'a Function,
    pub options: Options,
    pub shape: Shape,
    /// The name people see.
    pub name: Expr,
    pub description: Option<Expr>,
    pub template: Option<Template>,
    pub result_key: Option<KeyTemplate>,
    /// Whether the result may be kept: no option says that it is not.
    pub kept: bool,
    /// Whether a run may call the body more than once.
    pub retried: bool,
    /// Whether `print!` and its family are planted in the body.
    pub prints: bool,
}

impl<'a> Model<'a> {
    /// Checks a function with its options; nothing comes of a signature that cannot be expanded.
    pub(crate) fn check(
        kind: Kind,
        function: &'a Function,
        options: Options,
        errors: &mut Errors,
    ) -> Option<Self> {
        let mode = mode(function, &options, errors);
        let retried = options.get("retries").is_some_and(|given| !is_zero(&given.value));
        let sound = signature::check(kind, &function.signature, Demands { mode, retried }, errors);
        let name = name(kind, function, &options, errors);
        let template = template(kind, &options, &function.signature, mode, errors);
        check_policy(&options, &function.signature, mode, errors);
        let result_key = result_key(&options, &function.signature, mode, errors);
        let kept = !options.get("persist_result").is_some_and(|given| is_false(&given.value));
        let agreed = mode == Mode::Transactional || options.get("transactional").is_none();
        if !sound || !agreed {
            return None;
        }
        let shape = Shape::of(&function.signature, mode);
        if kept && shape.output.borrows() {
            for Given { name, .. } in options.keeping() {
                let message = format!(
                    "`{name}` needs a result that owns its data, since it is read back later: return a `String` and not a `&str`"
                );
                errors.add(name, message);
            }
        }
        let description = match options.get("description").map(|given| &given.value) {
            Some(Value::Plain(text)) => Some((**text).clone()),
            _ => first_paragraph(&function.attributes),
        };
        let prints = !options.get("log_prints").is_some_and(|given| is_false(&given.value));
        Some(Self {
            kind,
            function,
            options,
            shape,
            name,
            description,
            template,
            result_key,
            kept,
            retried,
            prints,
        })
    }
}

/// How the body runs, as far as the options agree with each other and with the function.
fn mode(function: &Function, options: &Options, errors: &mut Errors) -> Mode {
    let (inline, transactional) = (options.get("inline"), options.get("transactional"));
    let before = errors.count();
    if function.signature.asyncness.is_some() {
        if let Some(given) = inline {
            errors.add(
                &given.name,
                "`inline` is for sync functions: an async one already runs in place",
            );
        }
        if let Some(given) = transactional {
            errors.add(
                &given.name,
                "`transactional` is for sync functions: nobody can write while a transaction is open, so nothing may be awaited in \
                 one; await before the call, and leave out `async`",
            );
        }
    } else if let (Some(given), Some(_)) = (inline, transactional) {
        errors.add(
            &given.name,
            "`inline` and `transactional` exclude each other: a transactional body runs where the store writes",
        );
    }
    let transactional = transactional.is_some() && errors.count() == before;
    if transactional {
        for Given { name, .. } in options.keeping().filter(|given| given.name != "persist_result") {
            let message = format!(
                "a transactional task keeps its result in its record, which its transaction commits: leave `{name}` out"
            );
            errors.add(name, message);
        }
        Mode::Transactional
    } else {
        Mode::of(&function.signature, inline.is_some())
    }
}

fn name(kind: Kind, function: &Function, options: &Options, errors: &mut Errors) -> Expr {
    if let Some(Value::Plain(written)) = options.get("name").map(|given| &given.value) {
        if let (Kind::Flow, Some(text)) = (kind, literal(written))
            && let Some(banned) = text.value().chars().find(|c| BANNED_IN_FLOW_NAMES.contains(c))
        {
            errors.add(
                text,
                format_args!("a flow name cannot contain `{banned}`, nor any other of / % & < >"),
            );
        }
        return (**written).clone();
    }
    let ident = &function.signature.ident;
    let name = ident.unraw().to_string();
    let name = if kind == Kind::Flow { name.replace('_', "-") } else { name };
    let name = LitStr::new(&name, ident.span());
    parse_quote!(#name)
}

fn check_policy(options: &Options, signature: &Signature, mode: Mode, errors: &mut Errors) {
    let Some(Value::Plain(policy)) = options.get("cache_policy").map(|given| &given.value) else {
        return;
    };
    let this = signature.receiver().map(|receiver| Ident::from(receiver.self_token));
    let names: Vec<&Ident> = this.iter().chain(arguments(signature, mode)).collect();
    policy::check_arguments(policy, &names, errors);
}

fn template(
    kind: Kind,
    options: &Options,
    signature: &Signature,
    mode: Mode,
    errors: &mut Errors,
) -> Option<Template> {
    let option = if kind == Kind::Flow { "flow_run_name" } else { "task_run_name" };
    let Value::Template(text) = &options.get(option)?.value else { return None };
    Template::check(text, &arguments(signature, mode), errors)
}

fn result_key(
    options: &Options,
    signature: &Signature,
    mode: Mode,
    errors: &mut Errors,
) -> Option<KeyTemplate> {
    let Value::Template(text) = &options.get("result_storage_key")?.value else { return None };
    KeyTemplate::check(text, &arguments(signature, mode), errors)
}

/// The names of the arguments.
fn arguments(signature: &Signature, mode: Mode) -> Vec<&Ident> {
    signature
        .inputs
        .iter()
        .filter_map(|input| match input {
            FnArg::Typed(PatType { pat, .. }) => Some(&**pat),
            FnArg::Receiver(_) => None,
        })
        .skip(mode.given())
        .filter_map(|pattern| match pattern {
            Pat::Ident(pattern) => Some(&pattern.ident),
            _ => None,
        })
        .collect()
}

/// The first paragraph of the doc comment, on one line.
pub(crate) fn first_paragraph(attributes: &[Attribute]) -> Option<Expr> {
    let lines = attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).filter_map(
        |attribute| match &attribute.meta {
            Meta::NameValue(meta) => literal(&meta.value).map(LitStr::value),
            Meta::Path(_) | Meta::List(_) => None,
        },
    );
    let text = lines.collect::<Vec<_>>().join("\n");
    let paragraph: Vec<&str> = text
        .lines()
        .map(str::trim)
        .skip_while(|line| line.is_empty())
        .take_while(|line| !line.is_empty())
        .collect();
    let paragraph = paragraph.join(" ");
    (!paragraph.is_empty()).then(|| parse_quote!(#paragraph))
}

/// The text that is written there, if one is.
pub(crate) fn literal(expression: &Expr) -> Option<&LitStr> {
    match unwrapped(expression) {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        _ => None,
    }
}

fn is_zero(value: &Value) -> bool {
    let Value::Plain(expression) = value else { return false };
    matches!(unwrapped(expression), Expr::Lit(ExprLit { lit: Lit::Int(number), .. })
        if number.base10_parse::<u32>().is_ok_and(|number| number == 0))
}

fn is_false(value: &Value) -> bool {
    let Value::Plain(expression) = value else { return false };
    matches!(unwrapped(expression), Expr::Lit(ExprLit { lit: Lit::Bool(switch), .. }) if !switch.value)
}
