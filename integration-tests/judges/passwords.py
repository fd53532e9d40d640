"""Other people's implementations, for the tests of passwords and Digest.

`hashes`: prints hashes of each password in the words of a line of JSON: a list of texts in, a list of [password, hash] out.
`parse`: reads a list of Authorization fields, and prints what Werkzeug makes of each.
`htdigest FILE REALM NAME PASSWORD`: has Apache's htdigest write a line, on a terminal of its own.
`requests URL NAME PASSWORD`: asks three times with one session, then posts; prints the status of each, and the algorithm.
"""

import base64
import hashlib
import json
import os
import pty
import sys


def django(password):
    salt = "Sa1tSa1tSa1t"
    for function in ("sha1", "sha256"):
        key = hashlib.pbkdf2_hmac(function, password.encode(), salt.encode(), 1000)
        yield f"pbkdf2_{function}$1000${salt}${base64.b64encode(key).decode()}"
    key = hashlib.scrypt(password.encode(), salt=salt.encode(), n=1024, r=8, p=2, dklen=64)
    yield f"scrypt$1024${salt}$8$2${base64.b64encode(key).decode()}"


def hashes():
    from werkzeug.security import generate_password_hash

    methods = ["scrypt:1024:4:2", "pbkdf2:sha1:2000", "pbkdf2:sha256:1000", "pbkdf2:sha512:1"]
    # By default it costs what it should.
    pairs = [["default", generate_password_hash("default", method)] for method in ("scrypt",)]
    for password in json.load(sys.stdin):
        pairs += [[password, generate_password_hash(password, method)] for method in methods]
        pairs += [[password, stored] for stored in django(password)]
    print(json.dumps(pairs))


def parse():
    from werkzeug.datastructures import Authorization

    print(json.dumps([dict(Authorization.from_header(field).parameters) for field in json.load(sys.stdin)]))


def htdigest(path, realm, name, password):
    create = [] if os.path.exists(path) else ["-c"]
    child, terminal = pty.fork()
    if child == 0:
        os.execvp("htdigest", ["htdigest", *create, path, realm, name])
    heard = b""
    for _ in range(2):
        while not heard.endswith(b"password: "):
            heard += os.read(terminal, 100)
        heard = b""
        os.write(terminal, password.encode() + b"\n")
    try:
        while os.read(terminal, 100):
            pass
    except OSError:
        pass
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def requests(url, name, password):
    import requests

    session = requests.Session()
    # No proxy of the machine's.
    session.trust_env = False
    session.auth = requests.auth.HTTPDigestAuth(name, password)
    answers = [session.get(url) for _ in range(3)] + [session.post(url, data={"a": "b"})]
    print([answer.status_code for answer in answers])
    print(answers[0].request.headers["Authorization"].split("algorithm=")[1].split(",")[0].strip('"'))


globals()[sys.argv[1]](*sys.argv[2:])
