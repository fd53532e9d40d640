use std::{
    cell::Cell,
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use tempfile::TempDir;

use super::leash::{Leash, free_port, until};

/// So often another port is tried, because somebody else may take it before the server has it.
const TRIES: u32 = 5;

/// An Apache or an nginx of this test's own, which serves a folder and writes an access log.
///
/// What is not there is answered with 404 and the text `not here`; entity tags are off.
///
/// # Panics
///
/// Whatever goes wrong is the failure of a test.
#[derive(Debug)]
pub struct WebServer {
    // Before its directory, which goes after it.
    _process: Leash,
    address: SocketAddr,
    secure: Option<SocketAddr>,
    directory: TempDir,
}

impl WebServer {
    /// An Apache that logs by this `LogFormat`.
    pub fn apache(format: &str) -> Self {
        let format = format.replace('\\', "\\\\").replace('"', "\\\"");
        Self::start_apache(|directory| {
            format!(
                r#"FileETag None
                ErrorDocument 404 "not here"
                LogFormat "{format}" test
                CustomLog "{directory}/access.log" test
                "#
            )
        })
    }

    /// An nginx that logs by this `log_format`.
    pub fn nginx(format: &str) -> Self {
        Self::nginx_escaping("default", format)
    }

    /// An nginx that logs by this `log_format`, and escapes in this way.
    pub fn nginx_escaping(escape: &str, format: &str) -> Self {
        Self::start_nginx("", |directory, port| {
            format!(
                r"log_format test escape={escape} '{format}';
                    access_log {directory}/access.log test;
                    server {{
                        listen 127.0.0.1:{port};
                        server_name server.example;
                        root {directory}/site;
                        etag off;
                        error_page 404 @missing;
                        location / {{ try_files $uri =404; }}
                        location @missing {{ default_type text/plain; return 404 'not here'; }}
                    }}"
            )
        })
    }

    /// An Apache that serves what is in its folder as it does by default, with the types of [`TYPES`](Self::TYPES), as another user than root.
    pub fn apache_files() -> Self {
        Self::start_apache(|_| {
            let types = Self::TYPES.map(|(extension, essence)| {
                format!("AddType {essence} .{extension}\nAddCharset utf-8 .{extension}\n")
            });
            format!(
                r"LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
                LoadModule mime_module /usr/lib/apache2/modules/mod_mime.so
                TypesConfig /dev/null
                AddType application/octet-stream .bin
                {}
                ",
                types.concat()
            )
        })
    }

    /// An nginx that does the same; as root it has no right to read what its mode forbids.
    pub fn nginx_files() -> Self {
        let as_others = if rustix::process::geteuid().is_root() {
            "setpriv --bounding-set=-dac_override,-dac_read_search "
        } else {
            ""
        };
        Self::start_nginx(as_others, |directory, port| {
            let types = Self::TYPES.map(|(extension, essence)| format!("{essence} {extension};"));
            format!(
                r"access_log off; charset utf-8; charset_types text/plain text/css;
                    types {{ {} }}
                    default_type application/octet-stream;
                    server {{
                        listen 127.0.0.1:{port};
                        server_name server.example;
                        absolute_redirect off;
                        root {directory}/site;
                    }}",
                types.concat()
            )
        })
    }

    /// An nginx with somebody's own `servers`, of which one says `listen 80;` and one `listen 443 ssl http2;`: they get ports of their own.
    /// What else is to be another file or socket here is replaced by `replaced`, each of which must be there.
    pub fn nginx_with(servers: &str, replaced: &[(&str, &str)]) -> Self {
        let mut site = servers.to_owned();
        for (old, new) in replaced {
            assert!(site.contains(old), "the configuration has no {old}");
            site = site.replace(old, new);
        }
        let secure = Cell::new(0);
        let mut server = Self::start_nginx("", |directory, port| {
            secure.set(free_port());
            let site = site
                .replace("listen 80;", &format!("listen 127.0.0.1:{port};"))
                .replace(
                    "listen 443 ssl http2;",
                    &format!("listen 127.0.0.1:{} ssl http2;", secure.get()),
                );
            format!(
                r"access_log off;
                    server {{
                        listen 127.0.0.1:{port} default_server;
                        root {directory}/site;
                    }}
                    {site}"
            )
        });
        server.secure = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, secure.get())));
        server
    }

    /// An nginx in front of `upstream`, which may have it send what is below `root` by the location `/protected/`.
    pub fn nginx_in_front(upstream: SocketAddr, root: &Path) -> Self {
        let root = root.display();
        Self::start_nginx("", |directory, port| {
            format!(
                r"access_log off;
                    server {{
                        listen 127.0.0.1:{port};
                        location = /whose.txt {{ root {directory}/site; }}
                        location / {{ proxy_pass http://{upstream}; }}
                        location /protected/ {{ internal; alias {root}/; }}
                    }}"
            )
        })
    }

    /// An Apache in front of `upstream`, which may have it send what is below `root`, by `mod_xsendfile`.
    pub fn apache_in_front(upstream: SocketAddr, root: &Path) -> Self {
        let root = root.display();
        Self::start_apache(|_| {
            format!(
                r#"LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
                LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
                LoadModule xsendfile_module /usr/lib/apache2/modules/mod_xsendfile.so
                AllowEncodedSlashes NoDecode
                ProxyPass /whose.txt !
                ProxyPass / http://{upstream}/ nocanon
                XSendFile on
                XSendFilePath "{root}"
                "#
            )
        })
    }

    /// The extensions that [`apache_files`](Self::apache_files) and [`nginx_files`](Self::nginx_files) know, all of text in UTF-8.
    pub const TYPES: [(&str, &str); 3] = [
        ("html", "text/html"),
        ("txt", "text/plain"),
        ("css", "text/css"),
    ];

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens over TLS.
    ///
    /// # Panics
    ///
    /// If it does not.
    pub fn secure(&self) -> SocketAddr {
        self.secure.expect("one of its servers speaks TLS")
    }

    /// The folder that it serves.
    pub fn site(&self) -> PathBuf {
        self.directory.path().join("site")
    }

    /// The lines of its log, once there are so many of them.
    pub fn lines(&self, count: usize) -> Vec<String> {
        let path = self.directory.path().join("access.log");
        let read = || {
            let bytes = fs::read(&path).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let log = self.directory.path().join("log");
        until("the log is written", &log, || {
            read().lines().count() >= count
        });
        read().lines().map(str::to_owned).collect()
    }

    /// An nginx with this inside of `http`, started by `before` if it says something.
    fn start_nginx(before: &str, http: impl Fn(&str, u16) -> String) -> Self {
        Self::start(
            &format!("{before}/usr/sbin/nginx -c"),
            "QUIT",
            |directory, port| {
                let http = http(directory, port);
                format!(
                    r"daemon off; master_process off; pid {directory}/pid; error_log {directory}/error.log;
                events {{}}
                http {{
                    client_body_temp_path {directory}/t1; proxy_temp_path {directory}/t2; fastcgi_temp_path {directory}/t3;
                    uwsgi_temp_path {directory}/t4; scgi_temp_path {directory}/t5;
                    {http}
                }}"
                )
            },
        )
    }

    /// An Apache that serves what is in its folder, with this besides.
    fn start_apache(directives: impl Fn(&str) -> String) -> Self {
        Self::start(
            "/usr/sbin/apache2 -DFOREGROUND -f",
            "TERM",
            |directory, port| {
                let directives = directives(directory);
                format!(
                    r#"ServerRoot "{directory}"
                DefaultRuntimeDir "{directory}"
                PidFile "{directory}/pid"
                ErrorLog "{directory}/error.log"
                ServerName server.example
                Listen 127.0.0.1:{port}
                LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
                LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
                User www-data
                Group www-data
                DocumentRoot "{directory}/site"
                {directives}
                "#
                )
            },
        )
    }

    fn start(command: &str, signal: &str, configuration: impl Fn(&str, u16) -> String) -> Self {
        for _ in 0..TRIES {
            let directory = tempfile::tempdir().expect("there is a temporary directory");
            let path = directory.path();
            // The server may be another user than the one who started it.
            let open = fs::Permissions::from_mode(0o755);
            fs::set_permissions(path, open).expect("it is ours");
            let name = path.to_str().expect("it is text").to_owned();
            let site = path.join("site");
            fs::create_dir(&site).expect("it is ours");
            fs::write(site.join("whose.txt"), &name).expect("it is ours");
            let port = free_port();
            let file = path.join("configuration");
            fs::write(&file, configuration(&name, port)).expect("it is ours");
            let log = path.join("log");
            let mut process = Leash::start(&format!("{command} {}", file.display()), signal, &log);
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            let mut is_ours = false;
            until("it answers", &log, || {
                is_ours = get(address, "/whose.txt").is_some_and(|answer| answer.ends_with(&name));
                is_ours || process.has_ended()
            });
            if is_ours {
                return Self {
                    _process: process,
                    address,
                    secure: None,
                    directory,
                };
            }
        }
        panic!("the server does not start: {command}; `./test tools` installs it");
    }
}

fn get(address: SocketAddr, target: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .ok()?;
    let request = format!("GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}
