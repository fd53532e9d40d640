use std::fmt;

use crate::{Argument, Flaw, Variable};

/// The converters that are always there: what a variable takes, and what its text is sure to be.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Converter {
    /// `string`: any text without a slash. Lengths count characters.
    String {
        /// At least so many; 1, where nothing is said.
        min: usize,
        /// At most so many.
        max: Option<usize>,
    },
    /// `int`: ASCII digits.
    Int {
        /// Exactly so many characters, with zeros in front; 0 for any number of them.
        fixed_digits: usize,
        /// At least this.
        min: Option<i64>,
        /// At most this.
        max: Option<i64>,
        /// May a minus stand in front?
        signed: bool,
    },
    /// `float`: digits, a point, digits.
    Float {
        /// At least this.
        min: Option<f64>,
        /// At most this.
        max: Option<f64>,
        /// May a minus stand in front?
        signed: bool,
    },
    /// `path`: any text, slashes included, that does not begin with one.
    Path,
    /// `any`: one of these texts.
    Any(Vec<String>),
    /// `uuid`: 36 characters, hyphens included.
    Uuid,
}

impl Converter {
    /// The names of these converters.
    pub const NAMES: [&'static str; 6] = ["string", "int", "float", "path", "any", "uuid"];

    /// The converter of a variable; `None` if it is none of these.
    ///
    /// # Errors
    ///
    /// [`Flaw`] when it does not take its arguments.
    pub fn of(variable: &Variable) -> Result<Option<Self>, Flaw> {
        let given = Given(variable);
        Ok(Some(match variable.converter() {
            "string" | "default" => given.string()?,
            "int" => given.int()?,
            "float" => {
                given.takes(&["min", "max", "signed"])?;
                Self::Float {
                    min: given.float("min", 0)?,
                    max: given.float("max", 1)?,
                    signed: given.bool("signed", 2)?,
                }
            }
            "path" => {
                given.takes(&[])?;
                Self::Path
            }
            "uuid" => {
                given.takes(&[])?;
                Self::Uuid
            }
            "any" => given.any()?,
            _ => return Ok(None),
        }))
    }

    /// Its name in a pattern.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::String { .. } => "string",
            Self::Int { .. } => "int",
            Self::Float { .. } => "float",
            Self::Path => "path",
            Self::Any(_) => "any",
            Self::Uuid => "uuid",
        }
    }

    /// The smaller, the earlier it is tried.
    pub const fn weight(&self) -> i32 {
        match self {
            Self::Int { .. } | Self::Float { .. } => 50,
            Self::Path => 200,
            _ => 100,
        }
    }
}

/// As it is written in a pattern, with the arguments by name.
impl fmt::Display for Converter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut arguments: Vec<String> = Vec::new();
        let mut say = |name: &str, value: Option<String>| {
            arguments.extend(value.map(|value| format!("{name}={value}")));
        };
        match self {
            Self::String { min, max } if Some(*min) == *max => {
                say("length", Some(min.to_string()));
            }
            Self::String { min, max } => {
                say("minlength", (*min != 1).then(|| min.to_string()));
                say("maxlength", max.map(|max| max.to_string()));
            }
            Self::Int {
                fixed_digits,
                min,
                max,
                signed,
            } => {
                let digits = (*fixed_digits > 0).then(|| fixed_digits.to_string());
                say("fixed_digits", digits);
                say("min", min.map(|min| min.to_string()));
                say("max", max.map(|max| max.to_string()));
                say("signed", signed.then(|| "True".to_owned()));
            }
            Self::Float { min, max, signed } => {
                say("min", min.map(|min| min.to_string()));
                say("max", max.map(|max| max.to_string()));
                say("signed", signed.then(|| "True".to_owned()));
            }
            Self::Any(items) => arguments = items.iter().map(|item| format!("{item:?}")).collect(),
            Self::Path | Self::Uuid => {}
        }
        f.write_str(self.name())?;
        if arguments.is_empty() {
            return Ok(());
        }
        write!(f, "({})", arguments.join(","))
    }
}

/// The arguments that a variable gives its converter.
struct Given<'a>(&'a Variable);

impl Given<'_> {
    fn string(&self) -> Result<Converter, Flaw> {
        self.takes(&["minlength", "maxlength", "length"])?;
        let length = self.count("length", 2)?;
        let min = length.or(self.count("minlength", 0)?).unwrap_or(1);
        let max = length.or(self.count("maxlength", 1)?);
        if max.is_some_and(|max| max < min) {
            let mend = "no text is so short and so long: maxlength is less than minlength";
            return Err(self.0.bad_arguments(mend));
        }
        Ok(Converter::String { min, max })
    }

    fn int(&self) -> Result<Converter, Flaw> {
        self.takes(&["fixed_digits", "min", "max", "signed"])?;
        let (min, max) = (self.int_of("min", 1)?, self.int_of("max", 2)?);
        if let (Some(min), Some(max)) = (min, max)
            && max < min
        {
            let mend = "no number is so small and so large: max is less than min";
            return Err(self.0.bad_arguments(mend));
        }
        Ok(Converter::Int {
            fixed_digits: self.count("fixed_digits", 0)?.unwrap_or(0),
            min,
            max,
            signed: self.bool("signed", 3)?,
        })
    }

    fn any(&self) -> Result<Converter, Flaw> {
        let arguments = self.0.arguments();
        if arguments.named().next().is_some() || arguments.placed().is_empty() {
            let mend = "any takes the texts that it may be: write <any(a,\"b c\"):name>";
            return Err(self.0.bad_arguments(mend));
        }
        let text = |argument: &Argument| match argument {
            Argument::Text(text) => text.clone(),
            other => other.to_string(),
        };
        Ok(Converter::Any(
            arguments.placed().iter().map(text).collect(),
        ))
    }

    /// Are there no other arguments than these, each at most once?
    fn takes(&self, names: &[&str]) -> Result<(), Flaw> {
        let arguments = self.0.arguments();
        let given: Vec<&str> = arguments.named().map(|(name, _)| name).collect();
        let stranger = given.iter().find(|name| !names.contains(name));
        let converter = self.0.converter();
        let list = match names {
            [] => "no arguments".to_owned(),
            names => names.join(", "),
        };
        if let Some(stranger) = stranger {
            let mend = format!("{converter} does not take {stranger:?}: it takes {list}");
            return Err(self.0.bad_arguments(mend));
        }
        let placed = arguments.placed().len();
        let twice = names.iter().take(placed).any(|name| given.contains(name));
        if placed > names.len() || twice {
            let mend = format!("{converter} takes {list}, each once");
            return Err(self.0.bad_arguments(mend));
        }
        Ok(())
    }

    fn count(&self, name: &str, place: usize) -> Result<Option<usize>, Flaw> {
        let number = self.int_of(name, place)?;
        let count = |number: i64| {
            let small = u16::try_from(number).map(usize::from);
            small.map_err(|_| {
                let mend = format!("{name} should be a number from 0 to 65535");
                self.0.bad_arguments(mend)
            })
        };
        number.map(count).transpose()
    }

    fn int_of(&self, name: &str, place: usize) -> Result<Option<i64>, Flaw> {
        match self.0.arguments().get(name, place) {
            None | Some(Argument::None) => Ok(None),
            Some(Argument::Int(number)) => Ok(Some(*number)),
            Some(other) => {
                let mend = format!("{name} should be a whole number, and not {other}");
                Err(self.0.bad_arguments(mend))
            }
        }
    }

    fn float(&self, name: &str, place: usize) -> Result<Option<f64>, Flaw> {
        match self.0.arguments().get(name, place) {
            None | Some(Argument::None) => Ok(None),
            #[expect(
                clippy::cast_precision_loss,
                reason = "a bound so large is a bound all the same"
            )]
            Some(Argument::Int(number)) => Ok(Some(*number as f64)),
            Some(Argument::Float(number)) => Ok(Some(*number)),
            Some(other) => {
                let mend = format!("{name} should be a number, and not {other}");
                Err(self.0.bad_arguments(mend))
            }
        }
    }

    fn bool(&self, name: &str, place: usize) -> Result<bool, Flaw> {
        match self.0.arguments().get(name, place) {
            None | Some(Argument::None) => Ok(false),
            Some(Argument::Bool(yes)) => Ok(*yes),
            Some(other) => {
                let mend = format!("{name} should be True or False, and not {other}");
                Err(self.0.bad_arguments(mend))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FlawKind, Pattern};

    fn converter(variable: &str) -> Result<String, Flaw> {
        let pattern = Pattern::read(&format!("/{variable}"))?;
        let variable = pattern.variables().next().unwrap();
        Ok(Converter::of(variable)?.map_or("none".to_owned(), |converter| converter.to_string()))
    }

    #[test]
    fn converters_know_their_arguments() {
        for (variable, expected) in [
            ("<x>", "string"),
            ("<default:x>", "string"),
            ("<string(2):x>", "string(minlength=2)"),
            ("<string(2,4):x>", "string(minlength=2,maxlength=4)"),
            ("<string(length=2):x>", "string(length=2)"),
            ("<int:x>", "int"),
            ("<int(4):x>", "int(fixed_digits=4)"),
            (
                "<int(min=-5,max=10,signed=True):x>",
                "int(min=-5,max=10,signed=True)",
            ),
            ("<float(1,2.5):x>", "float(min=1,max=2.5)"),
            ("<any(cat,\"b,c\",7):x>", "any(\"cat\",\"b,c\",\"7\")"),
            ("<path:x>", "path"),
            ("<uuid:x>", "uuid"),
            ("<list:x>", "none"),
        ] {
            assert_eq!(converter(variable).as_deref(), Ok(expected), "{variable}");
        }
    }

    #[test]
    fn an_argument_that_a_converter_does_not_take_is_a_flaw() {
        for variable in [
            "<int(min=a):x>",
            "<int(min=5,max=4):x>",
            "<int(fixed_digits=-1):x>",
            "<int(digits=4):x>",
            "<int(4,fixed_digits=4):x>",
            "<int(1,2,3,True,5):x>",
            "<int(signed=1):x>",
            "<float(min=\"a\"):x>",
            "<string(minlength=3,maxlength=2):x>",
            "<any:x>",
            "<any():x>",
            "<any(a=b):x>",
            "<path(1):x>",
            "<uuid(x=1):x>",
        ] {
            let kind = converter(variable).map_err(|flaw| flaw.kind());
            assert_eq!(kind, Err(FlawKind::Argument), "{variable}");
        }
    }
}
