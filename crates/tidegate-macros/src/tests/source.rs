//! The number of a source: what changes it, and that nothing else does.

use super::tokens;
use crate::source::number;

const SOURCE: &str = "async fn fetch<'a>(x: &'a [u32]) -> u32 { let y = x[0] + 1; println!(\"{y}\"); y.max('a' as u32) }";

fn of(source: &str) -> u128 {
    number(tokens(source))
}

/// A change of this is a change of the keys of cached results.
#[test]
fn it_is_the_same_in_every_build_and_version() {
    assert_eq!(of(""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
    assert_eq!(of(SOURCE), 301_366_929_393_258_825_785_607_589_973_927_304_047);
}

#[test]
fn spaces_and_comments_do_not_change_it() {
    let spaced =
        SOURCE.replace([' '], "\n  ").replace("let", "/* why */ let").replace('{', "{ // so\n");
    assert_ne!(spaced, SOURCE);
    let inside = spaced.replace("println!(\"{ // so\n", "println!(\"{");
    assert_eq!(of(&inside), of(SOURCE));
    assert_eq!(of("fn f() { /// Documented.\n struct S; }"), of("fn f() { struct S; }"));
}

#[test]
fn anything_else_changes_it() {
    for (from, to) in [
        ("x[0]", "x[1]"),
        ("+ 1", "- 1"),
        ("{y}\"", "{y} \""),
        ("-> u32", "-> u64"),
        ("x[0] + 1", "(x[0] + 1)"),
        ("async ", ""),
        ("'a' as", "'b' as"),
        ("<'a>", "<'b>"),
    ] {
        assert!(SOURCE.contains(from), "{from}");
        assert_ne!(of(&SOURCE.replacen(from, to, 1)), of(SOURCE), "{from}");
    }
    assert_ne!(of("a b"), of("ab"));
    assert_ne!(of("#[a] fn f() {}"), of("fn f() {}"));
}

/// What another macro put in comes in groups that nobody wrote.
#[test]
fn groups_without_brackets_do_not_count() {
    use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
    let group = Group::new(Delimiter::None, tokens("x + 1"));
    let grouped: TokenStream = [TokenTree::Group(group)].into_iter().collect();
    assert_eq!(number(grouped), of("x + 1"));
}
