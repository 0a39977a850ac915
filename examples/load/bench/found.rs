//! What a row finds: a value for each measure and run, the parts that it was made of, and what it should be.

use std::fmt;

use serde::Serialize;

/// What a measure should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Goal {
    AtMost(f64),
    Below(f64),
    AtLeast(f64),
    /// It is only looked at.
    Open,
}

impl Goal {
    /// None if there is nothing to be met.
    pub(super) fn is_met(self, value: f64) -> Option<bool> {
        match self {
            Self::AtMost(goal) => Some(value <= goal),
            Self::Below(goal) => Some(value < goal),
            Self::AtLeast(goal) => Some(value >= goal),
            Self::Open => None,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(goal) => write!(f, "≤ {goal}"),
            Self::Below(goal) => write!(f, "< {goal}"),
            Self::AtLeast(goal) => write!(f, "≥ {goal}"),
            Self::Open => f.write_str("none"),
        }
    }
}

/// What one run says of one measure.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sample {
    Found {
        value: f64,
        parts: Vec<f64>,
    },
    /// This program is compared with, and is not here.
    NotInstalled(&'static str),
}

impl Sample {
    pub(super) fn ratio(numerator: f64, denominator: f64) -> Self {
        Self::Found { value: numerator / denominator, parts: vec![numerator, denominator] }
    }

    pub(super) fn difference(more: f64, less: f64) -> Self {
        Self::Found { value: more - less, parts: vec![more, less] }
    }

    pub(super) const fn of(value: f64, parts: Vec<f64>) -> Self {
        Self::Found { value, parts }
    }
}

/// What several runs found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Spread {
    /// None of nothing.
    pub(super) fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (min, max, half) = (*sorted.first()?, *sorted.last()?, sorted.len() / 2);
        let median = if sorted.len() % 2 == 1 { sorted[half] } else { f64::midpoint(sorted[half - 1], sorted[half]) };
        Some(Self { median, min, max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_stands_in_the_middle_whatever_the_order() {
        let median = |values: &[f64]| Spread::of(values).map(|spread| spread.median);
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[9.0, 1.0, 2.0, 4.0]), Some(3.0));
        assert_eq!(Spread::of(&[9.0, 1.0, 2.0]), Some(Spread { median: 2.0, min: 1.0, max: 9.0 }));
    }

    #[test]
    fn a_goal_says_on_which_side_of_it_one_has_to_be() {
        assert_eq!([1.4, 1.5, 1.6].map(|value| Goal::AtMost(1.5).is_met(value)), [Some(true), Some(true), Some(false)]);
        assert_eq!([0.9, 1.0].map(|value| Goal::Below(1.0).is_met(value)), [Some(true), Some(false)]);
        assert_eq!([0.69, 0.7].map(|value| Goal::AtLeast(0.7).is_met(value)), [Some(false), Some(true)]);
        assert_eq!(Goal::Open.is_met(1e9), None);
        assert_eq!(Goal::AtMost(1.5).is_met(f64::NAN), Some(false), "what was not measured meets nothing");
        assert_eq!(
            [Goal::AtMost(1.5), Goal::Below(1.0), Goal::Open].map(|goal| goal.to_string()),
            ["≤ 1.5", "< 1", "none"]
        );
    }

    #[test]
    fn a_value_keeps_what_it_was_made_of() {
        assert_eq!(Sample::ratio(3.0, 2.0), Sample::of(1.5, vec![3.0, 2.0]));
        assert_eq!(Sample::difference(3.0, 2.0), Sample::of(1.0, vec![3.0, 2.0]));
    }
}
