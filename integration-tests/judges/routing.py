"""Writes cases for the suites `routing-match` and `routing-build`, with what Werkzeug says as what is expected.

    routing.py match SEED MAPS REQUESTS    so many maps of random rules, and so many requests of each
    routing.py build SEED MAPS URLS        so many URLs of each
    routing.py judge                       reads cases, and writes them with Werkzeug's answers
"""

import json
import random
import sys
import uuid
from urllib.parse import quote, unquote

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import BuildError, Map, RequestRedirect, Rule
from werkzeug.routing.exceptions import WebsocketMismatch

RULE_FIELDS = (
    "endpoint", "methods", "defaults", "host", "subdomain", "redirect_to", "alias",
    "build_only", "websocket", "strict_slashes", "merge_slashes",
)


def make_map(case):
    rules = [
        Rule(rule["rule"], **{name: rule[name] for name in RULE_FIELDS if name in rule})
        for rule in case["rules"]
    ]
    return Map(rules, **case.get("options", {}))


def bind(map, case):
    bind = case["bind"]
    return map.bind(
        bind["server_name"],
        script_name=bind.get("script_name"),
        subdomain=bind.get("subdomain"),
        url_scheme=bind.get("url_scheme", "http"),
    )


def typed(value):
    for kind, name in ((str, "str"), (int, "int"), (float, "float")):
        if isinstance(value, kind):
            return {name: value}
    return {"uuid": str(value)}


def untyped(value):
    if isinstance(value, list):
        return [untyped(one) for one in value]
    if not isinstance(value, dict):
        return value
    (kind, inner), = value.items()
    return {"str": str, "int": int, "float": float, "uuid": uuid.UUID}[kind](inner)


def match(adapter, request):
    try:
        endpoint, args = adapter.match(
            request["path_info"],
            method=request["method"],
            query_args=request.get("query"),
            websocket=request.get("websocket", False),
        )
    except RequestRedirect as redirect:
        return {"kind": "redirect", "code": redirect.code, "url": redirect.new_url}
    except MethodNotAllowed as error:
        return {"kind": "method_not_allowed", "allow": sorted(error.valid_methods)}
    except WebsocketMismatch:
        return {"kind": "websocket_mismatch"}
    except NotFound:
        return {"kind": "not_found"}
    return {
        "kind": "match",
        "endpoint": endpoint,
        "args": {name: typed(value) for name, value in args.items()},
    }


def build(adapter, wanted):
    values = {name: untyped(value) for name, value in wanted["values"].items()}
    try:
        url = adapter.build(wanted["endpoint"], values, **wanted.get("options", {}))
    except BuildError:
        return {"kind": "build_error"}
    except (ValueError, TypeError):
        return {"kind": "value_error"}
    return {"kind": "url", "url": url}


def judge(case, adapter=None):
    """The case with what is expected; none, where Werkzeug itself breaks."""
    adapter = adapter or bind(make_map(case), case)
    try:
        if "request" in case:
            return {**case, "expect": match(adapter, case["request"])}
        return {**case, "expect": build(adapter, case["build"])}
    except (BuildError, AssertionError, ValueError):
        # An alias whose values another rule does not take.
        return None


SEGMENTS = [
    "a", "b", "static", "x-y", "é", "sp ace", "b%72", "q?", "long-segment-of-text",
    "<{}>", "<{}>", "<string:{}>", "<string(length=2):{}>", "<string(minlength=2):{}>",
    "<string(maxlength=2):{}>", "<string(2,3):{}>",
    "<int:{}>", "<int:{}>", "<int(signed=True):{}>", "<int(fixed_digits=3):{}>", "<int(min=2,max=20):{}>",
    "<float:{}>", "<float(signed=True):{}>", "<float(min=1.5,max=20):{}>",
    "<path:{}>", "<path:{}>", "<any(a,b,ab):{}>", "<any(\"x-y\",a):{}>", "<uuid:{}>",
    "<{}>-<{}>", "<int:{}>.<int:{}>", "v<int:{}>", "<{}>.html", "<{}>a<{}>", "<any(a,ab):{}><{}>",
    "<float:{}>-<{}>", "<path:{}>-<{}>", "x<path:{}>", "<string(length=2):{}><{}>", "<int:{}><int:{}>",
    "<path:{}>.html", "<int(signed=True):{}>-<int(signed=True):{}>",
]
NAMES = ["p", "q", "r", "s", "t", "u", "v", "w"]
HOSTS = ["", "www.example.com", "<h>.example.com", "api.example.com", "<int:n>.example.com", "example.com", "<h>.<i>.com"]
SUBDOMAINS = ["", "www", "<h>", "api", "<int:n>", "x-<h>"]
UUID = "8b3c1f4e-5d0a-4a77-9d2e-1f0a3b4c5d6e"
TEXTS = [
    "a", "b", "ab", "x-y", "static", "é", "sp ace", "b%72", "q?", "12", "7", "007", "-5", "1.5", "2.0", "-1.5", "20.5",
    "v1", "1-2", "1.2-x", "a.html", "aab", "xa", "12.html", "x", "long-segment-of-text", UUID, UUID.upper(), "1", "abc",
    "index", "&", "a=b;c", "100",
]


def a_rule(random, number, options, plain):
    names = iter(NAMES)
    count = random.choice([0, 1, 1, 2, 2, 3, 4])
    segments = []
    for _ in range(count):
        segment = random.choice(SEGMENTS[:5] if random.random() < 0.3 else SEGMENTS)
        for _ in range(segment.count("{}")):
            segment = segment.replace("{}", next(names), 1)
        segments.append(segment)
    rule = "/" + "/".join(segments)
    if random.random() < 0.4 and not rule.endswith("/"):
        rule += "/"
    if random.random() < 0.03 and count > 1:
        rule = rule.replace("/", "//", 2)
    made = {"rule": rule, "endpoint": random.choice(["e1", "e2", f"own{number}", f"own{number}"])}
    if plain:
        return made
    if random.random() < 0.4:
        made["methods"] = random.choice([["GET"], ["POST"], ["GET", "PUT"], ["DELETE"], ["HEAD"], ["QUERY", "GET"]])
    if options.get("host_matching"):
        if random.random() < 0.8:
            made["host"] = random.choice(HOSTS)
    elif random.random() < 0.15:
        made["subdomain"] = random.choice(SUBDOMAINS)
    if random.random() < 0.12:
        made["strict_slashes"] = random.random() < 0.5
    if random.random() < 0.12:
        made["merge_slashes"] = random.random() < 0.5
    if random.random() < 0.08:
        made["build_only"] = True
    if random.random() < 0.1 and not set(made.get("methods", [])) - {"GET", "HEAD", "OPTIONS"}:
        made["websocket"] = True
    used = NAMES[: sum(rule.count(f":{name}>") + rule.count(f"<{name}>") for name in NAMES)]
    if random.random() < 0.08:
        made["redirect_to"] = random.choice(
            ["new", "/abs", "new/x/../y", "http://other.example/x", "new?x=1", "./a/./b", "../up", ""]
            + [f"new/<{name}>" for name in used]
            + [f"/abs/<{name}>/<{name}>" for name in used]
        )
    return made


def with_defaults(random, rules):
    """Gives some rules a sibling that has one of their values by default."""
    for rule in list(rules):
        if random.random() > 0.25 or "redirect_to" in rule:
            continue
        for kind, value in (("<int:", 7), ("<", "a"), ("<path:", "a/b"), ("<float:", 1.5), ("<any(a,b,ab):", "ab")):
            at = rule["rule"].find(kind)
            name = rule["rule"][at + len(kind) : at + len(kind) + 1]
            if at < 0 or rule["rule"][at + len(kind) + 1 : at + len(kind) + 2] != ">":
                continue
            short = rule["rule"][:at].rstrip("/") + random.choice(["", "/", "/d", "/d/"])
            sibling = {**rule, "rule": short or "/"}
            gone = [other for other in NAMES if f"<{other}>" in short or f":{other}>" in short]
            there = [other for other in NAMES if f"<{other}>" in rule["rule"] or f":{other}>" in rule["rule"]]
            if set(there) - set(gone) != {name} and random.random() < 0.8:
                continue
            sibling["defaults"] = {name: value}
            rules.insert(random.randrange(len(rules) + 1), sibling)
            break
    for rule in list(rules):
        if random.random() < 0.08 and "redirect_to" not in rule:
            other = {**rule, "rule": rule["rule"].rstrip("/") + "/alias", "alias": True}
            rules.append(other)
    return rules


def a_case(random, plain=False):
    options = {}
    for name, odds in (("strict_slashes", 0.25), ("merge_slashes", 0.25), ("redirect_defaults", 0.2)):
        if random.random() < odds:
            options[name] = False
    if not plain and random.random() < 0.2:
        options["host_matching"] = True
    elif random.random() < 0.1:
        options["default_subdomain"] = "www"
    if random.random() < 0.3:
        options["sort_parameters"] = True
    rules = [a_rule(random, number, options, plain) for number in range(random.randrange(1, 14))]
    if not plain:
        rules = with_defaults(random, rules)
    case = {
        "rules": rules,
        "options": options,
        "bind": {
            "server_name": random.choice(["example.com", "www.example.com", "example.com:8080", "7.example.com"]),
            "script_name": random.choice(["/", "/", "/app", "/app/v1/"]),
        },
    }
    if random.random() < 0.3:
        case["bind"]["url_scheme"] = random.choice(["https", "ws", "wss", "http"])
    if "host_matching" not in options and random.random() < 0.3:
        case["bind"]["subdomain"] = random.choice(["", "www", "bob", "api", "7", "x-y"])
    try:
        make_map(case)
    except Exception:
        return None
    return case


def fill(random, rule):
    """A path that the rule may match."""
    path, at = "", 0
    while at < len(rule):
        if rule[at] != "<":
            path += rule[at]
            at += 1
            continue
        end = rule.index(">", at)
        kind = rule[at + 1 : end]
        if kind.startswith("int(s"):
            path += random.choice(["-5", "12", "0", "-007"])
        elif kind.startswith("int"):
            path += random.choice(["7", "12", "007", "100", "0", "3"])
        elif kind.startswith("float"):
            path += random.choice(["1.5", "2.0", "20.25", "-1.5", "0.5", "1"])
        elif kind.startswith("path"):
            path += random.choice(["a/b", "a", "x/y/z", "a//b", "a/b/", "é/ü", "x-y"])
        elif kind.startswith("any"):
            path += random.choice(["a", "b", "ab", "x-y", "c"])
        elif kind.startswith("uuid"):
            path += random.choice([UUID, UUID.upper(), "no"])
        else:
            path += random.choice(["a", "ab", "abc", "é", "12", "x-y", "a b", "é!"])
        at = end + 1
    return path


def a_path(random, rules):
    if random.random() < 0.7:
        path = fill(random, random.choice(rules)["rule"])
    else:
        path = "/" + "/".join(random.choice(TEXTS) for _ in range(random.randrange(0, 5)))
    change = random.random()
    if change < 0.12:
        path += "/"
    elif change < 0.24:
        path = path.rstrip("/") or "/"
    elif change < 0.32:
        path = path.replace("/", "//", 1)
    elif change < 0.4 and path.count("/") > 1:
        at = path.rindex("/")
        path = path[:at] + random.choice(["//", "///"]) + path[at + 1 :]
    elif change < 0.42:
        path = ""
    return path


def matches(random, requests):
    case = a_case(random)
    if case is None:
        return
    adapter = bind(make_map(case), case)
    for _ in range(requests):
        path = a_path(random, case["rules"])
        request = {
            "method": random.choice(["GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "QUERY", "PURGE", "OPTIONS"]),
            "target": quote(path),
            "path_info": path,
            "websocket": random.random() < 0.1,
        }
        if random.random() < 0.2:
            request["query"] = random.choice(["a=1&b=2", "x", "q=%20"])
        judged = judge({**case, "request": request, "strength": "must"}, adapter)
        if judged:
            yield judged


def a_value(random):
    return random.choice(
        [{"str": text} for text in TEXTS + ["a/b", "/a", "", "a b", "a&b", "x=y", "+", "é/ü", "~", "\\", "\"", "#"]]
        + [{"int": number} for number in (0, 1, 7, 12, 100, -5, 12345678901)] * 4
        + [{"float": number} for number in (1.5, 2.0, 20.25, -1.5, 0.5)] * 4
        + [{"uuid": UUID}] * 4
    )


def fitting(random, kind):
    if kind.startswith("int"):
        return random.choice([{"int": 7}, {"int": 12}, {"int": -5}, {"str": "12"}, {"int": 3}, {"float": 2.0}])
    if kind.startswith("float"):
        return random.choice([{"float": 1.5}, {"float": 20.0}, {"int": 2}, {"float": -1.5}, {"str": "2.5"}])
    if kind.startswith("uuid"):
        return random.choice([{"uuid": UUID}, {"str": UUID}])
    if kind.startswith("any"):
        return random.choice([{"str": "a"}, {"str": "ab"}, {"str": "x-y"}, {"str": "c"}])
    if kind.startswith("path"):
        return random.choice([{"str": "a/b c"}, {"str": "a"}, {"str": "x/y"}, {"int": 5}])
    return random.choice([{"str": "a"}, {"str": "ab"}, {"str": "é?"}, {"str": "x y"}, {"int": 12}, {"float": 1.5}])


def variables(rule):
    text = rule["rule"] + "/" + rule.get("host", "") + "/" + rule.get("subdomain", "")
    for piece in text.split("<")[1:]:
        inner = piece.split(">")[0]
        kind, _, name = inner.rpartition(":")
        yield name, kind or "string"


def builds(random, urls):
    case = a_case(random)
    if case is None:
        return
    adapter = bind(make_map(case), case)
    for _ in range(urls):
        rule = random.choice(case["rules"])
        values = {}
        for name, kind in variables(rule):
            if random.random() < 0.95:
                values[name] = fitting(random, kind) if random.random() < 0.9 else a_value(random)
        for name, value in rule.get("defaults", {}).items():
            if random.random() < 0.5:
                values[name] = typed(value)
        while random.random() < 0.35:
            name = random.choice(["k", "a b", "é", "z", "p", "m"])
            if name in values:
                continue
            extra = random.random()
            if extra < 0.2:
                values[name] = None
            elif extra < 0.5:
                values[name] = [{"str": random.choice(TEXTS)} for _ in range(random.randrange(0, 4))]
            else:
                values[name] = a_value(random)
        endpoint = rule["endpoint"] if random.random() < 0.97 else "nobody"
        options = {}
        if random.random() < 0.25:
            options["force_external"] = True
        if random.random() < 0.2:
            options["url_scheme"] = random.choice(["https", "http", "ws", "wss", ""])
        if random.random() < 0.2:
            options["method"] = random.choice(["GET", "POST", "HEAD", "PUT", "QUERY"])
        if random.random() < 0.2:
            options["append_unknown"] = False
        wanted = {"endpoint": endpoint, "values": values, "options": options}
        judged = judge({**case, "build": wanted}, adapter)
        if judged is None:
            continue
        yield {**judged, **strength(case, judged)}


def strength(case, judged):
    """A URL that does not lead back may be refused."""
    if judged["expect"]["kind"] != "url":
        return {"strength": "must"}
    wanted = judged["build"]
    for rule in case["rules"]:
        lists = [name for name, _ in variables(rule) if isinstance(wanted["values"].get(name), list)]
        if rule["endpoint"] == wanted["endpoint"] and lists:
            return {"strength": "quirk", "quirk": "a list in a path is Python's text of one"}
    # Built again, without what can hide whether it leads back.
    bare = {**case, "rules": [{k: v for k, v in r.items() if k not in ("alias", "build_only", "redirect_to", "methods", "websocket")} for r in case["rules"]]}
    bare["options"] = {**case["options"], "redirect_defaults": False}
    for rule in bare["rules"]:
        if rule["endpoint"] != wanted["endpoint"]:
            continue
        alone = {**bare, "rules": [rule]}
        adapter = bind(make_map(alone), alone)
        values = {name: untyped(value) for name, value in wanted["values"].items()}
        try:
            host, _, path = adapter.build(wanted["endpoint"], values, force_external=True, append_unknown=False).partition("//")[2].partition("/")
        except (BuildError, ValueError, TypeError):
            continue
        target = "/" + path
        script = case["bind"]["script_name"].rstrip("/")
        if script and target.startswith(script):
            target = target[len(script):]
        try:
            if case["options"].get("host_matching"):
                there = make_map(alone).bind(unquote(host))
            else:
                name = adapter.server_name
                there = make_map(alone).bind(name, subdomain=unquote(host)[: -len(name)].rstrip("."))
            _, args = there.match(unquote(target))
        except Exception:
            return {"strength": "quirk", "quirk": "the URL does not match back"}
        for name, _ in variables(rule):
            if name in values and str(args.get(name)) != str(values[name]) and not isinstance(args.get(name), (int, float, uuid.UUID)):
                return {"strength": "quirk", "quirk": "the URL does not match back"}
            if isinstance(args.get(name), (int, float)) and str(float(args[name])) != str(floated(values.get(name, args[name]))):
                return {"strength": "quirk", "quirk": "the URL does not match back"}
    return {"strength": "must"}


def floated(value):
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def main():
    if sys.argv[1] == "judge":
        for line in sys.stdin:
            print(json.dumps(judge(json.loads(line)), ensure_ascii=False))
        return
    kind, seed, maps, each = sys.argv[1], *map(int, sys.argv[2:5])
    source = random.Random(seed)
    for number in range(maps):
        cases = matches(source, each) if kind == "match" else builds(source, each)
        for index, case in enumerate(cases):
            print(json.dumps({"id": f"{number}.{index}", **case}, ensure_ascii=False))


main()
