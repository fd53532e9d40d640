//! 130 rules, as an API of some size has them, and the one that is asked for.

const RESOURCES: [&str; 26] = [
    "accounts",
    "branches",
    "builds",
    "comments",
    "commits",
    "deployments",
    "events",
    "followers",
    "gists",
    "hooks",
    "invitations",
    "issues",
    "keys",
    "labels",
    "members",
    "milestones",
    "notifications",
    "orgs",
    "packages",
    "projects",
    "pulls",
    "releases",
    "repos",
    "reviews",
    "stars",
    "teams",
];

const SHAPES: [&str; 5] = [
    "",
    "/<id>",
    "/<id>/activity",
    "/<id>/files/<file>",
    "/<id>/files/<file>/lines/<line>",
];

/// The target of every request: three parameters, in the middle of the table.
pub(crate) const TARGET: &str = "/issues/octocat-example/files/readme.md/lines/42?page=3";

/// The rules, with parameters as `<name>`.
pub(crate) fn rules() -> impl Iterator<Item = String> {
    RESOURCES.iter().flat_map(|resource| {
        SHAPES
            .iter()
            .map(move |shape| format!("/{resource}{shape}"))
    })
}

/// The same, as axum writes them.
pub(crate) fn axum_rules() -> impl Iterator<Item = String> {
    rules().map(|rule| rule.replace('<', "{").replace('>', "}"))
}
