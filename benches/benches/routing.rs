//! What it costs to find a rule, to dispatch over a hundred services, and to build a URL: `cargo bench -p plywood-benches --bench routing`.
//!
//! With a candidate's name and a number of rounds it does nothing else, so that callgrind can count: the difference between two numbers is what
//! the rounds cost.

use std::{
    convert::Infallible,
    env,
    hint::black_box,
    task::{Context, Poll, Waker},
    time::Duration,
};

use allocation_counter::measure;
use axum::Router;
use http::{Method, Request, Response};
use plywood_benches::github;
use plywood_core::{Body, HttpBody, HttpService, Scheme};
use plywood_dispatch::{Dispatch, Map, Routes, Rule, Verdict};
use rustix::time::{ClockId, clock_gettime};
use tower::{ServiceExt, service_fn};

/// Rounds of each candidate, taken in turn. The fastest counts: what disturbs a round only makes it slower.
const ROUNDS: usize = 200;

/// What is measured: one round, and how many lookups or URLs are in it.
struct Candidate {
    name: &'static str,
    each: usize,
    round: Box<dyn Fn()>,
}

#[derive(Routes)]
enum Page {
    #[route("/repos/<owner>/<repo>/issues/<int:number>")]
    Issue {
        owner: String,
        repo: String,
        number: u64,
    },
}

fn plywood(name: &'static str, rules: &[String], paths: Vec<String>) -> Candidate {
    let rules = rules.iter().enumerate();
    let map = rules.fold(Map::builder(), |map, (index, rule)| {
        map.route(Rule::new(rule.as_str()).methods(["GET"]), index)
    });
    let map = map.build().expect("the rules are right");
    let each = paths.len();
    let round = move || {
        for path in &paths {
            let Verdict::Match(found) = map.find(&Method::GET, black_box(path)) else {
                panic!("{path} is not found")
            };
            black_box(found);
        }
    };
    Candidate {
        name,
        each,
        round: Box::new(round),
    }
}

fn matchit(name: &'static str, rules: &[String], paths: Vec<String>) -> Candidate {
    let mut router = matchit::Router::new();
    for (index, rule) in rules.iter().enumerate() {
        let inserted = router.insert(github::braced(rule), index);
        inserted.expect("the rules are right");
    }
    let each = paths.len();
    let round = move || {
        for path in &paths {
            black_box(router.at(black_box(path)).expect("it is there"));
        }
    };
    Candidate {
        name,
        each,
        round: Box::new(round),
    }
}

/// A hundred paths among many rules.
fn some(rules: &[String]) -> Vec<String> {
    let step = (rules.len() / 100).max(1);
    let paths = rules.iter().step_by(step).take(100);
    paths.map(|rule| github::path(rule)).collect()
}

fn building() -> [Candidate; 2] {
    let named = |rule: &&str| rule.contains("/issues/<number>") && rule.ends_with("<number>");
    let issue = github::RULES.iter().copied().find(named);
    let issue = issue.expect("it is one of the rules");
    let rules = github::RULES.iter().map(|&rule| {
        let name = if rule == issue { "issue" } else { rule };
        Rule::new(github::typed(rule)).name(name)
    });
    let map = rules.fold(Map::builder(), |map, rule| map.route(rule, ()));
    let map = map.build().expect("the rules are right");
    let base = plywood_dispatch::Base::new("api.example.com");
    let url = move || {
        let values = [
            ("owner", black_box("octocat-example").into()),
            ("repo", black_box("hello-world").into()),
            ("number", black_box(1347).into()),
        ];
        let url = map.bind(&base).url("issue", &values);
        black_box(url.expect("the values are right"));
    };
    let page = Page::Issue {
        owner: "octocat-example".to_owned(),
        repo: "hello-world".to_owned(),
        number: 1347,
    };
    let page_url = move || {
        black_box(black_box(&page).url());
    };
    [
        Candidate {
            name: "url",
            each: 1,
            round: Box::new(url),
        },
        Candidate {
            name: "page-url",
            each: 1,
            round: Box::new(page_url),
        },
    ]
}

/// A hundred services, of three parameters each, and the path of one of them.
fn services() -> impl Iterator<Item = String> {
    (0..100).map(|number| format!("/section-{number}/<name>/files/<file>/lines/<line>"))
}

const TARGET: &str = "/section-62/octocat-example/files/readme.md/lines/42?page=3";

async fn answer<B>(_: Request<B>) -> Result<Response<Body>, Infallible> {
    Ok(Response::new(Body::from("hello, world\n")))
}

/// What a server does: clones the service, calls it, and drops what it answers. None of these waits.
fn serving<S>(name: &'static str, service: S) -> Candidate
where
    S: HttpService<Body, ResBody: HttpBody, Error = Infallible>,
{
    let mut request = Request::get(TARGET).body(()).expect("a request");
    request.extensions_mut().insert(Scheme::Http);
    let round = move || {
        let (parts, ()) = request.clone().into_parts();
        let request = Request::from_parts(parts, Body::empty());
        let answer = service.clone().oneshot(request);
        let mut answer = std::pin::pin!(answer);
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(Ok(response)) = answer.as_mut().poll(&mut context) else {
            panic!("{name} does not answer");
        };
        assert_eq!(response.status(), 200);
        black_box(response);
    };
    Candidate {
        name,
        each: 1,
        round: Box::new(round),
    }
}

fn serving_all() -> [Candidate; SERVING] {
    let dispatch = services().fold(Dispatch::<Infallible>::builder(), |all, rule| {
        all.get(rule, service_fn(answer))
    });
    let router = services().fold(Router::new(), |all, rule| {
        all.route_service(&github::braced(&rule), service_fn(answer))
    });
    let router = router.map_request(|request: Request<Body>| request.map(axum::body::Body::new));
    [
        serving("service", service_fn(answer)),
        serving("dispatch", dispatch.build().expect("the rules are right")),
        serving("axum", router),
    ]
}

/// So many candidates look something up, and so many serve.
const LOOKUPS: usize = 7;
const SERVING: usize = 3;

fn candidates() -> Vec<Candidate> {
    let rules: Vec<String> = github::RULES.iter().map(|&rule| rule.to_owned()).collect();
    let typed: Vec<String> = rules.iter().map(|rule| github::typed(rule)).collect();
    let paths: Vec<String> = rules.iter().map(|rule| github::path(rule)).collect();
    let (few, many) = (github::generated(100), github::generated(10_000));
    let mut all = vec![
        plywood("github", &rules, paths.clone()),
        plywood("github-typed", &typed, paths.clone()),
        matchit("matchit-github", &rules, paths),
        plywood("rules-100", &few, some(&few)),
        plywood("rules-10000", &many, some(&many)),
        matchit("matchit-100", &few, some(&few)),
        matchit("matchit-10000", &many, some(&many)),
    ];
    all.extend(serving_all());
    all.extend(building());
    all
}

fn now() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("time goes on")
}

#[expect(clippy::cast_precision_loss, reason = "a round is short")]
fn nanoseconds(whole: Duration, times: usize) -> f64 {
    whole.as_nanos() as f64 / times as f64
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let candidates = candidates();
    if let [name, rounds] = &arguments[..]
        && let Ok(rounds) = rounds.parse::<usize>()
    {
        let chosen = candidates.iter().find(|candidate| candidate.name == name);
        let chosen = chosen.expect("there is such a candidate");
        (0..rounds).for_each(|_| (chosen.round)());
        return;
    }
    let mut fastest = vec![f64::MAX; candidates.len()];
    for _ in 0..ROUNDS {
        for (candidate, fastest) in candidates.iter().zip(&mut fastest) {
            let times = 2000 / candidate.each + 1;
            let start = now();
            (0..times).for_each(|_| (candidate.round)());
            *fastest = fastest.min(nanoseconds(
                now().saturating_sub(start),
                times * candidate.each,
            ));
        }
    }
    let measured: Vec<Measured> = candidates
        .iter()
        .zip(fastest)
        .map(|(candidate, ns)| {
            let cost = measure(|| (candidate.round)());
            #[expect(clippy::cast_precision_loss, reason = "a round is small")]
            let allocations = cost.count_total as f64 / candidate.each as f64;
            Measured {
                name: candidate.name,
                ns,
                allocations,
            }
        })
        .collect();
    let (lookups, rest) = measured.split_at(LOOKUPS);
    let (serving, urls) = rest.split_at(SERVING);
    table("a lookup", lookups);
    println!("\n| 100 services | ns | added ns | added allocations |\n|---|--:|--:|--:|");
    for one in serving {
        let (ns, allocations) = (
            one.ns - serving[0].ns,
            one.allocations - serving[0].allocations,
        );
        println!(
            "| {} | {:.1} | {ns:.1} | {allocations:.2} |",
            one.name, one.ns
        );
    }
    table("a URL", urls);
}

struct Measured {
    name: &'static str,
    ns: f64,
    allocations: f64,
}

fn table(name: &str, rows: &[Measured]) {
    println!("\n| {name} | ns | allocations |\n|---|--:|--:|");
    for row in rows {
        println!("| {} | {:.1} | {:.2} |", row.name, row.ns, row.allocations);
    }
}
