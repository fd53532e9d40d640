//! Pages of the application's own.

use std::{fs, io, path::Path, sync::Arc};

use bytes::Bytes;
use http::Response;
use plywood_core::Body;
use plywood_error::{OneLine, Panicked};

use crate::{Blank, Form, Statuses};

/// Where a page comes from.
#[derive(Clone)]
pub(crate) enum Source {
    /// Something that is sent as it is.
    Fixed(Statuses, Form, Bytes),
    /// Something that is made for each answer.
    Made(Arc<Page>),
}

/// Makes a page of the application's own.
pub(crate) type Page = dyn Fn(&Blank<'_>) -> Option<Response<Body>> + Send + Sync;

impl Source {
    /// What is in the file, in the form that its name says.
    pub(crate) fn file(statuses: Statuses, path: &Path) -> io::Result<Self> {
        let about = |kind, what: &str| io::Error::new(kind, format!("{}: {what}", path.display()));
        let extension = path.extension().and_then(|extension| extension.to_str());
        let form = match extension.unwrap_or_default() {
            "html" | "htm" => Form::Html,
            "json" => Form::Problem,
            "xml" => Form::ProblemXml,
            "txt" => Form::Text,
            _ => {
                let wanted = "a page is .html, .json, .xml or .txt";
                return Err(about(io::ErrorKind::InvalidInput, wanted));
            }
        };
        let read = fs::read(path);
        let bytes = read.map_err(|error| about(error.kind(), &error.to_string()))?;
        Ok(Self::Fixed(statuses, form, bytes.into()))
    }

    /// The page, if it has one for this. A page that panics is no page.
    pub(crate) fn page(&self, blank: &Blank<'_>) -> Option<Response<Body>> {
        match self {
            Self::Fixed(statuses, form, bytes) => {
                let is_for = statuses.contains(blank.status()) && *form == blank.form();
                is_for.then(|| Response::new(bytes.clone().into()))
            }
            Self::Made(page) => Panicked::catch(|| page(blank)).unwrap_or_else(|panicked| {
                tracing::error!(error = %OneLine(&panicked), "an error page panicked");
                None
            }),
        }
    }
}
