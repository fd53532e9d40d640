use crate::{BuildError, BuildErrorKind, Rule, Value, rule::Redirection};

/// Rules with placeholders, such as `/$name/<int:id>`: what several things have in common, said once.
///
/// A placeholder is `$word` or `${word}`, and `$$` is a dollar sign. They are filled in patterns, names, hosts, subdomains, redirects and the
/// texts of defaults.
///
/// ```
/// use plywood_dispatch::{Map, Rule, RuleTemplate};
///
/// let resource = RuleTemplate::new()
///     .route(Rule::new("/${name}s/").methods(["GET"]).name("$name.list"), "list")
///     .route(Rule::new("/${name}s/<int:id>").methods(["GET"]).name("$name.show"), "show");
/// let map = Map::builder()
///     .template(&resource, &[("name", "user")])
///     .template(&resource, &[("name", "page")])
///     .build()?;
/// assert_eq!(map.url("page.show", &[("id", 7.into())])?, "/pages/7");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a template does nothing until a map takes it"]
pub struct RuleTemplate<E> {
    rules: Vec<(Rule, E)>,
}

impl<E: Clone> RuleTemplate<E> {
    /// A template without rules yet.
    pub const fn new() -> Self {
        Self { rules: Vec::new() }
    }

    /// Adds a rule and where it leads.
    pub fn route(mut self, rule: impl Into<Rule>, endpoint: E) -> Self {
        self.rules.push((rule.into(), endpoint));
        self
    }

    pub(crate) fn fill(&self, words: &[(&str, &str)]) -> Result<Vec<(Rule, E)>, BuildError> {
        let filled = self.rules.iter().map(|(rule, endpoint)| {
            let rule = filled_rule(rule, words)
                .map_err(|mend| BuildError::new(BuildErrorKind::Template, &rule.pattern, mend))?;
            Ok((rule, endpoint.clone()))
        });
        filled.collect()
    }
}

fn filled_rule(rule: &Rule, words: &[(&str, &str)]) -> Result<Rule, String> {
    let option = |text: &Option<String>| text.as_ref().map(|text| fill(text, words)).transpose();
    let mut filled = rule.clone();
    filled.pattern = fill(&rule.pattern, words)?;
    filled.name = option(&rule.name)?;
    filled.host = option(&rule.host)?;
    filled.subdomain = option(&rule.subdomain)?;
    if let Some(Redirection::Template(target)) = &rule.redirect {
        filled.redirect = Some(Redirection::Template(fill(target, words)?));
    }
    for (_, value) in &mut filled.defaults {
        if let Value::Text(text) = value {
            *value = Value::from(fill(text, words)?);
        }
    }
    Ok(filled)
}

/// Fills the placeholders of a text.
fn fill(text: &str, words: &[(&str, &str)]) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        filled.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        if let Some(behind) = rest.strip_prefix('$') {
            filled.push('$');
            rest = behind;
            continue;
        }
        let (name, behind) = if let Some(inner) = rest.strip_prefix('{') {
            inner
                .split_once('}')
                .ok_or("the placeholder is not closed: write \"${word}\"")?
        } else {
            let is_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let end = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
            rest.split_at(end)
        };
        let word = words.iter().find(|(own, _)| *own == name);
        let Some((_, word)) = word else {
            return Err(format!(
                "nothing is there for the placeholder {name:?}: give it a word, or write \"$$\" for a dollar sign"
            ));
        };
        filled.push_str(word);
        rest = behind;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_or_missed() {
        let words = [("name", "user"), ("n", "x")];
        for (text, expected) in [
            ("/$name/<int:id>", Some("/user/<int:id>")),
            ("/${name}s-$n", Some("/users-x")),
            ("$$name", Some("$name")),
            ("none", Some("none")),
            ("$other", None),
            ("${name", None),
            ("$", None),
        ] {
            assert_eq!(fill(text, &words).ok().as_deref(), expected, "{text}");
        }
    }
}
