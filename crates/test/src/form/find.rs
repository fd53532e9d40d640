//! Finding a control, and saying what there is when there is none.

use std::fmt::{self, Write};

use super::Form;
use crate::control::{Control, Kind};

impl Form {
    /// The controls of that name; if there are none, those with that label.
    pub(super) fn places(&self, field: &str) -> Vec<usize> {
        let by = |fits: &dyn Fn(&Control) -> bool| -> Vec<usize> {
            let controls = self.page.controls.iter().enumerate();
            let fitting = controls.filter(|(_, control)| !control.is_button() && fits(control));
            fitting.map(|(place, _)| place).collect()
        };
        let named = by(&|control| control.name == field && !field.is_empty());
        if named.is_empty() {
            by(&|control| control.label == field && !field.is_empty())
        } else {
            named
        }
    }

    #[track_caller]
    pub(super) fn fitting(
        &self,
        field: &str,
        what: &str,
        fits: impl Fn(&Kind) -> bool,
    ) -> Vec<usize> {
        let places = self.places(field);
        let fitting: Vec<_> = places
            .iter()
            .copied()
            .filter(|&place| fits(&self.page.controls[place].kind))
            .collect();
        match (places.first(), fitting.is_empty()) {
            (_, false) => fitting,
            (None, _) => self.refuse(&format!("there is no field {field:?}")),
            (Some(&place), _) => match self.page.controls[place].kind.word() {
                "hidden" => self.refuse(&format!(
                    "{field:?} is hidden: a visitor cannot fill it in, but `force` can"
                )),
                word => self.refuse(&format!("{field:?} is not {what}: it is a {word}")),
            },
        }
    }

    #[track_caller]
    pub(super) fn only(
        &self,
        field: &str,
        what: &str,
        instead: &str,
        fits: impl Fn(&Kind) -> bool,
    ) -> usize {
        match *self.fitting(field, what, fits) {
            [place] => {
                self.usable(place);
                place
            }
            ref places => self.refuse(&format!(
                "there are {} fields {field:?}: use `{instead}`",
                places.len()
            )),
        }
    }

    /// Of several controls the one of that value or label.
    #[track_caller]
    pub(super) fn valued(
        &self,
        field: &str,
        value: &str,
        what: &str,
        fits: impl Fn(&Kind) -> bool,
    ) -> usize {
        let places = self.fitting(field, what, fits);
        let by_value = |&&place: &&usize| match &self.page.controls[place].kind {
            Kind::Check { value: own, .. } | Kind::Radio { value: own, .. } => own == value,
            _ => false,
        };
        let by_label = |&&place: &&usize| self.page.controls[place].label == value;
        match places
            .iter()
            .find(by_value)
            .or_else(|| places.iter().find(by_label))
        {
            Some(&place) => {
                self.usable(place);
                place
            }
            None => self.refuse(&format!("{field:?} has no {value:?}")),
        }
    }

    #[track_caller]
    pub(super) fn usable(&self, place: usize) {
        let control = &self.page.controls[place];
        if control.disabled {
            self.refuse(&format!("this is disabled: {control}"));
        }
    }

    #[track_caller]
    pub(super) fn refuse(&self, problem: &str) -> ! {
        panic!("{problem}\n\n{self}");
    }
}

/// What the form has: a line for each control.
impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut head = String::from("the form");
        for (attribute, value) in [
            ("id", &self.tag.id),
            ("name", &self.tag.name),
            ("method", &self.tag.method),
            ("action", &self.tag.action),
        ] {
            if !value.is_empty() {
                write!(head, " {attribute}={value:?}")?;
            }
        }
        writeln!(f, "{head} of {} has:", self.url)?;
        for control in &self.page.controls {
            writeln!(f, "  {control}")?;
        }
        for (name, value) in &self.forced {
            writeln!(f, "  {name} (forced) = {value:?}")?;
        }
        Ok(())
    }
}
