//! What a visitor is told about a status: what happened and what may help, and nothing about why.

mod chinese;
mod dutch;
mod english;
mod french;
mod german;
mod italian;
mod japanese;
mod polish;
mod portuguese;
mod spanish;

use http::StatusCode;

use crate::Language;

/// The words of one language. A title and a sentence or two go together.
pub(crate) struct Words {
    /// What stands before a request's id.
    pub(crate) request: &'static str,
    /// What stands before an incident's id.
    pub(crate) incident: &'static str,
    /// For the statuses from 400 that have no words of their own.
    client: (&'static str, &'static str),
    /// For those from 500.
    server: (&'static str, &'static str),
    /// For those of [`STATUSES`].
    statuses: [(&'static str, &'static str); STATUSES.len()],
}

/// The statuses that have words of their own, in their order.
const STATUSES: [u16; 29] = [
    400, 401, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 416, 421, 422, 426, 428,
    429, 431, 451, 500, 501, 502, 503, 504, 505, 507,
];

impl Words {
    pub(crate) const fn of(language: Language) -> &'static Self {
        match language {
            Language::Chinese => &chinese::WORDS,
            Language::Dutch => &dutch::WORDS,
            Language::English => &english::WORDS,
            Language::French => &french::WORDS,
            Language::German => &german::WORDS,
            Language::Italian => &italian::WORDS,
            Language::Japanese => &japanese::WORDS,
            Language::Polish => &polish::WORDS,
            Language::Portuguese => &portuguese::WORDS,
            Language::Spanish => &spanish::WORDS,
        }
    }

    fn pair(&self, status: StatusCode) -> (&'static str, &'static str) {
        match STATUSES.binary_search(&status.as_u16()) {
            Ok(at) => self.statuses[at],
            Err(_) if status.is_server_error() => self.server,
            Err(_) => self.client,
        }
    }
}

/// The status's name, as a heading.
pub(crate) fn title(status: StatusCode, language: Language) -> &'static str {
    if language == Language::English
        && let Some(name) = status.canonical_reason()
    {
        return name;
    }
    Words::of(language).pair(status).0
}

/// A sentence or two for everybody.
pub(crate) fn detail(status: StatusCode, language: Language) -> &'static str {
    Words::of(language).pair(status).1
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_language_has_words_of_its_own_for_every_status() {
        assert!(STATUSES.is_sorted());
        for language in Language::ALL {
            let words = Words::of(language);
            let pairs = words.statuses.iter().chain([&words.client, &words.server]);
            for (title, detail) in pairs.clone() {
                assert!(!title.is_empty() && !title.ends_with(['.', ' ', '。']));
                assert!(detail.ends_with(['.', '。']), "{detail}");
                for text in [title, detail] {
                    assert!(!text.contains(['<', '>', '&', '"', '\n']), "{text}");
                }
            }
            // A title that stands twice is one that was written for another status.
            let titles: HashSet<_> = pairs.map(|(title, _)| title).collect();
            assert_eq!(titles.len(), STATUSES.len() + 2, "{language:?}");
        }
    }

    #[test]
    fn no_two_languages_say_the_same() {
        for status in STATUSES.map(|code| StatusCode::from_u16(code).unwrap()) {
            let said = Language::ALL.map(|language| detail(status, language));
            assert_eq!(HashSet::from(said).len(), Language::ALL.len(), "{said:?}");
        }
    }

    #[test]
    fn a_status_without_words_of_its_own_has_those_of_its_class() {
        let title = |code, language| title(StatusCode::from_u16(code).unwrap(), language);
        assert_eq!(title(418, Language::English), "I'm a teapot");
        assert_eq!(title(418, Language::German), "Fehler in der Anfrage");
        assert_eq!(title(599, Language::English), "Server Error");
        assert_eq!(title(599, Language::French), "Erreur du serveur");
    }
}
