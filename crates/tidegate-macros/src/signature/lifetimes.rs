//! Names for the lifetimes that the user left out, so that the described call can say how long it borrows.
//! It never touches what is bound inside a type: `Fn(&str)`, `fn(&str)`, `for<'a> ..`.

use std::collections::BTreeSet;

use proc_macro2::Span;
use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Expr, FnArg, Lifetime, ParenthesizedGenericArguments, Receiver, ReceiverKind, TraitBound, Type,
    TypeFnPtr, TypeImplTrait, TypeParamBound, TypeParen, TypeReference,
};

/// Gives every elided lifetime in arguments a name of its own.
pub(super) struct Naming {
    taken: BTreeSet<String>,
    /// What `impl Trait` must outlive.
    bound: Lifetime,
    /// The names given, in order.
    pub given: Vec<Lifetime>,
    /// Every lifetime met but `'static`, given or written.
    pub met: Vec<Lifetime>,
}

impl Naming {
    pub(super) fn new(taken: BTreeSet<String>, bound: Lifetime) -> Self {
        Self { taken, bound, given: Vec::new(), met: Vec::new() }
    }

    /// The type with all its lifetimes named.
    pub(super) fn name(&mut self, ty: &Type) -> Type {
        let mut ty = ty.clone();
        self.visit_type_mut(&mut ty);
        ty
    }

    /// The receiver with all its lifetimes named, and without `mut`.
    pub(super) fn name_receiver(&mut self, receiver: &Receiver) -> FnArg {
        let mut receiver = receiver.clone();
        receiver.attrs.clear();
        receiver.mutability = None;
        match &mut receiver.kind {
            ReceiverKind::Reference(_, Some(lifetime), _) => self.visit_lifetime_mut(lifetime),
            ReceiverKind::Reference(and, lifetime @ None, _) => {
                *lifetime = Some(self.fresh(and.span));
            }
            ReceiverKind::Typed(_, ty) => self.visit_type_mut(ty),
            _ => {}
        }
        FnArg::Receiver(receiver)
    }

    fn fresh(&mut self, span: Span) -> Lifetime {
        let wanted = format!("'t{}", self.given.len());
        let lifetime = free(&mut self.taken, &wanted, span);
        self.given.push(lifetime.clone());
        self.met.push(lifetime.clone());
        lifetime
    }
}

/// A lifetime named as wanted, or with underscores after it where the user has that name already.
pub(super) fn free(taken: &mut BTreeSet<String>, wanted: &str, span: Span) -> Lifetime {
    let mut name = wanted.to_owned();
    while !taken.insert(name.clone()) {
        name.push('_');
    }
    Lifetime::new(&name, span)
}

impl VisitMut for Naming {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some(self.fresh(reference.and_token.span));
            self.visit_type_mut(&mut reference.elem);
        } else {
            visit_mut::visit_type_reference_mut(self, reference);
        }
        if let Type::ImplTrait(_) = *reference.elem {
            let elem = reference.elem.clone();
            *reference.elem = Type::Paren(TypeParen {
                attrs: Vec::new(),
                paren_token: syn::token::Paren::default(),
                elem,
            });
        }
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.fresh(lifetime.apostrophe);
        } else if lifetime.ident != "static" {
            self.met.push(lifetime.clone());
        }
    }

    fn visit_type_impl_trait_mut(&mut self, ty: &mut TypeImplTrait) {
        visit_mut::visit_type_impl_trait_mut(self, ty);
        ty.bounds.push(TypeParamBound::Lifetime(self.bound.clone()));
    }

    fn visit_trait_bound_mut(&mut self, bound: &mut TraitBound) {
        if bound.lifetimes.is_none() {
            visit_mut::visit_trait_bound_mut(self, bound);
        }
    }

    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut ParenthesizedGenericArguments) {
    }

    fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}

    fn visit_expr_mut(&mut self, _: &mut Expr) {}
}

/// Puts one lifetime where the output leaves lifetimes out: the usual elision.
pub(super) struct Elision(pub Lifetime);

impl VisitMut for Elision {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime.get_or_insert_with(|| self.0.clone());
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.0.clone();
        }
    }

    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut ParenthesizedGenericArguments) {
    }

    fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}

    fn visit_expr_mut(&mut self, _: &mut Expr) {}
}

/// Whether a type holds a reference, even a `'static` one, or any other lifetime but `'static`.
pub(super) fn borrows(ty: &Type) -> bool {
    struct Search(bool);
    impl<'ast> Visit<'ast> for Search {
        fn visit_type_reference(&mut self, _: &'ast TypeReference) {
            self.0 = true;
        }

        fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
            self.0 |= lifetime.ident != "static";
        }
    }
    let mut search = Search(false);
    search.visit_type(ty);
    search.0
}

/// Whether a type names or leaves out a lifetime anywhere, `'static` included.
pub(super) fn mentions_lifetime(ty: &Type) -> bool {
    struct Search(bool);
    impl<'ast> Visit<'ast> for Search {
        fn visit_type_reference(&mut self, _: &'ast TypeReference) {
            self.0 = true;
        }

        fn visit_lifetime(&mut self, _: &'ast Lifetime) {
            self.0 = true;
        }
    }
    let mut search = Search(false);
    search.visit_type(ty);
    search.0
}
