//! curl and a real Chromium, each by the ways in that it knows.

mod browser;
mod curl;
mod site;
