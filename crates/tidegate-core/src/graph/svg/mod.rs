//! A graph as an SVG image that stands alone: no scripts, no fonts, nothing that is fetched. It looks right on light and on dark ground.

mod columns;
mod lanes;
mod layout;
mod sheet;
mod text;

use std::fmt::Write as _;

use super::{Edge, EdgeKind, Graph, Node, Point, mark};
use layout::{BAR, Bar, Layout, MARGIN};
use text::{duration, escape};

/// Where the drawing begins, below the title and the times.
const TOP: f64 = 76.0;
/// The same where there are no times.
const TOP_WITHOUT_TIMES: f64 = 52.0;
/// What the legend takes.
const FOOT: f64 = 44.0;

/// See the module.
pub(super) fn draw(graph: &Graph) -> String {
    draw_with(graph, None)
}

/// A drawing as a part of a page: without a style sheet of its own, and with each node as a link to what `link` gives.
pub(super) fn draw_in_page(graph: &Graph, link: &Link<'_>) -> String {
    draw_with(graph, Some(link))
}

/// Where a node leads.
pub(super) type Link<'a> = dyn Fn(&Node) -> Option<String> + 'a;

fn draw_with(graph: &Graph, link: Option<&Link<'_>>) -> String {
    let mut layout = if graph.is_timed() { lanes::lay_out(graph) } else { columns::lay_out(graph) };
    let title = title(graph);
    let legend = legend(graph);
    let width = layout.width.max(text::width(&title) * 1.3 + 2.0 * MARGIN).max(legend.width);
    let top = if layout.ticks.is_empty() { TOP_WITHOUT_TIMES } else { TOP };
    layout.move_down(top);
    let bottom = top + layout.height;
    let height = bottom + FOOT;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-label=\"{}\">\n",
        escape(&title)
    );
    if link.is_none() {
        sheet::write_style(&mut svg, graph);
    }
    sheet::write_arrow(&mut svg);
    let _ = writeln!(svg, "<rect class=\"ground\" width=\"{width:.0}\" height=\"{height:.0}\"/>");
    let _ =
        writeln!(svg, "<text class=\"title\" x=\"{MARGIN}\" y=\"30\">{}</text>", escape(&title));
    draw_times(&mut svg, &layout, bottom);
    for bar in &layout.bars {
        if let Some(frame) = bar.frame {
            let _ = writeln!(
                svg,
                "<rect class=\"frame\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"8\"/>",
                frame.x, frame.y, frame.width, frame.height
            );
        }
    }
    for edge in &graph.edges {
        draw_edge(&mut svg, edge, &layout);
    }
    for (x, y) in &layout.joints {
        let _ = writeln!(svg, "<circle class=\"joint\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>");
    }
    for (node, bar) in graph.nodes.iter().zip(&layout.bars) {
        let leads = link.and_then(|link| link(node));
        if let Some(url) = &leads {
            let _ = write!(svg, "<a href=\"{}\">", escape(url));
        }
        draw_node(&mut svg, graph, node, bar);
        if leads.is_some() {
            svg.push_str("</a>\n");
        }
    }
    let _ = writeln!(
        svg,
        "<g class=\"legend\" transform=\"translate({MARGIN} {:.1})\">{}</g>\n</svg>",
        height - 22.0,
        legend.text
    );
    svg
}

/// What the image is of.
fn title(graph: &Graph) -> String {
    let mut title = graph.flow_run.label();
    if let Some(state) = &graph.flow_run.state {
        let _ = write!(title, " · {}", state.name);
    }
    if let Some(start) = graph.flow_run.start_time {
        let end = graph.flow_run.end_time.unwrap_or(graph.at);
        let _ = write!(title, " · {}", duration((end - start).to_std().unwrap_or_default()));
    }
    title
}

fn draw_times(svg: &mut String, layout: &Layout, bottom: f64) {
    for (x, label) in &layout.ticks {
        let _ = writeln!(
            svg,
            "<path class=\"guide\" d=\"M{x:.1} 58V{bottom:.1}\"/><text class=\"tick\" x=\"{x:.1}\" y=\"52\">{label}</text>"
        );
    }
    if let Some(x) = layout.now {
        let _ = writeln!(svg, "<path class=\"now\" d=\"M{x:.1} 58V{bottom:.1}\"/>");
    }
}

fn draw_node(svg: &mut String, graph: &Graph, node: &Node, bar: &Bar) {
    let look = mark::of(node);
    let y = bar.y;
    let _ = write!(svg, "<g class=\"{}{}\">", look.class, if bar.hollow { " hollow" } else { "" });
    let _ = write!(svg, "<title>{}</title>", escape(&tooltip(graph, node)));
    let _ = write!(
        svg,
        "<rect class=\"bar\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{BAR}\" rx=\"5\"/>",
        bar.x, bar.width
    );
    if bar.inside {
        draw_shares(svg, node, bar, y);
    }
    // The mark stands where the label does: in the bar, or to the right of it.
    let mut x = if bar.inside { bar.x + 6.0 } else { bar.x + bar.width + 4.0 };
    let place = match (bar.inside, bar.hollow) {
        (true, false) => "in",
        (true, true) => "on",
        (false, _) => "out",
    };
    if !look.shape.is_empty() {
        let _ = write!(
            svg,
            "<g class=\"mark {place}\" transform=\"translate({x:.1} {:.1})\">{}</g>",
            y + 5.0,
            look.shape
        );
        x += 15.0;
    }
    let (y, label) = (y + 15.0, escape(&bar.label));
    if !bar.inside {
        // A text of its own, since not everything that shows images draws the stroke of a text below its fill.
        let _ = write!(svg, "<text class=\"halo\" x=\"{x:.1}\" y=\"{y:.1}\">{label}</text>");
    }
    let _ = writeln!(svg, "<text class=\"{place}\" x=\"{x:.1}\" y=\"{y:.1}\">{label}</text></g>");
}

/// Of several runs, a strip of how many are in which state.
fn draw_shares(svg: &mut String, node: &Node, bar: &Bar, y: f64) {
    let Some(group) = node.group.as_ref().filter(|group| group.states.len() > 1) else { return };
    let mut x = bar.x;
    for (state_type, count) in &group.states {
        let width = bar.width * *count as f64 / group.count as f64;
        let _ = write!(
            svg,
            "<rect class=\"share {}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"3\"/>",
            mark::of_state(*state_type).class,
            y + BAR + 1.0
        );
        x += width;
    }
}

/// What is shown of a node on hover.
fn tooltip(graph: &Graph, node: &Node) -> String {
    let mut text = node.label();
    let remark = mark::remark(node);
    let plain = || node.state.as_ref().map(|state| state.name.to_string());
    if let Some(remark) = remark.or_else(plain) {
        let _ = write!(text, " · {remark}");
    }
    if let Some(start) = node.start_time {
        let end = node.end_time.unwrap_or(graph.at);
        let _ = write!(text, " · {}", duration((end - start).to_std().unwrap_or_default()));
    }
    text
}

fn draw_edge(svg: &mut String, edge: &Edge, layout: &Layout) {
    let (from, to) = (layout.leaving(edge.from), layout.entering(edge.to));
    let kind = match edge.kind {
        EdgeKind::Data => "data",
        EdgeKind::Order => "order",
    };
    let arrow = match edge.to {
        Point::Node(_) => " marker-end=\"url(#arrow)\"",
        Point::Joint(_) => "",
    };
    let bend = ((to.0 - from.0).abs() / 2.0).clamp(18.0, 90.0);
    let _ = writeln!(
        svg,
        "<path class=\"{kind}\" d=\"M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}\"{arrow}/>",
        from.0,
        from.1,
        from.0 + bend,
        from.1,
        to.0 - bend,
        to.1,
        to.0,
        to.1
    );
}

/// What the signs mean.
struct Legend {
    text: String,
    width: f64,
}

fn legend(graph: &Graph) -> Legend {
    let mut legend = Legend { text: String::new(), width: 0.0 };
    let mut x = 0.0;
    for look in mark::used(graph).into_iter().filter(|look| !look.shape.is_empty()) {
        let _ = write!(
            legend.text,
            "<g class=\"{}\"><g class=\"mark out\" transform=\"translate({x:.1} -10)\">{}</g></g>\
             <text class=\"key\" x=\"{:.1}\">{}</text>",
            look.class,
            look.shape,
            x + 16.0,
            look.word
        );
        x += 16.0 + text::width(look.word) + 18.0;
    }
    for (kind, word) in
        [(EdgeKind::Data, "was given its handle"), (EdgeKind::Order, "came after it")]
    {
        if !graph.edges.iter().any(|edge| edge.kind == kind) {
            continue;
        }
        let class = if kind == EdgeKind::Data { "data" } else { "order" };
        let _ = write!(
            legend.text,
            "<path class=\"{class}\" d=\"M{x:.1} -4h26\" marker-end=\"url(#arrow)\"/><text class=\"key\" x=\"{:.1}\">{word}</text>",
            x + 34.0
        );
        x += 34.0 + text::width(word) + 18.0;
    }
    legend.width = x + 2.0 * MARGIN;
    legend
}
