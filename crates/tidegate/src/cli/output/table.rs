//! Tables. One fits the width of the terminal: columns that are said to be of less importance are left out, and what is still too long goes
//! on in the next line. Where there is no width, nothing is left out.

use comfy_table::{ColumnConstraint, ContentArrangement, Width, presets};
use unicode_width::UnicodeWidthStr;

use super::{Output, Tone, plain};

/// Space between two columns.
const GAP: u16 = 2;

/// A column whose text is longer than this may be made as narrow.
const NARROW: u16 = 14;

/// A column.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Column {
    name: &'static str,
    whole: bool,
    spared: Option<u8>,
    right: bool,
}

impl Column {
    pub(in crate::cli) const fn new(name: &'static str) -> Self {
        Self { name, whole: false, spared: None, right: false }
    }

    /// Its text never goes on in the next line: ids and times.
    pub(in crate::cli) const fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    /// It is left out where there is no room; the lowest number first.
    pub(in crate::cli) const fn spared(mut self, order: u8) -> Self {
        self.spared = Some(order);
        self
    }

    /// Its text stands at the right: numbers.
    pub(in crate::cli) const fn right(mut self) -> Self {
        self.right = true;
        self
    }
}

/// One text in a table.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Cell {
    text: String,
    tone: Option<Tone>,
}

impl Cell {
    /// A text in a tone.
    pub(in crate::cli) fn toned(text: &str, tone: Tone) -> Self {
        Self { tone: Some(tone), ..Self::from(text) }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self { text: plain(text), tone: None }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::from(&*text)
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::from(&**text)
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(in crate::cli) fn new(columns: impl Into<Vec<Column>>) -> Self {
        Self { columns: columns.into(), rows: Vec::new() }
    }

    /// One more row, with a cell for each column.
    pub(in crate::cli) fn row<const N: usize>(mut self, cells: [Cell; N]) -> Self {
        debug_assert_eq!(N, self.columns.len(), "a row has a cell for each column");
        self.rows.push(cells.into());
        self
    }

    pub(in crate::cli) fn draw(mut self, output: &Output) -> String {
        if let Some(width) = output.width {
            self.spare(width);
        }
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(
            self.columns
                .iter()
                .map(|column| Self::cell(&column.name.to_uppercase(), Some(Tone::Heading), output)),
        );
        for row in &self.rows {
            table.add_row(row.iter().map(|cell| Self::cell(&cell.text, cell.tone, output)));
        }
        if output.colour {
            table.enforce_styling()
        } else {
            table.force_no_tty()
        };
        match output.width {
            Some(width) => {
                table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width)
            }
            None => table.set_content_arrangement(ContentArrangement::Disabled),
        };
        let last = self.columns.len().saturating_sub(1);
        let least: Vec<u16> = (0..=last).map(|index| self.least(index)).collect();
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, if index == last { 0 } else { GAP }));
            let Some(described) = self.columns.get(index) else { continue };
            if described.right {
                column.set_cell_alignment(comfy_table::CellAlignment::Right);
            }
            column.set_constraint(if described.whole {
                ColumnConstraint::ContentWidth
            } else {
                let gap = if index == last { 0 } else { GAP };
                ColumnConstraint::LowerBoundary(Width::Fixed(least[index] + gap))
            });
        }
        let mut text = table.trim_fmt();
        text.push('\n');
        text
    }

    fn cell(text: &str, tone: Option<Tone>, output: &Output) -> comfy_table::Cell {
        use comfy_table::{Attribute, Color};
        let cell = comfy_table::Cell::new(text);
        let Some(tone) = tone.filter(|_| output.colour) else { return cell };
        match tone {
            Tone::Good => cell.fg(Color::DarkGreen),
            Tone::Bad => cell.fg(Color::DarkRed),
            Tone::Busy => cell.fg(Color::DarkCyan),
            Tone::Waiting => cell.fg(Color::DarkYellow),
            Tone::Quiet => cell.add_attribute(Attribute::Dim),
            Tone::Heading => cell.add_attribute(Attribute::Bold),
        }
    }

    /// Leaves columns out until the others fit, as narrow as they may be.
    fn spare(&mut self, width: u16) {
        loop {
            let columns = 0..self.columns.len();
            let gaps =
                GAP * u16::try_from(self.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
            let needed: u16 =
                columns.map(|index| self.least(index)).fold(gaps, u16::saturating_add);
            let spared = self.columns.iter().enumerate();
            let spared = spared
                .filter_map(|(index, column)| column.spared.map(|order| (order, index)))
                .min();
            let Some((_, index)) = spared.filter(|_| needed > width) else { return };
            self.columns.remove(index);
            self.rows.iter_mut().for_each(|row| {
                row.remove(index);
            });
        }
    }

    /// How narrow a column may be.
    fn least(&self, index: usize) -> u16 {
        let Some(column) = self.columns.get(index) else { return 0 };
        let cells = self.rows.iter().filter_map(|row| row.get(index));
        let lines = cells.flat_map(|cell| cell.text.lines()).map(UnicodeWidthStr::width);
        let widest = lines.chain([column.name.width()]).max().unwrap_or_default();
        let widest = u16::try_from(widest).unwrap_or(u16::MAX);
        if column.whole { widest } else { widest.min(NARROW) }
    }
}
