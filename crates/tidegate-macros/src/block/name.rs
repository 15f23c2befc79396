//! Names of types of blocks as slugs: lower-case letters, digits and dashes. It never checks whether a slug is taken.

/// `S3Bucket` as `s3-bucket`, `AWSCredentials` as `aws-credentials`, `Slack Webhook` as `slack-webhook`.
pub(super) fn slug(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut slug = String::new();
    for (at, letter) in letters.iter().enumerate() {
        if !letter.is_ascii_alphanumeric() {
            if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let begins_word = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                let ends_word = before.is_ascii_lowercase() || before.is_ascii_digit();
                let in_capitals = before.is_ascii_uppercase();
                let next = letters.get(at + 1);
                ends_word || in_capitals && next.is_some_and(char::is_ascii_lowercase)
            });
        if begins_word {
            slug.push('-');
        }
        slug.push(letter.to_ascii_lowercase());
    }
    slug.trim_end_matches('-').to_owned()
}

/// Whether it is one already.
pub(super) fn is_slug(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty() && text.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    // BLOCK-14
    #[test]
    fn a_slug_is_the_name_in_small_letters_with_dashes_between_words() {
        for (name, expected) in [
            ("Weather", "weather"),
            ("WeatherService", "weather-service"),
            ("S3Bucket", "s3-bucket"),
            ("AWSCredentials", "aws-credentials"),
            ("JSON", "json"),
            ("Slack Webhook", "slack-webhook"),
            ("GCS (Google)", "gcs-google"),
            ("Über", "ber"),
        ] {
            assert_eq!(slug(name), expected, "{name}");
            assert!(is_slug(&slug(name)));
        }
    }
}
