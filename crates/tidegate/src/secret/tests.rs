//! Keys from each source, sealing and opening with them, and how secrets are written and read.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use expect_test::{Expect, expect};
use serde_json::json;

use super::source::{KEY, KEY_COMMAND, KEY_FILE, Source, read_from};
use super::{Keyring, Secret, command, exposed, generate_key, refused};
use crate::error::Result;

fn keyring(keys: &[&str]) -> Keyring {
    Keyring::read(&keys.join("\n"), Source::Environment).unwrap()
}

/// The keys that are read where only these variables are set.
fn read(set: &[(&str, &str)], database: Option<&Path>) -> Result<Keyring> {
    let set: HashMap<_, _> = set.iter().copied().collect();
    read_from(|name| set.get(name).map(ToString::to_string), database)
}

fn check<T: std::fmt::Debug>(result: Result<T>, folder: &Path, expected: Expect) {
    let folder = folder.canonicalize().unwrap();
    let text = result.unwrap_err().to_string();
    expected.assert_eq(&text.replace(&*folder.to_string_lossy(), "FOLDER"));
}

const FIRST: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const SECOND: &str = "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100";

#[test]
fn what_is_sealed_opens_in_its_place_only() {
    let keys = keyring(&[FIRST]);
    let sealed = keys.seal("block/1/token", b"hunter22").unwrap();
    assert_eq!(&**keys.open("block/1/token", &sealed).unwrap(), b"hunter22");
    check(
        keys.open("block/2/token", &sealed),
        Path::new("."),
        expect![
            "the secret `block/2/token` cannot be decrypted: it was changed, or moved there from another place; restore it from a backup, or save it again"
        ],
    );
}

#[test]
fn what_is_sealed_differs_each_time_and_shows_nothing() {
    let keys = keyring(&[FIRST]);
    let sealed = keys.seal("here", b"hunter22").unwrap();
    assert_ne!(sealed, keys.seal("here", b"hunter22").unwrap());
    assert!(sealed.starts_with("v1:"), "{sealed}");
    assert!(!sealed.contains("hunter22"));
}

#[test]
fn a_change_of_any_character_is_noticed() {
    let keys = keyring(&[FIRST]);
    let sealed = keys.seal("here", b"hunter22").unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone().into_bytes();
        changed[at] = if changed[at] == b'b' { b'c' } else { b'b' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(keys.open("here", &changed).is_err(), "{at}: {changed}");
        assert!(keys.open("here", &sealed[..at]).is_err(), "{at}");
    }
}

#[test]
fn a_key_that_is_missing_is_named() {
    let sealed = keyring(&[FIRST]).seal("here", b"hunter22").unwrap();
    check(
        keyring(&[SECOND]).open("here", &sealed),
        Path::new("."),
        expect![
            "a secret was encrypted with the key `372af11c`, and TIDEGATE_ENCRYPTION_KEY has only `eeec17fc`: add the key `372af11c` there, behind the current one"
        ],
    );
}

#[test]
fn older_keys_open_and_the_current_one_seals() {
    let old = keyring(&[FIRST]).seal("here", b"hunter22").unwrap();
    let both = keyring(&[SECOND, FIRST]);
    assert_eq!(&**both.open("here", &old).unwrap(), b"hunter22");
    let new = both.reseal("here", &old).unwrap().unwrap();
    assert_eq!(both.reseal("here", &new).unwrap(), None);
    assert_eq!(&**keyring(&[SECOND]).open("here", &new).unwrap(), b"hunter22");
}

#[test]
fn keys_are_read_as_base64_and_as_hexadecimal_digits_with_comments() {
    let text = format!("# the current one\n{SECOND}\n\n# of last year\n  {FIRST}\n");
    let ring = Keyring::read(&text, Source::Environment).unwrap();
    assert_eq!(ring.current(), keyring(&[SECOND]).current());
    let sealed = keyring(&[FIRST]).seal("here", b"x").unwrap();
    assert!(ring.open("here", &sealed).is_ok());
}

#[test]
fn a_key_that_was_made_is_one() {
    let key = generate_key();
    assert_ne!(key.expose(), generate_key().expose());
    keyring(&[key.expose()]);
}

#[test]
fn a_key_is_not_shown() {
    let ring = keyring(&[FIRST]);
    let shown = format!("{ring:?}");
    assert!(!shown.contains("AAECAwQF") && shown.contains(ring.current()), "{shown}");
    let error = Keyring::read("AAECAwQFBgcICQ", Source::Environment).unwrap_err().to_string();
    assert!(!error.contains("AAECAwQF"), "{error}");
}

#[test]
fn without_a_key_the_error_says_how_to_make_one() {
    let scratch = tempfile::tempdir().unwrap();
    let home = scratch.path().canonicalize().unwrap();
    check(
        read(&[("HOME", home.to_str().unwrap())], None),
        &home,
        expect![[r#"
        there is no key to encrypt secrets with, and they are not stored without. Make one:
          (umask 077; mkdir -p 'FOLDER/.config/tidegate' && head -c 32 /dev/urandom | base64 > 'FOLDER/.config/tidegate/encryption.key')
        It is found there by itself, and a copy of it belongs in a safe place: without it the secrets are lost. TIDEGATE_ENCRYPTION_KEY, TIDEGATE_ENCRYPTION_KEY_FILE and TIDEGATE_ENCRYPTION_KEY_COMMAND say where else a key is."#]],
    );
    check(
        read(&[], None),
        &home,
        expect![[r#"
        there is no key to encrypt secrets with, and they are not stored without. Make one:
          export TIDEGATE_ENCRYPTION_KEY="$(head -c 32 /dev/urandom | base64)"
        A copy of it belongs in a safe place: without it the secrets are lost."#]],
    );
}

#[test]
fn two_places_for_a_key_are_one_too_many() {
    check(
        read(&[(KEY, FIRST), (KEY_FILE, "key")], None),
        Path::new("."),
        expect![
            "TIDEGATE_ENCRYPTION_KEY and TIDEGATE_ENCRYPTION_KEY_FILE are both set, so it is not clear where the key for secrets is: unset one of them"
        ],
    );
}

#[cfg(unix)]
#[test]
fn a_key_file_is_its_owners_and_is_not_with_the_database() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().canonicalize().unwrap();
    let (config, data) = (folder.join(".config/tidegate"), folder.join("data"));
    fs::create_dir_all(&config).unwrap();
    fs::create_dir_all(data.join("keys")).unwrap();
    let key = config.join("encryption.key");
    fs::write(&key, format!("{FIRST}\n")).unwrap();
    fs::set_permissions(&key, Permissions::from_mode(0o640)).unwrap();
    let set = [(KEY_FILE, key.to_str().unwrap())];
    check(
        read(&set, None),
        &folder,
        expect![
            "the key file FOLDER/.config/tidegate/encryption.key can be read by others than its owner (its mode is 0640): run `chmod 600 'FOLDER/.config/tidegate/encryption.key'`"
        ],
    );

    fs::set_permissions(&key, Permissions::from_mode(0o400)).unwrap();
    let database = data.join("app.db");
    assert_eq!(read(&set, Some(&database)).unwrap().current(), keyring(&[FIRST]).current());
    // Where no setting says, it is found in its place.
    assert!(read(&[("HOME", folder.to_str().unwrap())], Some(&database)).is_ok());

    let beside = data.join("keys/key");
    fs::write(&beside, FIRST).unwrap();
    fs::set_permissions(&beside, Permissions::from_mode(0o600)).unwrap();
    // A link does not hide where it is.
    let link = config.join("link");
    std::os::unix::fs::symlink(&beside, &link).unwrap();
    check(
        read(&[(KEY_FILE, link.to_str().unwrap())], Some(&database)),
        &folder,
        expect![
            "the key file FOLDER/data/keys/key is in the folder of the database, FOLDER/data, so whoever copies that has both: move the key out of it"
        ],
    );
    check(
        read(&[(KEY_FILE, config.to_str().unwrap())], None),
        &folder,
        expect![
            "FOLDER/.config/tidegate is no key file: it should be a file with one key on a line"
        ],
    );
    let missing = config.join("missing");
    check(
        read(&[(KEY_FILE, missing.to_str().unwrap())], None),
        &folder,
        expect![
            "the key file FOLDER/.config/tidegate/missing cannot be read: No such file or directory (os error 2)"
        ],
    );
    fs::write(&beside, "# none\n").unwrap();
    check(
        read(&[(KEY_FILE, beside.to_str().unwrap())], None),
        &folder,
        expect![
            "there is no key in the key file FOLDER/data/keys/key: put one there, as `head -c 32 /dev/urandom | base64` makes it"
        ],
    );
}

#[cfg(unix)]
#[test]
fn a_command_prints_the_key() {
    let print = format!("echo '{FIRST}'; echo unlocking >&2");
    let ring = read(&[(KEY_COMMAND, &print)], None).unwrap();
    assert_eq!(ring.current(), keyring(&[FIRST]).current());
    check(
        read(&[(KEY_COMMAND, "echo hunter22")], None),
        Path::new("."),
        expect![
            "key 1 of what the command in TIDEGATE_ENCRYPTION_KEY_COMMAND prints is no key of 256 bits: write it as base64 (44 characters) or as 64 hexadecimal digits, as `head -c 32 /dev/urandom | base64` makes one"
        ],
    );
}

#[cfg(unix)]
#[test]
fn a_command_that_fails_or_hangs_is_told_without_what_could_be_the_key() {
    let here = Path::new(".");
    let run = |command: &str| command::run(command, Duration::from_secs(30));
    check(
        run("echo 'pass: no such entry' >&2; exit 3"),
        here,
        expect![
            "the command in TIDEGATE_ENCRYPTION_KEY_COMMAND failed (exit status: 3): pass: no such entry"
        ],
    );
    check(
        run(&format!("echo 'bad key {FIRST}' >&2; exit 3")),
        here,
        expect![
            "the command in TIDEGATE_ENCRYPTION_KEY_COMMAND failed (exit status: 3); run it by hand to see why"
        ],
    );
    check(
        run("echo partial; echo why >&2; exit 3"),
        here,
        expect![
            "the command in TIDEGATE_ENCRYPTION_KEY_COMMAND failed (exit status: 3); run it by hand to see why"
        ],
    );
    check(
        command::run("sleep 60", Duration::from_millis(50)),
        here,
        expect!["the command in TIDEGATE_ENCRYPTION_KEY_COMMAND has printed no key within 0.05 s"],
    );
    // What it leaves running does not hold the key up.
    let printed = command::run("sleep 1 >/dev/null 2>&1 & echo key", Duration::from_secs(30));
    assert_eq!(&**printed.unwrap(), "key\n");
}

#[test]
fn a_secret_is_written_as_a_mask_unless_it_is_asked_for() {
    let secret = Secret::from("hunter-of-secret-tests");
    assert_eq!(json!({ "key": secret }), json!({ "key": "**********" }));
    assert_eq!(exposed(|| serde_json::to_value(&secret)).unwrap(), "hunter-of-secret-tests");
    let number = Secret::new(123_456_u64);
    assert_eq!(serde_json::to_value(&number).unwrap(), "**********");
    assert_eq!(exposed(|| serde_json::to_value(&number)).unwrap(), 123_456);
    let error = refused(|| serde_json::to_value(&secret)).unwrap_err();
    assert!(error.to_string().starts_with("there is a secret in it"), "{error}");
    // An inner scope ends with a panic, too.
    let panicked = std::panic::catch_unwind(|| exposed(|| panic!("on purpose")));
    assert!(panicked.is_err());
    assert_eq!(serde_json::to_value(&secret).unwrap(), "**********");
}

#[test]
fn a_secret_is_read_without_telling_what_was_there() {
    let secret: Secret = serde_json::from_value(json!("hunter-that-was-read")).unwrap();
    assert_eq!(secret.expose(), "hunter-that-was-read");
    assert_eq!(crate::redact::redact("a hunter-that-was-read"), "a **********");
    let error = serde_json::from_value::<Secret<u64>>(json!("hunter33")).unwrap_err();
    assert_eq!(error.to_string(), "a secret is no `u64`");
    let error = serde_json::from_value::<Secret>(json!("**********")).unwrap_err();
    assert!(error.to_string().contains("masked"), "{error}");
}

#[test]
fn the_schema_of_a_secret_is_that_of_a_password() {
    let schema = schemars::schema_for!(Secret);
    assert_eq!(schema.get("type"), Some(&json!("string")));
    assert_eq!(schema.get("format"), Some(&json!("password")));
    assert_eq!(schema.get("writeOnly"), Some(&json!(true)));
}

#[test]
fn equal_secrets_have_equal_hashes_and_others_have_others() {
    let hash = |text: &str| crate::canonical::hash(&Secret::from(text)).unwrap();
    assert_eq!(hash("hunter-one"), hash("hunter-one"));
    assert_ne!(hash("hunter-one"), hash("hunter-two"));
}
