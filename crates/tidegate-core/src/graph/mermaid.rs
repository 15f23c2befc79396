//! A graph as a Mermaid flowchart. Names are data: whatever they hold, they end up as text.

use std::fmt::Write as _;

use super::{Edge, EdgeKind, Graph, Node, Point, mark};

/// See the module.
pub(super) fn draw(graph: &Graph) -> String {
    let mut text = String::from("flowchart LR\n");
    let families = graph.families();
    draw_family(&mut text, graph, &families, graph.nodes.len(), 1);
    for joint in 0..graph.joints {
        let _ = writeln!(text, "    j{joint}(( )):::joint");
    }
    for Edge { from, to, kind } in &graph.edges {
        let arrow = match (kind, to) {
            (EdgeKind::Data, Point::Node(_)) => "-->",
            (EdgeKind::Data, Point::Joint(_)) => "---",
            (EdgeKind::Order, Point::Node(_)) => "-.->",
            (EdgeKind::Order, Point::Joint(_)) => "-.-",
        };
        let _ = writeln!(text, "    {} {arrow} {}", id(*from), id(*to));
    }
    for mark in mark::used(graph) {
        let (class, color) = (mark.class, mark.light);
        let _ =
            writeln!(text, "    classDef {class} fill:{color}22,stroke:{color},stroke-width:2px");
    }
    if graph.joints > 0 {
        text.push_str("    classDef joint fill:#5b6270,stroke:#5b6270\n");
    }
    text
}

/// The calls that were made in one node. One that calls were made in holds them.
fn draw_family(text: &mut String, graph: &Graph, families: &[Vec<usize>], of: usize, depth: usize) {
    let indent = "    ".repeat(depth);
    for index in &families[of] {
        let node = &graph.nodes[*index];
        let (label, class) = (label(node), mark::of(node).class);
        if families[*index].is_empty() {
            let _ = writeln!(text, "{indent}n{index}[\"{label}\"]:::{class}");
            continue;
        }
        let _ = writeln!(text, "{indent}subgraph n{index}[\"{label}\"]");
        draw_family(text, graph, families, *index, depth + 1);
        let _ = writeln!(text, "{indent}end\n{indent}class n{index} {class}");
    }
}

fn id(point: Point) -> String {
    match point {
        Point::Node(node) => format!("n{node}"),
        Point::Joint(joint) => format!("j{joint}"),
    }
}

fn label(node: &Node) -> String {
    let mut label = String::new();
    let sign = mark::of(node).sign;
    if !sign.is_empty() {
        let _ = write!(label, "{sign} ");
    }
    escape(&node.label(), &mut label);
    if let Some(remark) = mark::remark(node) {
        label.push_str("<br>");
        escape(&remark, &mut label);
    }
    label
}

/// Letters, digits and what means nothing to Mermaid or to HTML stay; everything else becomes the number of the character.
fn escape(text: &str, into: &mut String) {
    for character in text.chars() {
        match character {
            '-' | '_' | ' ' | ',' | '/' | '×' => into.push(character),
            _ if character.is_alphanumeric() => into.push(character),
            _ if character.is_control() => into.push(' '),
            _ => {
                let _ = write!(into, "#{};", u32::from(character));
            }
        }
    }
}
