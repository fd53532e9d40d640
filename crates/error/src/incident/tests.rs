use std::io;

use super::*;

#[derive(Debug)]
struct Long(Option<Box<Self>>);

impl fmt::Display for Long {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&"long ".repeat(500))
    }
}

impl Error for Long {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&**self.0.as_ref()?)
    }
}

#[test]
fn it_is_within_bounds_however_much_its_causes_say() {
    let long = (0..20).fold(Long(None), |cause, _| Long(Some(Box::new(cause))));
    let incident = Incident::new(IncidentKind::Failed, &long);
    let said: usize = incident.sources().map(str::len).sum();
    assert_eq!(incident.message().len(), 2500);
    assert_eq!(incident.sources().count(), 2);
    assert!((4096..4104).contains(&said), "{said}");
}

/// Panics here, in these words.
macro_rules! panicked {
    ($($said:tt)*) => {
        Panicked::catch(|| panic!($($said)*)).unwrap_err()
    };
}

#[test]
fn a_fingerprint_outlives_an_edit_further_up() {
    Panicked::watch();
    let print = |panicked: &Panicked| {
        let incident = Incident::new(IncidentKind::Panicked, panicked);
        (incident.fingerprint(), incident.group())
    };
    let panics = [
        print(&panicked!("no disk {}", 7)),
        print(&panicked!("no disk {}", 8)),
        print(&panicked!("no room {}", 7)),
    ];
    assert_eq!(panics[0].0, panics[1].0);
    assert_ne!(panics[0].0, panics[2].0);
    let farther = print(&panicked!("no disk {}", 7));
    assert_ne!(panics[0].0, farther.0);
    // They are still told of one by one.
    assert_ne!(panics[0].1, panics[1].1);
}

#[test]
fn errors_that_are_made_by_a_functions_name_are_told_apart() {
    let made = |result: io::Result<()>| {
        let error = result.map_err(crate::HttpError::internal).unwrap_err();
        Incident::new(IncidentKind::Refused, &error)
    };
    let (disk, room) = (
        made(Err(io::Error::other("no disk"))),
        made(Err(io::Error::other("no room"))),
    );
    assert_eq!(disk.place(), None);
    assert_ne!(disk.group(), room.group());
}

#[test]
fn what_panics_at_one_place_is_one_group_whatever_visitors_make_it_say() {
    Panicked::watch();
    let incidents = ["ada", "eve"].map(|name| {
        let panicked = panicked!("no user {name}");
        Incident::new(IncidentKind::Panicked, &panicked)
    });
    assert_eq!(incidents[0].group(), incidents[1].group());
    assert_ne!(incidents[0].fingerprint(), incidents[1].fingerprint());
}

#[test]
fn short_causes_are_all_told() {
    let error = io::Error::other(crate::HttpError::internal("the cause"));
    let incident = Incident::new(IncidentKind::Failed, &error);
    assert!(incident.sources().eq(["the cause"]));
}
