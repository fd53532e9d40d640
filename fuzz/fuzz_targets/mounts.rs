#![no_main]

use arbitrary::Arbitrary;
use http::{Request, Response};
use libfuzzer_sys::fuzz_target;
use plywood_core::{Body, BoxError, Mount, Path};
use plywood_mount::Mounts;
use tower::{ServiceExt, service_fn};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    places: Vec<&'a str>,
    target: &'a str,
    host: &'a str,
}

fuzz_target!(|input: Input<'_>| {
    let site = Mounts::<BoxError>::new();
    for place in input.places.iter().take(16) {
        let echo = service_fn(|request: Request<Body>| async move {
            let mount = Mount::of(&request);
            // What is left can be read, and with what was taken off it is what was sent.
            let rest = Path::read(request.uri()).ok();
            let whole = Path::read(mount.original_uri(request.uri())).ok();
            if let (Some(rest), Some(whole)) = (&rest, &whole) {
                let whole = whole.as_str().trim_end_matches('/');
                assert!(whole.ends_with(rest.as_str().trim_end_matches('/')));
            }
            Ok::<_, BoxError>(Response::new(Body::empty()))
        });
        // A place comes from the program, so that a bad one is an error and never a panic.
        let _ = site.mount(place, echo);
    }
    let request = Request::get(input.target).header("host", input.host);
    if let Ok(request) = request.body(Body::empty()) {
        let answer = futures_util::FutureExt::now_or_never(site.clone().oneshot(request));
        let answer = answer.expect("nothing waits").expect("nothing fails");
        assert!(answer.status().as_u16() < 500);
    }
    for place in site.places() {
        assert!(site.unmount(&place), "{place}");
    }
    assert!(site.places().is_empty());
});
