//! Sheets: what is known of one thing, a line for each part of it.

use unicode_width::UnicodeWidthStr;

use super::{Output, Tone, plain};

/// See the module. Built a line at a time; what is absent is left out.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct Sheet {
    lines: Vec<Line>,
}

#[derive(Clone, Debug)]
enum Line {
    Part { name: &'static str, value: String, tone: Option<Tone> },
    Heading(&'static str),
    Text(String),
}

impl Sheet {
    pub(in crate::cli) fn new() -> Self {
        Self::default()
    }

    /// A part.
    pub(in crate::cli) fn line(self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.push(Line::Part { name, value: plain(value.as_ref()), tone: None })
    }

    /// A part in a tone.
    pub(in crate::cli) fn toned(
        self,
        name: &'static str,
        value: impl AsRef<str>,
        tone: Tone,
    ) -> Self {
        self.push(Line::Part { name, value: plain(value.as_ref()), tone: Some(tone) })
    }

    /// A part that may be absent.
    pub(in crate::cli) fn maybe(self, name: &'static str, value: Option<impl AsRef<str>>) -> Self {
        match value {
            Some(value) => self.line(name, value),
            None => self,
        }
    }

    /// What the following is about, after an empty line.
    pub(in crate::cli) fn heading(self, heading: &'static str) -> Self {
        self.push(Line::Heading(heading))
    }

    /// Text under a heading.
    pub(in crate::cli) fn text(self, text: impl AsRef<str>) -> Self {
        self.push(Line::Text(plain(text.as_ref())))
    }

    fn push(mut self, line: Line) -> Self {
        self.lines.push(line);
        self
    }

    pub(in crate::cli) fn draw(self, output: &Output) -> String {
        let names = self.lines.iter().filter_map(|line| match line {
            Line::Part { name, .. } => Some(name.width()),
            Line::Heading(_) | Line::Text(_) => None,
        });
        let width = names.max().unwrap_or_default();
        let mut text = String::new();
        for line in self.lines {
            match line {
                Line::Part { name, value, tone } => {
                    let space = " ".repeat(width - name.width() + 2);
                    let name = output.toned(name, Tone::Heading);
                    // What goes on in the next line stands under its beginning.
                    let value = value.replace('\n', &format!("\n{}", " ".repeat(width + 2)));
                    let value = tone.map_or(value.clone(), |tone| output.toned(&value, tone));
                    text.push_str(&format!("{name}{space}{value}\n"));
                }
                Line::Heading(heading) => {
                    text.push_str(&format!("\n{}\n", output.toned(heading, Tone::Heading)));
                }
                Line::Text(lines) => {
                    lines.lines().for_each(|line| text.push_str(&format!("  {line}\n")));
                }
            }
        }
        text
    }
}
