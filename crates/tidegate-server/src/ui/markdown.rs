//! Markdown that runs have left, as HTML that does nothing but show text. Markup in it is text, links lead to pages only, and images of
//! other servers are links: what is not known to be harmless is not written.

use std::fmt::Write as _;

use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// The text as HTML.
pub(super) fn show(text: &str) -> Markup {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut page = String::with_capacity(text.len() * 2);
    let mut table = Table::default();
    // The ends of links that lead nowhere are not written either.
    let mut links = Vec::new();
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(tag) => start(&mut page, tag, &mut table, &mut links),
            Event::End(tag) => end(&mut page, tag, &table, &mut links),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                escape(&mut page, &text);
            }
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                page.push_str("<code>");
                escape(&mut page, &text);
                page.push_str("</code>");
            }
            Event::FootnoteReference(name) => escape(&mut page, &name),
            Event::SoftBreak => page.push('\n'),
            Event::HardBreak => page.push_str("<br>"),
            Event::Rule => page.push_str("<hr>"),
            Event::TaskListMarker(done) => page.push_str(if done { "☑ " } else { "☐ " }),
        }
    }
    html! { div.prose { (PreEscaped(page)) } }
}

/// Whether a link leads to a page: to one of the web, to one of this server, or to somebody's mail.
pub(super) fn leads_to_a_page(url: &str) -> bool {
    let plain = url.trim_start_matches(|c: char| c.is_whitespace() || c.is_control());
    let lower = plain.to_ascii_lowercase();
    let known = ["https://", "http://", "mailto:"].iter().any(|start| lower.starts_with(start));
    let here = lower.starts_with('#') || lower.starts_with('/') && !lower.starts_with("//");
    plain == url && (known || here && !lower.contains('\\'))
}

/// Where in a table one is.
#[derive(Default)]
struct Table {
    /// Which columns stand on the right.
    right: Vec<bool>,
    in_head: bool,
    /// How many cells of the row have begun.
    column: usize,
}

fn start(page: &mut String, tag: Tag<'_>, table: &mut Table, links: &mut Vec<bool>) {
    match tag {
        Tag::Paragraph => page.push_str("<p>"),
        Tag::Heading { level, .. } => drop(write!(page, "<{}>", heading(level))),
        Tag::BlockQuote(_) => page.push_str("<blockquote>"),
        Tag::CodeBlock(kind) => {
            page.push_str("<pre><code");
            if let CodeBlockKind::Fenced(language) = kind
                && !language.is_empty()
            {
                page.push_str(" data-language=\"");
                escape(page, &language);
                page.push('"');
            }
            page.push('>');
        }
        Tag::List(None) => page.push_str("<ul>"),
        Tag::List(Some(first)) => drop(write!(page, "<ol start=\"{first}\">")),
        Tag::Item => page.push_str("<li>"),
        Tag::Table(alignments) => {
            table.right = alignments.iter().map(|each| *each == Alignment::Right).collect();
            page.push_str("<table>");
        }
        Tag::TableHead => {
            (table.in_head, table.column) = (true, 0);
            page.push_str("<thead><tr>");
        }
        Tag::TableRow => {
            (table.in_head, table.column) = (false, 0);
            page.push_str("<tr>");
        }
        Tag::TableCell => {
            let right = table.right.get(table.column) == Some(&true);
            table.column += 1;
            page.push_str(if table.in_head { "<th" } else { "<td" });
            page.push_str(if right { " class=\"num right\">" } else { ">" });
        }
        Tag::Emphasis => page.push_str("<em>"),
        Tag::Strong => page.push_str("<strong>"),
        Tag::Strikethrough => page.push_str("<del>"),
        Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
            let leads = leads_to_a_page(&dest_url);
            links.push(leads);
            if leads {
                page.push_str("<a rel=\"noopener noreferrer nofollow\" href=\"");
                escape(page, &dest_url);
                page.push_str("\">");
            }
        }
        Tag::HtmlBlock
        | Tag::FootnoteDefinition(_)
        | Tag::DefinitionList
        | Tag::DefinitionListTitle
        | Tag::DefinitionListDefinition
        | Tag::Superscript
        | Tag::Subscript
        | Tag::MetadataBlock(_) => {}
    }
}

fn end(page: &mut String, tag: TagEnd, table: &Table, links: &mut Vec<bool>) {
    match tag {
        TagEnd::Paragraph => page.push_str("</p>"),
        TagEnd::Heading(level) => drop(write!(page, "</{}>", heading(level))),
        TagEnd::BlockQuote(_) => page.push_str("</blockquote>"),
        TagEnd::CodeBlock => page.push_str("</code></pre>"),
        TagEnd::List(false) => page.push_str("</ul>"),
        TagEnd::List(true) => page.push_str("</ol>"),
        TagEnd::Item => page.push_str("</li>"),
        TagEnd::Table => page.push_str("</table>"),
        TagEnd::TableHead => page.push_str("</tr></thead>"),
        TagEnd::TableRow => page.push_str("</tr>"),
        TagEnd::TableCell => page.push_str(if table.in_head { "</th>" } else { "</td>" }),
        TagEnd::Emphasis => page.push_str("</em>"),
        TagEnd::Strong => page.push_str("</strong>"),
        TagEnd::Strikethrough => page.push_str("</del>"),
        TagEnd::Link | TagEnd::Image => {
            if links.pop() == Some(true) {
                page.push_str("</a>");
            }
        }
        TagEnd::HtmlBlock
        | TagEnd::FootnoteDefinition
        | TagEnd::DefinitionList
        | TagEnd::DefinitionListTitle
        | TagEnd::DefinitionListDefinition
        | TagEnd::Superscript
        | TagEnd::Subscript
        | TagEnd::MetadataBlock(_) => {}
    }
}

const fn heading(level: HeadingLevel) -> &'static str {
    match level {
        HeadingLevel::H1 => "h1",
        HeadingLevel::H2 => "h2",
        HeadingLevel::H3 => "h3",
        HeadingLevel::H4 => "h4",
        HeadingLevel::H5 => "h5",
        HeadingLevel::H6 => "h6",
    }
}

fn escape(page: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '"' => page.push_str("&quot;"),
            '\'' => page.push_str("&#39;"),
            _ => page.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn markdown_is_shown_as_people_know_it() {
        let text = "# Report\n\nOf **3** cities, see [the page](https://example.com/?a=1&b=2).\n\n| city | t |\n| --- | --: |\n| Rome | 20 |\n";
        expect![[r#"<div class="prose"><h1>Report</h1><p>Of <strong>3</strong> cities, see <a rel="noopener noreferrer nofollow" href="https://example.com/?a=1&amp;b=2">the page</a>.</p><table><thead><tr><th>city</th><th class="num right">t</th></tr></thead><tr><td>Rome</td><td class="num right">20</td></tr></table></div>"#]]
        .assert_eq(&show(text).into_string());
    }

    #[test]
    fn nothing_in_markdown_runs() {
        let payloads = [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "a <b onclick=alert(1)>b</b>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](\tjavascript:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "[x](//evil.example)",
            "![x](javascript:alert(1))",
            "![x](https://evil.example/pixel.png)",
            "<https://a.example/\"onmouseover=\"alert(1)>",
            "[x](https://a.example/\"onmouseover=\"alert(1))",
            "```\"><script>alert(1)</script>\nx\n```",
            "[x]: javascript:alert(1)\n\n[x]",
            "[x](vbscript:msgbox)",
            "[x](/\\evil.example)",
        ];
        for payload in payloads {
            let page = show(payload).into_string();
            let lower = page.to_ascii_lowercase();
            for wrong in [
                "<script",
                "<img",
                "<b ",
                "href=\"javascript",
                "href=\"data",
                "href=\"//",
                "href=\"vb",
                "\"onmouse",
                "href=\"/\\",
            ] {
                assert!(!lower.contains(wrong), "{payload} became {page}");
            }
        }
    }
}
