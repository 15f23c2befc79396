//! How a subject and a body become one text, for services that know no subject.

/// The subject, if there is one, and the body below it.
pub(crate) fn below(subject: Option<&str>, body: &str) -> String {
    match subject {
        Some(subject) if !subject.is_empty() => format!("{subject}\n{body}"),
        Some(_) | None => body.to_owned(),
    }
}

/// The beginning of a text, with a sign that it goes on where it does.
pub(crate) fn beginning(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{kept}…")
}

/// A text in pieces that are not longer than this, cut after a line where one ends.
pub(crate) fn pieces(text: &str, most: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((end, _)) = rest.char_indices().nth(most) {
        let at = rest[..end].rfind('\n').map_or(end, |line| line + 1);
        let (piece, left) = rest.split_at(at);
        pieces.push(piece);
        rest = left;
    }
    pieces.push(rest);
    pieces
}
