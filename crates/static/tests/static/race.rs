//! Somebody exchanges a directory and a link to the outside, and a file and such a link, as fast as he can.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    thread,
    time::Duration,
};

use bytes::Bytes;
use http::Request;
use plywood_core::Body;
use plywood_static::{Cache, Files};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use tokio::runtime::Builder;

use crate::site::{self, Site};

/// How often each pair is exchanged, at least.
const SWAPS: usize = 100_000;

/// How often each target is asked for, at least.
const REQUESTS: usize = 1_000;

/// What lies inside in the place of what lies outside.
const INSIDE: &[u8] = b"ok-inside\n";

#[test]
fn a_rename_under_way_opens_no_gap() {
    let site = Site::new()
        .settled("swap/secret.txt", INSIDE)
        .link("swap-out", "..")
        .settled("file.txt", INSIDE)
        .link("file-out.txt", "../secret.txt");
    let root = site.root();
    let pairs = [("swap", "swap-out"), ("file.txt", "file-out.txt")]
        .map(|(one, other)| (root.join(one), root.join(other)));
    let (swaps, requests) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let wanted = 2 * REQUESTS * servers(&site).len();
    let (mut served, mut refused) = (0, 0);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while swaps.load(Relaxed) < SWAPS || !over.load(Relaxed) {
                for (one, other) in &pairs {
                    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).unwrap();
                }
                swaps.fetch_add(1, Relaxed);
            }
        });
        let _over = Over(&over);
        let servers = servers(&site);
        while swaps.load(Relaxed) < SWAPS || requests.load(Relaxed) < wanted {
            for files in &servers {
                for target in ["/swap/secret.txt", "/file.txt"] {
                    match ask(files, target) {
                        (200, body) => {
                            assert_eq!(body, INSIDE);
                            served += 1;
                        }
                        (status, body) => {
                            assert_eq!((status, &body[..]), (404, &b""[..]));
                            refused += 1;
                        }
                    }
                    requests.fetch_add(1, Relaxed);
                }
            }
        }
    });
    // Either state was met, many times.
    assert!(served > 100 && refused > 100, "{served}, {refused}");
}

/// Says that it is over when it is dropped, also by a test that fails: the other thread would go on for ever.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// The ways of following links, each with nothing kept, and with what is kept compared at once.
fn servers(site: &Site) -> Vec<Files> {
    let compared = Cache::default().fresh_for(Duration::ZERO);
    let ways = [
        site.files(),
        site.files().refuse_links(),
        site.files().follow_links_within_root(),
    ];
    let both = |files: Files| [files.clone().cache(None), files.cache(compared.clone())];
    ways.into_iter().flat_map(both).collect()
}

fn ask(files: &Files, target: &str) -> (u16, Bytes) {
    let runtime = Builder::new_current_thread().build().unwrap();
    let request = Request::get(target).body(Body::empty()).unwrap();
    let response = runtime.block_on(site::call(files.clone(), request));
    let status = response.status().as_u16();
    (status, runtime.block_on(site::bytes(response.into_body())))
}
