//! Changes of the text of `profiles.toml` that leave the rest of it, comments included, as it is. Each knows one way to write a thing;
//! whoever calls it looks whether the text says afterwards what it should.

use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

/// A line that says a value.
pub(super) fn line(name: &str, value: &str) -> String {
    format!("{name} = {}\n", quoted(value))
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control.is_control() => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(control)));
            }
            other => quoted.push(other),
        }
    }
    quoted + "\""
}

/// Adds lines at the end, after an empty line.
pub(super) fn append(text: &str, lines: &str) -> String {
    let text = text.trim_end();
    let gap = if text.is_empty() { "" } else { "\n\n" };
    format!("{text}{gap}{lines}")
}

/// Has the file say which profile is active: on this line, or in a new one before all others.
pub(super) fn activate(text: &str, on_line: Option<usize>, name: &str) -> String {
    let new = line("active", name);
    match on_line {
        Some(number) => lines(text)
            .enumerate()
            .map(|(i, line)| if i + 1 == number { &*new } else { line })
            .collect(),
        None if text.is_empty() => new,
        None => format!("{new}\n{text}"),
    }
}

/// Puts another value in the place of one. Its quotes may be outside of the place that the parser gives.
pub(super) fn replace(text: &str, at: Range<usize>, value: &str) -> String {
    let (mut start, mut end) = (at.start, at.end);
    let bytes = text.as_bytes();
    let quote = start.checked_sub(1).map(|before| bytes[before]);
    if let Some(quote @ (b'"' | b'\'')) = quote
        && bytes.get(end) == Some(&quote)
    {
        (start, end) = (start - 1, end + 1);
    }
    let (before, after) = (text.get(..start).unwrap_or(text), text.get(end..).unwrap_or_default());
    format!("{before}{}{after}", quoted(value))
}

/// Puts a line behind the head of the section of a profile.
pub(super) fn insert(text: &str, profile: &str, new: &str) -> String {
    let mut changed = String::new();
    for line in lines(text) {
        changed.push_str(line);
        if head(line) == Some(profile) {
            if !line.ends_with('\n') {
                changed.push('\n');
            }
            changed.push_str(new);
        }
    }
    changed
}

/// Leaves out the line that this place is on.
pub(super) fn remove_line(text: &str, place: usize) -> String {
    let mut start = 0;
    lines(text)
        .filter(|line| {
            let here = start..start + line.len();
            start = here.end;
            !here.contains(&place)
        })
        .collect()
}

/// Leaves out the sections of a profile.
pub(super) fn remove_sections(text: &str, profile: &str) -> String {
    let mut inside = false;
    let left: String = lines(text)
        .filter(|line| {
            if line.trim_start().starts_with('[') {
                inside = head(line).is_some_and(|name| is_of(name, profile));
            }
            !inside
        })
        .collect();
    match left.trim_end() {
        "" => String::new(),
        left => format!("{left}\n"),
    }
}

/// Gives the sections of a profile another name.
pub(super) fn rename_sections(text: &str, profile: &str, new: &str) -> String {
    lines(text)
        .map(|line| match head(line).filter(|name| is_of(name, profile)) {
            Some(_) => line.replacen(&format!("profiles.{profile}"), &format!("profiles.{new}"), 1),
            None => line.to_owned(),
        })
        .collect()
}

/// Writes a file as a whole, for its owner alone.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = folder.join(name);
    let written = write_new(&temporary, text).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let _ = fs::remove_file(path);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// What stands behind `profiles.` in the head of a section, if this line is one.
fn head(line: &str) -> Option<&str> {
    let (name, _) = line.trim_start().strip_prefix('[')?.split_once(']')?;
    name.trim().strip_prefix("profiles.")
}

fn is_of(section: &str, profile: &str) -> bool {
    section.strip_prefix(profile).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The lines of a text, each with its end.
fn lines(text: &str) -> std::str::SplitInclusive<'_, char> {
    text.split_inclusive('\n')
}
