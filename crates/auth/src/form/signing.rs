//! Signing in and out: the two POSTs.

use std::time::{Duration, SystemTime};

use http::{HeaderValue, Request, Response, StatusCode, header::ALLOW, request};
use plywood_core::{Body, HttpBody, Identity, Mount, body::Whole};
use plywood_header::media_type;
use plywood_session_core::{Session, SessionError, SessionErrorKind};

use super::{
    FormLoginLayer, Prompt, challenge::redirect, credentials::Credentials, destination, origin,
    page::Trial, record::Record,
};
use crate::{Head, Refusal};

const FORM: &str = "application/x-www-form-urlencoded";

/// Who is signed in by this session.
///
/// A value of another kind under our key is nobody: the visitor can sign in anew.
pub(super) async fn remembered(session: &Session) -> Result<Option<Record>, Refusal> {
    match session.get(Record::KEY).await {
        Ok(record) => Ok(record),
        Err(error) if error.kind() == SessionErrorKind::Value => Ok(None),
        Err(error) => Err(Refusal::unknown(error)),
    }
}

impl FormLoginLayer {
    /// The login page, before anybody has tried.
    pub(super) fn show(&self, head: &request::Parts) -> Response<Body> {
        let next = destination::of_query(&head.uri);
        self.prompt(head, "", Trial::None, next.as_deref())
    }

    /// The answer to a form that was sent.
    pub(super) async fn sign_in<B: HttpBody>(
        self,
        session: Session,
        request: Request<B>,
    ) -> Response<Body> {
        let (head, body) = request.into_parts();
        match self.try_sign_in(&session, &head, body).await {
            Ok(response) => response,
            Err(refusal) => refusal.answer(&Head::from(&head)),
        }
    }

    async fn try_sign_in<B: HttpBody>(
        &self,
        session: &Session,
        head: &request::Parts,
        body: B,
    ) -> Result<Response<Body>, Refusal> {
        refuse_foreign(head)?;
        if !media_type::is(&head.headers, FORM) {
            let reason = "the login form is sent as application/x-www-form-urlencoded";
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason));
        }
        let form = Whole::read(body, self.limit()).await;
        let form = form.map_err(|error| Refusal::new(error.status(), error))?;
        let form = Credentials::read(&form.bytes)?;
        let of_query = destination::of_query(&head.uri);
        let next = form.next.as_deref().or(of_query.as_deref());
        let asked = if form.are_incomplete() {
            Ok(None)
        } else {
            let check = self.check();
            let asked = check.ask(&Head::from(head), &form.name, &form.password);
            asked.wait().await
        };
        let identity = match asked {
            Ok(Some(identity)) => identity,
            Ok(None) => return Ok(self.prompt(head, &form.name, Trial::Wrong, next)),
            Err(refusal) => {
                let wait = wait_of_throttle(refusal)?;
                return Ok(self.prompt(head, &form.name, Trial::TooMany(wait), next));
            }
        };
        let time = self.remember_time().filter(|_| form.remember);
        remember(session, &identity, time).await?.tell(head);
        let mount = Mount::of(head);
        Ok(redirect(&destination::onward(self.site(), &mount, next)))
    }

    /// The answer to a POST that signs out.
    pub(super) async fn sign_out(self, session: Session, head: request::Parts) -> Response<Body> {
        match self.try_sign_out(&session, &head).await {
            Ok(response) => response,
            Err(refusal) => refusal.answer(&Head::from(&head)),
        }
    }

    async fn try_sign_out(
        &self,
        session: &Session,
        head: &request::Parts,
    ) -> Result<Response<Body>, Refusal> {
        refuse_foreign(head)?;
        if session.is_known() {
            session.destroy();
            session.commit().await.map_err(Refusal::unknown)?;
        }
        Ok(redirect(&destination::farewell(
            self.site(),
            &Mount::of(head),
        )))
    }

    fn prompt(
        &self,
        head: &request::Parts,
        name: &str,
        trial: Trial,
        next: Option<&str>,
    ) -> Response<Body> {
        let next = next.and_then(destination::safe);
        let action = destination::login(self.site(), &Mount::of(head), next);
        self.look().answer(&Prompt {
            head,
            name,
            trial,
            remembers: self.remember_time().is_some(),
            action: &action,
        })
    }
}

/// Keeps the identity in the session, under a new id: one that somebody has planted before is worth nothing.
///
/// Saved here and not left to the session's layer, so that a failure is never answered as if it had been a sign-in.
async fn remember(
    session: &Session,
    identity: &Identity,
    time: Option<Duration>,
) -> Result<Identity, Refusal> {
    let record = Record::new(identity, SystemTime::now());
    if session.is_known()
        && remembered(session)
            .await?
            .is_some_and(|before| before.name != record.name)
    {
        // What one person has left in the session, and how long it was to last, is not for the next one at the same browser.
        session.destroy();
    }
    match keep(session, &record, time).await {
        // The id that the browser has is of a session that has ended, or moved when the same form was sent before: only another one is left.
        Err(error) if error.kind() == SessionErrorKind::Gone => {
            session.destroy();
            keep(session, &record, time).await
        }
        kept => kept,
    }
    .map_err(Refusal::unknown)?;
    Ok(record.into())
}

async fn keep(
    session: &Session,
    record: &Record,
    time: Option<Duration>,
) -> Result<(), SessionError> {
    session.renew();
    if let Some(time) = time {
        session.expire_after(time);
    }
    session.insert(Record::KEY, record)?;
    // So that all sessions of one account can be ended together. A name that is too long for that signs in all the same.
    if record.name.len() <= plywood_session_core::Record::MAX_OWNER {
        session.belongs_to(&record.name)?;
    }
    session.commit().await
}

fn refuse_foreign(head: &request::Parts) -> Result<(), Refusal> {
    if origin::is_foreign(&head.headers, &head.uri) {
        let reason = "the form was sent by a page of another site";
        return Err(Refusal::new(StatusCode::FORBIDDEN, reason));
    }
    Ok(())
}

/// How long whoever guessed has to wait. Every other refusal is none of theirs, though it may say when to come again.
fn wait_of_throttle(refusal: Refusal) -> Result<Duration, Refusal> {
    match refusal.retry_after() {
        Some(wait) if refusal.status() == StatusCode::TOO_MANY_REQUESTS => Ok(wait),
        _ => Err(refusal),
    }
}

/// The refusal of a method: `405` with those that would be right.
pub(super) fn only(allowed: &'static str, head: &request::Parts) -> Response<Body> {
    let refusal = Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("the method is {}, and must be of {allowed}", head.method),
    );
    let mut response = refusal.answer(&Head::from(head));
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "password")]
    #[tokio::test]
    async fn a_server_that_is_busy_blames_nobody() {
        let workers = crate::password::Workers::new(1);
        let busy: Result<(), _> = workers.run(|| panic!("of the work")).await;
        let busy = Refusal::unknown(busy.unwrap_err());
        assert!(busy.retry_after().is_some());
        let refusal = wait_of_throttle(busy).unwrap_err();
        assert_eq!(refusal.status(), StatusCode::SERVICE_UNAVAILABLE);
    }

    #[test]
    fn who_has_guessed_too_often_is_told_how_long_to_wait() {
        let wait = Duration::from_secs(7);
        let told = wait_of_throttle(Refusal::throttled(wait)).unwrap();
        assert_eq!(told, wait);
        let refusal = Refusal::unknown("the directory is away");
        assert!(wait_of_throttle(refusal).is_err());
    }
}
