use plywood_header::accept;

/// The form of an error page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// `text/html`: for people with a browser.
    Html,
    /// `application/problem+json`, [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457): for programs.
    Problem,
    /// `application/problem+xml`, [RFC 9457, appendix B](https://www.rfc-editor.org/rfc/rfc9457#appendix-B): for programs that read XML.
    ProblemXml,
    /// `text/plain`: for people with a terminal, and for whoever did not say.
    Text,
}

/// What is on offer, in the order of preference among what a client likes equally. The charset is for clients that ask for one, even of
/// JSON.
const OFFERS: [(&str, Form); 7] = [
    ("text/html;charset=utf-8", Form::Html),
    ("application/problem+json;charset=utf-8", Form::Problem),
    ("application/json;charset=utf-8", Form::Problem),
    ("application/problem+xml;charset=utf-8", Form::ProblemXml),
    ("application/xml;charset=utf-8", Form::ProblemXml),
    ("text/xml;charset=utf-8", Form::ProblemXml),
    ("text/plain;charset=utf-8", Form::Text),
];

/// What each of them ends with.
const CHARSET: &str = ";charset=utf-8";

impl Form {
    /// The form that the client likes best; text if it said nothing, or likes none.
    ///
    /// Among equals, what it names goes before what it only admits by a wildcard: many a script accepts
    /// `application/json, text/plain, */*` and means JSON.
    pub(crate) fn negotiate(accept: Option<&[u8]>) -> Self {
        let Some(accept) = accept else {
            return Self::Text;
        };
        // The field is looked through once, as it may be long.
        let mut offers = OFFERS.map(|(offer, form)| (form != Self::Text, offer, form));
        for element in accept.split(|byte| *byte == b',') {
            let end = element.iter().position(|byte| *byte == b';');
            let named = element[..end.unwrap_or(element.len())].trim_ascii();
            for (is_unnamed, offer, _) in &mut offers {
                *is_unnamed &= !media_type(offer).eq_ignore_ascii_case(named);
            }
        }
        offers.sort_by_key(|(is_unnamed, ..)| *is_unnamed);
        let best = accept::best_of_line(accept, &offers.map(|(_, offer, _)| offer));
        let best = offers.iter().find(|(_, offer, _)| Some(*offer) == best);
        best.map_or(Self::Text, |(.., form)| *form)
    }

    /// The media type that such a page is sent as.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Problem => "application/problem+json",
            Self::ProblemXml => "application/problem+xml",
            Self::Text => "text/plain; charset=utf-8",
        }
    }
}

/// The offer without its charset.
fn media_type(offer: &str) -> &[u8] {
    offer.strip_suffix(CHARSET).unwrap_or(offer).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_gets_what_it_reads() {
        let firefox = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (accept, form) in [
            (firefox, Form::Html),
            ("*/*", Form::Text),
            ("text/*", Form::Text),
            ("application/*", Form::Problem),
            ("application/json", Form::Problem),
            ("Application/JSON; charset=UTF-8", Form::Problem),
            ("text/html;charset=utf-8", Form::Html),
            ("application/problem+json", Form::Problem),
            ("application/json, text/plain, */*", Form::Problem),
            ("application/json;q=0, */*", Form::Text),
            ("text/html;q=0.5, application/json", Form::Problem),
            ("application/json, text/html", Form::Html),
            ("text/html;q=0, text/plain;q=0.1", Form::Text),
            ("text/html;q=0.1, */*;q=0.2", Form::Text),
            ("application/xml", Form::ProblemXml),
            ("text/xml, application/json;q=0.9", Form::ProblemXml),
            ("application/problem+xml, */*", Form::ProblemXml),
            ("application/xml, application/json", Form::Problem),
            ("application/xhtml+xml, */*;q=0.1", Form::Text),
            ("image/avif,image/webp", Form::Text),
            ("*/*;q=0", Form::Text),
            ("", Form::Text),
            ("text/html;q=x", Form::Html),
        ] {
            assert_eq!(Form::negotiate(Some(accept.as_bytes())), form, "{accept}");
        }
        assert_eq!(Form::negotiate(None), Form::Text);
    }
}
