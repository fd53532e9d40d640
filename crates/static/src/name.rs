//! Which names are served at all, before the file system is asked.

/// What editors and patches leave beside the file that they changed.
const LEFTOVERS: [&str; 5] = [".bak", ".orig", ".rej", ".swo", ".swp"];

/// Names that Windows gives to devices, in every directory, with any extension.
const DEVICES: [&str; 7] = ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"];

/// Whether a file or directory of this name may be served.
pub(crate) fn is_served(name: &str) -> bool {
    !is_hidden(name) && !is_leftover(name) && !is_reserved(name)
}

/// Whether it is served, and a URL can name it.
pub(crate) fn can_be_asked_for(name: &str) -> bool {
    let is_readable = !name.contains(|c: char| c == '\\' || c.is_ascii_control());
    !name.is_empty() && is_readable && is_served(name)
}

/// `.git`, `.env`, `.htpasswd`: but `.well-known` is there to be seen (RFC 8615).
fn is_hidden(name: &str) -> bool {
    name.starts_with('.') && name != ".well-known"
}

fn is_leftover(name: &str) -> bool {
    let ends_with = |suffix: &&str| {
        let (name, suffix) = (name.as_bytes(), suffix.as_bytes());
        name.len() > suffix.len() && name[name.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
    };
    name.ends_with('~') || LEFTOVERS.iter().any(ends_with)
}

/// Names that mean something else on Windows. They are refused everywhere, because its file systems are mounted elsewhere too.
pub(crate) fn is_reserved(name: &str) -> bool {
    // `a.txt.` and `a.txt ` open `a.txt` there.
    if name.ends_with(['.', ' ']) {
        return true;
    }
    // Only there is it a drive or a stream; elsewhere `Foo::Bar.html` is an honest name.
    if cfg!(windows) && name.contains(':') {
        return true;
    }
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    DEVICES
        .iter()
        .any(|device| stem.eq_ignore_ascii_case(device))
        || is_port(stem)
}

/// `COM1`, `LPT9`, and the same with a superscript digit.
fn is_port(stem: &str) -> bool {
    let mut characters = stem.chars();
    let is_digit = |character: char| matches!(character, '0'..='9' | '¹' | '²' | '³');
    matches!(characters.next_back(), Some(digit) if is_digit(digit))
        && ["com", "lpt"]
            .iter()
            .any(|port| characters.as_str().eq_ignore_ascii_case(port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_are_served() {
        for name in [
            "a.txt",
            "a..b.txt",
            "~t.txt",
            "a+b.txt",
            "a;b.txt",
            "a#b.txt",
            "a?b.txt",
            "100%.txt",
            "%2e%2e",
            "é.txt",
            "dir with space",
            ".well-known",
            "console.log",
            "auxiliary.css",
            "nullable.js",
            "com.example.json",
            "com10",
            "communication1",
            "bak",
            "swp.txt",
        ] {
            assert!(is_served(name), "{name}");
        }
    }

    #[test]
    fn hidden_leftover_and_reserved_names_are_not() {
        for name in [
            ".",
            "..",
            "...",
            ".env",
            ".git",
            ".htpasswd",
            ".well-known.",
            ".Well-Known",
            "config.php~",
            "config.php.bak",
            "CONFIG.PHP.BAK",
            ".index.html.swp",
            "index.html.orig",
            "a.txt.",
            "a.txt ",
            "nul",
            "NUL.txt",
            "con .txt",
            "aux.tar.gz",
            "COM1",
            "lpt9.html",
            "com¹.txt",
            "CONIN$",
        ] {
            assert!(!is_served(name), "{name}");
        }
    }
}
