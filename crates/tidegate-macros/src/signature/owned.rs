//! The signature of a call that owns its data: every lifetime is `'static`, and what was `impl Trait` has a name. It never judges.

use std::collections::BTreeSet;

use quote::format_ident;
use syn::visit_mut::{self, VisitMut};
use syn::{GenericParam, Generics, Ident, Lifetime, Type, TypeParam, TypeParamBound, parse_quote};

use super::Shape;

/// See the module.
pub(crate) struct Owned {
    /// The user's generics without lifetimes, and one more for each `impl Trait`.
    pub generics: Generics,
    /// Each argument with its type.
    pub arguments: Vec<(Ident, Type)>,
    /// What the call gives.
    pub output: Type,
    /// The user's own type and const parameters, for the function that describes a call.
    pub given: Vec<Ident>,
}

impl Owned {
    /// The owned form of a free function.
    pub(crate) fn of(shape: &Shape) -> Self {
        let mut statics = Statics { lifetimes: BTreeSet::new(), params: Vec::new() };
        let mut generics = shape.generics.clone();
        for lifetime in generics.lifetimes() {
            statics.lifetimes.insert(lifetime.lifetime.to_string());
        }
        let given = generics.params.iter().filter_map(|param| match param {
            GenericParam::Lifetime(_) => None,
            GenericParam::Type(param) => Some(param.ident.clone()),
            GenericParam::Const(param) => Some(param.ident.clone()),
        });
        let given = given.collect();
        generics.params = generics
            .params
            .into_iter()
            .filter(|param| !matches!(param, GenericParam::Lifetime(_)))
            .collect();
        statics.visit_generics_mut(&mut generics);
        let arguments = shape.arguments.iter().map(|argument| {
            let mut ty = argument.named.clone();
            statics.visit_type_mut(&mut ty);
            (argument.ident.clone(), ty)
        });
        let arguments = arguments.collect();
        let mut output = shape.output.ty.clone();
        statics.visit_type_mut(&mut output);
        generics.params.extend(statics.params.into_iter().map(GenericParam::Type));
        Self { generics, arguments, output, given }
    }
}

struct Statics {
    /// Every lifetime of the signature.
    lifetimes: BTreeSet<String>,
    /// A parameter for each `impl Trait` so far.
    params: Vec<TypeParam>,
}

impl VisitMut for Statics {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if self.lifetimes.contains(&lifetime.to_string()) {
            *lifetime = Lifetime::new("'static", lifetime.apostrophe);
        }
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        let inner = if let Type::Paren(paren) = &*ty { &*paren.elem } else { &*ty };
        if let Type::ImplTrait(impl_trait) = inner {
            let name = format_ident!("__TidegateT{}", self.params.len());
            let bounds = impl_trait.bounds.clone();
            let is_bound = |bound: &TypeParamBound| !matches!(bound, TypeParamBound::Lifetime(_));
            let bounds: Vec<_> = bounds.into_iter().filter(is_bound).collect();
            self.params.push(parse_quote!(#name: #(#bounds +)* 'static));
            *ty = parse_quote!(#name);
        }
    }
}
