use std::fmt;

use super::{Act, Part, Sheet, Word};

/// What is wrong or doubtful in the order of a stack, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    weight: Weight,
    text: String,
}

/// How sure an [`Advice`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// It may be wanted so.
    Doubtful,
    /// It cannot work.
    Wrong,
}

impl Advice {
    /// How sure it is.
    pub const fn weight(&self) -> Weight {
        self.weight
    }

    const fn wrong(text: String) -> Self {
        let weight = Weight::Wrong;
        Self { weight, text }
    }

    const fn doubtful(text: String) -> Self {
        let weight = Weight::Doubtful;
        Self { weight, text }
    }
}

/// What to do, in a sentence.
impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Of a stack, outermost first.
pub(super) fn of(sheets: &[Sheet]) -> Vec<Advice> {
    let mut all = Vec::new();
    for (index, sheet) in sheets.iter().enumerate() {
        let (outside, inside) = (&sheets[..index], &sheets[index + 1..]);
        for word in &sheet.words {
            all.extend(of_word(sheet, word, outside, inside));
        }
        for inner in inside {
            all.extend(of_acts(sheet, inner));
        }
    }
    all
}

fn of_word(sheet: &Sheet, word: &Word, outside: &[Sheet], inside: &[Sheet]) -> Option<Advice> {
    let (name, what) = (sheet.name, word.name);
    let one_that = |sheets: &[Sheet], part| {
        let one = sheets.iter().find(|sheet| sheet.has(word.id, part))?;
        Some(one.name)
    };
    match word.part {
        Part::Needs(_) if one_that(outside, Part::Leaves).is_some() => None,
        Part::Needs(usually) => Some(Advice::wrong(match one_that(inside, Part::Leaves) {
            Some(other) => format!(
                "{name} needs {what}, which {other} leaves only inside of it: put {other} outside of {name}."
            ),
            None => format!(
                "{name} needs {what}, and nothing outside of it leaves one: add {usually} outside of it."
            ),
        })),
        Part::Tells => {
            // Whoever stands inside may know it from the request.
            let deaf = |inner: &&Sheet| {
                let knows = sheet.has(word.id, Part::Leaves) && inner.has(word.id, Part::Reads);
                inner.has(word.id, Part::Hears) && !knows
            };
            let inner = inside.iter().find(deaf)?.name;
            one_that(outside, Part::Hears).is_none().then(|| {
                Advice::doubtful(format!(
                    "{name} tells {what}, which {inner} does not hear inside of it: put {inner} outside of {name}."
                ))
            })
        }
        Part::Reads | Part::Leaves | Part::Hears => None,
    }
}

/// What two layers do that goes together in one order alone.
fn of_acts(outer: &Sheet, inner: &Sheet) -> Option<Advice> {
    let does = |sheet: &Sheet, act| sheet.acts.contains(&act);
    let both = |first, second| does(outer, first) && does(inner, second);
    let (outer, inner) = (outer.name, inner.name);
    if both(Act::Refuses, Act::MarksEveryAnswer) {
        Some(Advice::wrong(format!(
            "What {outer} refuses lacks the marks of {inner}: put {inner} outside of {outer}."
        )))
    } else if both(Act::ChangesBytes, Act::HashesBytes) {
        Some(Advice::wrong(format!(
            "{outer} changes the bytes that {inner} has hashed: put {inner} outside of {outer}."
        )))
    } else if both(Act::ComparesPath, Act::RewritesPath) {
        Some(Advice::wrong(format!(
            "{outer} decides by a path that {inner} then rewrites: put {inner} outside of {outer}."
        )))
    } else if both(Act::ChangesBytes, Act::ChangesBytes) && outer == inner {
        Some(Advice::doubtful(format!(
            "{outer} stands twice: one is enough."
        )))
    } else if both(Act::ChangesBytes, Act::CountsBytes) {
        Some(Advice::doubtful(format!(
            "{inner} counts bytes that {outer} then changes: put {inner} outside of {outer}, if those on the wire are meant."
        )))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Session;
    struct Identity;
    struct Failure;
    struct Client;

    fn sheet(name: &'static str) -> Sheet {
        let sheet = Sheet::new(name);
        match name {
            "log" => sheet
                .reads::<Identity>()
                .hears::<Identity>()
                .reads::<Client>()
                .acts(Act::CountsBytes),
            "pages" => sheet.hears::<Failure>(),
            "compression" => sheet.acts(Act::ChangesBytes),
            "digest" => sheet.acts(Act::HashesBytes),
            "session" => sheet.leaves::<Session>().tells::<Failure>(),
            "login" => sheet
                .needs::<Session>("session::SessionLayer")
                .leaves::<Identity>()
                .tells::<Identity>()
                .acts(Act::ComparesPath)
                .acts(Act::Refuses),
            "menu" => sheet.reads::<Session>(),
            "cors" => sheet.acts(Act::MarksEveryAnswer),
            "slashes" => sheet.acts(Act::RewritesPath),
            _ => unreachable!("{name}"),
        }
    }

    #[test]
    fn an_order_that_cannot_work_is_told() {
        use Weight::{Doubtful, Wrong};
        let cases: [(&str, &[(Weight, &str)]); 19] = [
            ("", &[]),
            ("log pages compression session login menu", &[]),
            ("session login", &[]),
            ("login", &[(Wrong, "add session::SessionLayer")]),
            ("login session", &[(Wrong, "put session outside of login")]),
            // One session outside is enough, whatever stands inside.
            ("session login session", &[]),
            ("menu", &[]),
            // It can do without.
            ("menu session", &[]),
            ("digest compression", &[]),
            ("compression digest", &[(Wrong, "put digest outside")]),
            ("log compression", &[]),
            ("compression compression", &[(Doubtful, "one is enough")]),
            ("compression log", &[(Doubtful, "if those on the wire")]),
            ("cors session login", &[]),
            (
                "session login cors",
                &[(Wrong, "put cors outside of login")],
            ),
            ("slashes session login", &[]),
            (
                "session login slashes",
                &[(Wrong, "login decides by a path that slashes then rewrites")],
            ),
            (
                "session pages",
                &[(Doubtful, "session tells Failure, which pages does not hear")],
            ),
            // The log inside knows who asks from the request.
            ("pages session login log", &[]),
        ];
        for (stack, expected) in cases {
            let sheets: Vec<_> = stack.split_whitespace().map(sheet).collect();
            let found = of(&sheets);
            assert_eq!(found.len(), expected.len(), "{stack}: {found:?}");
            for (advice, (weight, part)) in found.iter().zip(expected) {
                assert_eq!(advice.weight(), *weight, "{stack}: {advice}");
                assert!(advice.to_string().contains(part), "{stack}: {advice}");
            }
        }
    }

    #[test]
    fn each_disorder_is_told() {
        let sheets: Vec<_> = ["compression", "digest", "log", "login", "cors"]
            .map(sheet)
            .to_vec();
        assert_eq!(of(&sheets).len(), 4);
    }
}
