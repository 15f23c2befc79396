//! What `#[derive(Block)]` emits, and each of its messages with its place.

use expect_test::{Expect, expect, expect_file};

use super::tokens;
use crate::block;
use crate::errors::Errors;

fn check(source: &str, expected: &Expect) {
    let mut errors = Errors::default();
    block::expand(tokens(source), &mut errors);
    expected.assert_eq(&errors.listed());
}

#[test]
fn a_struct_is_a_type_of_blocks() {
    let source = r#"
        /// Where the weather
        /// comes from.
        ///
        /// All of it.
        #[block(slug = "weather", logo_url = "https://example.com/logo.png", code_example = include_str!("example.rs"))]
        #[block(capabilities(Notify, ReadPath), protected)]
        pub struct WeatherService { url: String }
    "#;
    let file = syn::parse2(block::derive(tokens(source))).expect("what is emitted are items");
    expect_file!["../../tests/expanded/block.rs"].assert_eq(&prettyplease::unparse(&file));
}

#[test]
fn only_a_struct_with_named_fields_is_a_block() {
    check(
        "struct Pair(u32, u32);",
        &expect![[r#"
        Pair: a block is a struct with named fields, since its document is an object with fields: write `struct Name { .. }`
    "#]],
    );
    check(
        "struct Nothing;",
        &expect![[r#"
        Nothing: a block is a struct with named fields, since its document is an object with fields: write `struct Name { .. }`
    "#]],
    );
    check(
        "enum Either { A { a: u32 } }",
        &expect![[r#"
        Either: a block is a struct with named fields: make what varies a field of it
    "#]],
    );
    check(
        "struct Generic<'a, T> { a: &'a T }",
        &expect![[r#"
        <'a, T>: a block has no parameters: it is loaded by the slug of its type, which does not say what they were
    "#]],
    );
}

#[test]
fn every_mistake_in_the_options_is_told() {
    check(
        r#"
        #[block]
        #[block(slugg = "a", colour = "red", name = 5, slug, slug = "b", description = ["a"], protected = true, 7)]
        #[block(capabilities = Notify, logo_url("x"))]
        struct Weather { url: String }
        "#,
        &expect![[r##"
            #[block]: options of a block are written in brackets, for example `#[block(slug = "weather")]`
            slugg: `#[block]` has no option `slugg`; did you mean `slug` (what names the type in `slug/name`)?
            colour: `#[block]` has no option `colour`; its options are `name`, `slug`, `description`, `logo_url`, `documentation_url`, `code_example`, `capabilities`, `protected`
            name: `name` expects a text, for example `name = "Weather Service"`
            slug: `slug` expects a text, for example `slug = "weather-service"`
            slug: `slug` is given twice
            description: `description` expects a text, for example `description = "Where the weather comes from."`
            protected: `protected` expects no value, for example `protected`
            7: an option is written `name = value`, for example `slug = "weather-service"`
            capabilities: `capabilities` expects traits in brackets, for example `capabilities(Notify, ReadPath)`
            logo_url: `logo_url` expects a text, for example `logo_url = "https://example.com/logo.png"`
        "##]],
    );
    check(
        r#"
        #[block(capabilities(Notify, Notfy, Fly, Notify))]
        struct Weather { url: String }
        "#,
        &expect![[r#"
            Notfy: there is no capability `Notfy`; did you mean `Notify`?
            Fly: there is no capability `Fly`; there are `ReadPath`, `WritePath`, `Notify`, `RunJob`, `Credentials`
            Notify: `Notify` is given twice
        "#]],
    );
}

#[test]
fn names_and_slugs_can_stand_in_an_address() {
    check(
        r#"#[block(name = "a/b", slug = "A b")] struct Weather { url: String }"#,
        &expect![[r#"
        "a/b": the name of a type of blocks cannot contain `/`, nor any other of / % & < >
        "A b": a slug has lower-case letters, digits and dashes, for example "weather-service"
    "#]],
    );
    check(
        r#"#[block(name = " ", slug = SLUG)] struct Weather { url: String }"#,
        &expect![[r#"
        " ": `name` is empty
        SLUG: `slug` expects a text that is written here, for example `slug = "weather-service"`
    "#]],
    );
    check(
        r#"#[block(name = "天気")] struct Weather { url: String }"#,
        &expect![[r#"
        Weather: no slug comes of `天気`: give one, for example `#[block(slug = "weather-service")]`
    "#]],
    );
}
