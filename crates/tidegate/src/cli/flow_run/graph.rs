//! `flow-run graph`: the graph of a flow run, in the terminal or in a language that other programs draw.

use clap::{Args, ValueEnum};
use tidegate_core::RunKind;
use tidegate_core::graph::TextLine;

use crate::cli::failure::Done;
use crate::cli::find;
use crate::cli::output::{Output, Tone};
use crate::cli::session::Session;

/// Draw what a flow run has called, what came after what, and what became of it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate flow-run graph brave-otter
  $ tidegate flow-run graph brave-otter --format svg > graph.svg
  $ tidegate flow-run graph brave-otter --all    with each run of a task by itself, however many")]
pub(in crate::cli) struct Graph {
    /// Its name, its id, or the beginning of its id
    #[arg(value_name = "RUN")]
    run: String,
    /// How it is drawn: text, mermaid, dot or svg
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, hide_possible_values = true)]
    format: Drawing,
    /// Draw every run, also where there are many of one task
    #[arg(short, long)]
    all: bool,
}

/// How a graph is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Drawing {
    /// For the terminal.
    #[default]
    Text,
    /// A Mermaid flowchart, which Markdown viewers draw.
    Mermaid,
    /// A DOT file, which Graphviz draws.
    Dot,
    /// An SVG image, along the time.
    Svg,
}

impl Graph {
    pub(super) async fn run(self, session: &Session) -> Done {
        let engine = session.engine()?;
        let run = find::run(engine, RunKind::Flow, &self.run).await?;
        let mut graph = engine.graph(run.id).await?;
        if self.all {
            graph = graph.folding_over(usize::MAX);
        }
        let output = session.output();
        if output.is_json() {
            return output.json(&graph);
        }
        match self.format {
            Drawing::Text => output.write(
                &graph.text_lines().iter().map(|line| drawn(line, output)).collect::<String>(),
            ),
            Drawing::Mermaid => output.write(&graph.to_mermaid()),
            Drawing::Dot => output.write(&graph.to_dot()),
            Drawing::Svg => output.write(&graph.to_svg()),
        }
    }
}

/// A line that fits the width, in colour if there is any.
fn drawn(line: &TextLine, output: &Output) -> String {
    let rails = line.before.chars().count() + line.after.chars().count() + 2;
    let room = output.width.map_or(usize::MAX, |width| usize::from(width).saturating_sub(rails));
    let label = if line.label.chars().count() > room {
        line.label.chars().take(room.saturating_sub(1)).chain(['…']).collect()
    } else {
        line.label.clone()
    };
    let sign = line.state_type.map_or_else(
        || line.sign.to_owned(),
        |state_type| output.toned(line.sign, Tone::of_state(state_type)),
    );
    let space = if line.label.is_empty() { "" } else { " " };
    let text = format!("{}{sign}{}{space}{label}", line.before, line.after);
    format!("{}\n", text.trim_end())
}
