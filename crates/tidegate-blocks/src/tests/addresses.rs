//! Which addresses are public: a table, with the first and the last of each range and their neighbours.

use expect_test::{Expect, expect};

use crate::net::address::check;

fn table(addresses: &[&str], expected: Expect) {
    let mut text = String::new();
    for address in addresses {
        let told = match check(address.parse().unwrap()) {
            Ok(()) => "public".to_owned(),
            Err(refused) => {
                let told = refused.to_string();
                let what = told.split_once('(').unwrap().1.split_once(')').unwrap().0;
                format!("no: {what}")
            }
        };
        text.push_str(&format!("{address:<24} {told}\n"));
    }
    expected.assert_eq(&text);
}

#[test]
fn only_addresses_of_the_internet_are_public_in_version_4() {
    table(
        &[
            "0.0.0.0", "0.255.255.255", "1.0.0.0", "8.8.8.8", "9.255.255.255", "10.0.0.0", "10.255.255.255",
            "11.0.0.0", "100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0", "126.255.255.255",
            "127.0.0.0", "127.0.0.1", "127.255.255.255", "128.0.0.0", "169.253.255.255", "169.254.0.0",
            "169.254.169.254", "169.255.0.0", "172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0",
            "192.0.0.0", "192.0.0.255", "192.0.1.0", "192.0.2.1", "192.0.3.0", "192.88.99.1", "192.167.255.255",
            "192.168.0.0", "192.168.255.255", "192.169.0.0", "198.17.255.255", "198.18.0.0", "198.19.255.255",
            "198.20.0.0", "198.51.100.7", "203.0.113.7", "203.0.114.0", "223.255.255.255", "224.0.0.0",
            "239.255.255.255", "240.0.0.0", "255.255.255.255",
        ],
        expect![[""]],
    );
}

#[test]
fn only_addresses_of_the_internet_are_public_in_version_6() {
    table(
        &[
            "::", "::1", "::2", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:8.8.8.8", "::127.0.0.1", "::8.8.8.8",
            "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "1fff::1", "2001::1", "2001:1ff::1",
            "2001:200::1", "2001:4860:4860::8888", "2001:db8::1", "2001:db9::1", "2002:7f00:1::", "2002:808:808::",
            "2002:a9fe:a9fe::1", "2606:4700::1111", "3ffe::1", "3fff:0fff::1", "3fff:1000::1", "4000::1", "5f00::1",
            "fbff::1", "fc00::1", "fdff::1", "fe00::1", "fe80::1", "febf::1", "fec0::1", "ff02::1",
        ],
        expect![[""]],
    );
}

#[test]
fn an_address_that_is_refused_says_how_it_can_be_allowed() {
    expect!["its address 169.254.169.254 is not public (link-local); set `allow_private_urls` if it is meant to be reached"]
        .assert_eq(&check("169.254.169.254".parse().unwrap()).unwrap_err().to_string());
}
