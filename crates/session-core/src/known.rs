use std::fmt;

use crate::{Id, Session};

/// What a client sent by which its session is known.
///
/// The first [`Session::MAX_IDS`] count. `Debug` shows none of the texts: whoever reads one in a log has the session.
pub struct Known(Kind);

enum Kind {
    Ids(Sent<Id>),
    Texts(Sent<Box<str>>),
}

/// The usual one needs no list.
struct Sent<T> {
    first: Option<T>,
    more: Vec<T>,
}

impl<T: 'static> Sent<T> {
    const NOTHING: &Self = &Self {
        first: None,
        more: Vec::new(),
    };

    fn of(all: impl IntoIterator<Item = T>) -> Self {
        let (mut first, mut more) = (None, Vec::new());
        // Not one by one: an iterator of many parts is faster when it runs by itself.
        let all = all.into_iter().take(Session::MAX_IDS);
        all.for_each(|one| match first {
            None => first = Some(one),
            Some(_) => more.push(one),
        });
        Self { first, more }
    }

    fn iter(&self) -> impl Iterator<Item = &T> {
        self.first.iter().chain(&self.more)
    }
}

impl Known {
    /// These ids, where a store keeps the sessions. They are tried in their order.
    pub fn by_ids(ids: impl IntoIterator<Item = Id>) -> Self {
        Self(Kind::Ids(Sent::of(ids)))
    }

    /// These texts, where sessions are [sealed](crate::Vault::sealed). They are tried in their order.
    pub fn by_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self(Kind::Texts(Sent::of(texts.into_iter().map(Into::into))))
    }

    pub(crate) fn any(&self) -> bool {
        match &self.0 {
            Kind::Ids(ids) => ids.first.is_some(),
            Kind::Texts(texts) => texts.first.is_some(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Id> {
        let ids = match &self.0 {
            Kind::Ids(ids) => ids,
            Kind::Texts(_) => Sent::NOTHING,
        };
        ids.iter()
    }

    pub(crate) fn sent(&self) -> impl Iterator<Item = &str> {
        let texts = match &self.0 {
            Kind::Ids(_) => Sent::NOTHING,
            Kind::Texts(texts) => texts,
        };
        texts.iter().map(|text| &**text)
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Ids(ids) => f.debug_list().entries(ids.iter()).finish(),
            Kind::Texts(texts) => write!(f, "[{} texts]", texts.iter().count()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_text() {
        let texts = Known::by_texts(["s3cret", "another"]);
        assert_eq!(format!("{texts:?}"), "[2 texts]");
        let id = Id::random().unwrap();
        let text = id.as_str().to_owned();
        let ids = Known::by_ids([id]);
        assert!(!format!("{ids:?}").contains(&text), "{ids:?}");
    }
}
