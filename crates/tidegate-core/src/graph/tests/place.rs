//! The bytes of places.

use super::super::{CallPlace, Calls, Seen, Upstream};
use crate::RunId;

fn check(place: &CallPlace) {
    assert_eq!(CallPlace::from_bytes(&place.to_bytes()).as_ref(), Ok(place));
}

#[test]
fn a_place_comes_back_from_its_bytes() {
    for number in [0, 1, 127, 128, 100_000, u32::MAX] {
        check(&CallPlace::numbered(number));
        for moment in [0, 1, number / 2, number, u32::MAX] {
            let calls = Calls { first: number / 3, last: number };
            check(&CallPlace {
                attempt: number / 2,
                moment,
                seen: vec![Seen { moment: moment / 2, calls }, Seen { moment, calls }],
                upstream: vec![
                    Upstream::Calls(calls),
                    Upstream::Run(RunId::new()),
                    Upstream::Calls(Calls { first: 0, last: u32::MAX }),
                ],
                ..CallPlace::numbered(number)
            });
        }
    }
}

#[test]
fn the_bytes_never_change_and_are_few() {
    let chained = CallPlace {
        moment: 99_999,
        seen: vec![Seen { moment: 99_999, calls: Calls { first: 99_999, last: 99_999 } }],
        ..CallPlace::numbered(100_000)
    };
    assert_eq!(chained.to_bytes(), [0xa0, 0x8d, 0x06, 0, 2, 1, 0, 2, 0]);
    let mapped = CallPlace {
        upstream: vec![Upstream::Calls(Calls { first: 3, last: 4 })],
        ..CallPlace::numbered(7)
    };
    assert_eq!(mapped.to_bytes(), [7, 0, 14, 0, 2, 8]);
}

#[test]
fn bytes_of_no_place_are_refused() {
    let whole = CallPlace {
        seen: vec![Seen { moment: 1, calls: Calls { first: 1, last: 2 } }],
        upstream: vec![Upstream::Run(RunId::new())],
        ..CallPlace::numbered(300)
    };
    let bytes = whole.to_bytes();
    let whole_without_upstream = bytes.len() - 17;
    for length in (0..bytes.len()).filter(|length| *length != whole_without_upstream) {
        CallPlace::from_bytes(&bytes[..length]).expect_err("part of a place is none");
    }
    CallPlace::from_bytes(&[0xff; 20]).expect_err("no number is so large");
    CallPlace::from_bytes(&[0, 0, 0, 1, 0, 2, 0]).expect_err("there is no call before the first");
}
