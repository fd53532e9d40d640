use std::fmt;

use http::{Method, Response, header};
use http_body::Body as _;
use plywood_core::{Body, BoxError, MatchedRoute, body::Whole};

use crate::{
    Arguments, Mismatch, Visit,
    directory::Borrowing,
    fields::{self, Unreadable},
    refusal,
    service::Limits,
};

/// An end of the tree: functions that are called, one for each method.
///
/// ```
/// use http::Method;
/// use plywood_publish::{Answer, Page};
///
/// let greeting = String::from("hello");
/// let page = Page::new([Method::GET], |mut arguments| {
///     let greeting = &greeting;
///     Box::pin(async move {
///         let name: String = arguments.required("name")?;
///         arguments.finish()?;
///         Ok(format!("{greeting}, {name}").answer())
///     })
/// });
/// # drop(page);
/// ```
pub struct Page<'a> {
    functions: Vec<Function<'a>>,
}

struct Function<'a> {
    methods: Vec<Method>,
    call: Box<Call<'a>>,
    is_raw: bool,
}

type Call<'a> = dyn FnOnce(Arguments) -> Borrowing<'a, Handled> + Send + 'a;

/// What a page's function gives: a mismatch where it was not called, else its answer.
pub type Handled = Result<Result<Response<Body>, BoxError>, Mismatch>;

impl<'a> Page<'a> {
    /// A page that answers these methods by calling this function. `GET` implies `HEAD`.
    pub fn new<F>(methods: impl IntoIterator<Item = Method>, call: F) -> Self
    where
        F: FnOnce(Arguments) -> Borrowing<'a, Handled> + Send + 'a,
    {
        Self {
            functions: vec![Function {
                methods: methods.into_iter().collect(),
                call: Box::new(call),
                is_raw: false,
            }],
        }
    }

    /// The page reads the body itself: it is no form.
    #[must_use]
    pub fn raw(mut self) -> Self {
        for function in &mut self.functions {
            function.is_raw = true;
        }
        self
    }

    /// The same page for the methods that the other one takes. For a method that both take, this one is called.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        self.functions.extend(other.functions);
        self
    }

    fn taking(self, method: &Method) -> Result<Function<'a>, Vec<Method>> {
        let takes = |function: &Function<'_>, method: &Method| function.methods.contains(method);
        let of_get = Some(&Method::GET).filter(|_| method == Method::HEAD);
        let wanted = [Some(method), of_get].into_iter().flatten();
        let mut found = wanted.filter_map(|method| {
            self.functions
                .iter()
                .position(|function| takes(function, method))
        });
        match found.next() {
            Some(at) => Ok(self
                .functions
                .into_iter()
                .nth(at)
                .expect("it was found there")),
            None => Err(self
                .functions
                .into_iter()
                .flat_map(|function| function.methods)
                .collect()),
        }
    }

    /// Calls the function that takes the request's method, with what is left of the path.
    pub(crate) async fn call(
        self,
        rest: &[&str],
        request: Asked,
    ) -> Result<Response<Body>, BoxError> {
        let function = match self.taking(request.visit.method()) {
            Ok(function) => function,
            Err(taken) => return Ok(refusal::other_method(request.visit.method(), &taken)),
        };
        let trail = request.visit.trail().clone();
        let handled = match request.arguments(rest, function.is_raw).await {
            Ok(arguments) => (function.call)(arguments).await,
            Err(mismatch) => Err(mismatch),
        };
        let mut response = match handled {
            Ok(answer) => answer?,
            Err(mismatch) => mismatch.into_response(),
        };
        response.extensions_mut().insert(trail);
        Ok(response)
    }
}

/// A request on its way to a page.
pub(crate) struct Asked {
    pub(crate) visit: Visit,
    pub(crate) body: Body,
    pub(crate) limits: Limits,
}

impl Asked {
    async fn arguments(mut self, rest: &[&str], is_raw: bool) -> Result<Arguments, Mismatch> {
        let query = self.visit.uri().query().unwrap_or("");
        let query =
            fields::read(query, self.limits.fields).map_err(|why| unreadable(why, false))?;
        let has_form = !is_raw && !self.body.is_end_stream();
        let form = if has_form {
            Some(self.form().await?)
        } else {
            None
        };
        let pattern = pattern(&self.visit, rest.len());
        MatchedRoute::new(pattern).leave(self.visit.head_mut());
        Ok(Arguments {
            visit: self.visit,
            segments: rest
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .into_iter(),
            query,
            form,
            body: self.body,
        })
    }

    /// Reads the form that was sent.
    async fn form(&mut self) -> Result<Vec<(String, String)>, Mismatch> {
        if !is_form(&self.visit) {
            return Err(Mismatch::MediaType);
        }
        let body = std::mem::take(&mut self.body);
        let whole = Whole::read(body, self.limits.body).await;
        let bytes = whole.map_err(Mismatch::Unread)?.bytes;
        let text =
            std::str::from_utf8(&bytes).map_err(|_| unreadable(Unreadable::NotUtf8, true))?;
        fields::read(text, self.limits.fields).map_err(|why| unreadable(why, true))
    }
}

fn is_form(visit: &Visit) -> bool {
    let media_type = visit.headers().get(header::CONTENT_TYPE);
    let media_type = media_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let essence = media_type.split(';').next().unwrap_or("").trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn unreadable(why: Unreadable, in_body: bool) -> Mismatch {
    let what = match why {
        Unreadable::NotUtf8 => "is not UTF-8 once decoded".to_owned(),
        Unreadable::TooMany(most) => format!("has more than {most} fields"),
    };
    Mismatch::Unreadable { in_body, what }
}

/// What the page is called in logs: the names that led to it, `<name>` for those that a visitor may choose, and `<..>` for what is left.
fn pattern(visit: &Visit, rest: usize) -> String {
    let mut pattern = visit.mount().prefix().to_owned();
    for name in visit.trail().fixed_names() {
        pattern.push('/');
        pattern.push_str(name.unwrap_or("<name>"));
    }
    if rest > 0 {
        pattern.push_str("/<..>");
    } else if visit.has_trailing_slash {
        pattern.push('/');
    }
    pattern
}

impl fmt::Debug for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods = self.functions.iter().flat_map(|function| &function.methods);
        f.debug_tuple("Page")
            .field(&methods.collect::<Vec<_>>())
            .finish()
    }
}
