//! The converter `regex`.

use ::regex::{Regex, RegexBuilder};
use plywood_rule::{Argument, Arguments};

use crate::Convert;

/// How large a compiled expression may be, in bytes.
const LARGEST: usize = 10 << 20;

/// Takes what a regular expression matches from the first character to the last.
pub(crate) struct Whole(Regex);

impl Whole {
    /// Reads the one text that the converter takes.
    pub(crate) fn new(arguments: &Arguments) -> Result<Self, String> {
        let (1, 0, Some(Argument::Text(text))) = (
            arguments.placed().len(),
            arguments.named().count(),
            arguments.placed().first(),
        ) else {
            return Err(
                "regex takes one text in quotes: write <regex(\"[a-z]+\"):name>".to_owned(),
            );
        };
        // By itself first: a pattern such as `a)(b` would be one only between the brackets below.
        let whole = compiled(text).and_then(|_| compiled(&format!(r"\A(?:{text})\z")));
        whole.map(Self).map_err(|error| {
            let error = error.to_string();
            let last = error.lines().last().unwrap_or_default();
            let reason = last.strip_prefix("error: ").unwrap_or(last);
            format!("{text:?} is no regular expression for a rule: {reason}")
        })
    }
}

fn compiled(text: &str) -> Result<Regex, ::regex::Error> {
    RegexBuilder::new(text).size_limit(LARGEST).build()
}

impl Convert for Whole {
    fn takes(&self, text: &str) -> bool {
        // Nothing is no value, because a URL without it would be another rule's, or another host's.
        !text.is_empty() && self.0.is_match(text)
    }
}

#[cfg(test)]
mod tests {
    use plywood_rule::Pattern;

    use super::*;

    fn of(arguments: &str) -> Result<Whole, String> {
        let pattern = Pattern::read(&format!("/<regex({arguments}):x>")).unwrap();
        Whole::new(pattern.variables().next().unwrap().arguments())
    }

    #[test]
    fn it_takes_whole_texts_alone() {
        for (arguments, text, expected) in [
            ("'[a-z]+'", "abc", true),
            ("'[a-z]+'", "abc1", false),
            ("'[a-z]+'", "1abc", false),
            ("'a|bc'", "bc", true),
            ("'a|bc'", "ac", false),
            ("'(?m)^a$'", "a\na", false),
            ("'a$'", "a\n", false),
            ("'[a-z]{2,3}'", "ab", true),
            ("'[a-z]{2,3}'", "abcd", false),
            ("'a*'", "", false),
            (r"'\d{4}'", "1999", true),
            (r"'\w+'", "né", true),
            ("'(?i)ab'", "AB", true),
            ("'é.'", "é☃", true),
            ("abc", "abc", true),
        ] {
            let whole = of(arguments).map_err(|mend| format!("{arguments}: {mend}"));
            assert_eq!(whole.unwrap().takes(text), expected, "{arguments} {text:?}");
        }
    }

    #[test]
    fn what_is_no_expression_says_so() {
        for (arguments, expected) in [
            ("", "one text in quotes"),
            ("7", "one text in quotes"),
            ("'a','b'", "one text in quotes"),
            ("pattern='a'", "one text in quotes"),
            ("'a','b',c=1", "one text in quotes"),
            (
                "'(a'",
                "\"(a\" is no regular expression for a rule: unclosed group",
            ),
            ("'a)(b'", "unopened group"),
            ("'(?=a)'", "look-around"),
            ("'((a{1000}){1000}){10}'", "size limit"),
        ] {
            let mend = of(arguments).err().expect(arguments);
            assert!(mend.contains(expected), "{arguments}: {mend}");
            assert!(!mend.contains('\n'), "{arguments}: {mend}");
        }
    }
}
