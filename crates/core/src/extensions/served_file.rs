use std::{path::Path, sync::Arc};

use http::Request;

use super::{Carrier, course::Course};

/// The file that answers a request (Apache's `%f`, nginx's `$request_filename`).
///
/// Told to the [`Witness`](super::Witness) by static, if whoever called it [wants](Self::want) to know. It stands in no response and in no request,
/// because where a file lies is for the log alone.
///
/// ```
/// use std::path::Path;
///
/// use http::Request;
/// use plywood_core::{ServedFile, Witness};
///
/// let mut request = Request::get("/a.txt").body(()).unwrap();
/// let witness = Witness::call(&mut request);
/// ServedFile::want(&mut request);
///
/// // Further in ..
/// if ServedFile::is_wanted(&request) {
///     ServedFile::new(Path::new("/srv/www/a.txt")).tell(&request);
/// }
/// assert_eq!(witness.file().unwrap().path(), Path::new("/srv/www/a.txt"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServedFile(Arc<Path>);

impl ServedFile {
    /// The file at this path, which is absolute.
    pub fn new(path: impl Into<Arc<Path>>) -> Self {
        Self(path.into())
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// From now on the witness of the request is to be told.
    pub fn want<B>(request: &mut Request<B>) {
        Course::of_mut(request).wants_file = true;
    }

    /// Where it is wanted of a request, it is wanted of another one too, by the same witness: for whoever looks for a file by a request of its own.
    pub fn want_likewise<B>(carrier: &impl Carrier, request: &mut Request<B>) {
        if let Some(course) = Course::of(carrier.extensions()).filter(|course| course.wants_file) {
            let other = Course::of_mut(request);
            other.witness.clone_from(&course.witness);
            other.wants_file = true;
        }
    }

    /// Whether anybody wants to know, so that a name is put together only for those who do.
    pub fn is_wanted(carrier: &impl Carrier) -> bool {
        Course::of(carrier.extensions()).is_some_and(|course| course.wants_file)
    }

    /// Tells the witness of the request, if it has one, and somebody wants to know.
    pub fn tell(self, carrier: &impl Carrier) {
        let course = Course::of(carrier.extensions()).filter(|course| course.wants_file);
        if let Some(witness) = course.and_then(|course| course.witness.as_ref()) {
            witness.hear_of_file(self);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Witness;

    fn file() -> ServedFile {
        ServedFile::new(Path::new("/srv/a"))
    }

    #[test]
    fn who_does_not_want_to_know_is_not_told() {
        let mut request = Request::new(());
        let witness = Witness::call(&mut request);
        assert!(!ServedFile::is_wanted(&request));
        file().tell(&request);
        assert_eq!(witness.file(), None);
        ServedFile::want(&mut request);
        file().tell(&request);
        assert_eq!(witness.file(), Some(file()));
    }

    #[test]
    fn without_a_witness_nobody_is_told() {
        let mut request = Request::new(());
        assert!(!ServedFile::is_wanted(&request));
        ServedFile::want(&mut request);
        file().tell(&request);
        Witness::call(&mut request);
        Witness::dismiss(&mut request);
        file().tell(&request);
        assert_eq!(Witness::call(&mut request).file(), None);
    }

    #[test]
    fn a_witness_that_is_called_again_knows_of_no_file() {
        let mut request = Request::new(());
        let witness = Witness::call(&mut request);
        ServedFile::want(&mut request);
        file().tell(&request);
        drop(request);
        witness.into_identity();
        assert_eq!(Witness::call(&mut Request::new(())).file(), None);
    }

    #[test]
    fn another_request_has_the_same_witness_where_a_file_is_wanted() {
        let mut request = Request::new(());
        let witness = Witness::call(&mut request);
        let mut other = Request::new(());
        ServedFile::want_likewise(&request, &mut other);
        assert!(other.extensions().is_empty());
        ServedFile::want(&mut request);
        ServedFile::want_likewise(&request, &mut other);
        file().tell(&other);
        assert_eq!(witness.file(), Some(file()));
    }
}
