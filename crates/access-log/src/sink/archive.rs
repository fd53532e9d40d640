//! Files that were put away: their names, and what becomes of them.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use jiff::Zoned;

use super::file::LogFile;

/// What a packed file's name ends in.
const PACKED: &str = ".gz";

/// Renames the log, to the time at which it was.
pub(super) fn put_away(config: &LogFile, now: &Zoned) -> io::Result<()> {
    let stamp = now.strftime("%Y%m%d-%H%M%S").to_string();
    // Behind those of the same second, though some of them may be gone already.
    let before = put_away_before(&config.path)?
        .into_iter()
        .filter(|((other, _), _)| *other == stamp)
        .map(|((_, number), _)| number)
        .max();
    let suffix = match before {
        None => format!(".{stamp}"),
        Some(last) => format!(".{stamp}-{}", last + 1),
    };
    let name = beside(&config.path, &suffix);
    fs::rename(&config.path, name)
}

/// Packs what is not packed, and removes what is too old or too much. The first error is told, and the rest done all the same.
pub(super) fn tidy(config: &LogFile) -> io::Result<()> {
    let mut result = Ok(());
    let mut note = |done: io::Result<()>| {
        if result.is_ok() {
            result = done;
        }
    };
    let mut files = put_away_before(&config.path)?;
    // The latest first.
    files.sort_by(|left, right| right.0.cmp(&left.0));
    let too_many = config.keep.unwrap_or(usize::MAX);
    for (index, (_, path)) in files.into_iter().enumerate() {
        let is_old = config.keep_for.is_some_and(|most| {
            fs::metadata(&path)
                .and_then(|metadata| metadata.modified())
                .ok()
                .and_then(|time| SystemTime::now().duration_since(time).ok())
                .is_some_and(|age| age > most)
        });
        if index >= too_many || is_old {
            note(fs::remove_file(&path));
        } else if config.gzip && !path.to_string_lossy().ends_with(PACKED) {
            note(pack(&path));
        }
    }
    result
}

/// The files that were put away, with the stamp and the number in their names.
fn put_away_before(path: &Path) -> io::Result<Vec<((String, u32), PathBuf)>> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return Ok(Vec::new());
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let order = entry
            .file_name()
            .to_str()
            .and_then(|other| other.strip_prefix(name)?.strip_prefix('.'))
            .and_then(order);
        if let Some(order) = order {
            files.push((order, entry.path()));
        }
    }
    Ok(files)
}

/// The stamp and the number of `20261121-235959-2.gz`, which nobody else's file has.
fn order(suffix: &str) -> Option<(String, u32)> {
    let suffix = suffix.strip_suffix(PACKED).unwrap_or(suffix);
    let (stamp, rest) = suffix.split_at_checked(15)?;
    let has_form = stamp.bytes().enumerate().all(|(at, byte)| match at {
        8 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let number = match rest.strip_prefix('-') {
        Some(number) => number.parse().ok()?,
        None if rest.is_empty() => 1,
        None => return None,
    };
    has_form.then(|| (stamp.to_owned(), number))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Packs a file, and removes it once the packed one is whole.
#[cfg(feature = "gzip")]
fn pack(path: &Path) -> io::Result<()> {
    use flate2::{Compression, write::GzEncoder};

    use super::mode;

    let mut file = fs::File::open(path)?;
    let unfinished = beside(path, ".part");
    // What a crash has left of another try may be open to others.
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::File::options();
    options.write(true);
    let target = mode::make_like(&file.metadata()?, &unfinished, options)?;
    let mut packer = GzEncoder::new(target, Compression::default());
    let done = io::copy(&mut file, &mut packer)
        .and_then(|_| packer.finish())
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(&unfinished, beside(path, PACKED)));
    match done {
        Ok(()) => {
            // Elsewhere than on Unix a file that is open is not removed.
            drop(file);
            fs::remove_file(path)
        }
        Err(error) => {
            // It is of no use, and the next try begins again.
            let _ = fs::remove_file(&unfinished);
            Err(error)
        }
    }
}

#[cfg(not(feature = "gzip"))]
#[expect(clippy::unnecessary_wraps, reason = "the other one may fail")]
fn pack(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_we_put_away_is_ours() {
        for (suffix, expected) in [
            ("20261121-235959", Some(1)),
            ("20261121-235959.gz", Some(1)),
            ("20261121-235959-12", Some(12)),
            ("20261121-235959-12.gz", Some(12)),
            ("20261121-235959.part", None),
            ("20261121-235959x", None),
            ("20261121", None),
            ("1", None),
            ("1.gz", None),
            ("bak", None),
            ("2026112é-35959xx", None),
        ] {
            assert_eq!(
                order(suffix).map(|(_, number)| number),
                expected,
                "{suffix}"
            );
        }
    }
}
