//! The tables that are printed at the end.

/// A table of figures with a ratio as its last column.
pub(crate) struct Table {
    title: String,
    columns: Vec<String>,
    rows: Vec<String>,
}

impl Table {
    pub(crate) fn new(title: &str, columns: &[String]) -> Self {
        Self { title: title.to_owned(), columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row: its figures as they are shown, and what one is to the other.
    pub(crate) fn row(&mut self, name: &str, figures: &[String], ratio: Option<f64>) {
        let ratio = ratio.map_or_else(nothing, |ratio| format!("{ratio:.1}x"));
        self.rows.push(format!("| {name} | {} | {ratio} |", figures.join(" | ")));
    }

    pub(crate) fn print(&self) {
        let Self { title, columns, rows } = self;
        println!(
            "\n| {title} | {} |\n| --- |{}",
            columns.join(" | "),
            " --- |".repeat(columns.len())
        );
        rows.iter().for_each(|row| println!("{row}"));
    }
}

/// A figure with as many digits as mean something, or that there is none.
pub(crate) fn shown(figure: Option<f64>, unit: &str) -> String {
    figure.map_or_else(nothing, |figure| match figure {
        large if large >= 100.0 => format!("{large:.0}{unit}"),
        middle if middle >= 10.0 => format!("{middle:.1}{unit}"),
        small => format!("{small:.2}{unit}"),
    })
}

/// As [`shown`], of seconds, in the unit that suits.
pub(crate) fn time(seconds: Option<f64>) -> String {
    match seconds {
        Some(seconds) if seconds < 1e-3 => shown(Some(seconds * 1e6), " us"),
        Some(seconds) if seconds < 1.0 => shown(Some(seconds * 1e3), " ms"),
        seconds => shown(seconds, " s"),
    }
}

fn nothing() -> String {
    "-".to_owned()
}
