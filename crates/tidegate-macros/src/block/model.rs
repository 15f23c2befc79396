//! A type of blocks that was checked. It never holds anything that cannot be written.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Expr, Fields, LitStr, parse_quote};

use super::name;
use super::options::Options;
use crate::errors::Errors;
use crate::model::{first_paragraph, literal};

/// Characters that Prefect's addresses and filters give a meaning.
const BANNED_IN_NAMES: &[char] = &['/', '%', '&', '<', '>'];

/// A checked type of blocks.
pub(super) struct Model<'a> {
    pub(super) ident: &'a Ident,
    /// The name people see.
    pub(super) name: Expr,
    pub(super) slug: Expr,
    pub(super) description: Option<Expr>,
    pub(super) options: Options,
}

impl<'a> Model<'a> {
    /// Checks a struct with its options; nothing comes of what cannot be a block.
    pub(super) fn check(
        input: &'a DeriveInput,
        options: Options,
        errors: &mut Errors,
    ) -> Option<Self> {
        let before = errors.count();
        check_shape(input, errors);
        let sound = errors.count() == before;
        let ident = &input.ident;
        let name = match options.text("name") {
            Some(name) => {
                check_name(name, errors);
                name.clone()
            }
            None => {
                let name = LitStr::new(&ident.unraw().to_string(), ident.span());
                parse_quote!(#name)
            }
        };
        let slug = slug(ident, &name, &options, errors);
        let description =
            options.text("description").cloned().or_else(|| first_paragraph(&input.attrs));
        sound.then_some(Self { ident, name, slug, description, options })
    }
}

fn check_shape(input: &DeriveInput, errors: &mut Errors) {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(_) => {}
            Fields::Unnamed(_) | Fields::Unit => errors.add(
                &input.ident,
                "a block is a struct with named fields, since its document is an object with fields: write `struct Name { .. }`",
            ),
        },
        Data::Enum(_) | Data::Union(_) => errors.add(
            &input.ident,
            "a block is a struct with named fields: make what varies a field of it",
        ),
    }
    if !input.generics.params.is_empty() {
        errors.add(
            &input.generics,
            "a block has no parameters: it is loaded by the slug of its type, which does not say what they were",
        );
    }
}

fn check_name(name: &Expr, errors: &mut Errors) {
    let Some(text) = literal(name) else { return };
    if text.value().trim().is_empty() {
        errors.add(text, "`name` is empty");
    }
    if let Some(banned) = text.value().chars().find(|c| BANNED_IN_NAMES.contains(c)) {
        errors.add(
            text,
            format_args!(
                "the name of a type of blocks cannot contain `{banned}`, nor any other of / % & < >"
            ),
        );
    }
}

/// The slug that was given, or that follows from the name.
fn slug(ident: &Ident, name: &Expr, options: &Options, errors: &mut Errors) -> Expr {
    if let Some(slug) = options.text("slug") {
        match literal(slug) {
            Some(text) if name::is_slug(&text.value()) => {}
            Some(text) => errors.add(
                text,
                "a slug has lower-case letters, digits and dashes, for example \"weather-service\"",
            ),
            None => errors.add(
                slug,
                "`slug` expects a text that is written here, for example `slug = \"weather-service\"`",
            ),
        }
        return slug.clone();
    }
    let (text, place) = match literal(name) {
        Some(name) => (name.value(), name.span()),
        None => (ident.unraw().to_string(), ident.span()),
    };
    let slug = name::slug(&text);
    if slug.is_empty() {
        errors.add(
            ident,
            format_args!("no slug comes of `{text}`: give one, for example `#[block(slug = \"weather-service\")]`"),
        );
    }
    let slug = LitStr::new(&slug, place);
    parse_quote!(#slug)
}
