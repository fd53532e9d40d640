//! What the login form sends.

use crate::Refusal;

/// The fields of the form. Those beyond them are passed over, and of two with one name the first counts.
#[derive(Default)]
pub(super) struct Credentials {
    pub(super) name: String,
    pub(super) password: String,
    pub(super) next: Option<String>,
    pub(super) remember: bool,
}

impl Credentials {
    /// Reads an `application/x-www-form-urlencoded` body ([URL Standard]).
    ///
    /// A password is checked as it was sent, so that one which is not UTF-8, and would have to be changed to be read, is refused.
    ///
    /// [URL Standard]: https://url.spec.whatwg.org/#urlencoded-parsing
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let mut found = [None, None, None, None];
        for (name, value) in form_urlencoded::parse(body) {
            let slot = match &*name {
                "username" => &mut found[0],
                "password" => &mut found[1],
                "next" => &mut found[2],
                "remember" => &mut found[3],
                _ => continue,
            };
            if value.contains(char::REPLACEMENT_CHARACTER) {
                return Err(Refusal::malformed(
                    "malformed form: the fields must be UTF-8",
                ));
            }
            slot.get_or_insert_with(|| value.into_owned());
        }
        let [name, password, next, remember] = found;
        Ok(Self {
            name: name.unwrap_or_default(),
            password: password.unwrap_or_default(),
            next,
            remember: remember.is_some_and(|value| !value.is_empty()),
        })
    }

    /// Is a field missing that a check needs? Some directories take an empty password for a guest and let it in.
    pub(super) fn are_incomplete(&self) -> bool {
        self.name.is_empty() || self.password.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_found_in_any_order_and_the_first_counts() {
        let body = b"x=1&password=a+b%26c&username=%C3%A9lo&next=%2Finbox&username=eve";
        let form = Credentials::read(body).unwrap();
        assert_eq!((&*form.name, &*form.password), ("élo", "a b&c"));
        assert_eq!(form.next.as_deref(), Some("/inbox"));
        assert!(!form.are_incomplete() && !form.remember);
        let ticked = Credentials::read(b"remember=yes").unwrap();
        assert!(ticked.remember);
        assert!(!Credentials::read(b"remember=").unwrap().remember);
    }

    #[test]
    fn a_missing_field_is_empty() {
        for body in [
            "",
            "username=ada",
            "password=x",
            "username=ada&password=",
            "&&=&",
        ] {
            let form = Credentials::read(body.as_bytes()).unwrap();
            assert!(form.are_incomplete(), "{body}");
        }
    }

    #[test]
    fn a_password_is_never_changed_to_be_read() {
        for body in ["username=a&password=%ff", "username=%c3&password=x"] {
            assert!(Credentials::read(body.as_bytes()).is_err(), "{body}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Credentials::read(&body);
        }

        #[test]
        fn what_was_written_is_read(name in "\\PC{1,20}", password in "\\PC{1,20}") {
            prop_assume!(!(name.clone() + &password).contains(char::REPLACEMENT_CHARACTER));
            let body = form_urlencoded::Serializer::new(String::new())
                .append_pair("username", &name)
                .append_pair("password", &password)
                .finish();
            let form = Credentials::read(body.as_bytes()).unwrap();
            prop_assert_eq!((form.name, form.password), (name, password));
        }
    }
}
