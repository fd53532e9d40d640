use std::{borrow::Cow, error, fmt, str};

use http::{HeaderMap, Uri, header::AUTHORIZATION, uri::Scheme};
use percent_encoding::percent_decode_str;

use super::{
    algorithm::{Algorithm, Hex},
    calculation::{Calculation, Protection, Qop},
    parameters::Parameters,
};

/// The longest field of Digest credentials that is looked at, in bytes: 8192. What is longer is malformed.
pub const MAX_AUTHORIZATION: usize = 8192;

/// What a client sent in `Authorization` ([RFC 7616 §3.4](https://www.rfc-editor.org/rfc/rfc7616#section-3.4)), read and not yet checked.
#[derive(Clone)]
pub struct Credentials<'a> {
    user: User<'a>,
    realm: Cow<'a, str>,
    nonce: Cow<'a, str>,
    uri: Cow<'a, str>,
    response: Cow<'a, str>,
    algorithm: Option<Algorithm>,
    used: Option<Used<'a>>,
}

/// Who the client says that it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum User<'a> {
    /// By name.
    Name(Cow<'a, str>),
    /// By the hash that stands for the name: see [`user_hash`](super::user_hash).
    Hash(Cow<'a, str>),
}

/// How the client uses the nonce.
#[derive(Clone)]
struct Used<'a> {
    qop: Option<Qop>,
    count: Cow<'a, str>,
    client_nonce: Cow<'a, str>,
}

impl<'a> Credentials<'a> {
    /// Reads the credentials of a request.
    ///
    /// `None` if there is no `Authorization`, or one of another scheme. The names of the scheme and of parameters have no case; unknown
    /// parameters are skipped; an algorithm or a quality that no RFC knows is kept out by [`algorithm`](Self::algorithm) and
    /// [`qop`](Self::qop), since the field itself is well formed.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the scheme is Digest, and: the field is not UTF-8, longer than [`MAX_AUTHORIZATION`], or not a list of
    /// parameters; a parameter is there twice; `realm`, `nonce`, `uri`, `response`, or the name of the user is not there; `nc` is not of eight
    /// hexadecimal digits; of `qop`, `nc` and `cnonce` some are there and some are not; or if there are two lines and one of them is Digest.
    pub fn read(headers: &'a HeaderMap) -> Result<Option<Self>, Malformed> {
        let mut lines = headers.get_all(AUTHORIZATION).iter();
        let Some(first) = lines.next() else {
            return Ok(None);
        };
        if lines.next().is_some() {
            let mut lines = headers.get_all(AUTHORIZATION).iter();
            return if lines.any(|line| after_scheme(line.as_bytes()).is_some()) {
                Err(Malformed::new(Reason::Repeated))
            } else {
                Ok(None)
            };
        }
        let Some(rest) = after_scheme(first.as_bytes()) else {
            return Ok(None);
        };
        if first.len() > MAX_AUTHORIZATION {
            return Err(Malformed::new(Reason::Long));
        }
        let rest = str::from_utf8(rest).map_err(|_| Malformed::new(Reason::Utf8))?;
        Self::parse(rest).map(Some)
    }

    /// Reads the parameters that follow the word `Digest`.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn parse(parameters: &'a str) -> Result<Self, Malformed> {
        let mut sent: [Option<Cow<'a, str>>; NAMES.len()] = [const { None }; NAMES.len()];
        let mut parameters = Parameters::new(parameters);
        while let Some((name, value)) = parameters.next()? {
            let known = NAMES
                .iter()
                .position(|known| known.eq_ignore_ascii_case(name));
            if let Some(known) = known
                && sent[known].replace(value).is_some()
            {
                return Err(Malformed::new(Reason::Twice(NAMES[known])));
            }
        }
        let [
            name,
            extended,
            hashed,
            realm,
            nonce,
            uri,
            response,
            algorithm,
            qop,
            count,
            client,
        ] = sent;
        let needed = |value: Option<_>, name| value.ok_or(Malformed::new(Reason::Missing(name)));
        let is_hash = hashed.is_some_and(|hashed| hashed.eq_ignore_ascii_case("true"));
        let user = match (name, extended, is_hash) {
            (Some(name), None, false) => User::Name(name),
            (Some(hash), None, true) => User::Hash(hash),
            (None, Some(extended), false) => User::Name(extended_value(&extended)?.into()),
            (None, None, _) => return Err(Malformed::new(Reason::Missing("username"))),
            _ => return Err(Malformed::new(Reason::Users)),
        };
        let protection = match (qop, count, client) {
            (None, None, None) => None,
            (Some(qop), Some(count), Some(client_nonce)) => {
                if count.len() != 8 || !count.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    return Err(Malformed::new(Reason::Count));
                }
                Some(Used {
                    qop: Qop::parse(&qop),
                    count,
                    client_nonce,
                })
            }
            _ => return Err(Malformed::new(Reason::Protection)),
        };
        Ok(Self {
            user,
            realm: needed(realm, "realm")?,
            nonce: needed(nonce, "nonce")?,
            uri: needed(uri, "uri")?,
            response: needed(response, "response")?,
            algorithm: match algorithm {
                Some(name) => Algorithm::parse(&name),
                None => Some(Algorithm::Md5),
            },
            used: protection,
        })
    }

    /// Who the client says that it is.
    pub const fn user(&self) -> &User<'a> {
        &self.user
    }

    /// The realm that it takes itself to be in.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// The server's nonce.
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// The target that it means to ask for.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The algorithm: `MD5` where none is named, `None` for one that no RFC knows.
    pub const fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// The quality of protection; `None` if there is none, or one that no RFC knows.
    pub fn qop(&self) -> Option<Qop> {
        self.used.as_ref().and_then(|used| used.qop)
    }

    /// How often it has used the nonce, this time included.
    pub fn count(&self) -> Option<u32> {
        let used = self.used.as_ref()?;
        u32::from_str_radix(&used.count, 16).ok()
    }

    pub(super) fn count_and_client_nonce(&self) -> Option<(&str, &str)> {
        let used = self.used.as_ref()?;
        Some((&used.count, &used.client_nonce))
    }

    /// Is the response the one of this account, for a request of this method? `body` is the hash of the body, for `auth-int`.
    ///
    /// It says nothing about the realm, the nonce, its count and the target: those are for the caller to look at. The time it takes does not
    /// tell where a response differs.
    pub fn is_response_of(&self, account: &Hex, method: &str, body: Option<&Hex>) -> bool {
        let calculation = self.calculation(account, body);
        calculation.is_some_and(|calculation| self.has_sent(&calculation.response(method)))
    }

    /// The same, with nothing borrowed.
    pub(super) fn into_owned(self) -> Credentials<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Credentials {
            user: match self.user {
                User::Name(name) => User::Name(owned(name)),
                User::Hash(hash) => User::Hash(owned(hash)),
            },
            realm: owned(self.realm),
            nonce: owned(self.nonce),
            uri: owned(self.uri),
            response: owned(self.response),
            algorithm: self.algorithm,
            used: self.used.map(|used| Used {
                qop: used.qop,
                count: owned(used.count),
                client_nonce: owned(used.client_nonce),
            }),
        }
    }

    pub(super) fn has_sent(&self, response: &Hex) -> bool {
        crate::constant_time_eq(self.response.as_bytes(), response.as_bytes())
    }

    /// What its response is to be calculated from; nothing if nobody knows how.
    pub(super) fn calculation<'c>(
        &'c self,
        account: &'c Hex,
        body: Option<&'c Hex>,
    ) -> Option<Calculation<'c>> {
        let protection = match &self.used {
            None => Protection::None { client_nonce: "" },
            Some(used) => Protection::Auth {
                count: &used.count,
                client_nonce: &used.client_nonce,
                body: match used.qop? {
                    Qop::Auth => None,
                    Qop::AuthInt => Some(body?),
                },
            },
        };
        Some(Calculation {
            algorithm: self.algorithm?,
            account,
            nonce: &self.nonce,
            protection,
            uri: &self.uri,
        })
    }

    /// Does the client mean the target that it asks for? `target` is that of the request line, before any mount.
    ///
    /// The path and the query must be the same, byte for byte: an escape that a proxy wrote in another way is another target. A `uri` with an
    /// authority must name the one of the request.
    pub fn is_for(&self, target: &Uri, headers: &HeaderMap) -> bool {
        let path_of = |uri: &'_ Uri| uri.path_and_query().map(|path| path.as_str().to_owned());
        if target
            .path_and_query()
            .is_some_and(|path| path.as_str() == self.uri)
        {
            return true;
        }
        let Ok(meant) = self.uri.parse::<Uri>() else {
            return false;
        };
        let Some(authority) = meant.authority() else {
            return false;
        };
        let asked = match target.authority() {
            Some(authority) => authority.as_str(),
            None => headers
                .get(http::header::HOST)
                .and_then(|host| host.to_str().ok())
                .unwrap_or_default(),
        };
        let same_path = target.path_and_query().is_none() || path_of(&meant) == path_of(target);
        let port = match meant.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => ":80",
            Some(scheme) if *scheme == Scheme::HTTPS => ":443",
            _ => "",
        };
        let bare = |authority: &str| authority.trim_end_matches(port).to_ascii_lowercase();
        same_path && bare(authority.as_str()) == bare(asked)
    }
}

const NAMES: [&str; 11] = [
    "username",
    "username*",
    "userhash",
    "realm",
    "nonce",
    "uri",
    "response",
    "algorithm",
    "qop",
    "nc",
    "cnonce",
];

/// What follows the word `Digest`; `None` for another scheme.
fn after_scheme(line: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = line.split_at_checked("digest".len())?;
    let is_whole = matches!(rest.first(), None | Some(b' ' | b'\t' | b','));
    (is_whole && scheme.eq_ignore_ascii_case(b"digest")).then_some(rest)
}

/// The value of `username*`: `UTF-8''` and percent-encoded text ([RFC 8187 §3.2](https://www.rfc-editor.org/rfc/rfc8187#section-3.2)).
fn extended_value(value: &str) -> Result<String, Malformed> {
    let malformed = Malformed::new(Reason::Extended);
    let mut parts = value.splitn(3, '\'');
    let (Some(charset), Some(_language), Some(encoded)) =
        (parts.next(), parts.next(), parts.next())
    else {
        return Err(malformed);
    };
    let escaped_well = encoded.split('%').skip(1).all(|piece| {
        let digits = piece.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    if !charset.eq_ignore_ascii_case("UTF-8") || !escaped_well || encoded.contains('\'') {
        return Err(malformed);
    }
    let decoded = percent_decode_str(encoded).decode_utf8();
    Ok(decoded.map_err(|_| malformed)?.into_owned())
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .field("realm", &self.realm)
            .field("uri", &self.uri)
            .field("algorithm", &self.algorithm)
            .field("qop", &self.qop())
            .finish_non_exhaustive()
    }
}

/// Digest credentials that cannot be read. What was sent is not repeated here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(Reason);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Repeated,
    Long,
    Utf8,
    Syntax,
    Twice(&'static str),
    Missing(&'static str),
    Users,
    Extended,
    Count,
    Protection,
}

impl Malformed {
    pub(super) const fn new(reason: Reason) -> Self {
        Self(reason)
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed Digest credentials: ")?;
        match self.0 {
            Reason::Repeated => f.write_str("they must be a single line"),
            Reason::Long => write!(f, "they must have {MAX_AUTHORIZATION} bytes at most"),
            Reason::Utf8 => f.write_str("they must be UTF-8"),
            Reason::Syntax => f.write_str("they must be `name=value` pairs between commas"),
            Reason::Twice(name) => write!(f, "`{name}` must be there once"),
            Reason::Missing(name) => write!(f, "`{name}` must be there"),
            Reason::Users => f.write_str("the user must be named in one way"),
            Reason::Extended => {
                f.write_str("`username*` must be `UTF-8''` and percent-encoded text")
            }
            Reason::Count => f.write_str("`nc` must be eight hexadecimal digits"),
            Reason::Protection => f.write_str("`qop`, `nc` and `cnonce` must be there together"),
        }
    }
}

impl error::Error for Malformed {}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header::HOST};

    use super::*;

    const WHOLE: &str = r#"username="ada", realm="shed", nonce="n", uri="/a", response="r", qop=auth, nc=0000000a, cnonce="c", algorithm=SHA-256"#;

    fn malformed(parameters: &str) -> Reason {
        Credentials::parse(parameters).unwrap_err().0
    }

    #[test]
    fn credentials_are_read() {
        let read = Credentials::parse(WHOLE).unwrap();
        assert_eq!(*read.user(), User::Name("ada".into()));
        assert_eq!(
            (read.realm(), read.nonce(), read.uri()),
            ("shed", "n", "/a")
        );
        assert_eq!(read.algorithm(), Some(Algorithm::Sha256));
        assert_eq!(read.qop(), Some(Qop::Auth));
        assert_eq!(read.count(), Some(10));
        assert_eq!(read.count_and_client_nonce(), Some(("0000000a", "c")));
        // As old clients quote and spell it.
        let odd = WHOLE
            .replace("qop=auth", "QOP=\"AUTH\"")
            .replace("nc=0000000a", "nc=\"0000000A\"")
            .replace("SHA-256", "\"sha-256\"")
            + ", more=\"of it\", opaque=\"\"";
        let read = Credentials::parse(&odd).unwrap();
        assert_eq!(read.qop(), Some(Qop::Auth));
        assert_eq!(
            (read.count(), read.algorithm()),
            (Some(10), Some(Algorithm::Sha256))
        );
        // What is not known is not malformed.
        let unknown = WHOLE
            .replace("SHA-256", "SHA-3")
            .replace("auth", "auth-conf");
        let read = Credentials::parse(&unknown).unwrap();
        assert_eq!((read.algorithm(), read.qop()), (None, None));
        let account = Algorithm::Sha256.hash("");
        assert!(!read.is_response_of(&account, "GET", None));
    }

    #[test]
    fn a_user_is_named_in_one_of_three_ways() {
        let user = |named: &str| {
            let text = WHOLE.replace(r#"username="ada""#, named);
            let read = Credentials::parse(&text).map_err(|malformed| malformed.0)?;
            Ok(match read.user {
                User::Name(name) => ("name", name.into_owned()),
                User::Hash(hash) => ("hash", hash.into_owned()),
            })
        };
        for (named, expected) in [
            (r#"username="a\"b\\c""#, ("name", "a\"b\\c")),
            (r#"username="J\äsøn", userhash=false"#, ("name", "Jäsøn")),
            (r#"username="ff", userhash=true"#, ("hash", "ff")),
            (
                "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe",
                ("name", "Jäsøn Doe"),
            ),
            ("username*=utf-8'en'a", ("name", "a")),
        ] {
            assert_eq!(
                user(named),
                Ok((expected.0, expected.1.to_owned())),
                "{named}"
            );
        }
        for (named, reason) in [
            ("userhash=true", Reason::Missing("username")),
            (r#"username="a", username*=UTF-8''a"#, Reason::Users),
            ("username*=UTF-8''a, userhash=true", Reason::Users),
            ("username*=ISO-8859-1''a", Reason::Extended),
            ("username*=a", Reason::Extended),
            ("username*=UTF-8'a", Reason::Extended),
            ("username*=UTF-8''%C3", Reason::Extended),
            ("username*=UTF-8''%4", Reason::Extended),
            ("username*=UTF-8''%zz", Reason::Extended),
        ] {
            assert_eq!(user(named), Err(reason), "{named}");
        }
    }

    #[test]
    fn what_is_there_twice_or_not_at_all_is_malformed() {
        assert_eq!(
            malformed(&format!("{WHOLE}, NONCE=x")),
            Reason::Twice("nonce")
        );
        for (part, reason) in [
            (r#"username="ada", "#, Reason::Missing("username")),
            (r#"realm="shed", "#, Reason::Missing("realm")),
            (r#"nonce="n", "#, Reason::Missing("nonce")),
            (r#"uri="/a", "#, Reason::Missing("uri")),
            (r#"response="r", "#, Reason::Missing("response")),
            ("qop=auth, ", Reason::Protection),
            ("nc=0000000a, ", Reason::Protection),
            ("cnonce=\"c\", ", Reason::Protection),
        ] {
            assert_eq!(malformed(&WHOLE.replace(part, "")), reason, "{part}");
        }
        for count in ["0", "000000001", "0000000g", "+0000001", "\"\""] {
            let text = WHOLE.replace("0000000a", count);
            assert!(Credentials::parse(&text).is_err(), "{count}");
        }
        // As of RFC 2069: read, for those who compute.
        let old = WHOLE.replace("qop=auth, nc=0000000a, cnonce=\"c\", ", "");
        let old = Credentials::parse(&old).unwrap();
        assert_eq!((old.qop(), old.count()), (None, None));
    }

    #[test]
    fn the_field_is_read_if_it_is_digest_once() {
        let read = |lines: &[&[u8]]| {
            let lines = lines
                .iter()
                .map(|line| HeaderValue::from_bytes(line).unwrap());
            let headers: HeaderMap = lines.map(|line| (AUTHORIZATION, line)).collect();
            Credentials::read(&headers)
                .map(|read| read.is_some())
                .map_err(|malformed| malformed.0)
        };
        let whole = format!("dIGEST {WHOLE}").into_bytes();
        let long = format!("Digest {WHOLE}, x=\"{}\"", "x".repeat(100_000)).into_bytes();
        assert_eq!(read(&[]), Ok(false));
        assert_eq!(read(&[&whole]), Ok(true));
        for other in [&b"Basic YTpi"[..], b"", b"Digests a=b", b"Digest=a", b"Dig"] {
            assert_eq!(read(&[other]), Ok(false));
        }
        assert_eq!(read(&[b"Digest"]), Err(Reason::Missing("username")));
        assert_eq!(read(&[b"Digest \xff"]), Err(Reason::Utf8));
        assert_eq!(read(&[&long]), Err(Reason::Long));
        assert_eq!(read(&[b"Bearer a", &whole]), Err(Reason::Repeated));
        assert_eq!(read(&[b"Bearer a", b"Basic b"]), Ok(false));
    }

    #[test]
    fn the_target_is_compared_byte_for_byte() {
        let is_for = |uri: &str, target: &str, host: &str| {
            let text = WHOLE.replace("\"/a\"", &format!("\"{uri}\""));
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_str(host).unwrap());
            let credentials = Credentials::parse(&text).unwrap();
            credentials.is_for(&target.parse().unwrap(), &headers)
        };
        for (uri, target, expected) in [
            ("/a?b=c", "/a?b=c", true),
            ("/a?b=c", "http://h/a?b=c", true),
            ("http://h/a", "/a", true),
            ("HTTP://H:80/a", "/a", true),
            ("https://h:443/a", "/a", true),
            ("http://h", "/", true),
            ("*", "*", true),
            ("h:443", "h:443", true),
            ("http://h/a", "http://h/a", true),
            ("http://h:80/a", "http://h/a", true),
            ("/", "/admin", false),
            ("/admin", "/", false),
            ("/a", "/a?b", false),
            ("/a?b", "/a", false),
            ("/%61", "/a", false),
            ("/a%2f", "/a%2F", false),
            ("/A", "/a", false),
            ("//a", "/a", false),
            ("a", "/a", false),
            ("", "/", false),
            ("http://other/a", "/a", false),
            ("http://h:81/a", "/a", false),
            ("http://other/a", "http://h/a", false),
            ("http://user@h/a", "/a", false),
            ("http://h/b", "/a", false),
            ("*", "/a", false),
        ] {
            assert_eq!(is_for(uri, target, "h"), expected, "{uri} for {target}");
        }
    }

    #[test]
    fn no_message_shows_what_was_sent() {
        let read = Credentials::parse(WHOLE).unwrap();
        let shown = format!("{read:?}");
        assert!(shown.contains("ada") && !shown.contains("\"r\"") && !shown.contains("nonce"));
    }
}
