//! Lines for whoever sits before the terminal.

use super::plan::Plan;
use crate::{
    dress::Dress,
    field::{AtEnd, Field, OfRequest, Unit},
    time::TimeFormat,
};

pub(super) fn plan(colours: bool) -> Plan {
    let mut plan = Plan::new(Dress::Apache);
    let paint = |code: &'static str| if colours { code.as_bytes() } else { b"" };
    let (dim, bold, red, reset) = ("\x1b[2m", "\x1b[1m", "\x1b[31m", "\x1b[0m");
    plan.text(paint(dim));
    let clock = OfRequest::Time(TimeFormat::Clock);
    plan.field(b"", Field::Request(clock), None);
    plan.text(paint(reset));
    plan.text(b" ");
    plan.text(paint(bold));
    plan.field(b"", Field::Request(OfRequest::Method), None);
    plan.text(paint(reset));
    plan.text(b" ");
    plan.field(b"", Field::Request(OfRequest::Target), None);
    plan.text(b" ");
    if colours {
        plan.coloured_status();
    } else {
        plan.field(b"", Field::Ending(AtEnd::Status), None);
    }
    plan.text(b" ");
    plan.field(b"", Field::Ending(AtEnd::Bytes), None);
    plan.text(b" B ");
    plan.field(b"", Field::Ending(AtEnd::Duration(Unit::Human)), None);
    plan.unusual(b" by ", AtEnd::User);
    let before = [b" ", paint(red)].concat();
    plan.unusual(&before, AtEnd::Ending);
    plan.text(paint(reset));
    plan
}
