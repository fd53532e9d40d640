//! schemathesis makes requests from a description of the site, right ones and wrong ones.

use serde_json::json;

use crate::{output, python_tool, site::Site};

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_no_server_error_and_nothing_undescribed() {
    let site = Site::start().await;
    let problem = json!({
        "description": "a problem",
        "content": { "application/problem+json": {}, "text/html": {}, "text/plain": {} },
    });
    let item = json!({
        "description": "an item",
        "content": { "application/json": { "schema": { "type": "object" } } },
    });
    let description = json!({
        "openapi": "3.0.3",
        "info": { "title": "The judged site", "version": "1" },
        "paths": {
            "/items/{id}": {
                "get": {
                    "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } }],
                    "responses": { "200": item, "400": problem, "404": problem },
                },
            },
            "/items": {
                "post": {
                    "requestBody": {
                        "required": true,
                        "content": { "application/json": { "schema": {
                            "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } },
                        } } },
                    },
                    "responses": { "201": item, "400": problem, "422": problem },
                },
            },
            "/json": { "get": { "responses": { "200": item } } },
        },
    });
    let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    std::fs::write(file.path(), description.to_string()).unwrap();
    let mut schemathesis = python_tool("schemathesis");
    schemathesis
        .arg("run")
        .arg(file.path())
        .args([
            "--url",
            &site.url(""),
            "--max-examples",
            "60",
            "--seed",
            "7",
            // Whether it is quick enough in making requests up is a matter of the machine.
            "--suppress-health-check",
            "all",
        ])
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance",
        ]);
    let said = output(schemathesis).await;
    assert!(said.contains("generated"), "{said}");
}
