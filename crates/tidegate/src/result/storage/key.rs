//! Which keys a result may have. A key is a path below its storage, and never leads out of it.

/// A key has at most so many bytes.
const MAX_BYTES: usize = 1024;

/// Each of its names has at most so many, as file systems have it.
const MAX_NAME_BYTES: usize = 255;

/// What is wrong with a key, if anything is.
pub(crate) fn check(key: &str) -> Result<(), String> {
    wrong(key).map_err(|why| format!("`{}` is not a key: {why}", key.escape_debug()))
}

fn wrong(key: &str) -> Result<(), String> {
    if key.is_empty() {
        return Err("a key cannot be empty".to_owned());
    }
    if key.len() > MAX_BYTES {
        return Err(format!("a key has at most {MAX_BYTES} bytes, and this one has {}", key.len()));
    }
    if let Some(wrong) = key.chars().find(|&c| c.is_control() || c == '\\') {
        return Err(format!("a key cannot contain {wrong:?}"));
    }
    for name in key.split('/') {
        match name {
            "" => {
                return Err("a key cannot begin or end with `/`, nor have two in a row".to_owned());
            }
            "." | ".." => return Err(format!("a key cannot have `{name}` as one of its names")),
            _ if name.len() > MAX_NAME_BYTES => {
                return Err(format!(
                    "a name in a key has at most {MAX_NAME_BYTES} bytes, and this one has one of {}",
                    name.len()
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn paths_of_names_are_keys() {
        for key in ["a", "a.json", "a/b/c", "...", "..a", "ünï cödé", "a:b", &"n".repeat(255)] {
            assert_eq!(check(key), Ok(()), "{key}");
        }
    }

    #[test]
    fn what_could_lead_elsewhere_is_no_key() {
        let long = "n".repeat(256);
        let longer = "n/".repeat(600);
        let keys = [
            "", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/..", "./a", "a\0b", "a\nb",
            "a\\b", "..\\a", &long, &longer,
        ];
        for key in keys {
            assert!(check(key).is_err(), "{key}");
        }
    }
}
