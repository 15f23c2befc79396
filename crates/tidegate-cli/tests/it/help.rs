//! Help, short and long.

use expect_test::expect;

use crate::{Call, check};

#[test]
fn help_is_short_and_long() {
    check("-h", &expect![[r#""#]]);
    check("--help", &expect![[r#""#]]);
    check("flow-run -h", &expect![[r#""#]]);
    check("flow-run ls -h", &expect![[r#""#]]);
    check("flow-run ls --help", &expect![[r#""#]]);
}

#[test]
fn help_needs_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let (_, output) = Call::within(folder.path().to_owned(), "flow-run ls --help").output();
    assert!(output.status.success());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn shells_complete_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let (script, output) = Call::new(&format!("completions {shell}")).output();
        assert!(output.status.success());
        assert!(script.contains("flow-run") && script.contains("state-type"), "{shell}");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    let (_, output) = Call::new(&format!("man {}", pages.display())).output();
    assert!(output.status.success());
    let page = std::fs::read_to_string(pages.join("tidegate-flow-run-ls.1")).unwrap();
    assert!(page.contains("newest first"), "{page}");
}
