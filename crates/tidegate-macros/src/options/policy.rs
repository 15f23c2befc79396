//! Cache policies as they are written: `INPUTS + TASK_SOURCE - "client"`. The policies of Tidegate need no import here, and an
//! argument that is taken out is known to be there. It never works a policy out: that is done where it is used.

use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{BinOp, Expr, ExprBinary, ExprLit, ExprPath, Ident, Lit, LitStr, parse_quote_spanned};

use super::nearest::nearest;
use super::table::Spec;
use super::value::{unwrapped, wrong};
use crate::errors::Errors;

/// The policies that have a name in `tidegate::cache`.
const POLICIES: &[&str] =
    &["INPUTS", "TASK_SOURCE", "RUN_ID", "FLOW_PARAMETERS", "NO_CACHE", "DEFAULT"];

/// The policy with the names of Tidegate's own written out.
pub(super) fn check(spec: &Spec, expression: Expr) -> syn::Result<Expr> {
    match expression {
        Expr::Binary(ExprBinary { attrs, left, op, right }) => {
            let right = match op {
                BinOp::Sub(_) => check_argument(spec, *right),
                _ => check(spec, *right),
            };
            match (check(spec, *left), right) {
                (Ok(left), Ok(right)) => {
                    let (left, right) = (Box::new(left), Box::new(right));
                    Ok(Expr::Binary(ExprBinary { attrs, left, op, right }))
                }
                (Err(mut found), Err(more)) => {
                    found.combine(more);
                    Err(found)
                }
                (Err(found), Ok(_)) | (Ok(_), Err(found)) => Err(found),
            }
        }
        Expr::Paren(mut paren) => {
            *paren.expr = check(spec, *paren.expr)?;
            Ok(Expr::Paren(paren))
        }
        Expr::Group(mut group) => {
            *group.expr = check(spec, *group.expr)?;
            Ok(Expr::Group(group))
        }
        Expr::MethodCall(mut call) => {
            *call.receiver = check(spec, *call.receiver)?;
            call.args.iter_mut().for_each(import_level);
            Ok(Expr::MethodCall(call))
        }
        Expr::Path(path) => Ok(Expr::Path(imported(path))),
        Expr::Lit(_) | Expr::Array(_) | Expr::Unary(_) | Expr::Tuple(_) => {
            Err(wrong(spec, &expression))
        }
        _ => Ok(expression),
    }
}

/// The path of a policy, whether or not it was imported.
fn imported(path: ExprPath) -> ExprPath {
    match path.path.get_ident() {
        Some(ident) if path.qself.is_none() && POLICIES.iter().any(|policy| ident == policy) => {
            parse_quote_spanned!(ident.span()=> ::tidegate::cache::#ident)
        }
        Some(_) | None => path,
    }
}

/// Writes `IsolationLevel::Serializable` out, whether or not it was imported.
fn import_level(argument: &mut Expr) {
    let Expr::Path(ExprPath { qself: None, path, .. }) = argument else { return };
    if path.segments.len() == 2 && path.segments[0].ident == "IsolationLevel" {
        *path = parse_quote_spanned!(path.span()=> ::tidegate::#path);
    }
}

/// The name of an argument, or code that makes one.
fn check_argument(spec: &Spec, expression: Expr) -> syn::Result<Expr> {
    match unwrapped(&expression) {
        Expr::Lit(ExprLit { lit: Lit::Str(_), .. }) => Ok(expression),
        Expr::Lit(_) | Expr::Array(_) | Expr::Tuple(_) => Err(syn::Error::new_spanned(
            &expression,
            format_args!(
                "`{}` leaves out an argument by its name, for example `INPUTS - \"client\"`",
                spec.name
            ),
        )),
        _ => Ok(expression),
    }
}

/// Whether a policy is none, as far as can be seen.
pub(crate) fn is_none(expression: &Expr) -> bool {
    match unwrapped(expression) {
        Expr::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "NO_CACHE"),
        _ => false,
    }
}

/// The arguments that are left out have to be there, and some where they are all that matters.
pub(crate) fn check_arguments(expression: &Expr, arguments: &[&Ident], errors: &mut Errors) {
    check_left_out(expression, arguments, errors);
    if arguments.is_empty() && is_inputs(expression) {
        errors.add(
            expression,
            "this function has no arguments, so by `INPUTS` alone it is never cached; by `TASK_SOURCE` it has one result",
        );
    }
}

/// Whether a policy is the arguments and nothing else.
fn is_inputs(expression: &Expr) -> bool {
    match unwrapped(expression) {
        Expr::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "INPUTS"),
        Expr::MethodCall(call) => is_inputs(&call.receiver),
        _ => false,
    }
}

fn check_left_out(expression: &Expr, arguments: &[&Ident], errors: &mut Errors) {
    let (left, op, right) = match unwrapped(expression) {
        Expr::Binary(ExprBinary { left, op, right, .. }) => (left, op, right),
        Expr::MethodCall(call) => return check_left_out(&call.receiver, arguments, errors),
        _ => return,
    };
    check_left_out(left, arguments, errors);
    match (op, unwrapped(right)) {
        (BinOp::Sub(_), Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => {
            let name = text.value();
            if !arguments.iter().any(|argument| argument.unraw() == name) {
                errors.add(text, not_there(text, arguments));
            }
        }
        (_, right) => check_left_out(right, arguments, errors),
    }
}

fn not_there(text: &LitStr, arguments: &[&Ident]) -> String {
    let name = text.value();
    let names: Vec<String> =
        arguments.iter().map(|argument| argument.unraw().to_string()).collect();
    let listed = names.join("`, `");
    match nearest(&name, names.iter().map(String::as_str)) {
        Some(near) => format!("`{name}` is not an argument; did you mean `{near}`?"),
        None if names.is_empty() => format!("`{name}` is not an argument: this function has none"),
        None => format!("`{name}` is not an argument; there are `{listed}`"),
    }
}
