//! The style sheet of a drawing. Colours are said for light ground and again for dark; shapes never depend on it.

use std::fmt::Write as _;

use super::super::{Graph, mark};

const LIGHT: &str = "
text{font:12px system-ui,sans-serif;fill:#1b1f24}
.ground{fill:#fff}
.title{font-size:15px;font-weight:600}
.tick{font-size:11px;fill:#5b6270;text-anchor:middle}
.key{font-size:11px;fill:#5b6270}
.guide{stroke:#e6e9ee;fill:none}
.now{stroke:#1d5fd1;stroke-dasharray:2 3;fill:none}
.frame{fill:#5b6270;fill-opacity:.05;stroke:#c3c9d2}
.data,.order{fill:none;stroke:#7d8694;stroke-width:1.3;stroke-opacity:.75}
.order{stroke-dasharray:4 3}
.joint,.arrow{fill:#7d8694}
.bar{stroke-width:1.2}
.in{fill:#fff}
.mark *{fill:none;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
.mark.in *{stroke:#fff}
g.hollow .bar{fill:#fff;stroke-dasharray:3 2}
g.call .bar{stroke-dasharray:none}
.halo{fill:#fff;stroke:#fff;stroke-width:3px}
";

const DARK: &str = "
text{fill:#e8eaee}
.ground{fill:#12161c}
.tick,.key{fill:#9aa3b2}
.guide{stroke:#232a34}
.frame{stroke:#3a4350}
.data,.order{stroke:#7f8a9a}
.joint,.arrow{fill:#7f8a9a}
.in{fill:#12161c}
.mark.in *{stroke:#12161c}
g.hollow .bar{fill:#12161c}
.halo{fill:#12161c;stroke:#12161c}
";

/// Writes the style sheet that this graph needs.
pub(super) fn write_style(svg: &mut String, graph: &Graph) {
    svg.push_str("<style>");
    svg.push_str(LIGHT);
    let looks = mark::used(graph);
    let members = graph.nodes.iter().filter_map(|node| node.group.as_ref());
    let mut members: Vec<_> = members.flat_map(|group| group.states.iter().map(|s| s.0)).collect();
    members.sort_unstable();
    members.dedup();
    let looks: Vec<_> = looks.into_iter().chain(members.into_iter().map(mark::of_state)).collect();
    for look in &looks {
        colors(svg, look.class, look.light);
    }
    svg.push_str("@media (prefers-color-scheme:dark){");
    svg.push_str(DARK);
    for look in &looks {
        colors(svg, look.class, look.dark);
    }
    svg.push_str("}</style>\n");
}

/// Writes the head of arrows.
pub(super) fn write_arrow(svg: &mut String) {
    svg.push_str(
        "<defs><marker id=\"arrow\" viewBox=\"0 0 6 6\" refX=\"5.5\" refY=\"3\" markerWidth=\"6\" markerHeight=\"6\" \
         orient=\"auto\"><path class=\"arrow\" d=\"M0 0 6 3 0 6z\"/></marker></defs>\n",
    );
}

fn colors(svg: &mut String, class: &str, color: &str) {
    let _ = writeln!(
        svg,
        ".{class} .bar{{fill:{color};stroke:{color}}}.{class} .mark.out *,.{class} .mark.on *{{stroke:{color}}}.{class}.hollow .bar{{stroke:{color}}}\
         .share.{class}{{fill:{color}}}"
    );
}
