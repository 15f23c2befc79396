//! Blocks: the list of those that are saved, and the catalogue of types that one can be made of.

use maud::{Markup, html};
use tidegate_core::{BlockDocument, BlockSchema, BlockType, Timestamp};

use super::runs::first_line;
use crate::ui::part::{self, Pager};
use crate::ui::words::{self, encoded};

/// How many a page lists.
pub(in crate::ui) const PAGE: u64 = 50;

const FIRST: &str = "#[derive(Serialize, Deserialize, JsonSchema, Block)]\nstruct WeatherService {\n    url: String,\n    token: Secret<String>,\n}\n\nWeatherService { url, token }.save(\"home\").await?;";

/// Which blocks are listed.
#[derive(Clone, Debug, Default)]
pub(in crate::ui) struct Asked {
    /// What is in their names.
    pub(in crate::ui) name: String,
    /// The slug of their type.
    pub(in crate::ui) slug: String,
    /// What they can do.
    pub(in crate::ui) capability: String,
    pub(in crate::ui) offset: u64,
}

impl Asked {
    fn narrows(&self) -> bool {
        !(self.name.is_empty() && self.slug.is_empty() && self.capability.is_empty())
    }

    fn url(&self, from: u64) -> String {
        let Self { name, slug, capability, .. } = self;
        let [name, slug, capability] = [name, slug, capability].map(|text| encoded(text));
        format!("/blocks?q={name}&type={slug}&capability={capability}&from={from}")
    }
}

/// What the page of blocks shows.
#[derive(Debug)]
pub(in crate::ui) struct Blocks<'a> {
    pub(in crate::ui) asked: &'a Asked,
    pub(in crate::ui) blocks: &'a [BlockDocument],
    /// All types, to choose from and to name those of the blocks.
    pub(in crate::ui) types: &'a [BlockType],
    /// All that blocks can do, to choose from.
    pub(in crate::ui) capabilities: &'a [String],
    pub(in crate::ui) now: Timestamp,
}

/// The page of blocks.
pub(in crate::ui) fn list(page: &Blocks<'_>) -> Markup {
    let Blocks { asked, blocks, types, now, .. } = *page;
    html! {
        div.head {
            h1 { "Blocks" }
            span.tail { a.button.main href="/blocks/catalogue" { "New block" } }
        }
        @if blocks.is_empty() && !asked.narrows() && asked.offset == 0 {
            (part::empty("No blocks yet", "A block is a set of settings under a name, such as an address with its password, which code loads. Choose a type of the catalogue, or save one in code.", Some(FIRST)))
        } @else {
            (filters(page))
            @if blocks.is_empty() {
                (part::empty("No such block", "None that is saved is like this; leave some of it out.", None))
            } @else {
                div.wide {
                    table.folds {
                        thead { tr { th { "Block" } th { "Type" } th { "Updated" } } }
                        tbody {
                            @for block in blocks {
                                @let block_type = types.iter().find(|each| each.id == block.block_type_id);
                                tr {
                                    td.first { a.name href={ "/blocks/" (block.id) } { (block.name) } }
                                    td {
                                        @if let Some(each) = block_type {
                                            a href={ "/blocks?type=" (encoded(&each.slug)) } { (each.name) } " " span.soft.mono { (each.slug) }
                                        }
                                    }
                                    td.tight { (part::ago(now, block.updated)) }
                                }
                            }
                        }
                    }
                }
                (Pager { total: None, offset: asked.offset, here: blocks.len() as u64, size: PAGE, one: "block" }.show(|from| asked.url(from)))
            }
        }
    }
}

fn filters(page: &Blocks<'_>) -> Markup {
    let Blocks { asked, types, capabilities, .. } = *page;
    html! {
        form.filters role="search" aria-label="Filter blocks" action="/blocks" {
            label.grow { "Name" input name="q" value=(asked.name) placeholder="any" autocomplete="off"; }
            label {
                "Type"
                select name="type" data-at-once {
                    option value="" { "any" }
                    @for each in types { option value=(each.slug) selected[each.slug == asked.slug] { (each.name) } }
                }
            }
            label {
                "Can"
                select name="capability" data-at-once {
                    option value="" { "do anything" }
                    @for each in capabilities { option value=(each) selected[*each == asked.capability] { (each) } }
                }
            }
            button type="submit" { "Show" }
            @if asked.narrows() { a.button href="/blocks" { "Clear" } }
        }
    }
}

/// A type, and its newest schema.
#[derive(Debug)]
pub(in crate::ui) struct Entry {
    pub(in crate::ui) block_type: BlockType,
    pub(in crate::ui) schema: Option<BlockSchema>,
}

/// The page of types, of which `all` are known and those that are like `text` are shown.
pub(in crate::ui) fn catalogue(entries: &[Entry], text: &str) -> Markup {
    html! {
        nav.crumb aria-label="Where this is" { a href="/blocks" { "Blocks" } " / catalogue" }
        div.head { h1 { "Choose a type" } span.tail.soft { (words::several(entries.len() as u64, "type")) } }
        form.filters role="search" aria-label="Find a type" action="/blocks/catalogue" {
            label.grow { "Type" input type="search" name="q" value=(text) placeholder="any" autocomplete="off"; }
            button type="submit" { "Show" }
            @if !text.is_empty() { a.button href="/blocks/catalogue" { "Clear" } }
        }
        @if entries.is_empty() && text.is_empty() {
            (part::empty("No types yet", "A type is known here once code has registered it or saved a block of it. Prefect's command does it for Python: prefect block register.", Some("WeatherService::register().await?;")))
        } @else if entries.is_empty() {
            (part::empty("No such type", "No type is called like this.", None))
        } @else {
            ul.tiles { @for entry in entries { (tile(entry)) } }
        }
    }
}

fn tile(Entry { block_type, schema }: &Entry) -> Markup {
    html! {
        li {
            h2 {
                @if schema.is_some() { a href={ "/blocks/new/" (encoded(&block_type.slug)) } { (block_type.name) } }
                @else { (block_type.name) }
            }
            span.mono.soft { (block_type.slug) }
            p { (part::prose(&block_type.description.as_deref().map(first_line).unwrap_or_default())) }
            div.bar {
                span.tags {
                    @for each in schema.iter().flat_map(|schema| &schema.capabilities) { span.tag { (each) } }
                }
                @if schema.is_none() { span.soft { "It has no schema, so none can be made." } }
            }
        }
    }
}
