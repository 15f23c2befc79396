//! Secrets, and the forms in which they are found.

use super::patterns::Patterns;
use super::{MASK, base64};

fn masked(secret: &str, text: &str) -> String {
    let mut patterns = Patterns::default();
    patterns.add(secret.as_bytes());
    patterns.masked(text).unwrap_or_else(|| text.to_owned())
}

#[track_caller]
fn check(secret: &str, text: &str, expected: &str) {
    assert_eq!(masked(secret, text), expected.replace('#', MASK));
}

#[test]
fn a_secret_is_masked_wherever_it_stands() {
    check("hunter22", "hunter22", "#");
    check("hunter22", "a hunter22, twice: hunter22.", "a #, twice: #.");
    check("hunter22", "hunter2", "hunter2");
    check("pässwörd", "a pässwörd!", "a #!");
}

#[test]
fn secrets_that_overlap_leave_nothing_of_either() {
    let mut patterns = Patterns::default();
    patterns.add(b"abcdefgh");
    patterns.add(b"ghijkl");
    patterns.add(b"abcdefghij");
    assert_eq!(patterns.masked("-abcdefghijkl-").as_deref(), Some("-**********-"));
}

#[test]
fn a_secret_is_masked_in_base64_at_every_alignment() {
    let secret = "s3cr3t?>~value";
    for alphabet in [base64::STANDARD, base64::URL_SAFE] {
        for before in ["", "u", "us", "use", "user:"] {
            for after in ["", "!", "!!", "!!!"] {
                let text = base64::encode(format!("{before}{secret}{after}").as_bytes(), alphabet);
                let masked = masked(secret, &text);
                assert!(masked.contains(MASK), "{text}");
                assert!(masked.len() <= text.len() - 18 + MASK.len() + 4, "{masked}");
            }
        }
    }
}

#[test]
fn a_secret_is_masked_when_percent_encoded() {
    check("p/w d&100%", "?key=p%2Fw%20d%26100%25&b=1", "?key=#&b=1");
    check("p/w d&100%", "?key=p%2fw+d%26100%25", "?key=#");
    check("p/w d&100%", "?key=p/w%20d&100%25", "?key=#");
    check("ünder", "%C3%BCnder", "#");
    check("a%41bc", "a%2541bc a%41bc", "# #");
    check("word", "%77%6f%72%64", "#");
}

#[test]
fn a_secret_is_masked_when_escaped_as_json_and_debug_text_are() {
    let secret = "a\"b\\c\nd/ä😀";
    let once = serde_json::to_string(secret).unwrap();
    let twice = serde_json::to_string(&once).unwrap();
    let thrice = serde_json::to_string(&twice).unwrap();
    check(secret, &once, "\"#\"");
    check(secret, &twice, "\"\\\"#\\\"\"");
    assert!(!masked(secret, &thrice).contains("nd/"), "{}", masked(secret, &thrice));
    check(secret, &format!("{secret:?}"), "\"#\"");
    check(secret, r#""a\u0022b\u005cc\nd\/\u00e4\ud83d\ude00""#, "\"#\"");
    check(secret, r#"a\"b\\c\nd/\u{e4}😀"#, "#");
}

#[test]
fn what_is_too_short_is_not_masked() {
    check("abc", "abc", "abc");
    check("abcd", "abcd", "#");
    check("  abc\n", "abc", "abc");
}

#[test]
fn a_secret_of_several_lines_is_masked_line_by_line_too() {
    let secret = "-----BEGIN KEY-----\nMIIEvQIBADAN\nBgkqhkiG9w0B\n-----END KEY-----\n";
    check(secret, "line: BgkqhkiG9w0B", "line: #");
    check(secret, "-----BEGIN KEY-----", "-----BEGIN KEY-----");
    check(secret, secret, "#\n");
}

#[test]
fn bytes_that_are_no_text_are_masked_in_base64() {
    let mut patterns = Patterns::default();
    let secret = [0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa];
    patterns.add(&secret);
    let text = format!("key={}", base64::encode(&secret, base64::STANDARD));
    assert_eq!(patterns.masked(&text).as_deref(), Some("key=**********"));
}

#[test]
fn base64_reads_back_what_it_wrote() {
    for length in 0..40_u8 {
        let bytes: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(37)).collect();
        for alphabet in [base64::STANDARD, base64::URL_SAFE] {
            assert_eq!(base64::decode(&base64::encode(&bytes, alphabet)), Some(bytes.clone()));
        }
    }
    assert_eq!(base64::decode("AB!="), None);
    assert_eq!(base64::decode("A"), None);
}
