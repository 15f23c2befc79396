//! A graph in Graphviz's language. Names are data: they stand in quotes, and nothing in them is read as a command.

use std::fmt::Write as _;

use super::{Edge, EdgeKind, Graph, Node, Point, mark};

/// See the module.
pub(super) fn draw(graph: &Graph) -> String {
    let title = quoted(&graph.flow_run.label());
    let mut text = format!("digraph {title} {{\n");
    text.push_str("    rankdir=LR; compound=true; label=");
    text.push_str(&title);
    text.push_str("; labelloc=t; fontname=\"sans-serif\";\n");
    text.push_str("    node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\", fontsize=11, penwidth=1.5];\n");
    text.push_str("    edge [color=\"#5b6270\", arrowsize=0.7];\n");
    let families = graph.families();
    draw_family(&mut text, graph, &families, graph.nodes.len(), 1);
    for joint in 0..graph.joints {
        let _ = writeln!(text, "    j{joint} [shape=point, width=0.08, color=\"#5b6270\"];");
    }
    for edge in &graph.edges {
        draw_edge(&mut text, edge, &families);
    }
    text.push_str("}\n");
    text
}

/// The calls that were made in one node. One that calls were made in is a cluster, in which it is a node too, for its edges.
fn draw_family(text: &mut String, graph: &Graph, families: &[Vec<usize>], of: usize, depth: usize) {
    let indent = "    ".repeat(depth);
    for index in &families[of] {
        let node = &graph.nodes[*index];
        let color = mark::of(node).light;
        let holds = !families[*index].is_empty();
        let inner = if holds { "    " } else { "" };
        if holds {
            let _ = writeln!(text, "{indent}subgraph cluster_n{index} {{");
            let _ = writeln!(text, "{indent}    style=rounded; color=\"{color}\"; label=\"\";");
        }
        let _ = writeln!(
            text,
            "{indent}{inner}n{index} [label={}, color=\"{color}\", fillcolor=\"{color}22\"];",
            quoted(&label(node))
        );
        if holds {
            draw_family(text, graph, families, *index, depth + 1);
            let _ = writeln!(text, "{indent}}}");
        }
    }
}

fn draw_edge(text: &mut String, edge: &Edge, families: &[Vec<usize>]) {
    let Edge { from, to, kind } = edge;
    let mut attributes = Vec::new();
    if *kind == EdgeKind::Order {
        attributes.push("style=dashed".to_owned());
    }
    match to {
        Point::Joint(_) => attributes.push("arrowhead=none".to_owned()),
        Point::Node(node) if !families[*node].is_empty() => {
            attributes.push(format!("lhead=cluster_n{node}"));
        }
        Point::Node(_) => {}
    }
    if let Point::Node(node) = from
        && !families[*node].is_empty()
    {
        attributes.push(format!("ltail=cluster_n{node}"));
    }
    let attributes = attributes.join(", ");
    let attributes = if attributes.is_empty() { attributes } else { format!(" [{attributes}]") };
    let _ = writeln!(text, "    {} -> {}{attributes};", id(*from), id(*to));
}

fn id(point: Point) -> String {
    match point {
        Point::Node(node) => format!("n{node}"),
        Point::Joint(joint) => format!("j{joint}"),
    }
}

fn label(node: &Node) -> String {
    let sign = mark::of(node).sign;
    let space = if sign.is_empty() { "" } else { " " };
    let label = format!("{sign}{space}{}", node.label());
    match mark::remark(node) {
        Some(remark) => format!("{label}\n{remark}"),
        None => label,
    }
}

/// A text in quotes, in which a backslash is one and a new line is one.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            _ if character.is_control() => quoted.push(' '),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
