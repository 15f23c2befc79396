//! The colours of states, as people see them who see colours otherwise: any two that can stand side by side as bars of two pixels differ.
//! It reads the style sheet and needs no browser.

use std::collections::BTreeMap;

const STYLE: &str = include_str!("../../../../tidegate-server/src/ui/assets/ui.css");

const STATES: [&str; 8] =
    ["completed", "failed", "crashed", "running", "scheduled", "pending", "paused", "cancelled"];

/// What stands behind them: the page, what lies on it, and what is sunk in.
const GROUNDS: [&str; 3] = ["paper", "sheet", "sunk"];

/// How far apart two colours are at least, as the distance in OKLab. One of 0.02 is just noticed between large fields.
const APART: f64 = 0.045;

type Colour = [f64; 3];
type Matrix = [[f64; 3]; 3];

/// What is left of linear light for those who lack one of the three cones, at full severity: Machado, Oliveira and Fernandes, "A
/// Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15 (6), 2009, table 1.
const EYES: [(&str, Matrix); 4] = [
    ("all cones", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "protanopia",
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
    ),
    (
        "deuteranopia",
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
    ),
    (
        "tritanopia",
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ],
    ),
];

/// Red, green and blue into what cones see, and that into lightness and two opponents: Björn Ottosson, "A perceptual color space for image
/// processing", 2020.
const TO_CONES: Matrix = [
    [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
    [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
    [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
];
const TO_LAB: Matrix = [
    [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
    [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
    [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
];

fn times(matrix: &Matrix, colour: Colour) -> Colour {
    matrix.map(|row| row.iter().zip(colour).map(|(factor, part)| factor * part).sum())
}

/// Linear light of `#rrggbb`.
fn light(hex: &str) -> Colour {
    let digits = hex.trim_start_matches('#');
    let digits = match digits.len() {
        3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => digits.to_owned(),
    };
    [0, 2, 4].map(|at| {
        let part = f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

fn seen(colour: Colour, eye: &Matrix) -> Colour {
    let seen = times(eye, colour).map(|part| part.clamp(0.0, 1.0));
    times(&TO_LAB, times(&TO_CONES, seen).map(f64::cbrt))
}

fn distance(one: Colour, other: Colour) -> f64 {
    one.iter().zip(other).map(|(one, other)| (one - other).powi(2)).sum::<f64>().sqrt()
}

/// How much lighter the lighter of two is.
fn contrast(one: Colour, other: Colour) -> f64 {
    let luminance = |[r, g, b]: Colour| 0.2126 * r + 0.7152 * g + 0.0722 * b;
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The variables of a theme, by the selector that sets them.
fn theme(selector: &str) -> BTreeMap<&'static str, &'static str> {
    let (_, rules) = STYLE.split_once(selector).unwrap();
    let (_, rules) = rules.split_once('{').unwrap();
    let (rules, _) = rules.split_once('}').unwrap();
    let pairs = rules.split(';').filter_map(|rule| rule.trim().strip_prefix("--")?.split_once(':'));
    pairs.map(|(name, value)| (name, value.trim())).collect()
}

fn themes() -> [(&'static str, BTreeMap<&'static str, &'static str>); 2] {
    [("light", theme("\n:root ")), ("dark", theme(":root[data-theme=\"dark\"] "))]
}

#[test]
fn the_dark_theme_is_the_same_by_system_and_by_choice() {
    assert_eq!(theme(":root:not([data-theme=\"light\"]) "), theme(":root[data-theme=\"dark\"] "));
}

#[test]
fn states_differ_in_colour_for_every_eye() {
    let mut faults = Vec::new();
    for (theme, colours) in themes() {
        for (eye, matrix) in EYES {
            for (at, one) in STATES.iter().enumerate() {
                for other in &STATES[at + 1..] {
                    let [a, b] = [one, other].map(|name| seen(light(colours[*name]), &matrix));
                    let apart = distance(a, b);
                    if apart < APART {
                        faults.push(format!("{theme}, {eye}: {one} and {other}: {apart:.3}"));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "too much alike:\n{}", faults.join("\n"));
}

#[test]
fn states_can_be_read_on_every_ground_and_carry_text() {
    let mut faults = Vec::new();
    for (theme, colours) in themes() {
        for state in STATES {
            for ground in GROUNDS.into_iter().chain(["on-state"]) {
                let ratio = contrast(light(colours[state]), light(colours[ground]));
                if ratio < 4.5 {
                    faults.push(format!("{theme}: {state} on {ground}: {ratio:.2}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "hard to read:\n{}", faults.join("\n"));
}
