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
            "0.0.0.0",
            "0.255.255.255",
            "1.0.0.0",
            "8.8.8.8",
            "9.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "127.0.0.0",
            "127.0.0.1",
            "127.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.254.0.0",
            "169.254.169.254",
            "169.255.0.0",
            "172.15.255.255",
            "172.16.0.0",
            "172.31.255.255",
            "172.32.0.0",
            "192.0.0.0",
            "192.0.0.255",
            "192.0.1.0",
            "192.0.2.1",
            "192.0.3.0",
            "192.88.99.1",
            "192.167.255.255",
            "192.168.0.0",
            "192.168.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.18.0.0",
            "198.19.255.255",
            "198.20.0.0",
            "198.51.100.7",
            "203.0.113.7",
            "203.0.114.0",
            "223.255.255.255",
            "224.0.0.0",
            "239.255.255.255",
            "240.0.0.0",
            "255.255.255.255",
        ],
        expect![[r#"
            0.0.0.0                  no: this network
            0.255.255.255            no: this network
            1.0.0.0                  public
            8.8.8.8                  public
            9.255.255.255            public
            10.0.0.0                 no: private
            10.255.255.255           no: private
            11.0.0.0                 public
            100.63.255.255           public
            100.64.0.0               no: shared by a provider's customers
            100.127.255.255          no: shared by a provider's customers
            100.128.0.0              public
            126.255.255.255          public
            127.0.0.0                no: loopback
            127.0.0.1                no: loopback
            127.255.255.255          no: loopback
            128.0.0.0                public
            169.253.255.255          public
            169.254.0.0              no: link-local
            169.254.169.254          no: link-local
            169.255.0.0              public
            172.15.255.255           public
            172.16.0.0               no: private
            172.31.255.255           no: private
            172.32.0.0               public
            192.0.0.0                no: for protocols
            192.0.0.255              no: for protocols
            192.0.1.0                public
            192.0.2.1                no: for documentation
            192.0.3.0                public
            192.88.99.1              no: a relay of 6to4
            192.167.255.255          public
            192.168.0.0              no: private
            192.168.255.255          no: private
            192.169.0.0              public
            198.17.255.255           public
            198.18.0.0               no: for benchmarks
            198.19.255.255           no: for benchmarks
            198.20.0.0               public
            198.51.100.7             no: for documentation
            203.0.113.7              no: for documentation
            203.0.114.0              public
            223.255.255.255          public
            224.0.0.0                no: multicast
            239.255.255.255          no: multicast
            240.0.0.0                no: reserved
            255.255.255.255          no: reserved
        "#]],
    );
}

#[test]
fn only_addresses_of_the_internet_are_public_in_version_6() {
    table(
        &[
            "::",
            "::1",
            "::2",
            "::ffff:127.0.0.1",
            "::ffff:10.1.2.3",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "::8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "1fff::1",
            "2001::1",
            "2001:1ff::1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2001:db8::1",
            "2001:db9::1",
            "2002:7f00:1::",
            "2002:808:808::",
            "2002:a9fe:a9fe::1",
            "2606:4700::1111",
            "3ffe::1",
            "3fff:0fff::1",
            "3fff:1000::1",
            "4000::1",
            "5f00::1",
            "fbff::1",
            "fc00::1",
            "fdff::1",
            "fe00::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
        ],
        expect![[r#"
            ::                       no: this network
            ::1                      no: loopback
            ::2                      no: reserved
            ::ffff:127.0.0.1         no: loopback
            ::ffff:10.1.2.3          no: private
            ::ffff:8.8.8.8           public
            ::127.0.0.1              no: reserved
            ::8.8.8.8                no: reserved
            64:ff9b::7f00:1          no: loopback
            64:ff9b::808:808         public
            64:ff9b:1::1             no: reserved
            100::1                   no: discarded
            1fff::1                  no: reserved
            2001::1                  no: for protocols
            2001:1ff::1              no: for protocols
            2001:200::1              public
            2001:4860:4860::8888     public
            2001:db8::1              no: for documentation
            2001:db9::1              public
            2002:7f00:1::            no: loopback
            2002:808:808::           public
            2002:a9fe:a9fe::1        no: link-local
            2606:4700::1111          public
            3ffe::1                  public
            3fff:0fff::1             no: for documentation
            3fff:1000::1             public
            4000::1                  no: reserved
            5f00::1                  no: for segment routing
            fbff::1                  no: reserved
            fc00::1                  no: unique local
            fdff::1                  no: unique local
            fe00::1                  no: reserved
            fe80::1                  no: link-local
            febf::1                  no: link-local
            fec0::1                  no: site-local
            ff02::1                  no: multicast
        "#]],
    );
}

#[test]
fn an_address_that_is_refused_says_how_it_can_be_allowed() {
    expect!["its address 169.254.169.254 is not public (link-local); set `allow_private_urls` if it is meant to be reached"]
        .assert_eq(&check("169.254.169.254".parse().unwrap()).unwrap_err().to_string());
}
