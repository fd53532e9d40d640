//! Every link of the book, the READMEs and the other texts leads somewhere.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All texts whose links are followed.
fn texts() -> Vec<PathBuf> {
    let mut texts = Vec::new();
    gather(&root().join("book/src"), &mut texts);
    for name in ["README", "CONTRIBUTING", "SECURITY", "CHANGELOG"] {
        texts.push(root().join(format!("{name}.md")));
    }
    texts.push(root().join("benches/RESULTS.md"));
    for entry in fs::read_dir(root().join("crates")).expect("the folder is there") {
        let folder = entry.expect("it can be listed").path();
        texts.push(folder.join("README.md"));
    }
    texts
}

fn gather(folder: &Path, texts: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            gather(&path, texts);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            texts.push(path);
        }
    }
}

/// The lines that are prose, without what stands between backticks.
fn prose(markdown: &str) -> Vec<String> {
    let mut is_code = false;
    let mut lines = Vec::new();
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            // Every second piece is code; a lone backtick at the end opens none.
            let pieces: Vec<_> = line.split('`').collect();
            let is_whole = pieces.len() % 2 == 1;
            let pieces = pieces.iter().enumerate();
            let kept = pieces
                .filter(|(at, _)| !is_whole || at % 2 == 0)
                .map(|(_, text)| *text);
            lines.push(kept.collect::<Vec<_>>().join("`"));
        }
    }
    lines
}

/// Where the links lead: `[text](target)`, `[name]: target`, `<a href="target">`, `<img src="target">`, `<https://..>`.
fn links(markdown: &str) -> Vec<String> {
    let mut links = Vec::new();
    for line in prose(markdown) {
        let line = &*line;
        for (before, after) in [
            ("](", [')', ' ']),
            (" href=\"", ['"', '"']),
            (" src=\"", ['"', '"']),
        ] {
            for link in line.split(before).skip(1) {
                links.extend(link.split(after).next().map(str::to_owned));
            }
        }
        for link in line.split("<http").skip(1) {
            links.extend(link.split('>').next().map(|link| format!("http{link}")));
        }
        if let Some((_, target)) =
            line.strip_prefix('[').and_then(|line| line.split_once("]: "))
        {
            links.push(target.trim().to_owned());
        }
    }
    links
}

/// The names that a fragment can have: of headings, as mdBook and GitHub make them, and of elements with an `id`.
fn anchors(markdown: &str) -> HashSet<String> {
    let mut anchors = HashSet::new();
    let mut is_code = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        if is_code {
            continue;
        }
        for id in line.split(" id=\"").skip(1) {
            anchors.extend(id.split('"').next().map(str::to_owned));
        }
        let heading = line.trim_start_matches('#');
        if heading.len() < line.len() && heading.starts_with(' ') {
            let name = slug(heading);
            let taken = (1..).map(|count| format!("{name}-{count}"));
            let mut names = std::iter::once(name.clone()).chain(taken);
            anchors.extend(names.find(|name| !anchors.contains(name)));
        }
    }
    anchors
}

/// Letters, digits, dashes and underscores of the heading's text; a space is a dash.
fn slug(heading: &str) -> String {
    let mut text = String::new();
    let mut rest = heading.trim();
    // Of a link only the text counts.
    while let Some((before, link)) = rest.split_once('[') {
        let (name, after) = link.split_once(']').unwrap_or((link, ""));
        let after = after.strip_prefix('(').map_or(after, |target| {
            target.split_once(')').map_or("", |(_, after)| after)
        });
        text += before;
        text += name;
        rest = after;
    }
    text += rest;
    let kept = text.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c),
        _ => None,
    });
    kept.collect::<String>().to_lowercase()
}

/// What is wrong with a link that stands in `text`, if anything is.
fn fault(text: &Path, link: &str) -> Option<&'static str> {
    if let Some(rest) =
        link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"))
    {
        let host = rest.split(['/', '#', '?']).next().unwrap_or_default();
        let name = host.split(':').next().unwrap_or_default();
        let is_host =
            name == "localhost" || name.contains('.') && !name.ends_with('.');
        let is_uri = link
            .split('#')
            .next()
            .is_some_and(|uri| uri.parse::<http::Uri>().is_ok());
        return (!is_host || !is_uri).then_some("is no address");
    }
    if link.starts_with("mailto:") {
        return None;
    }
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() {
        text.to_owned()
    } else {
        text.parent().expect("a file is in a folder").join(path)
    };
    if !target.exists() {
        return Some("leads to nothing");
    }
    let is_text = target.extension().is_some_and(|extension| extension == "md");
    (!fragment.is_empty() && is_text && !anchors(&read(&target)).contains(fragment))
        .then_some("leads to no heading of its page")
}

#[test]
fn every_link_leads_somewhere() {
    let mut faults = Vec::new();
    let mut count = 0;
    for text in texts() {
        for link in links(&read(&text)) {
            count += 1;
            if let Some(fault) = fault(&text, &link) {
                faults.push(format!("{}: {link} {fault}", text.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count > 400, "only {count} links were found");
}

#[test]
fn links_and_headings_are_found_where_they_are() {
    let text = "[a](one.md#x) `[b](no.md)` [c](two.md \"title\")\n```\n[d](no.md)\n```\n\
        [e]: three.md\n<https://example.org/> <img src=\"four.svg\" alt=\"\">";
    let mut found = links(text);
    found.sort();
    assert_eq!(
        found,
        [
            "four.svg",
            "https://example.org/",
            "one.md#x",
            "three.md",
            "two.md"
        ]
    );

    let text = "# One\n## Is `x` my [layer](y.md)?\n## One\n```\n# no\n```\n<a id=\"R1\"></a>";
    let anchors = anchors(text);
    for name in ["one", "one-1", "is-x-my-layer", "R1"] {
        assert!(anchors.contains(name), "{name}: {anchors:?}");
    }
    assert_eq!(anchors.len(), 4);
}

#[test]
fn a_link_that_leads_nowhere_is_told() {
    let here = root().join("book/src/layers.md");
    for (link, is_right) in [
        ("contract.md", true),
        ("contract.md#R1", true),
        ("#the-four-kinds", true),
        ("recipes/sign_in.md", true),
        ("../recipes", true),
        ("https://docs.rs/tower", true),
        ("contract.md#R0", false),
        ("#the-five-kinds", false),
        ("recipes/sign_out.md", false),
        ("https://docs", false),
        ("https:/docs.rs", false),
        ("https://docs.rs/a b", false),
    ] {
        assert_eq!(fault(&here, link).is_none(), is_right, "{link}");
    }
}

#[test]
fn every_recipe_is_listed_once_in_the_order_of_the_summary() {
    let recipes = |chapter: &str| -> Vec<String> {
        let mut links = links(&read(&root().join("book/src").join(chapter)));
        links.retain(|link| link.starts_with("recipes/"));
        links
    };
    assert_eq!(recipes("recipes.md"), recipes("SUMMARY.md"));
}
