//! Which addresses belong to the public internet, as a table of those that do not. It asks nobody: an address is judged by its bits.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range of addresses that no server on the internet has, and what it is for.
struct Range<A> {
    first: A,
    bits: u32,
    what: &'static str,
}

const fn v4(first: [u8; 4], bits: u32, what: &'static str) -> Range<Ipv4Addr> {
    Range { first: Ipv4Addr::new(first[0], first[1], first[2], first[3]), bits, what }
}

const fn v6(first: [u16; 3], bits: u32, what: &'static str) -> Range<Ipv6Addr> {
    Range { first: Ipv6Addr::new(first[0], first[1], first[2], 0, 0, 0, 0, 0), bits, what }
}

/// IANA's registry of special addresses, without those that are reached from everywhere.
const V4: &[Range<Ipv4Addr>] = &[
    v4([0, 0, 0, 0], 8, "this network"),
    v4([10, 0, 0, 0], 8, "private"),
    v4([100, 64, 0, 0], 10, "shared by a provider's customers"),
    v4([127, 0, 0, 0], 8, "loopback"),
    v4([169, 254, 0, 0], 16, "link-local"),
    v4([172, 16, 0, 0], 12, "private"),
    v4([192, 0, 0, 0], 24, "for protocols"),
    v4([192, 0, 2, 0], 24, "for documentation"),
    v4([192, 88, 99, 0], 24, "a relay of 6to4"),
    v4([192, 168, 0, 0], 16, "private"),
    v4([198, 18, 0, 0], 15, "for benchmarks"),
    v4([198, 51, 100, 0], 24, "for documentation"),
    v4([203, 0, 113, 0], 24, "for documentation"),
    v4([224, 0, 0, 0], 4, "multicast"),
    v4([240, 0, 0, 0], 4, "reserved"),
];

/// What is not here and not in `2000::/3` is not given to anybody yet.
const V6: &[Range<Ipv6Addr>] = &[
    v6([0x2001, 0, 0], 23, "for protocols"),
    v6([0x2001, 0xdb8, 0], 32, "for documentation"),
    v6([0x3fff, 0, 0], 20, "for documentation"),
    v6([0x5f00, 0, 0], 16, "for segment routing"),
    v6([0x0100, 0, 0], 64, "discarded"),
    v6([0xfc00, 0, 0], 7, "unique local"),
    v6([0xfe80, 0, 0], 10, "link-local"),
    v6([0xfec0, 0, 0], 10, "site-local"),
    v6([0xff00, 0, 0], 8, "multicast"),
];

/// The addresses that are given out.
const GIVEN_OUT: Range<Ipv6Addr> = v6([0x2000, 0, 0], 3, "on the internet");

/// An address that is not one of the public internet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) struct NotPublic {
    address: IpAddr,
    what: &'static str,
}

impl NotPublic {
    pub(super) fn new(address: IpAddr, what: &'static str) -> Self {
        Self { address, what }
    }
}

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "its address {} is not public ({}); set `allow_private_urls` if it is meant to be reached",
            self.address, self.what
        )
    }
}

/// Refuses what is not an address of the public internet.
pub(crate) fn check(address: IpAddr) -> Result<(), NotPublic> {
    let what = match address {
        IpAddr::V4(v4) => special_v4(v4),
        IpAddr::V6(v6) => special_v6(v6),
    };
    what.map_or(Ok(()), |what| Err(NotPublic::new(address, what)))
}

fn special_v4(address: Ipv4Addr) -> Option<&'static str> {
    V4.iter().find(|range| range.holds(address)).map(|range| range.what)
}

fn special_v6(address: Ipv6Addr) -> Option<&'static str> {
    if let Some(inner) = carried(address) {
        return special_v4(inner);
    }
    if address == Ipv6Addr::UNSPECIFIED {
        return Some("this network");
    }
    if address == Ipv6Addr::LOCALHOST {
        return Some("loopback");
    }
    let special = V6.iter().find(|range| range.holds(address)).map(|range| range.what);
    special.or_else(|| (!GIVEN_OUT.holds(address)).then_some("reserved"))
}

/// The address of version 4 that this one leads to: mapped, translated (`64:ff9b::/96`), or tunnelled by 6to4.
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(v4(high, low))
        }
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

impl Range<Ipv4Addr> {
    fn holds(&self, address: Ipv4Addr) -> bool {
        (address.to_bits() ^ self.first.to_bits()).leading_zeros() >= self.bits
    }
}

impl Range<Ipv6Addr> {
    fn holds(&self, address: Ipv6Addr) -> bool {
        (address.to_bits() ^ self.first.to_bits()).leading_zeros() >= self.bits
    }
}
