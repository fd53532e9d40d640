//! Programs that nobody here wrote read a hundred thousand lines.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use plywood_access_log::{AccessLogLayer, Format, Lines, Overflow};
use serde_json::Value;
use tempfile::TempDir;

use crate::traffic::{self, Sums};

/// A log of the whole traffic.
fn log(format: Format) -> (TempDir, PathBuf, Sums) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.log");
    let lines = Lines::options().overflow(Overflow::Block);
    let lines = lines.file(plywood_access_log::LogFile::at(&path)).unwrap();
    let sums = traffic::through(&AccessLogLayer::new(lines.clone()).utc().format(format));
    assert_eq!(sums.requests, traffic::REQUESTS as u64);
    lines.flush();
    assert_eq!(lines.dropped(), 0);
    (folder, path, sums)
}

fn output(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; `./test tools` installs it"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}\n{complaint}");
    said
}

#[test]
fn goaccess_reads_every_line() {
    for (format, name) in [
        (Format::combined(), "COMBINED"),
        (Format::common(), "COMMON"),
        (Format::vhost_combined(), "VCOMBINED"),
    ] {
        let (folder, path, sums) = log(format);
        let report = folder.path().join("report.json");
        output(
            Command::new("goaccess")
                .arg(&path)
                .args(
                    [
                        "--no-global-config",
                        "--no-progress",
                        "--ignore-crawlers=false",
                    ]
                    .iter()
                    .take(2),
                )
                .arg(format!("--log-format={name}"))
                .arg("--output")
                .arg(&report),
        );
        let report: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
        let general = &report["general"];
        assert_eq!(general["failed_requests"], 0, "{general}");
        assert_eq!(general["valid_requests"], sums.requests, "{general}");
        assert_eq!(general["total_requests"], sums.requests, "{general}");
        if name != "VCOMBINED" {
            assert_eq!(general["bandwidth"], sums.bytes, "{general}");
        }
    }
}

/// The formats that Python's `apachelogs` is shown, in the words of both.
const PATTERNS: [&str; 3] = [
    r#"%h %l %u %t "%r" %>s %B "%{User-Agent}i" "%{Referer}i""#,
    r#"%v:%p %h %l %u %t "%r" %>s %O %B "%{User-Agent}i""#,
    r#"%a %{c}a %m "%U" "%q" %H %s %>s %B %D %T %{ms}T %{us}T %X %P %{sec}t %{msec}t %{usec_frac}t %{%Y-%m-%d %H:%M:%S}t "%{User-Agent}i" %!200,304{Referer}i"#,
];

#[test]
fn apachelogs_reads_every_line_and_gives_values_back() {
    let judges = Path::new(env!("CARGO_MANIFEST_DIR")).join("judges");
    for pattern in PATTERNS {
        let (_folder, path, sums) = log(Format::apache(pattern).unwrap());
        let said = output(
            Command::new(judges.join("environment/bin/python3"))
                .arg(judges.join("access_log.py"))
                .arg(pattern)
                .arg(path),
        );
        let found: Value = serde_json::from_str(&said).unwrap();
        let expected = serde_json::json!({
            "requests": sums.requests,
            "bytes": sums.bytes,
            "by_status": sums.by_status,
            "by_agent": sums.by_agent,
        });
        assert_eq!(found, expected, "{pattern}");
    }
}

#[test]
fn awstats_reads_every_line() {
    let (folder, path, sums) = log(Format::combined());
    let configuration = format!(
        "LogFile=\"{}\"\nLogType=W\nLogFormat=1\nLogSeparator=\" \"\nSiteDomain=\"example\"\nHostAliases=\"example\"\nDNSLookup=0\nDirData=\"{}\"\n",
        path.display(),
        folder.path().display()
    );
    fs::write(folder.path().join("awstats.test.conf"), configuration).unwrap();
    let said = output(
        Command::new("perl")
            .args(["/usr/lib/cgi-bin/awstats.pl", "-config=test", "-update"])
            .arg(format!("-configdir={}", folder.path().display())),
    );
    for (what, expected) in [
        ("dropped records", 0),
        ("comments", 0),
        ("blank records", 0),
        ("corrupted records", 0),
        ("old records", 0),
        ("new qualified records", sums.requests),
    ] {
        let line = format!("Found {expected} {what}");
        assert!(said.contains(&line), "{line}: {said}");
    }
    let (requests, bytes) = awstats_sums(folder.path());
    assert_eq!((requests, bytes), (sums.requests, sums.bytes));
}

/// The hits and the bytes of every hour in its data, those of error pages too.
fn awstats_sums(folder: &Path) -> (u64, u64) {
    let mut sums = (0, 0);
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "txt")) {
        let data = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        let hours = data
            .lines()
            .skip_while(|line| !line.starts_with("BEGIN_TIME "));
        for hour in hours.skip(1).take_while(|line| *line != "END_TIME") {
            let numbers: Vec<u64> = hour
                .split(' ')
                .map(|number| number.parse().unwrap())
                .collect();
            sums.0 += numbers[2] + numbers[5];
            sums.1 += numbers[3] + numbers[6];
        }
    }
    sums
}
