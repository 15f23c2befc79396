//! Types as a person would write them.

use super::tokens;
use crate::text;

#[test]
fn types_are_written_as_they_were_read() {
    for source in [
        "f64",
        "&'a mut [u8; 3]",
        "Vec<Option<(u8, &str)>>",
        "HashMap<String, std::io::Result<()>>",
        "<T as Iterator>::Item",
        "Box<dyn Fn(u8, &'_ str) -> Result<(), E> + Send + 'static>",
        "impl for<'b> Of<'b, Item = &'b u8> + 'a",
        "fn(&str) -> &str",
        "*const u8",
        "Foo<-1>",
        "Foo<\"text\", 'c'>",
        "!",
        "::tidegate::Delays",
        "r#type",
    ] {
        assert_eq!(text::of(tokens(source)), source);
    }
}

#[test]
fn spaces_are_those_that_are_usual() {
    assert_eq!(text::of(tokens("Vec < & 'a mut Option < u8 > >")), "Vec<&'a mut Option<u8>>");
    assert_eq!(text::of(tokens("hooks :: notify")), "hooks::notify");
}
