//! Which runs a page shows, as its address says it: so a view can be sent to somebody, and the way back works.

use tidegate_core::{RunCondition, RunKind, RunQuery, StateType, Timestamp};

use super::part::exact;
use super::span::Span;
use super::words::encoded;

/// How many runs a page lists.
pub(super) const PAGE: u64 = 50;

/// What an address asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Filter {
    pub(super) states: Vec<StateType>,
    pub(super) state_name: Option<String>,
    pub(super) flow: Option<String>,
    pub(super) name: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) span: Option<Span>,
    pub(super) after: Option<Timestamp>,
    pub(super) before: Option<Timestamp>,
    pub(super) from: u64,
}

impl Filter {
    /// Reads the pairs of an address. What it does not know is left out.
    pub(super) fn of(pairs: &[(String, String)]) -> Self {
        let mut filter = Self::default();
        for (key, value) in pairs.iter().filter(|(_, value)| !value.trim().is_empty()) {
            let value = value.trim();
            match key.as_str() {
                "state" => filter.states.extend(value.parse::<StateType>()),
                "state_name" => filter.state_name = Some(value.to_owned()),
                "flow" => filter.flow = Some(value.to_owned()),
                "name" => filter.name = Some(value.to_owned()),
                "tag" => filter.tags.push(value.to_owned()),
                "span" => filter.span = Span::of(value),
                "after" => filter.after = value.parse().ok(),
                "before" => filter.before = value.parse().ok(),
                "from" => filter.from = value.parse().unwrap_or_default(),
                _ => {}
            }
        }
        filter.states.sort_unstable();
        filter.states.dedup();
        filter
    }

    /// Whether it leaves anything out.
    pub(super) fn narrows(&self) -> bool {
        Self { from: 0, ..self.clone() } != Self::default()
    }

    /// The question to the store, for the flow runs of one page.
    pub(super) fn query(&self, now: Timestamp) -> RunQuery {
        RunQuery {
            kind: Some(RunKind::Flow),
            definition_name: self.flow.clone(),
            condition: self.name.clone().map(RunCondition::NameLike),
            state_types: self.states.clone(),
            state_names: self.state_name.clone().into_iter().collect(),
            tags: self.tags.clone(),
            created_after: self.after.or_else(|| self.span.map(|span| span.start(now))),
            created_before: self.before,
            limit: Some(PAGE),
            offset: self.from,
            ..RunQuery::default()
        }
    }

    /// The address that asks for it, below a path.
    pub(super) fn url(&self, path: &str) -> String {
        let mut pairs: Vec<(&str, String)> = Vec::new();
        pairs.extend(self.states.iter().map(|state| ("state", state.as_str().to_owned())));
        pairs.extend(self.state_name.clone().map(|name| ("state_name", name)));
        pairs.extend(self.flow.clone().map(|flow| ("flow", flow)));
        pairs.extend(self.name.clone().map(|name| ("name", name)));
        pairs.extend(self.tags.iter().map(|tag| ("tag", tag.clone())));
        pairs.extend(self.span.map(|span| ("span", span.as_str().to_owned())));
        pairs.extend(self.after.map(|after| ("after", exact(after))));
        pairs.extend(self.before.map(|before| ("before", exact(before))));
        pairs.extend((self.from > 0).then(|| ("from", self.from.to_string())));
        let pairs: Vec<_> =
            pairs.into_iter().map(|(key, value)| format!("{key}={}", encoded(&value))).collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }

    /// The same from its first page on, with this state asked for or not any more.
    pub(super) fn toggled(&self, state: StateType) -> Self {
        let mut filter = Self { from: 0, ..self.clone() };
        match filter.states.iter().position(|each| *each == state) {
            Some(index) => drop(filter.states.remove(index)),
            None => filter.states.push(state),
        }
        filter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &[(&str, &str)]) -> Filter {
        let pairs: Vec<_> =
            address.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Filter::of(&pairs)
    }

    #[test]
    fn an_address_says_what_is_shown_and_is_said_again() {
        let filter = of(&[
            ("state", "FAILED"),
            ("state", "crashed"),
            ("flow", "a&b"),
            ("tag", "x"),
            ("tag", "y"),
            ("span", "7d"),
            ("from", "50"),
        ]);
        let url = "/runs?state=FAILED&state=CRASHED&flow=a%26b&tag=x&tag=y&span=7d&from=50";
        assert_eq!(filter.url("/runs"), url);
        assert_eq!(filter.toggled(StateType::Failed).states, [StateType::Crashed]);
        assert_eq!(filter.toggled(StateType::Failed).from, 0);
    }

    #[test]
    fn what_an_address_does_not_say_well_is_left_out() {
        let filter =
            of(&[("state", "SAD"), ("span", "year"), ("from", "x"), ("after", "soon"), ("z", "1")]);
        assert_eq!(filter, Filter::default());
        assert!(!filter.narrows());
    }
}
