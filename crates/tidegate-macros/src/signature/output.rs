//! What a call gives: the `T` of `TaskCall<'_, T>`. It never resolves an alias; what is named `Result` is a result.

use syn::visit::{self, Visit};
use syn::visit_mut::VisitMut;
use syn::{GenericArgument, Lifetime, PathArguments, ReturnType, Type, TypeImplTrait, parse_quote};

use super::lifetimes::{Elision, borrows};

/// What a call gives.
pub(crate) struct Output {
    /// What the caller gets when all went well.
    pub ty: Type,
    /// The whole return type, where it is named `Result`.
    pub result: Option<Type>,
}

impl Output {
    pub(super) fn of(written: &ReturnType) -> Self {
        match written {
            ReturnType::Default => Self { ty: parse_quote!(()), result: None },
            ReturnType::Type(_, ty) => success(ty).map_or_else(
                || Self { ty: (**ty).clone(), result: None },
                |success| Self { ty: success, result: Some((**ty).clone()) },
            ),
        }
    }

    /// Whether what a call gives holds a reference, or a lifetime that may end.
    pub(crate) fn borrows(&self) -> bool {
        borrows(&self.ty)
    }

    /// The usual elision: one lifetime wherever the output leaves lifetimes out.
    pub(super) fn elide(&mut self, lifetime: Lifetime) {
        let mut elision = Elision(lifetime);
        elision.visit_type_mut(&mut self.ty);
        if let Some(result) = &mut self.result {
            elision.visit_type_mut(result);
        }
    }
}

/// The first type argument of a type named `Result`.
fn success(ty: &Type) -> Option<Type> {
    match ty {
        Type::Group(group) => success(&group.elem),
        Type::Paren(paren) => success(&paren.elem),
        Type::Path(path) => {
            let last = path.path.segments.last().filter(|segment| segment.ident == "Result")?;
            let PathArguments::AngleBracketed(arguments) = &last.arguments else {
                return Some(parse_quote!(()));
            };
            let first = arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty.clone()),
                _ => None,
            });
            Some(first.unwrap_or_else(|| parse_quote!(())))
        }
        _ => None,
    }
}

/// The first `impl Trait` inside a type.
pub(super) fn has_impl_trait(ty: &Type) -> Option<&TypeImplTrait> {
    struct Search<'ast>(Option<&'ast TypeImplTrait>);
    impl<'ast> Visit<'ast> for Search<'ast> {
        fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
            self.0.get_or_insert(ty);
            visit::visit_type_impl_trait(self, ty);
        }
    }
    let mut search = Search(None);
    search.visit_type(ty);
    search.0
}
