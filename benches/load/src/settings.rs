use std::env;

/// A setting from the environment.
pub fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// Whether the list in this variable, if there is one, has a word for which it is so.
pub fn is_chosen(variable: &str, so: impl Fn(&str) -> bool) -> bool {
    env::var(variable).map_or(true, |list| list.split(',').any(so))
}

pub fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
