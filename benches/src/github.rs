//! The URLs of GitHub's REST interface, as rules, and what is asked of them.

/// The rules, with variables as `<name>`. Numbers are told from names by [`typed`].
pub const RULES: [&str; 152] = [
    "/",
    "/user",
    "/user/emails",
    "/user/followers",
    "/user/following",
    "/user/following/<user>",
    "/user/issues",
    "/user/keys",
    "/user/keys/<id>",
    "/user/orgs",
    "/user/repos",
    "/user/starred",
    "/user/starred/<owner>/<repo>",
    "/user/subscriptions",
    "/user/subscriptions/<owner>/<repo>",
    "/user/teams",
    "/users",
    "/users/<user>",
    "/users/<user>/events",
    "/users/<user>/events/orgs/<org>",
    "/users/<user>/events/public",
    "/users/<user>/followers",
    "/users/<user>/following",
    "/users/<user>/following/<target>",
    "/users/<user>/gists",
    "/users/<user>/keys",
    "/users/<user>/orgs",
    "/users/<user>/received_events",
    "/users/<user>/received_events/public",
    "/users/<user>/repos",
    "/users/<user>/starred",
    "/users/<user>/subscriptions",
    "/orgs/<org>",
    "/orgs/<org>/events",
    "/orgs/<org>/issues",
    "/orgs/<org>/members",
    "/orgs/<org>/members/<user>",
    "/orgs/<org>/public_members",
    "/orgs/<org>/public_members/<user>",
    "/orgs/<org>/repos",
    "/orgs/<org>/teams",
    "/teams/<id>",
    "/teams/<id>/members",
    "/teams/<id>/members/<user>",
    "/teams/<id>/repos",
    "/teams/<id>/repos/<owner>/<repo>",
    "/gists",
    "/gists/public",
    "/gists/starred",
    "/gists/<id>",
    "/gists/<id>/comments",
    "/gists/<id>/forks",
    "/gists/<id>/star",
    "/issues",
    "/events",
    "/feeds",
    "/emojis",
    "/meta",
    "/rate_limit",
    "/markdown",
    "/markdown/raw",
    "/gitignore/templates",
    "/gitignore/templates/<name>",
    "/legacy/issues/search/<owner>/<repo>/<state>/<keyword>",
    "/legacy/repos/search/<keyword>",
    "/legacy/user/search/<keyword>",
    "/legacy/user/email/<email>",
    "/search/code",
    "/search/issues",
    "/search/repositories",
    "/search/users",
    "/networks/<owner>/<repo>/events",
    "/notifications",
    "/notifications/threads/<id>",
    "/notifications/threads/<id>/subscription",
    "/authorizations",
    "/authorizations/<id>",
    "/applications/<client>/tokens/<token>",
    "/repositories",
    "/repos/<owner>/<repo>",
    "/repos/<owner>/<repo>/assignees",
    "/repos/<owner>/<repo>/assignees/<user>",
    "/repos/<owner>/<repo>/branches",
    "/repos/<owner>/<repo>/branches/<branch>",
    "/repos/<owner>/<repo>/collaborators",
    "/repos/<owner>/<repo>/collaborators/<user>",
    "/repos/<owner>/<repo>/comments",
    "/repos/<owner>/<repo>/comments/<id>",
    "/repos/<owner>/<repo>/commits",
    "/repos/<owner>/<repo>/commits/<sha>",
    "/repos/<owner>/<repo>/commits/<sha>/comments",
    "/repos/<owner>/<repo>/contributors",
    "/repos/<owner>/<repo>/deployments",
    "/repos/<owner>/<repo>/downloads",
    "/repos/<owner>/<repo>/downloads/<id>",
    "/repos/<owner>/<repo>/events",
    "/repos/<owner>/<repo>/forks",
    "/repos/<owner>/<repo>/git/blobs",
    "/repos/<owner>/<repo>/git/blobs/<sha>",
    "/repos/<owner>/<repo>/git/commits",
    "/repos/<owner>/<repo>/git/commits/<sha>",
    "/repos/<owner>/<repo>/git/refs",
    "/repos/<owner>/<repo>/git/tags",
    "/repos/<owner>/<repo>/git/tags/<sha>",
    "/repos/<owner>/<repo>/git/trees",
    "/repos/<owner>/<repo>/git/trees/<sha>",
    "/repos/<owner>/<repo>/hooks",
    "/repos/<owner>/<repo>/hooks/<id>",
    "/repos/<owner>/<repo>/hooks/<id>/tests",
    "/repos/<owner>/<repo>/issues",
    "/repos/<owner>/<repo>/issues/<number>",
    "/repos/<owner>/<repo>/issues/<number>/comments",
    "/repos/<owner>/<repo>/issues/<number>/events",
    "/repos/<owner>/<repo>/issues/<number>/labels",
    "/repos/<owner>/<repo>/issues/<number>/labels/<name>",
    "/repos/<owner>/<repo>/keys",
    "/repos/<owner>/<repo>/keys/<id>",
    "/repos/<owner>/<repo>/labels",
    "/repos/<owner>/<repo>/labels/<name>",
    "/repos/<owner>/<repo>/languages",
    "/repos/<owner>/<repo>/merges",
    "/repos/<owner>/<repo>/milestones",
    "/repos/<owner>/<repo>/milestones/<number>",
    "/repos/<owner>/<repo>/milestones/<number>/labels",
    "/repos/<owner>/<repo>/notifications",
    "/repos/<owner>/<repo>/pulls",
    "/repos/<owner>/<repo>/pulls/<number>",
    "/repos/<owner>/<repo>/pulls/<number>/comments",
    "/repos/<owner>/<repo>/pulls/<number>/commits",
    "/repos/<owner>/<repo>/pulls/<number>/files",
    "/repos/<owner>/<repo>/pulls/<number>/merge",
    "/repos/<owner>/<repo>/readme",
    "/repos/<owner>/<repo>/releases",
    "/repos/<owner>/<repo>/releases/<id>",
    "/repos/<owner>/<repo>/releases/<id>/assets",
    "/repos/<owner>/<repo>/stargazers",
    "/repos/<owner>/<repo>/stats/code_frequency",
    "/repos/<owner>/<repo>/stats/commit_activity",
    "/repos/<owner>/<repo>/stats/contributors",
    "/repos/<owner>/<repo>/stats/participation",
    "/repos/<owner>/<repo>/stats/punch_card",
    "/repos/<owner>/<repo>/statuses/<ref>",
    "/repos/<owner>/<repo>/subscribers",
    "/repos/<owner>/<repo>/subscription",
    "/repos/<owner>/<repo>/tags",
    "/repos/<owner>/<repo>/teams",
    "/repos/<owner>/<repo>/traffic/clones",
    "/repos/<owner>/<repo>/traffic/paths",
    "/repos/<owner>/<repo>/traffic/referrers",
    "/repos/<owner>/<repo>/traffic/views",
    "/repos/<owner>/<repo>/watchers",
    "/repos/<owner>/<repo>/zipball/<ref>",
];

/// The rule with converters where it has numbers.
pub fn typed(rule: &str) -> String {
    rule.replace("<number>", "<int:number>")
        .replace("<id>", "<int:id>")
}

/// The rule as matchit writes it: one name for what stands in one place.
pub fn braced(rule: &str) -> String {
    rule.replace('<', "{").replace('>', "}")
}

/// A path that the rule matches, as real ones are.
pub fn path(rule: &str) -> String {
    let mut path = String::new();
    let mut rest = rule;
    while let Some((before, inner)) = rest.split_once('<') {
        path.push_str(before);
        let Some((name, after)) = inner.split_once('>') else {
            break;
        };
        path.push_str(match name.rsplit(':').next() {
            Some("id" | "number") => "1347",
            Some("sha" | "token") => "6dcb09b5b57875f334f61aebed695e2e4193db5e",
            Some("repo") => "hello-world",
            Some("state") => "open",
            _ => "octocat-example",
        });
        rest = after;
    }
    path.push_str(rest);
    path
}

/// Generated rules: half of their segments are text of their own, and one in four ends with a number.
pub fn generated(count: usize) -> Vec<String> {
    let rule = |number: usize| match number % 4 {
        0 => format!("/section-{}/page-{number}", number % 97),
        1 => format!("/section-{}/<name>/item-{number}", number % 97),
        2 => format!("/area-{number}/<owner>/<repo>/edit"),
        _ => format!("/area-{}/part-{number}/<id>", number % 89),
    };
    (0..count).map(rule).collect()
}
