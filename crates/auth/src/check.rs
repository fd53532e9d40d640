use std::{fmt, sync::Arc, time::Duration};

use plywood_core::{Identity, future::Next};

use crate::{
    Accounts, Attempt, Attempts, Head, IntoVerdict, MAX_CREDENTIAL, Note, Refusal, Throttle,
    accounts::Closure, throttle::reveal, verdict::Found,
};

/// The answer to "who is this name with this password?", as the layers ask for it: not too often.
#[derive(Clone)]
pub(crate) struct Check {
    accounts: Arc<dyn Accounts>,
    throttle: Option<Arc<dyn Throttle>>,
}

/// Who it is, or nobody; or that it was not looked at.
pub(crate) type Asked = Result<Option<Identity>, Refusal>;

impl Check {
    pub(crate) fn new<V: IntoVerdict>(
        check: impl Fn(&str, &str) -> V + Send + Sync + 'static,
    ) -> Self {
        Self::of(Closure(check))
    }

    pub(crate) fn of(accounts: impl Accounts) -> Self {
        Self {
            accounts: Arc::new(accounts),
            throttle: Some(Arc::new(Attempts::new())),
        }
    }

    pub(crate) fn throttle(&mut self, throttle: Option<Arc<dyn Throttle>>) {
        self.throttle = throttle;
    }

    pub(crate) fn edition(&self) -> Option<u64> {
        self.accounts.edition()
    }

    /// Would a password for `name` be looked at now?
    pub(crate) fn admits(&self, head: &Head<'_>, name: &str) -> Next<Result<(), Refusal>> {
        match &self.throttle {
            Some(throttle) => throttle
                .admits(&Attempt::of(name, head))
                .map(|admitted| admitted.map_err(Refusal::throttled)),
            None => Next::Now(Ok(())),
        }
    }

    pub(crate) fn ask(&self, head: &Head<'_>, name: &str, password: &str) -> Next<Asked> {
        if name.len() > MAX_CREDENTIAL || password.len() > MAX_CREDENTIAL {
            return Next::Now(Ok(None));
        }
        let Some(throttle) = &self.throttle else {
            let verdict = self.accounts.check(name, password);
            return verdict
                .into_next()
                .map(|found| found.map_err(Refusal::unknown));
        };
        let attempt = Attempt::of(name, head);
        match throttle.admits(&attempt) {
            Next::Now(Ok(())) => try_it(&*self.accounts, throttle, attempt, password),
            Next::Now(Err(wait)) => Next::Now(Err(Refusal::throttled(wait))),
            Next::Later(admitted) => {
                let (accounts, throttle) = (Arc::clone(&self.accounts), Arc::clone(throttle));
                let (attempt, password) = (attempt.into_owned(), password.to_owned());
                Next::Later(Box::pin(async move {
                    admitted.await.map_err(Refusal::throttled)?;
                    try_it(&*accounts, &throttle, attempt, &password)
                        .wait()
                        .await
                }))
            }
        }
    }
}

fn try_it(
    accounts: &dyn Accounts,
    throttle: &Arc<dyn Throttle>,
    attempt: Attempt<'_>,
    password: &str,
) -> Next<Asked> {
    match accounts.check(attempt.account(), password).into_next() {
        Next::Now(found) => {
            let noted = note(&**throttle, &attempt, &found);
            noted.map(|told| asked(told, found))
        }
        Next::Later(found) => {
            let (throttle, attempt) = (Arc::clone(throttle), attempt.into_owned());
            Next::Later(Box::pin(async move {
                let found = found.await;
                let told = note(&*throttle, &attempt, &found).wait().await;
                asked(told, found)
            }))
        }
    }
}

fn note(
    throttle: &dyn Throttle,
    attempt: &Attempt<'_>,
    found: &Found,
) -> Next<Result<(), Duration>> {
    match found {
        Ok(Some(_)) => throttle.note(attempt, Note::Right),
        Ok(None) => throttle.note(attempt, Note::Wrong),
        Err(_) => Next::Now(Ok(())),
    }
}

fn asked(told: Result<(), Duration>, found: Found) -> Asked {
    reveal(told, found)?.map_err(Refusal::unknown)
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("throttle", &self.throttle)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn head() -> Request<()> {
        Request::new(())
    }

    #[tokio::test]
    async fn what_is_too_long_is_wrong_and_the_check_does_not_see_it() {
        let check = Check::new(|name, password| {
            assert!(name.len().max(password.len()) <= MAX_CREDENTIAL);
            Some(Identity::new(name))
        });
        let longest = "x".repeat(MAX_CREDENTIAL);
        let longer = "x".repeat(MAX_CREDENTIAL + 1);
        for (name, password, right) in [
            ("ada", longest.as_str(), true),
            (&longest, "plywood", true),
            ("ada", &longer, false),
            (&longer, "plywood", false),
        ] {
            let request = head();
            let asked = check.ask(&Head::of(&request), name, password);
            assert_eq!(asked.wait().await.unwrap().is_some(), right);
        }
    }
}
