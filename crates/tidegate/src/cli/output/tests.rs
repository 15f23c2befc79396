//! Tables at three widths, colour, and how times are written.

use std::time::Duration;

use expect_test::{Expect, expect};
use tidegate_core::Timestamp;

use super::time::ago;
use super::{Cell, Column, Output, Sheet, Table, Tone, length, plain};
use crate::cli::options::Format;

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + chrono::TimeDelta::seconds(1_800_000_000 + seconds)
}

fn output(width: Option<u16>) -> Output {
    Output { format: Format::Text, width, colour: false, utc: true, now: at(0) }
}

fn table() -> Table {
    Table::new([
        Column::new("id").whole().spared(1),
        Column::new("flow"),
        Column::new("name"),
        Column::new("state").whole(),
        Column::new("when").whole().spared(2),
    ])
    .row([
        "0193a1f2-7c11-7abc-8def-0123456789ab".into(),
        "pipeline-with-a-long-name-that-goes-on".into(),
        "brave-otter".into(),
        Cell::toned("Completed", Tone::Good),
        "3 minutes ago".into(),
    ])
}

fn check(output: &Output, expected: &Expect) {
    let drawn = table().draw(output);
    if let Some(width) = output.width {
        let widest = drawn.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(usize::from(width)), "{drawn}");
    }
    expected.assert_eq(&drawn);
}

#[test]
fn a_wide_table_is_whole() {
    check(
        &output(Some(160)),
        &expect![[r#"
        ID                                    FLOW                                    NAME         STATE      WHEN
        0193a1f2-7c11-7abc-8def-0123456789ab  pipeline-with-a-long-name-that-goes-on  brave-otter  Completed  3 minutes ago
    "#]],
    );
}

#[test]
fn a_narrower_one_goes_on_in_the_next_line() {
    check(
        &output(Some(100)),
        &expect![[r#"
        ID                                    FLOW                     NAME         STATE      WHEN
        0193a1f2-7c11-7abc-8def-0123456789ab  pipeline-with-a-long-na  brave-otter  Completed  3 minutes ago
                                              me-that-goes-on
    "#]],
    );
}

#[test]
fn a_narrow_one_leaves_out_what_can_be_spared() {
    check(
        &output(Some(60)),
        &expect![[r#"
        FLOW                   NAME         STATE      WHEN
        pipeline-with-a-long-  brave-otter  Completed  3 minutes ago
        name-that-goes-on
    "#]],
    );
}

#[test]
fn in_a_file_nothing_is_left_out() {
    check(
        &output(None),
        &expect![[r#"
        ID                                    FLOW                                    NAME         STATE      WHEN
        0193a1f2-7c11-7abc-8def-0123456789ab  pipeline-with-a-long-name-that-goes-on  brave-otter  Completed  3 minutes ago
    "#]],
    );
}

#[test]
fn a_sheet_has_its_values_under_one_another() {
    let sheet = Sheet::new().line("Name", "brave-otter").line("Tags", "a\nb");
    let sheet = sheet.maybe("Absent", None::<&str>).heading("States").text("Running\nCompleted");
    expect![[r#"
        Name  brave-otter
        Tags  a
              b

        States
          Running
          Completed
    "#]]
    .assert_eq(&sheet.draw(&output(None)));
}

#[test]
fn times_that_are_near_are_told_by_how_long_ago_they_were() {
    let told = [0_i64, 5, 60, 3599, 7200, 86_400 * 3, 86_400 * 40, -90];
    let told: Vec<String> = told.iter().map(|past| ago(at(-past), at(0), true)).collect();
    expect![[r#"
        now
        5 seconds ago
        1 minute ago
        59 minutes ago
        2 hours ago
        3 days ago
        2026-12-06
        in 1 minute"#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn lengths_of_time_have_two_figures() {
    let lengths = [20, 18_000, 4_200_000, 200_000_000, 3_840_000_000, 100_000_000_000];
    let told: Vec<String> =
        lengths.iter().map(|micros| length(Duration::from_micros(*micros))).collect();
    expect![[r#"
        20µs
        18ms
        4.2s
        3m 20s
        1h 4m
        1d 3h"#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn names_cannot_command_the_terminal() {
    assert_eq!(plain("a\x1b[31mred\u{7}"), "a\u{fffd}[31mred\u{fffd}");
}
