//! plywood-dispatch's map: rules, options and places as the cases of both suites have them.

use plywood_dispatch::{Base, Map, MapBuilder, Rule, Uuid, Value};
use serde_json::Value as Json;

use super::{
    case::{self, text},
    outcome::Unmet,
};

pub(crate) type Endpoints = Map<String>;

/// The map of a case: its endpoints are names, and so URLs are built by them.
pub(crate) fn map(case: &Json) -> Result<Endpoints, Unmet> {
    let mut map = options(&case["options"]);
    for rule in case::list(case, "rules")? {
        map = map.route(read_rule(rule)?, text(rule, "endpoint")?.to_owned());
    }
    map.build()
        .map_err(|error| Unmet::failed("a map that can be built", error))
}

fn options(options: &Json) -> MapBuilder<String> {
    let mut map = Map::builder().first_wins().name_by(String::clone);
    if let Some(strict) = options["strict_slashes"].as_bool() {
        map = map.strict_slashes(strict);
    }
    if let Some(merge) = options["merge_slashes"].as_bool() {
        map = map.merge_slashes(merge);
    }
    if let Some(redirect) = options["redirect_defaults"].as_bool() {
        map = map.redirect_defaults(redirect);
    }
    if options["host_matching"] == true {
        map = map.host_matching();
    }
    if let Some(subdomain) = options["default_subdomain"].as_str() {
        map = map.default_subdomain(subdomain);
    }
    if options["sort_parameters"] == true {
        map = map.sort_parameters();
    }
    map
}

fn read_rule(case: &Json) -> Result<Rule, Unmet> {
    let mut rule = Rule::new(text(case, "rule")?);
    if let Some(methods) = case["methods"].as_array() {
        // Werkzeug takes a rule's methods in any case.
        let methods = methods.iter().filter_map(Json::as_str);
        rule = rule.methods(methods.map(str::to_ascii_uppercase));
    }
    for (name, value) in case["defaults"].as_object().into_iter().flatten() {
        rule = rule.default(name, plain_value(value)?);
    }
    if let Some(host) = case["host"].as_str() {
        rule = rule.host(host);
    }
    if let Some(subdomain) = case["subdomain"].as_str() {
        rule = rule.subdomain(subdomain);
    }
    if let Some(target) = case["redirect_to"].as_str() {
        rule = rule.redirect_to(target);
    }
    if case["alias"] == true {
        rule = rule.alias();
    }
    if case["build_only"] == true {
        rule = rule.build_only();
    }
    if case["websocket"] == true {
        rule = rule.websocket();
    }
    if let Some(strict) = case["strict_slashes"].as_bool() {
        rule = rule.strict_slashes(strict);
    }
    if let Some(merge) = case["merge_slashes"].as_bool() {
        rule = rule.merge_slashes(merge);
    }
    Ok(rule)
}

/// Where the map of a case stands.
pub(crate) fn base(case: &Json) -> Result<Base, Unmet> {
    let bind = &case["bind"];
    let mut base = Base::new(text(bind, "server_name")?);
    if let Some(prefix) = bind["script_name"].as_str() {
        base = base.script_name(prefix);
    }
    if let Some(subdomain) = bind["subdomain"].as_str() {
        base = base.subdomain(subdomain);
    }
    if let Some(scheme) = bind["url_scheme"].as_str() {
        base = base.scheme(scheme);
    }
    Ok(base)
}

/// A default, as JSON has it.
fn plain_value(value: &Json) -> Result<Value<'static>, Unmet> {
    match value {
        Json::String(text) => Ok(text.clone().into()),
        Json::Number(number) => Ok(match number.as_i64() {
            Some(int) => int.into(),
            None => number.as_f64().into(),
        }),
        Json::Bool(yes) => Ok(i64::from(*yes).into()),
        _ => typed_value(value),
    }
}

/// A value with its type: `{"int": 5}`; a list of them; or null.
pub(crate) fn typed_value(value: &Json) -> Result<Value<'static>, Unmet> {
    let unread = || Unmet::failed("a value with its type", value);
    match value {
        Json::Null => Ok(Value::Absent),
        Json::Array(list) => {
            let values: Vec<Value<'static>> =
                list.iter().map(typed_value).collect::<Result<_, _>>()?;
            Ok(values.into())
        }
        Json::Object(object) => {
            let (kind, inner) = object.iter().next().ok_or_else(unread)?;
            match (&**kind, inner) {
                ("str", Json::String(text)) => Ok(text.clone().into()),
                ("uuid", Json::String(text)) => {
                    let uuid: Uuid = text.parse().map_err(|_| unread())?;
                    Ok(uuid.into())
                }
                ("int", Json::Number(number)) => Ok(Value::Int(
                    number.to_string().parse().map_err(|_| unread())?,
                )),
                ("float", Json::Number(number)) => Ok(number.as_f64().into()),
                _ => plain_value(inner),
            }
        }
        _ => plain_value(value),
    }
}
