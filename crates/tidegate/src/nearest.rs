//! Which known names somebody may have meant who wrote another. It never guesses far.

/// At most three of these names that are like the one that was written, the most like it first.
pub(crate) fn nearest<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut close: Vec<(usize, &str)> = names
        .filter_map(|name| {
            let distance = distance(written, name);
            let is_part = written.len() >= 4 && (name.contains(written) || written.contains(name));
            let near = distance <= name.len().max(written.len()) / 3;
            (near || is_part).then_some((distance, name))
        })
        .collect();
    close.sort_unstable();
    close.dedup_by_key(|(_, name)| *name);
    close.into_iter().map(|(_, name)| name).take(3).collect()
}

/// How many letters must be inserted, removed or replaced to get from one to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_misspelt_or_a_part_is_near() {
        let names = ["brave-otter", "brave-otters", "calm-heron", "brave-otter"];
        let near = |written| nearest(written, names.into_iter());
        assert_eq!(near("brave-ottre"), ["brave-otter", "brave-otters"]);
        assert_eq!(near("heron"), ["calm-heron"]);
        assert!(near("x").is_empty() && near("something-else").is_empty());
    }
}
