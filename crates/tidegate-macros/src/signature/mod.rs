//! The signature of the described call, made from the user's. It never judges: that is `checks`.

mod checks;
mod lifetimes;
mod output;
mod owned;

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{
    Expr, FnArg, GenericParam, Generics, Lifetime, LifetimeParam, Pat, Signature, Type,
    TypeParamBound, parse_quote, punctuated::Punctuated,
};

pub(crate) use self::checks::{Demands, bare_function, check};
use self::lifetimes::{Naming, free, mentions_lifetime};
pub(crate) use self::output::Output;
pub(crate) use self::owned::Owned;

/// The call's own signature, beside the user's.
pub(crate) struct Shape {
    /// The lifetime that the call must not outlive.
    pub call: Lifetime,
    /// The user's generics with every lifetime named and bounded.
    pub generics: Generics,
    /// `self` with its lifetimes named.
    pub receiver: Option<FnArg>,
    /// Whether it stands in an impl block, where no type can be emitted.
    pub method: bool,
    pub arguments: Vec<Argument>,
    pub output: Output,
    pub mode: Mode,
}

/// One argument but `self`.
pub(crate) struct Argument {
    pub ident: Ident,
    /// The type as written.
    pub ty: Type,
    /// The type with every lifetime named.
    pub named: Type,
    /// What it is when a run is started without it.
    pub default: Option<Expr>,
}

/// How the body runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It is async.
    Async,
    /// It is sync, and runs on the blocking pool.
    Blocking,
    /// It is sync, and runs in place.
    Inline,
    /// It is sync, and runs in a transaction of the store.
    Transactional,
}

impl Mode {
    pub(crate) const fn of(signature: &Signature, inline: bool) -> Self {
        match (signature.asyncness.is_some(), inline) {
            (true, _) => Self::Async,
            (false, false) => Self::Blocking,
            (false, true) => Self::Inline,
        }
    }

    /// How many arguments the engine gives, before those of the caller.
    pub(crate) const fn given(self) -> usize {
        match self {
            Self::Async | Self::Blocking | Self::Inline => 0,
            Self::Transactional => 1,
        }
    }
}

impl Shape {
    /// The shape of a signature that was found sound.
    pub(crate) fn of(signature: &Signature, mode: Mode) -> Self {
        let mut taken: BTreeSet<String> =
            signature.generics.lifetimes().map(|param| param.lifetime.to_string()).collect();
        let call = free(&mut taken, "'call", Span::call_site());
        let bound = match mode {
            Mode::Async | Mode::Inline => call.clone(),
            Mode::Blocking | Mode::Transactional => Lifetime::new("'static", Span::call_site()),
        };
        let mut naming = Naming::new(taken, bound.clone());

        let receiver = signature.receiver().map(|receiver| naming.name_receiver(receiver));
        let of_self = naming.met.first().cloned();
        let arguments = arguments(signature, mode, &mut naming);

        let mut output = Output::of(&signature.output);
        let mut sources = naming.met.clone();
        sources.dedup();
        if let Some(lifetime) = of_self.or_else(|| sources.pop().filter(|_| sources.is_empty())) {
            output.elide(lifetime);
        }

        let method = receiver.is_some() || mentions_self(signature);
        let mut generics = generics(&signature.generics, &call, &bound, naming.given);
        if method {
            generics.make_where_clause().predicates.push(parse_quote!(Self: #bound));
        }
        Self { call, generics, receiver, method, arguments, output, mode }
    }

    /// Whether the call can be made from JSON alone.
    pub(crate) fn is_plain(&self) -> bool {
        let generic =
            self.generics.params.iter().any(
                |param| !matches!(param, GenericParam::Lifetime(of) if of.lifetime == self.call),
            );
        // Not even `'static`: a type that may be read from JSON only for some lifetimes fails to compile.
        let readable = self.arguments.iter().all(|argument| {
            !mentions_lifetime(&argument.ty) && output::has_impl_trait(&argument.ty).is_none()
        });
        !self.method && !generic && readable
    }
}

fn arguments(signature: &Signature, mode: Mode, naming: &mut Naming) -> Vec<Argument> {
    let mut arguments = Vec::new();
    let typed = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    for typed in typed.skip(mode.given()) {
        let Pat::Ident(pattern) = &*typed.pat else { continue };
        arguments.push(Argument {
            ident: pattern.ident.clone(),
            named: naming.name(&typed.ty),
            ty: (*typed.ty).clone(),
            default: checks::default_of(typed),
        });
    }
    arguments
}

fn generics(
    written: &Generics,
    call: &Lifetime,
    bound: &Lifetime,
    given: Vec<Lifetime>,
) -> Generics {
    let mut generics = written.clone();
    for param in &mut generics.params {
        match param {
            GenericParam::Lifetime(param) => param.bounds.push(call.clone()),
            GenericParam::Type(param) => param.bounds.push(TypeParamBound::Lifetime(bound.clone())),
            GenericParam::Const(_) => {}
        }
    }
    let named = given.into_iter().map(|lifetime| {
        let mut param = LifetimeParam::new(lifetime);
        param.bounds.push(call.clone());
        param
    });
    let params: Punctuated<GenericParam, _> = std::iter::once(LifetimeParam::new(call.clone()))
        .chain(named)
        .map(GenericParam::Lifetime)
        .chain(generics.params)
        .collect();
    generics.params = params;
    generics
}

/// Whether `Self` stands in the signature, which only an impl block allows.
fn mentions_self(signature: &Signature) -> bool {
    struct Search(bool);
    impl<'ast> syn::visit::Visit<'ast> for Search {
        fn visit_path(&mut self, path: &'ast syn::Path) {
            self.0 |= path.segments.first().is_some_and(|segment| segment.ident == "Self");
            syn::visit::visit_path(self, path);
        }
    }
    let mut search = Search(false);
    syn::visit::Visit::visit_signature(&mut search, signature);
    search.0
}

impl ToTokens for Argument {
    /// `name: Type`, as in the signature of the call.
    fn to_tokens(&self, tokens: &mut proc_macro2::TokenStream) {
        let Self { ident, named, .. } = self;
        tokens.extend(quote::quote!(#ident: #named));
    }
}
