//! The one place where retries are decided.

use std::time::Duration;

use super::{Delays, Failure, InvalidRetryPolicy, RetryPolicy, exponential_backoff};

const FAILURE: Failure = Failure { retriable: None, roll: 0.5 };

fn list(seconds: &[u64]) -> Delays {
    Delays::List(seconds.iter().copied().map(Duration::from_secs).collect())
}

/// The delays after each attempt, in seconds, until there is none.
fn delays(policy: &RetryPolicy) -> Vec<f64> {
    (1..)
        .map_while(|attempt| policy.next_delay(attempt, &FAILURE))
        .map(|delay| delay.as_secs_f64())
        .collect()
}

fn plain(retries: u32, delays: Delays) -> RetryPolicy {
    RetryPolicy::new(retries, delays, 0.0).unwrap()
}

#[test]
fn without_retries_nothing_is_tried_again() {
    assert_eq!(RetryPolicy::default().next_delay(0, &FAILURE), None);
    assert_eq!(RetryPolicy::default().next_delay(1, &FAILURE), None);
}

/// RETRY-01
#[test]
fn without_delays_the_next_attempt_comes_at_once() {
    assert_eq!(delays(&plain(3, Delays::None)), [0.0, 0.0, 0.0]);
    assert_eq!(delays(&plain(2, list(&[]))), [0.0, 0.0]);
}

/// RETRY-03, RETRY-04
#[test]
fn the_last_delay_of_a_list_repeats() {
    assert_eq!(delays(&plain(3, list(&[1, 2]))), [1.0, 2.0, 2.0]);
    assert_eq!(delays(&plain(2, Delays::List(vec![Duration::from_millis(100)]))), [0.1, 0.1]);
    assert_eq!(delays(&plain(1, list(&[1, 2]))), [1.0]);
}

#[test]
fn a_fixed_delay_stays() {
    assert_eq!(delays(&plain(3, Delays::Fixed(Duration::from_secs(7)))), [7.0, 7.0, 7.0]);
}

/// RETRY-05: what Prefect gets by calling a function of the number of retries, a policy is from the start.
///
/// RETRY-06
#[test]
fn backoff_doubles() {
    assert_eq!(delays(&plain(4, exponential_backoff(10))), [10.0, 20.0, 40.0, 80.0]);
    assert_eq!(delays(&plain(5, exponential_backoff(2))), [2.0, 4.0, 8.0, 16.0, 32.0]);
    assert_eq!(delays(&plain(3, exponential_backoff(0.5))), [0.5, 1.0, 2.0]);
    assert_eq!(delays(&plain(2, exponential_backoff(-1))), [0.0, 0.0]);
    assert_eq!(delays(&plain(2, exponential_backoff(f64::NAN))), [0.0, 0.0]);
}

#[test]
fn no_delay_is_beyond_telling() {
    let policy = plain(u32::MAX, exponential_backoff(2));
    for attempt in [45, 60, 4_000, u32::MAX] {
        assert_eq!(policy.next_delay(attempt, &FAILURE), Some(RetryPolicy::MAX_DELAY));
    }
    let policy = RetryPolicy::new(1, Delays::Fixed(Duration::MAX), 1e300).unwrap();
    assert_eq!(policy.next_delay(1, &FAILURE), Some(RetryPolicy::MAX_DELAY));
}

/// RETRY-07
#[test]
fn a_policy_takes_fifty_delays() {
    assert!(RetryPolicy::new(3, list(&[1; 50]), 0.0).is_ok());
    let error = RetryPolicy::new(3, list(&[1; 51]), 0.0).unwrap_err();
    assert_eq!(error, InvalidRetryPolicy::TooManyDelays(51));
    assert_eq!(error.to_string(), "a retry policy takes at most 50 delays, and 51 were given");
}

/// RETRY-08
#[test]
fn a_jitter_factor_is_a_number_of_at_least_zero() {
    for factor in [-1.0, f64::NAN, f64::INFINITY] {
        let error = RetryPolicy::new(1, Delays::None, factor).unwrap_err();
        assert!(matches!(error, InvalidRetryPolicy::JitterFactor(_)));
    }
}

/// RETRY-11
#[test]
fn a_failure_that_is_not_retriable_is_not_retried() {
    let policy = plain(1, Delays::None);
    for (retriable, retried) in [(Some(false), false), (Some(true), true), (None, true)] {
        let failure = Failure { retriable, roll: 0.5 };
        assert_eq!(policy.next_delay(1, &failure).is_some(), retried);
    }
}

#[test]
fn jitter_stays_within_its_bounds_and_near_the_delay() {
    const ROLLS: u32 = 10_000;
    for factor in [0.1, 0.3, 1.0, 3.0, 10.0, 100.0] {
        let delays = Delays::Fixed(Duration::from_secs(100));
        let policy = RetryPolicy::new(1, delays, factor).unwrap();
        let seconds: Vec<f64> = (0..ROLLS)
            .map(|n| f64::from(n) / f64::from(ROLLS))
            .filter_map(|roll| policy.next_delay(1, &Failure { retriable: None, roll }))
            .map(|delay| delay.as_secs_f64())
            .collect();

        let k = 1.0 + factor;
        let low = 100.0 * (1.0 / (1.0 - (-k).exp2())).log2();
        assert!(seconds.iter().all(|delay| (low - 1e-6..=100.0 * k + 1e-6).contains(delay)));
        assert!(seconds.is_sorted(), "a higher roll waits longer");
        assert!((seconds[0] - low).abs() < 1e-6, "the lowest roll is the lower bound");

        let mean = seconds.iter().sum::<f64>() / f64::from(ROLLS);
        assert!((90.0..110.0).contains(&mean), "mean {mean} with factor {factor}");
    }
}

#[test]
fn delays_are_whole_microseconds() {
    let delays = Delays::Fixed(Duration::from_nanos(1_999));
    assert_eq!(plain(1, delays).next_delay(1, &FAILURE), Some(Duration::from_micros(1)));
    let policy = RetryPolicy::new(1, Delays::Fixed(Duration::from_secs(1)), 0.3).unwrap();
    assert_eq!(policy.next_delay(1, &FAILURE).unwrap().subsec_nanos() % 1_000, 0);
}

#[test]
fn no_delay_takes_no_jitter() {
    let policy = RetryPolicy::new(1, Delays::None, 0.5).unwrap();
    assert_eq!(policy.next_delay(1, &FAILURE), Some(Duration::ZERO));
}

#[test]
fn a_roll_outside_its_range_is_as_good_as_its_end() {
    let policy = RetryPolicy::new(1, Delays::Fixed(Duration::from_secs(100)), 0.5).unwrap();
    let delay = |roll| policy.next_delay(1, &Failure { retriable: None, roll });
    assert_eq!(delay(7.0), delay(1.0));
    assert_eq!(delay(-7.0), delay(0.0));
}
