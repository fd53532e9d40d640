//! What holds for every input: no panic, no answer from nowhere, and what is written can be read.

use std::time::{Duration, UNIX_EPOCH};

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use plywood_header::{
    accept,
    accept_encoding::{self, Choice, Coding},
    authorization::{Basic, basic_challenge},
    content_disposition,
    cookie::{self, SetCookie},
    date,
    entity_tag::{EntityTag, EntityTagList},
    local_reference::local,
    media_type,
    preconditions::{self, Verdict},
    range::{Ranges, Resolution, Slice},
    vary,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

/// Lines made of the pieces that a parser stumbles over, with some noise between them.
fn lines(pieces: &'static [&'static str]) -> impl Strategy<Value = Vec<Vec<u8>>> {
    let marks = &[",", ";", "=", "\"", "\\", " ", "\t", "*", "/", "-", "é"][..];
    let bytes = |piece: &'static str| piece.as_bytes().to_vec();
    let piece = prop_oneof![
        8 => select(pieces).prop_map(bytes),
        2 => select(marks).prop_map(bytes),
        1 => vec(any::<u8>(), 0..4),
    ];
    vec(vec(piece, 0..24).prop_map(|pieces| pieces.concat()), 0..3)
}

/// The lines that a server library would let through.
fn sent(field: &HeaderName, lines: &[Vec<u8>]) -> HeaderMap {
    let values = lines
        .iter()
        .filter_map(|line| HeaderValue::from_bytes(line).ok());
    values.map(|value| (field.clone(), value)).collect()
}

fn one_line(field: &HeaderName, line: String) -> HeaderMap {
    sent(field, &[line.into_bytes()])
}

const CODINGS: &[Coding] = &[Coding::Zstd, Coding::Br, Coding::Gzip, Coding::Deflate];

/// A weight as it is sent, and in thousandths.
fn weight() -> impl Strategy<Value = (String, u16)> {
    (0..=1000_u16).prop_map(|weight| (format!(";q={}.{:03}", weight / 1000, weight % 1000), weight))
}

/// What a client that follows RFC 8187 takes as the name of a download.
fn saved_as(value: &HeaderValue) -> Option<String> {
    let (_, encoded) = value
        .to_str()
        .expect("ASCII")
        .split_once("filename*=UTF-8''")?;
    let mut bytes = Vec::new();
    let mut rest = encoded.as_bytes();
    while let [first, tail @ ..] = rest {
        let (byte, tail) = match (first, tail) {
            (b'%', [a, b, tail @ ..]) => {
                let digits = [*a, *b];
                let digits = std::str::from_utf8(&digits).expect("digits");
                (u8::from_str_radix(digits, 16).expect("digits"), tail)
            }
            _ => (*first, tail),
        };
        bytes.push(byte);
        rest = tail;
    }
    Some(String::from_utf8(bytes).expect("UTF-8"))
}

proptest! {
    #[test]
    fn a_download_is_saved_under_its_last_part_whatever_its_name(
        name in "[a-c./\\\\\"%é\u{202e}\r\n;=' ]{0,12}|.{0,300}",
    ) {
        let value = content_disposition::attachment(&name);
        let plain = content_disposition::file_name(&name);
        prop_assert_eq!(content_disposition::file_name(&plain), &*plain);
        prop_assert!(plain.len() <= content_disposition::MAX_NAME);
        let unsafe_one = |c| matches!(c, '/' | '\\' | '\r' | '\n' | '\u{202e}');
        prop_assert!(!plain.contains(unsafe_one));
        let text = value.to_str().unwrap();
        prop_assert!(text.starts_with("attachment"));
        prop_assert_eq!(text.matches('"').count(), if plain.is_empty() { 0 } else { 2 });
        if let Some(saved) = saved_as(&value) {
            prop_assert_eq!(saved, &*plain);
        } else {
            let written = format!("filename=\"{plain}\"");
            prop_assert!(plain.is_empty() || text.ends_with(&written));
        }
    }

    #[test]
    fn accept_answers_with_an_offer(
        lines in lines(&["text/html", "text/*", "*/*", "a/b", ";q=0", ";q=0.5", ";q=1", ",", ";level=1", "\"1\""]),
        offers in vec(select(&["text/html", "a/b", "a/b;level=1", "x", ""][..]), 0..4),
    ) {
        let headers = sent(&header::ACCEPT, &lines);
        let best = accept::best(&headers, &offers);
        prop_assert!(best.is_none_or(|best| offers.contains(&best)));
        if headers.is_empty() {
            prop_assert_eq!(best, offers.first().copied());
        }
    }

    #[test]
    fn accept_takes_the_earliest_of_the_greatest_weights(weights in vec(weight(), 1..6), seed in any::<usize>()) {
        let offers: Vec<String> = (0..weights.len()).map(|number| format!("a/{number}")).collect();
        let offers: Vec<&str> = offers.iter().map(String::as_str).collect();
        let weighed = offers.iter().zip(&weights);
        let mut elements: Vec<_> = weighed.clone().map(|(offer, (text, _))| format!("{offer}{text}")).collect();
        // The order of the elements says nothing.
        elements.rotate_left(seed % weights.len());
        let line = elements.join(", ");
        let headers = one_line(&header::ACCEPT, line.clone());
        let greatest = weights.iter().map(|(_, weight)| *weight).max().unwrap();
        let expected = weighed.filter(|(_, (_, weight))| *weight == greatest && greatest > 0).map(|(offer, _)| *offer).next();
        prop_assert_eq!(accept::best(&headers, &offers), expected);
        prop_assert_eq!(accept::best_of_line(line.as_bytes(), &offers), expected);
    }

    #[test]
    fn accept_encoding_answers_with_an_offer(
        lines in lines(&["gzip", "br", "x-gzip", "zstd", "deflate", "identity", "*", ";q=0", ";q=0.5", ";q=1", ","]),
        offers in vec(select(CODINGS), 0..4),
    ) {
        let headers = sent(&header::ACCEPT_ENCODING, &lines);
        match accept_encoding::negotiate(&headers, &offers) {
            Choice::Coding(coding) => prop_assert!(offers.contains(&coding)),
            Choice::Identity => (),
            // Only a weight of zero can rule out the plain answer.
            Choice::NotAcceptable => {
                prop_assert!(lines.concat().windows(3).any(|text| text.eq_ignore_ascii_case(b"q=0")));
            }
        }
    }

    #[test]
    fn accept_encoding_follows_the_rules(
        weights in vec(option::of(weight()), 6),
        offers in vec(select(CODINGS), 0..4),
        seed in any::<usize>(),
    ) {
        let names = ["zstd", "br", "gzip", "deflate", "identity", "*"];
        let mut elements: Vec<_> = names
            .iter()
            .zip(&weights)
            .filter_map(|(name, weight)| Some(format!("{name}{}", weight.as_ref()?.0)))
            .collect();
        let count = elements.len().max(1);
        elements.rotate_left(seed % count);
        let headers = one_line(&header::ACCEPT_ENCODING, elements.join(","));

        // The rules as the standard words them, one by one.
        let said = |name: &str| {
            let at = names.iter().position(|known| *known == name).unwrap();
            weights[at].as_ref().map(|(_, weight)| *weight)
        };
        let of = |coding: &Coding| said(coding.as_str()).or(said("*")).unwrap_or(0);
        let (identity, any) = (said("identity"), said("*"));
        let greatest = offers.iter().map(of).max().unwrap_or(0);
        let expected = if greatest > 0 && identity.is_none_or(|identity| identity <= greatest) {
            Choice::Coding(*offers.iter().find(|coding| of(coding) == greatest).unwrap())
        } else if identity == Some(0) || (identity.is_none() && any == Some(0)) {
            Choice::NotAcceptable
        } else {
            Choice::Identity
        };
        prop_assert_eq!(accept_encoding::negotiate(&headers, &offers), expected);
    }

    #[test]
    fn cookies_are_found_where_they_are_listed(
        lines in lines(&["a=1", "b=2", "a", "=", "; ", ";", "\"a;b\"", "sid=4f2a", "__Host-sid=x"]),
    ) {
        let headers = sent(&header::COOKIE, &lines);
        for (name, value) in cookie::pairs(&headers) {
            prop_assert!(!name.is_empty() && !name.contains(['=', ';']) && !value.contains(';'));
            prop_assert!(!name.bytes().chain(value.bytes()).any(|byte| byte.is_ascii_control()));
        }
        for name in ["a", "b", "sid", "__Host-sid", "", "c"] {
            let listed = cookie::pairs(&headers).filter(|(sent, _)| *sent == name);
            let listed: Vec<_> = listed.map(|(_, value)| value).collect();
            prop_assert_eq!(cookie::find(&headers, name), listed.first().copied());
            prop_assert_eq!(cookie::find_all(&headers, name).collect::<Vec<_>>(), listed);
        }
    }

    #[test]
    fn a_good_cookie_survives_any_neighbours(before in r"[^\p{Cc}]{0,40}", after in vec(0x80..=0xff_u8, 0..40)) {
        let line = [before.as_bytes(), b";sid=4f2a;", &after].concat();
        let headers = sent(&header::COOKIE, &[line]);
        prop_assert!(cookie::pairs(&headers).any(|pair| pair == ("sid", "4f2a")));
    }

    #[test]
    fn a_cookie_that_is_set_is_read_as_it_was(name in any::<String>(), value in any::<String>()) {
        for (name, value) in [(name.as_str(), value.as_str()), ("a", value.as_str()), (name.as_str(), "b")] {
            if let Ok(field) = SetCookie::new(name, value).build() {
                let headers = sent(&header::COOKIE, &[field.as_bytes().to_vec()]);
                prop_assert_eq!(cookie::pairs(&headers).collect::<Vec<_>>(), [(name, value)]);
            }
        }
    }

    #[test]
    fn no_attribute_is_injected(path in "[/ -~é;\n]{0,8}", domain in "[a-z.;= \n]{0,8}") {
        if let Ok(field) = SetCookie::new("a", "b").path(&path).domain(&domain).build() {
            prop_assert_eq!(&field, &format!("a=b; Path={path}; Domain={domain}"));
            prop_assert_eq!(field.to_str().unwrap().matches(';').count(), 2);
        }
    }

    #[test]
    fn a_plain_cookie_can_be_set(
        name in "[A-Za-z0-9!#$%&'*+.^`|~-]{1,20}",
        value in r"[!#-+./-:<-\[\]-~-]{0,40}",
        quoted in any::<bool>(),
    ) {
        let value = if quoted { format!("\"{value}\"") } else { value };
        let cookie = SetCookie::new(&name, &value).secure().path("/");
        prop_assert_eq!(cookie.build().unwrap(), format!("{name}={value}; Path=/; Secure"));
    }

    #[test]
    fn credentials_are_read_as_they_were_sent(user in r"[^:\p{Cc}]*", password in r"\P{Cc}*") {
        let line = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")));
        let basic = Basic::read(&one_line(&header::AUTHORIZATION, line)).unwrap().unwrap();
        prop_assert_eq!((basic.user(), basic.password()), (&*user, &*password));
    }

    #[test]
    fn what_is_read_as_credentials_is_the_same_when_sent_again(
        lines in lines(&["Basic ", "basic ", "Bearer ", " ", "YTpi", "OmI=", "Og==", "QQ=="]),
    ) {
        let headers = sent(&header::AUTHORIZATION, &lines);
        if let Ok(Some(basic)) = Basic::read(&headers) {
            let line = headers[header::AUTHORIZATION].to_str().unwrap();
            let again = BASE64_STANDARD.encode(format!("{}:{}", basic.user(), basic.password()));
            prop_assert_eq!(line[5..].trim(), again);
        }
    }

    #[test]
    fn a_challenge_is_one_quoted_string(realm in prop_oneof![any::<String>(), "[ -~]{0,12}", r#"["\\a]{0,8}"#]) {
        let printable = realm.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let challenge = match basic_challenge(&realm) {
            Ok(challenge) => challenge,
            Err(error) => {
                prop_assert!(!printable && error.input() == realm);
                return Ok(());
            }
        };
        let inside = challenge.to_str().unwrap().strip_prefix("Basic realm=\"");
        let inside = inside.and_then(|text| text.strip_suffix("\", charset=\"UTF-8\"")).unwrap();
        let mut characters = inside.chars();
        let mut read = String::new();
        while let Some(character) = characters.next() {
            prop_assert_ne!(character, '"');
            read.extend(if character == '\\' { characters.next() } else { Some(character) });
        }
        prop_assert!(printable);
        prop_assert_eq!(read, realm);
    }

    #[test]
    fn a_tag_is_read_as_it_is_written(opaque in any::<String>(), weak in any::<bool>()) {
        let built = if weak { EntityTag::weak(&opaque) } else { EntityTag::strong(&opaque) };
        let Ok(tag) = built else {
            let bad = |character: char| character.is_ascii_control() || matches!(character, ' ' | '"');
            prop_assert!(opaque.contains(bad));
            return Ok(());
        };
        let again = EntityTag::parse(tag.header_value()).unwrap();
        prop_assert_eq!(again.to_string(), tag.to_string());
        prop_assert!(again.weak_eq(&tag) && tag.weakened().weak_eq(&tag));
        prop_assert_eq!(again.strong_eq(&tag), !weak);
        prop_assert!(tag.weakened().is_weak() && !tag.weakened().strong_eq(&tag));
    }

    #[test]
    fn a_tag_is_in_the_list_it_was_put_in(
        tags in vec(("[!#-~é]{0,4}", any::<bool>()), 1..6),
        wanted in any::<prop::sample::Index>(),
    ) {
        let tag = |(opaque, weak): &(String, bool)| {
            if *weak { EntityTag::weak(opaque) } else { EntityTag::strong(opaque) }.unwrap()
        };
        let tags: Vec<_> = tags.iter().map(tag).collect();
        let line = tags.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let headers = one_line(&header::IF_NONE_MATCH, line);
        let list = EntityTagList::read(&headers, header::IF_NONE_MATCH).unwrap();
        let wanted = &tags[wanted.index(tags.len())];
        prop_assert!(list.holds_weak(wanted));
        prop_assert_eq!(list.holds_strong(wanted), tags.iter().any(|tag| tag.strong_eq(wanted)));
        prop_assert!(!list.holds_weak(&EntityTag::strong("absent").unwrap()));
    }

    #[test]
    fn a_strong_match_is_a_weak_one(lines in lines(&["\"x\"", "W/\"x\"", "w/", "\"a\"", "\"", "*", ", ", "W/", "\"a,b\""])) {
        let headers = sent(&header::IF_MATCH, &lines);
        if let Some(list) = EntityTagList::read(&headers, header::IF_MATCH) {
            for opaque in ["x", "a", "a,b", ""] {
                let (strong, weak) = (EntityTag::strong(opaque).unwrap(), EntityTag::weak(opaque).unwrap());
                prop_assert!(!list.holds_strong(&strong) || list.holds_weak(&strong));
                prop_assert_eq!(list.holds_weak(&strong), list.holds_weak(&weak));
                prop_assert!(!list.holds_strong(&weak) || matches!(list, EntityTagList::Any));
            }
        }
    }

    #[test]
    fn slices_lie_inside_and_apart(
        lines in lines(&["bytes=", "0-", "-5", "3-7", "10-12", "99999999999999999999", "-", ",", "0", "1"]),
        length in 0..40_u64,
    ) {
        if let Some(ranges) = Ranges::read(&sent(&header::RANGE, &lines)) {
            check(&ranges.resolve(length), length)?;
            check(&ranges.resolve(u64::MAX), u64::MAX)?;
        }
    }

    #[test]
    fn slices_hold_the_bytes_that_were_asked_for(
        specs in vec((option::of(0..40_u64), option::of(0..40_u64)), 1..8),
        length in 1..32_u64,
    ) {
        let digits = |number: &Option<u64>| number.map_or_else(String::new, |number| number.to_string());
        let texts: Vec<_> = specs.iter().map(|(first, last)| format!("{}-{}", digits(first), digits(last))).collect();
        let valid = specs.iter().all(|spec| match *spec {
            (None, None) => false,
            (Some(first), Some(last)) => first <= last,
            _ => true,
        });
        let ranges = Ranges::read(&one_line(&header::RANGE, format!("bytes={}", texts.join(" ,\t"))));
        prop_assert_eq!(ranges.is_some(), valid);
        let Some(ranges) = ranges else { return Ok(()) };
        let resolution = ranges.resolve(length);
        check(&resolution, length)?;
        for byte in 0..length {
            let asked = specs.iter().any(|spec| match *spec {
                (Some(first), last) => first <= byte && last.is_none_or(|last| byte <= last),
                (None, last) => last.is_some_and(|last| length - byte <= last),
            });
            let held = slices(&resolution).iter().any(|slice| (slice.start..=slice.end_inclusive).contains(&byte));
            prop_assert_eq!(held, asked, "byte {}", byte);
        }
    }

    #[test]
    fn what_a_stricter_parser_takes_is_read_alike(
        text in prop_oneof![
            "bytes=[0-9]{0,3}-[0-9]{0,3}",
            "bytes=[0-9]{0,2}-[0-9]{0,2}(, ?[0-9]{0,3}-[0-9]{0,3}){1,2}",
            "bytes=[0-9, -]{0,12}",
        ],
        length in 1..1000_u64,
    ) {
        let oracle = http_range_header::parse_range_header(&text).and_then(|ranges| ranges.validate(length));
        let Ok(expected) = oracle else { return Ok(()) };
        let ranges = Ranges::read(&one_line(&header::RANGE, text)).expect("the oracle took it");
        let slices = slices(&ranges.resolve(length));
        let touch = expected.iter().any(|one| expected.iter().any(|other| one.end() + 1 == *other.start()));
        if touch {
            // The oracle does not join neighbours; that the right bytes are there is checked above.
            let bytes: u64 = expected.iter().map(|range| range.end() - range.start() + 1).sum();
            prop_assert_eq!(slices.iter().map(|slice| slice.len()).sum::<u64>(), bytes);
        } else {
            let slices: Vec<_> = slices.iter().map(|slice| slice.start..=slice.end_inclusive).collect();
            prop_assert_eq!(slices, expected);
        }
    }

    #[test]
    fn a_date_is_read_as_it_is_written(seconds in 0..253_402_300_800_u64, nanoseconds in 0..1_000_000_000_u64) {
        let whole = UNIX_EPOCH + Duration::from_secs(seconds);
        let written = date::write(whole + Duration::from_nanos(nanoseconds));
        prop_assert_eq!(date::read(&written), Some(whole));
    }

    #[test]
    fn anything_may_be_read_as_a_date(
        lines in lines(&["Tue", "Tuesday", ", ", "02 ", "Jan ", "2024 ", "03:04:05", " GMT", "02-Jan-24", " 2 "]),
    ) {
        for value in sent(&header::DATE, &lines).values() {
            if let Some(time) = date::read(value) {
                prop_assert_eq!(date::read(&date::write(time)), Some(time));
            }
        }
    }

    #[test]
    fn preconditions_take_any_input(
        lines in lines(&["\"x\"", "W/\"x\"", "*", ", ", "Tue, 02 Jan 2024 03:04:05 GMT"]),
        seconds in any::<u32>(),
    ) {
        let etag = EntityTag::strong("x").unwrap();
        let modified = UNIX_EPOCH + Duration::from_secs(seconds.into());
        for field in [
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            header::IF_MODIFIED_SINCE,
            header::IF_UNMODIFIED_SINCE,
            header::IF_RANGE,
        ] {
            let headers = sent(&field, &lines);
            let verdict = |method| preconditions::evaluate(&method, &headers, Some(&etag), Some(modified));
            prop_assert_eq!(verdict(Method::GET), verdict(Method::HEAD));
            prop_assert_ne!(verdict(Method::PUT), Verdict::NotModified);
            prop_assert_eq!(verdict(Method::OPTIONS), Verdict::Proceed);
            if !preconditions::if_range(&headers, Some(&etag), Some(modified)) {
                prop_assert_eq!(&field, header::IF_RANGE);
            }
        }
    }

    #[test]
    fn a_local_reference_stays_on_its_host(text in prop_oneof![any::<String>(), r"/?[/\\.a@:?#%\t\n ]{0,12}"]) {
        if let Some(local) = local(&text) {
            prop_assert_eq!(local, &text);
            // What browsers make of it: tabs and line breaks go, and a backslash is a slash.
            let seen = text.replace(['\t', '\n', '\r'], "").replace('\\', "/");
            prop_assert!(seen.starts_with('/') && !seen.starts_with("//"));
            prop_assert!(HeaderValue::from_str(&text).is_ok());
        }
    }

    #[test]
    fn a_plain_path_is_a_local_reference(text in r"/([a-z0-9%._~-]{1,8}/){0,4}(\?[a-z0-9=&/:%]{0,12})?(#[a-z/]{0,4})?") {
        prop_assert_eq!(local(&text), Some(text.as_str()));
    }

    #[test]
    fn a_field_is_in_vary_once(lines in lines(&["Cookie", "accept", "*", ", "])) {
        let mut headers = sent(&header::VARY, &lines);
        vary::append(&mut headers, header::COOKIE);
        let once = headers.clone();
        vary::append(&mut headers, header::COOKIE);
        prop_assert_eq!(&headers, &once);
        let all: Vec<_> = headers.values().flat_map(|line| line.as_bytes().to_ascii_lowercase()).collect();
        prop_assert!(all.contains(&b'*') || all.windows(6).any(|text| text == b"cookie"));
    }

    #[test]
    fn an_essence_is_two_tokens(lines in lines(&["text", "/", "html", "; charset=utf-8", " "])) {
        if let Some(essence) = media_type::essence(&sent(&header::CONTENT_TYPE, &lines)) {
            prop_assert_eq!(essence.matches('/').count(), 1);
            prop_assert!(!essence.contains([' ', ';', '\t', ',']) && essence.is_ascii());
        }
    }
}

fn slices(resolution: &Resolution) -> Vec<Slice> {
    match resolution {
        Resolution::Single(slice) => vec![*slice],
        Resolution::Several(slices) => slices.clone(),
        Resolution::Whole | Resolution::Unsatisfiable => Vec::new(),
    }
}

/// Every slice lies inside, and no two of them overlap.
fn check(resolution: &Resolution, length: u64) -> Result<(), TestCaseError> {
    let mut slices = slices(resolution);
    prop_assert!(!matches!(resolution, Resolution::Several(_)) || slices.len() > 1);
    prop_assert!(!matches!(resolution, Resolution::Whole) || length == 0);
    for slice in &slices {
        prop_assert!(slice.start <= slice.end_inclusive && slice.end_inclusive < length);
    }
    slices.sort_unstable();
    for pair in slices.windows(2) {
        prop_assert!(pair[0].end_inclusive < pair[1].start);
    }
    Ok(())
}
