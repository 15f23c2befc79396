//! Which functions can be tasks, flows and tests. Each check is on its own, so that one mistake hides no other.

use proc_macro2::Span;
use syn::{
    Attribute, Expr, FnArg, Pat, PatType, Receiver, ReceiverKind, ReturnType, Safety, Signature,
    Type,
};

use super::Mode;
use super::lifetimes::Naming;
use super::output::has_impl_trait;
use crate::errors::Errors;
use crate::function::is_default;
use crate::kind::Kind;

/// Names that Prefect's callers give to a call, not to a function.
const RESERVED: &[&str] = &["return_state", "wait_for"];

/// What the options say that the signature must agree with.
#[derive(Clone, Copy)]
pub(crate) struct Demands {
    pub mode: Mode,
    pub retried: bool,
}

/// Whether a task or flow can be made of this function; reasons why not go to `errors`.
pub(crate) fn check(
    kind: Kind,
    signature: &Signature,
    demands: Demands,
    errors: &mut Errors,
) -> bool {
    let before = errors.count();
    bare_function(kind, signature, errors);
    if signature.ident == "main" {
        let noun = kind.noun();
        let message = format!(
            "`main` cannot be a {noun}: give the {noun} a name of its own, and await it in `main`"
        );
        errors.add(&signature.ident, message);
    }
    let mut typed = Vec::new();
    for input in &signature.inputs {
        match input {
            FnArg::Receiver(receiver) => check_receiver(kind, receiver, demands, errors),
            FnArg::Typed(argument) => typed.push(argument),
        }
    }
    if demands.mode == Mode::Transactional {
        check_transaction(signature, typed.first().copied(), errors);
    }
    for argument in typed.into_iter().skip(demands.mode.given()) {
        check_argument(kind, argument, demands, errors);
    }
    check_output(kind, &signature.output, errors);
    errors.count() == before
}

/// The words before `fn` that none of the attributes can take.
pub(crate) fn bare_function(kind: Kind, signature: &Signature, errors: &mut Errors) {
    let noun = kind.noun();
    if let Some(constness) = &signature.constness {
        errors.add(
            constness,
            format_args!("a {noun} cannot be a `const fn`: it runs when the program runs"),
        );
    }
    if let Safety::Unsafe(unsafety) = &signature.safety {
        let message = format!(
            "a {noun} cannot be an `unsafe fn`: use an `unsafe` block in the body of a safe one"
        );
        errors.add(unsafety, message);
    }
    if let Some(abi) = &signature.abi {
        errors.add(
            abi,
            format_args!(
                "a {noun} cannot be an `extern` function: call that one from a Rust function"
            ),
        );
    }
    if let Some(variadic) = &signature.variadic {
        errors.add(
            variadic,
            format_args!("a {noun} cannot take any number of arguments: take a `Vec`"),
        );
    }
}

fn check_receiver(kind: Kind, receiver: &Receiver, demands: Demands, errors: &mut Errors) {
    let (mutable, borrowed) = match &receiver.kind {
        ReceiverKind::Reference(_, lifetime, mutability) => {
            let endless = lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static");
            (mutability.is_some(), !endless)
        }
        ReceiverKind::Typed(_, ty) => (false, is_borrowed(ty)),
        _ => (false, false),
    };
    if mutable && demands.retried {
        errors.add(
            receiver,
            "`&mut self` cannot be given to a second attempt: take `&self`, or leave out `retries`",
        );
    }
    if !borrowed {
        return;
    }
    match demands.mode {
        Mode::Async | Mode::Inline => {}
        Mode::Blocking => {
            let noun = kind.noun();
            let message = format!(
                "a sync {noun} runs on the blocking pool and cannot borrow `self`: take `self: Arc<Self>`, or add `inline`"
            );
            errors.add(receiver, message);
        }
        Mode::Transactional => errors.add(
            receiver,
            "a transactional task runs where the store writes and cannot borrow `self`: take `self: Arc<Self>`",
        ),
    }
}

/// The first argument of a transactional task is the transaction, as far as can be seen of how it is written.
fn check_transaction(signature: &Signature, first: Option<&PatType>, errors: &mut Errors) {
    const MISSING: &str = "a transactional task is given the transaction before the arguments of its callers: begin with `tx: &mut SqlTransaction`";
    match first {
        None => errors.add(&signature.ident, MISSING),
        Some(argument) => match &*argument.ty {
            Type::Reference(reference) if reference.mutability.is_some() => {}
            _ => errors.add(argument, MISSING),
        },
    }
}

fn check_argument(kind: Kind, argument: &PatType, demands: Demands, errors: &mut Errors) {
    match &*argument.pat {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
            if RESERVED.iter().any(|reserved| pattern.ident == reserved) {
                let ident = &pattern.ident;
                let message = format!(
                    "`{ident}` is a reserved argument name: it belongs to the call; choose another name"
                );
                errors.add(ident, message);
            }
        }
        pattern => errors.add(
            pattern,
            "give this argument a name: it is recorded under it; take it apart in the body",
        ),
    }
    match demands.mode {
        Mode::Blocking if is_borrowed(&argument.ty) => {
            let noun = kind.noun();
            let message = format!(
                "a sync {noun} runs on the blocking pool and cannot borrow: take this by value, or add `inline`"
            );
            errors.add(&argument.ty, message);
        }
        Mode::Transactional if is_borrowed(&argument.ty) => errors.add(
            &argument.ty,
            "a transactional task runs where the store writes and cannot borrow: take this by value",
        ),
        Mode::Async | Mode::Blocking | Mode::Inline | Mode::Transactional => {}
    }
    check_attributes(kind, &argument.attrs, errors);
}

fn check_attributes(kind: Kind, attributes: &[Attribute], errors: &mut Errors) {
    let mut defaults = 0;
    for attribute in attributes {
        if is_default(attribute) {
            defaults += 1;
            if kind == Kind::Task {
                errors.add(
                    attribute,
                    "`#[default(..)]` is for flows, which can be started from outside; a task gets all its arguments from its caller",
                );
            } else if attribute.parse_args::<Expr>().is_err() {
                errors.add(attribute, "a default is written `#[default(38.9)]`");
            } else if defaults > 1 {
                errors.add(attribute, "this argument has two defaults");
            }
        } else if attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr") {
            let noun = kind.noun();
            let message = format!(
                "an argument of a {noun} cannot depend on `cfg`: put it on the whole function"
            );
            errors.add(attribute, message);
        }
    }
}

fn check_output(kind: Kind, output: &ReturnType, errors: &mut Errors) {
    let ReturnType::Type(_, ty) = output else { return };
    let noun = kind.noun();
    if let Some(found) = has_impl_trait(ty) {
        let message = format!(
            "the result of a {noun} needs a type with a name: return a struct, an enum or a `Box<dyn ..>`"
        );
        errors.add(found, message);
    }
    if let Type::Never(never) = &**ty {
        errors.add(never, format_args!("a {noun} must be able to end: return a value"));
    }
}

/// The expression of `#[default(..)]`.
pub(super) fn default_of(argument: &PatType) -> Option<Expr> {
    argument.attrs.iter().find(|attribute| is_default(attribute))?.parse_args().ok()
}

/// Whether a type holds a borrow that may end.
fn is_borrowed(ty: &Type) -> bool {
    let mut naming =
        Naming::new(std::collections::BTreeSet::new(), syn::Lifetime::new("'_", Span::call_site()));
    naming.name(ty);
    !naming.met.is_empty()
}
