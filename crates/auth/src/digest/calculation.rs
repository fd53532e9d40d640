use super::algorithm::{Algorithm, Hex};

/// What a digest protects ([RFC 7616 §3.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.3), `qop`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Qop {
    /// `auth`: the method and the target.
    Auth,
    /// `auth-int`: the body too.
    AuthInt,
}

impl Qop {
    /// The quality of this name, whose letters have no case.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Auth, Self::AuthInt]
            .into_iter()
            .find(|qop| qop.name().eq_ignore_ascii_case(name))
    }

    /// The name, as it stands in a challenge.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::AuthInt => "auth-int",
        }
    }
}

/// The hash of an account: `H(name ":" realm ":" password)`, which stands for the password in this realm.
///
/// ```
/// use plywood_auth::digest::{Algorithm, account_hash};
///
/// let hash = account_hash(Algorithm::Md5, "Mufasa", "http-auth@example.org", "Circle of Life");
/// assert_eq!(hash.as_str(), "3d78807defe7de2157e2b0b6573a855f");
/// ```
pub fn account_hash(algorithm: Algorithm, name: &str, realm: &str, password: &str) -> Hex {
    algorithm.hash_of([name, realm, password].map(str::as_bytes))
}

/// The hash that stands for a name where clients hide it: `H(name ":" realm)`
/// ([RFC 7616 §3.4.4](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.4)).
pub fn user_hash(algorithm: Algorithm, name: &str, realm: &str) -> Hex {
    algorithm.hash_of([name, realm].map(str::as_bytes))
}

/// What goes into a response ([RFC 7616 §3.4.1](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.1)), each part as it was sent.
///
/// ```
/// use plywood_auth::digest::{Algorithm, Calculation, Protection, account_hash};
///
/// let account = account_hash(Algorithm::Sha256, "Mufasa", "http-auth@example.org", "Circle of Life");
/// let calculation = Calculation {
///     algorithm: Algorithm::Sha256,
///     account: &account,
///     nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
///     protection: Protection::Auth {
///         count: "00000001",
///         client_nonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
///         body: None,
///     },
///     uri: "/dir/index.html",
/// };
/// let response = calculation.response("GET");
/// assert_eq!(response.as_str(), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Calculation<'a> {
    /// How.
    pub algorithm: Algorithm,
    /// The hash of the account, by the plain algorithm: see [`account_hash`].
    pub account: &'a Hex,
    /// The server's nonce.
    pub nonce: &'a str,
    /// The quality of protection, and what comes with it.
    pub protection: Protection<'a>,
    /// The target of the request.
    pub uri: &'a str,
}

/// The quality of protection, and what a client sends along with it.
#[derive(Clone, Copy, Debug)]
pub enum Protection<'a> {
    /// None, as in RFC 2069. Here for those who compute; the scheme refuses it.
    None {
        /// The client's own nonce, which `-sess` takes in. Else it is not looked at.
        client_nonce: &'a str,
    },
    /// `auth`, or `auth-int` if there is the hash of a body.
    Auth {
        /// How often the client has used the nonce: eight hexadecimal digits.
        count: &'a str,
        /// The client's own nonce.
        client_nonce: &'a str,
        /// The hash of the body, for `auth-int`.
        body: Option<&'a Hex>,
    },
}

impl Calculation<'_> {
    /// What the client must have sent with a request of this method.
    pub fn response(&self, method: &str) -> Hex {
        let body = match self.protection {
            Protection::Auth { body, .. } => body,
            Protection::None { .. } => None,
        };
        self.calculate(method, body)
    }

    /// What the server sends to prove that it knows the account too: the `rspauth` of `Authentication-Info`
    /// ([RFC 7616 §3.5](https://www.rfc-editor.org/rfc/rfc7616#section-3.5)), of the quality `auth` even where the client's is `auth-int`.
    pub fn server_response(&self) -> Hex {
        self.calculate("", None)
    }

    fn calculate(&self, method: &str, body: Option<&Hex>) -> Hex {
        let (method, uri) = (method.as_bytes(), self.uri.as_bytes());
        let request = match body {
            None => self.algorithm.hash_of([method, uri]),
            Some(body) => self.algorithm.hash_of([method, uri, body.as_bytes()]),
        };
        let session = self.algorithm.is_session().then(|| self.session());
        let account = session.as_ref().unwrap_or(self.account).as_bytes();
        let (nonce, request) = (self.nonce.as_bytes(), request.as_bytes());
        match self.protection {
            Protection::None { .. } => self.algorithm.hash_of([account, nonce, request]),
            Protection::Auth {
                count,
                client_nonce,
                ..
            } => {
                let qop = if body.is_some() {
                    Qop::AuthInt
                } else {
                    Qop::Auth
                };
                self.algorithm.hash_of([
                    account,
                    nonce,
                    count.as_bytes(),
                    client_nonce.as_bytes(),
                    qop.name().as_bytes(),
                    request,
                ])
            }
        }
    }

    /// The first hash of `-sess`.
    fn session(&self) -> Hex {
        let (Protection::Auth { client_nonce, .. } | Protection::None { client_nonce }) =
            self.protection;
        let parts = [
            self.account.as_bytes(),
            self.nonce.as_bytes(),
            client_nonce.as_bytes(),
        ];
        self.algorithm.hash_of(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: &str = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    const CLIENT: &str = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";

    #[test]
    fn the_first_example_of_rfc_7616() {
        for (algorithm, expected) in [
            (Algorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec"),
            (
                Algorithm::Sha256,
                "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
            ),
        ] {
            let account = account_hash(
                algorithm,
                "Mufasa",
                "http-auth@example.org",
                "Circle of Life",
            );
            let calculation = Calculation {
                algorithm,
                account: &account,
                nonce: NONCE,
                protection: Protection::Auth {
                    count: "00000001",
                    client_nonce: CLIENT,
                    body: None,
                },
                uri: "/dir/index.html",
            };
            assert_eq!(calculation.response("GET").as_str(), expected);
        }
    }

    /// With the digests of erratum 4897: the ones that were printed are of another function.
    #[test]
    fn the_second_example_of_rfc_7616() {
        let (algorithm, name, realm) = (Algorithm::Sha512_256, "Jäsøn Doe", "api@example.org");
        let hidden = user_hash(algorithm, name, realm);
        let expected = "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b";
        assert_eq!(hidden.as_str(), expected);
        let account = account_hash(algorithm, name, realm, "Secret, or not?");
        let calculation = Calculation {
            algorithm,
            account: &account,
            nonce: "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
            protection: Protection::Auth {
                count: "00000001",
                client_nonce: "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
                body: None,
            },
            uri: "/doe.json",
        };
        let expected = "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5";
        assert_eq!(calculation.response("GET").as_str(), expected);
    }

    #[test]
    fn the_examples_of_older_rfcs() {
        let realm = "testrealm@host.com";
        let account = account_hash(Algorithm::Md5, "Mufasa", realm, "Circle Of Life");
        let calculation = Calculation {
            algorithm: Algorithm::Md5,
            account: &account,
            nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
            protection: Protection::Auth {
                count: "00000001",
                client_nonce: "0a4f113b",
                body: None,
            },
            uri: "/dir/index.html",
        };
        let expected = "6629fae49393a05397450978507c4ef1";
        assert_eq!(calculation.response("GET").as_str(), expected);

        let account = account_hash(Algorithm::Md5, "Mufasa", realm, "CircleOfLife");
        let calculation = Calculation {
            account: &account,
            protection: Protection::None { client_nonce: "" },
            ..calculation
        };
        let expected = "1949323746fe6a43ef61f9606e7febea";
        assert_eq!(calculation.response("GET").as_str(), expected);
    }

    /// Against the definitions, written out.
    #[test]
    fn sessions_bodies_and_servers_have_their_share() {
        let algorithm = Algorithm::Sha256Sess;
        let hash = |text: String| algorithm.hash(text).as_str().to_owned();
        let account = account_hash(algorithm, "ada", "shed", "ply");
        let body = algorithm.hash("hello");
        let calculation = Calculation {
            algorithm,
            account: &account,
            nonce: "n",
            protection: Protection::Auth {
                count: "00000002",
                client_nonce: "c",
                body: Some(&body),
            },
            uri: "/a?b",
        };
        let first = hash(format!("{}:n:c", hash("ada:shed:ply".into())));
        let second = hash(format!("POST:/a?b:{}", hash("hello".into())));
        let expected = hash(format!("{first}:n:00000002:c:auth-int:{second}"));
        let server = hash(format!(
            "{first}:n:00000002:c:auth:{}",
            hash(":/a?b".into())
        ));
        assert_eq!(calculation.server_response().as_str(), server);
        assert_eq!(calculation.response("POST").as_str(), expected);
        // What is longer than the room on the stack.
        let long = "x".repeat(1000);
        let long = Calculation {
            nonce: &long,
            uri: &long,
            ..calculation
        };
        let uri = long.uri;
        let first = hash(format!("{}:{uri}:c", hash("ada:shed:ply".into())));
        let second = hash(format!("POST:{uri}:{}", hash("hello".into())));
        let expected = hash(format!("{first}:{uri}:00000002:c:auth-int:{second}"));
        assert_eq!(long.response("POST").as_str(), expected);

        let plain = Calculation {
            protection: Protection::Auth {
                count: "00000002",
                client_nonce: "c",
                body: None,
            },
            ..calculation
        };
        assert_eq!(plain.server_response().as_str(), server);
    }
}
