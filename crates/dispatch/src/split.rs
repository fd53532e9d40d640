//! One part with variables, against the text that stands in its place.
//!
//! What each item gets is what a backtracking matcher would give it: as much as may be (a `path`: as little), from the left. But nothing is tried
//! twice: first it is worked out from the end which places the rest of the items can match from, then each item takes its text in one go.
//! The cost grows with the length of the text times the items, whatever is in it.

use std::iter;

use crate::{
    Uuid,
    convert::Convert,
    part::{Class, Dynamic, Item},
    spans::Spans,
};

/// What a converter of your own takes beside others in a segment.
const LONGEST_OWN: usize = 255;

/// Items up to here, in texts of up to 63 bytes, need no allocation.
const FEW: usize = 16;

/// Gives each variable of `part` its span of `text`, which stands at `offset` of the path. Says whether the slash at the end is there that
/// `part` may have; `None` if it does not match.
pub(crate) fn split(part: &Dynamic, text: &str, offset: usize, spans: &mut Spans) -> Option<bool> {
    if let [Item::Variable(class)] = &*part.items
        && !part.slashed
    {
        if !class.takes_all(text) || text.is_empty() && !class.takes_nothing() {
            return None;
        }
        spans.push(offset, offset + text.len());
        return Some(false);
    }
    let words = text.len() / 64 + 1;
    let rows = part.items.len() + 1;
    let mut few = [0; FEW];
    let mut many;
    let bits: &mut [u64] = if rows * words <= FEW {
        &mut few[..rows * words]
    } else {
        many = vec![0; rows * words];
        &mut many
    };
    let mut places = Places { bits, words };
    ends(part, text, &mut places);
    for (index, item) in part.items.iter().enumerate().rev() {
        begin(item, text, index, &mut places);
        if places.is_empty(index) {
            return None;
        }
    }
    if !places.has(0, 0) {
        return None;
    }
    let mut at = 0;
    for (index, item) in part.items.iter().enumerate() {
        let end = take(item, text, at, |end| places.has(index + 1, end))?;
        if let Item::Variable(_) = item {
            spans.push(offset + at, offset + end);
        }
        at = end;
    }
    Some(at < text.len())
}

/// Row `i` holds the places of the text from which the items from the `i`th on match all the rest.
struct Places<'a> {
    bits: &'a mut [u64],
    words: usize,
}

impl Places<'_> {
    fn has(&self, row: usize, place: usize) -> bool {
        #[cfg(test)]
        tests::ASKED.set(tests::ASKED.get() + 1);
        self.bits[row * self.words + place / 64] >> (place % 64) & 1 == 1
    }

    fn add(&mut self, row: usize, place: usize) {
        self.bits[row * self.words + place / 64] |= 1 << (place % 64);
    }

    fn is_empty(&self, row: usize) -> bool {
        let start = row * self.words;
        self.bits[start..start + self.words]
            .iter()
            .all(|&word| word == 0)
    }
}

/// The places where the part may end.
fn ends(part: &Dynamic, text: &str, places: &mut Places<'_>) {
    let bytes = text.as_bytes();
    let (row, len) = (part.items.len(), text.len());
    if !part.slashed {
        places.add(row, len);
        return;
    }
    let before_is_no_slash = |place: usize| place > 0 && bytes[place - 1] != b'/';
    if before_is_no_slash(len) {
        places.add(row, len);
    }
    if bytes.last() == Some(&b'/') && before_is_no_slash(len - 1) {
        places.add(row, len - 1);
    }
}

/// Works out row `row`, of `item`, from the next one.
fn begin(item: &Item, text: &str, row: usize, places: &mut Places<'_>) {
    let bytes = text.as_bytes();
    match item {
        Item::Text(wanted) => {
            for start in 0..=text.len() {
                if bytes[start..].starts_with(wanted.as_bytes())
                    && places.has(row + 1, start + wanted.len())
                {
                    places.add(row, start);
                }
            }
        }
        // Whoever takes any number of characters of a kind is worked out in one pass from the end.
        Item::Variable(Class::Text { min: 1, max: None }) => {
            let mut reaches = false;
            for start in (0..text.len()).rev() {
                reaches = bytes[start] != b'/' && (reaches || places.has(row + 1, start + 1));
                if reaches && text.is_char_boundary(start) {
                    places.add(row, start);
                }
            }
        }
        Item::Variable(Class::Text { min, max }) => begin_text(*min, *max, text, row, places),
        Item::Variable(Class::Digits { signed }) => {
            let mut reaches = false;
            for start in (0..text.len()).rev() {
                let was = reaches;
                reaches =
                    bytes[start].is_ascii_digit() && (reaches || places.has(row + 1, start + 1));
                if reaches || (*signed && was && bytes[start] == b'-') {
                    places.add(row, start);
                }
            }
        }
        Item::Variable(Class::Rest) => {
            let mut reaches = false;
            for start in (0..text.len()).rev() {
                reaches |= places.has(row + 1, start + 1);
                if reaches && bytes[start] != b'/' && text.is_char_boundary(start) {
                    places.add(row, start);
                }
            }
        }
        Item::Variable(Class::Decimal { signed }) => begin_decimal(*signed, bytes, row, places),
        Item::Variable(_) => {
            // The first item begins where the text does.
            let last = if row == 0 { 0 } else { text.len() };
            for start in 0..=last {
                if text.is_char_boundary(start)
                    && take(item, text, start, |end| places.has(row + 1, end)).is_some()
                {
                    places.add(row, start);
                }
            }
        }
    }
}

/// So many characters without a slash; in one pass from the end.
fn begin_text(min: usize, max: Option<usize>, text: &str, row: usize, places: &mut Places<'_>) {
    let boundaries = || iter::once(text.len()).chain(text.char_indices().rev().map(|(at, _)| at));
    // The ends follow the starts at the least distance; all is counted in characters from the end of the text.
    let mut ends = boundaries().enumerate();
    let mut nearest = None;
    let mut slash = 0;
    for (count, start) in boundaries().enumerate() {
        if text.as_bytes().get(start) == Some(&b'/') {
            slash = count;
        }
        if count < min {
            continue;
        }
        if let Some((behind, end)) = ends.next()
            && places.has(row + 1, end)
        {
            nearest = Some(behind);
        }
        let is_within = |end| end >= slash && max.is_none_or(|max| count - end <= max);
        if nearest.is_some_and(is_within) {
            places.add(row, start);
        }
    }
}

/// Digits, a point, digits; in one pass from the end.
fn begin_decimal(signed: bool, bytes: &[u8], row: usize, places: &mut Places<'_>) {
    // From here on: digits up to a place; a point and such digits; digits before that.
    let (mut fraction, mut point, mut whole) = (false, false, false);
    for start in (0..bytes.len()).rev() {
        let is_digit = bytes[start].is_ascii_digit();
        let was_whole = whole;
        whole = is_digit && (whole || point);
        point = bytes[start] == b'.' && fraction;
        fraction = is_digit && (fraction || places.has(row + 1, start + 1));
        if whole || (signed && was_whole && bytes[start] == b'-') {
            places.add(row, start);
        }
    }
}

/// Where the text ends that `item` takes from `start` on, among the places that will do.
fn take(item: &Item, text: &str, start: usize, will_do: impl Fn(usize) -> bool) -> Option<usize> {
    let rest = &text.as_bytes()[start..];
    // The longest of the prefixes of so many bytes that will do.
    let longest = |least: usize, most: usize| {
        (least..=most)
            .rev()
            .map(|length| start + length)
            .find(|&end| will_do(end))
    };
    match item {
        Item::Text(wanted) => rest
            .starts_with(wanted.as_bytes())
            .then_some(start + wanted.len())
            .filter(|&end| will_do(end)),
        Item::Variable(class) => match class {
            Class::Text { min, max } => {
                let mut characters = text[start..]
                    .char_indices()
                    .take_while(|(_, character)| *character != '/');
                let mut found = None;
                let mut length = 0;
                loop {
                    let next = characters.next();
                    let end = start + next.map_or_else(|| segment(rest), |(offset, _)| offset);
                    if length >= *min && will_do(end) {
                        found = Some(end);
                    }
                    if next.is_none() || Some(length) == *max {
                        return found;
                    }
                    length += 1;
                }
            }
            Class::Digits { signed } => {
                let sign = usize::from(*signed && rest.first() == Some(&b'-'));
                longest(sign + 1, sign + digits(&rest[sign..]))
            }
            Class::Decimal { signed } => {
                let sign = usize::from(*signed && rest.first() == Some(&b'-'));
                let whole = sign + digits(&rest[sign..]);
                if whole == sign || rest.get(whole) != Some(&b'.') {
                    return None;
                }
                longest(whole + 2, whole + 1 + digits(&rest[whole + 1..]))
            }
            Class::Any(items) => items
                .iter()
                .filter(|item| rest.starts_with(item.as_bytes()))
                .map(|item| start + item.len())
                .find(|&end| will_do(end)),
            Class::Uuid => {
                let is_one = rest.get(..36).is_some_and(Uuid::is_one);
                is_one.then_some(start + 36).filter(|&end| will_do(end))
            }
            Class::Rest => {
                if matches!(rest, [] | [b'/', ..]) {
                    return None;
                }
                (start + 1..=text.len()).find(|&end| text.is_char_boundary(end) && will_do(end))
            }
            Class::Own { converter, .. } => take_own(&**converter, text, start, will_do),
        },
    }
}

fn take_own(
    converter: &dyn Convert,
    text: &str,
    start: usize,
    will_do: impl Fn(usize) -> bool,
) -> Option<usize> {
    let rest = &text.as_bytes()[start..];
    let most = if converter.takes_slashes() {
        rest.len()
    } else {
        segment(rest)
    };
    (1..=most.min(LONGEST_OWN))
        .rev()
        .map(|length| start + length)
        .find(|&end| {
            text.is_char_boundary(end) && will_do(end) && converter.takes(&text[start..end])
        })
}

impl Class {
    /// Does it take all of a text?
    pub(crate) fn takes_all(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        match self {
            Self::Text { min: 1, max: None } => !bytes.is_empty() && !bytes.contains(&b'/'),
            Self::Text { min, max } => {
                let length = text.chars().count();
                length >= *min && max.is_none_or(|max| length <= max) && !bytes.contains(&b'/')
            }
            Self::Digits { signed } => {
                let unsigned = unsigned(bytes, *signed);
                !unsigned.is_empty() && unsigned.iter().all(u8::is_ascii_digit)
            }
            Self::Decimal { signed } => {
                let unsigned = unsigned(bytes, *signed);
                let whole = digits(unsigned);
                let fraction = unsigned.get(whole + 1..).unwrap_or_default();
                whole > 0
                    && unsigned.get(whole) == Some(&b'.')
                    && !fraction.is_empty()
                    && fraction.iter().all(u8::is_ascii_digit)
            }
            Self::Any(items) => items.iter().any(|item| item == text),
            Self::Uuid => Uuid::is_one(bytes),
            Self::Rest => !matches!(bytes, [] | [b'/', ..]),
            Self::Own { converter, .. } => {
                (converter.takes_slashes() || !bytes.contains(&b'/')) && converter.takes(text)
            }
        }
    }

    /// May its text be empty? Then only because its rule says so.
    const fn takes_nothing(&self) -> bool {
        matches!(self, Self::Text { min: 0, .. } | Self::Any(_))
    }
}

fn unsigned(bytes: &[u8], signed: bool) -> &[u8] {
    match bytes {
        [b'-', rest @ ..] if signed => rest,
        _ => bytes,
    }
}

fn digits(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(bytes.len())
}

/// How much of it stands before a slash.
fn segment(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|&byte| byte == b'/')
        .unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use plywood_rule::Pattern;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        convert::Kind,
        part::{self, Part},
    };

    thread_local! {
        /// How often it was asked whether a place will do.
        pub(super) static ASKED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }

    /// The one part of a pattern such as `/<a>-<b>`.
    fn dynamic(pattern: &str) -> std::sync::Arc<Dynamic> {
        let read = Pattern::read(pattern).unwrap();
        let kinds: Vec<_> = read
            .variables()
            .map(|variable| Kind::of(variable, &[]).unwrap())
            .collect();
        let parts = part::parts(read.pieces(), &kinds);
        let dynamic = parts.into_iter().find_map(|part| match part {
            Part::Dynamic(dynamic) => Some(dynamic),
            Part::Text(_) => None,
        });
        dynamic.unwrap()
    }

    fn say(pattern: &str, text: &str) -> String {
        let mut spans = Spans::default();
        match split(&dynamic(pattern), text, 0, &mut spans) {
            None => "-".to_owned(),
            Some(slash) => {
                let mut texts: Vec<&str> = spans.ranges().map(|range| &text[range]).collect();
                texts.extend(slash.then_some("/"));
                texts.join("|")
            }
        }
    }

    #[test]
    fn each_variable_takes_as_much_as_may_be() {
        for (pattern, text, expected) in [
            ("/<a>-<b>", "x-y", "x|y"),
            ("/<a>-<b>", "1-2-3", "1-2|3"),
            ("/<a>-<b>", "--", "-"),
            ("/<a>-<b>", "---", "-|-"),
            ("/<a>-<b>", "x-", "-"),
            ("/<a>-<b>", "é-ü", "é|ü"),
            ("/v<int:major>.<int:minor>", "v1.20", "1|20"),
            ("/v<int:major>.<int:minor>", "v1.x", "-"),
            ("/<int:a><int:b>", "123", "12|3"),
            (
                "/<int(signed=True):a><int(signed=True):b>",
                "-1-23",
                "-1|-23",
            ),
            ("/<name>.tar.<comp>", "a.tar.tar.gz", "a.tar|gz"),
            ("/<float:a>-<float:b>", "1.5-2.25", "1.5|2.25"),
            ("/<float:a><int:b>", "1.55", "1.5|5"),
            ("/<any(a,ab):x><b>", "abc", "a|bc"),
            ("/<any(a,ab):x>c", "abc", "ab"),
            (
                "/<uuid:u>.txt",
                "8b3c1f4e-5d0a-4a77-9d2e-1f0a3b4c5d6e.txt",
                "8b3c1f4e-5d0a-4a77-9d2e-1f0a3b4c5d6e",
            ),
            ("/<string(length=2):a><b>", "éüx", "éü|x"),
            (
                "/<string(maxlength=2):a><string(length=2):b>",
                "abc",
                "a|bc",
            ),
            ("/<path:a>/edit", "x/y/edit", "x/y"),
            ("/<path:a>/edit", "edit/edit", "edit"),
            ("/<path:a>/edit", "x/edit/", "-"),
            ("/<path:a>/<path:b>", "x/y/z", "x|y/z"),
            ("/<path:a>/", "x/y/", "x/y|/"),
            ("/<path:a>/", "x/y", "x/y"),
            ("/<path:a>/", "x//", "-"),
            ("/<path:a>/", "/x", "-"),
            ("/p<path:a>-<b>", "px/y-z-w", "x/y|z-w"),
        ] {
            assert_eq!(say(pattern, text), expected, "{pattern} {text}");
        }
    }

    /// The oracle: tries every end of every item, the preferred one first.
    fn naive(items: &[Item], text: &str, at: usize, found: &mut Vec<(usize, usize)>) -> bool {
        let Some((item, others)) = items.split_first() else {
            return at == text.len();
        };
        let mut ends: Vec<usize> = (at..=text.len())
            .filter(|&end| text.is_char_boundary(end))
            .filter(|&end| match item {
                Item::Text(wanted) => text[at..end] == **wanted,
                Item::Variable(class) => class.takes_all(&text[at..end]),
            })
            .collect();
        if let Item::Variable(Class::Any(items)) = item {
            let place = |end: &usize| items.iter().position(|item| *item == text[at..*end]);
            ends.sort_by_key(place);
        } else if !matches!(item, Item::Variable(Class::Rest)) {
            ends.reverse();
        }
        ends.into_iter().any(|end| {
            let before = found.len();
            if matches!(item, Item::Variable(_)) {
                found.push((at, end));
            }
            let fits = naive(others, text, end, found);
            if !fits {
                found.truncate(before);
            }
            fits
        })
    }

    fn a_pattern() -> impl Strategy<Value = String> {
        let item = prop_oneof![
            Just("<x>"),
            Just("<int:x>"),
            Just("<int(signed=True):x>"),
            Just("<float:x>"),
            Just("<float(signed=True):x>"),
            Just("<any(a,ab,1):x>"),
            Just("<string(minlength=2,maxlength=3):x>"),
            Just("<string(length=2):x>"),
            Just("<string(minlength=2):x>"),
            Just("<path:x>"),
            Just("a"),
            Just("-"),
            Just("."),
            Just("1"),
        ];
        prop::collection::vec(item, 1..5).prop_map(|items| {
            let items = items.iter().enumerate();
            let named = items.map(|(index, item)| item.replace("x>", &format!("x{index}>")));
            format!("/{}<y>", named.collect::<String>())
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn what_each_gets_is_what_trying_everything_would_give_it(pattern in a_pattern(), text in "[a1b.é/-]{0,9}") {
            let dynamic = dynamic(&pattern);
            let mut spans = Spans::default();
            let fits = split(&dynamic, &text, 0, &mut spans).is_some();
            let mut found = Vec::new();
            prop_assert_eq!(fits, naive(&dynamic.items, &text, 0, &mut found), "{} {}", pattern, text);
            if fits {
                let spans: Vec<_> = spans.ranges().map(|range| (range.start, range.end)).collect();
                prop_assert_eq!(spans, found, "{} {}", pattern, text);
            }
        }
    }

    #[test]
    fn twice_the_text_costs_twice_as_much() {
        for variable in [
            "<x>",
            "<string(minlength=2):x>",
            "<string(minlength=0):x>",
            "<string(maxlength=900):x>",
            "<string(minlength=2,maxlength=900):x>",
        ] {
            let variables = [0, 1, 2].map(|n| variable.replace("x>", &format!("x{n}>")));
            let dynamic = dynamic(&format!("/{}", variables.join("-")));
            let cost = |length: usize| {
                ASKED.set(0);
                split(&dynamic, &"-".repeat(length), 0, &mut Spans::default());
                ASKED.get()
            };
            let (once, twice) = (cost(1000), cost(2000));
            assert!(twice * 2 <= once * 5, "{variable} {once} {twice}");
        }
    }

    #[test]
    fn a_long_text_costs_no_more_than_its_length() {
        let text = "-".repeat(60_000);
        // Sixteen variables: a matcher that tries would try for ages.
        let variables: Vec<_> = (0..12).map(|n| format!("<a{n}>-")).collect();
        let pattern = variables.concat();
        assert_eq!(say(&format!("/{pattern}x"), &text), "-");
        assert_ne!(say(&format!("/{pattern}<z>"), &text), "-");
    }
}
