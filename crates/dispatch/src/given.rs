use crate::{MAX_PARAMETERS, Route, Value};

/// The values that are given for a rule's parameters, each looked for once.
pub(crate) struct Given<'v, 'a> {
    values: [Option<&'v Value<'a>>; MAX_PARAMETERS],
    /// A bit for each of the first values that is one of them.
    taken: u64,
}

impl<'v, 'a> Given<'v, 'a> {
    /// `None` where a rule's URL wants more than these values, or its defaults gainsay one.
    pub(crate) fn of(route: &Route, values: &'v [(&str, Value<'a>)]) -> Option<Self> {
        let mut given = Self {
            values: [None; MAX_PARAMETERS],
            taken: 0,
        };
        for (parameter, place) in route.parameters.iter().zip(&mut given.values) {
            let index = values
                .iter()
                .position(|(name, _)| **name == *parameter.name);
            if let Some(index) = index
                && !matches!(values[index].1, Value::Absent)
            {
                *place = Some(&values[index].1);
                given.taken |= 1_u64.checked_shl(number(index)).unwrap_or(0);
            } else if route.default(&parameter.name).is_none() {
                return None;
            }
        }
        let agrees = |(name, value): &(Box<str>, Value<'_>)| {
            crate::value::find(values, name).is_none_or(|given| given == value)
        };
        route.defaults.iter().all(agrees).then_some(given)
    }

    /// The value of the parameter of this number.
    pub(crate) fn value(&self, parameter: usize) -> Option<&'v Value<'a>> {
        self.values[parameter]
    }

    /// Are there no values but those of parameters?
    pub(crate) fn are_all(&self, values: &[(&str, Value<'_>)]) -> bool {
        self.taken
            == 1_u64
                .checked_shl(number(values.len()))
                .map_or(0, |bit| bit - 1)
            && values.len() < 64
    }
}

/// More than there are bits is none of them.
fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
