use plywood_header::accept_language;

/// A language of the built-in pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Language {
    /// `en`
    English,
    /// `de`
    German,
    /// `fr`
    French,
    /// `es`
    Spanish,
    /// `it`
    Italian,
    /// `pt`
    Portuguese,
    /// `nl`
    Dutch,
    /// `pl`
    Polish,
    /// `ja`
    Japanese,
    /// `zh`, in simplified characters
    Chinese,
}

impl Language {
    /// All of them, English first.
    pub const ALL: [Self; 10] = [
        Self::English,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Italian,
        Self::Portuguese,
        Self::Dutch,
        Self::Polish,
        Self::Japanese,
        Self::Chinese,
    ];

    /// The tag that `Accept-Language` asks for it by ([RFC 5646](https://www.rfc-editor.org/rfc/rfc5646)).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Italian => "it",
            Self::Portuguese => "pt",
            Self::Dutch => "nl",
            Self::Polish => "pl",
            Self::Japanese => "ja",
            Self::Chinese => "zh",
        }
    }

    /// Which way it is written: the value of `dir` in HTML.
    pub(crate) const fn direction(self) -> &'static str {
        match self {
            Self::English
            | Self::German
            | Self::French
            | Self::Spanish
            | Self::Italian
            | Self::Portuguese
            | Self::Dutch
            | Self::Polish
            | Self::Japanese
            | Self::Chinese => "ltr",
        }
    }

    /// The one that the visitor likes best of those on offer, else the first.
    pub(crate) fn negotiate(offers: &[Self], accept: Option<&[u8]>) -> Self {
        let first = offers.first().copied().unwrap_or(Self::English);
        let (Some(accept), [_, _, ..]) = (accept, offers) else {
            return first;
        };
        let mut tags = [""; Self::ALL.len()];
        let tags = &mut tags[..offers.len().min(Self::ALL.len())];
        for (tag, language) in tags.iter_mut().zip(offers) {
            *tag = language.tag();
        }
        let best = accept_language::best_of_line(accept, tags);
        let best = offers.iter().find(|language| Some(language.tag()) == best);
        best.copied().unwrap_or(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_gets_a_language_that_is_on_offer() {
        use Language::{Chinese, English, French, German};
        for (offers, accept, language) in [
            (&Language::ALL[..], "de-AT, en;q=0.5", German),
            (&Language::ALL, "zh-TW,zh;q=0.9,en-US;q=0.8", Chinese),
            (&Language::ALL, "tlh", English),
            (&Language::ALL, "*", English),
            (&[French, German], "en, de;q=0.1", German),
            (&[French, German], "en", French),
            (&[French], "de", French),
            (&[], "de", English),
        ] {
            let chosen = Language::negotiate(offers, Some(accept.as_bytes()));
            assert_eq!(chosen, language, "{accept}");
        }
        assert_eq!(Language::negotiate(&Language::ALL, None), English);
    }
}
