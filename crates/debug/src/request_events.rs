use std::{
    cell::RefCell,
    fmt::{self, Write},
};

use tracing::{
    Subscriber,
    field::{Field, Visit},
    span::{self, Attributes, Id},
};
use tracing_subscriber::{
    layer::{Context, Layer},
    registry::{LookupSpan, SpanRef},
};

use crate::{
    events::{Event, MAX_FIELDS, Record},
    secret::{REDACTED, is_secret},
};

/// Brings the events and spans of a request onto its page: a layer for the program's subscriber.
///
/// It keeps the last 200 events of a request, with 1 KiB of fields each, as long as the request is answered. Events of a task that was spawned are
/// among them where the task stands in a span that the request has made. Fields of a span that are [recorded](tracing::Span::record) later are kept, too; those
/// that are called like a secret are not.
///
/// ```
/// use plywood_debug::RequestEvents;
/// use tracing_subscriber::{layer::SubscriberExt, registry};
///
/// let subscriber = registry().with(RequestEvents::new());
/// # let _ = subscriber;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestEvents(());

impl RequestEvents {
    /// Events of every level that the subscriber lets through.
    pub const fn new() -> Self {
        Self(())
    }
}

/// What is kept of a span: the request that has made it, its name and its fields.
struct Kept {
    record: Option<Record>,
    name: &'static str,
    fields: Fields,
}

impl Kept {
    fn text(&self) -> String {
        let (name, fields) = (self.name, &self.fields.0);
        if fields.is_empty() {
            name.to_owned()
        } else {
            format!("{name}{{{fields}}}")
        }
    }
}

thread_local! {
    /// The spans that this thread is in.
    static ENTERED: RefCell<Vec<(Id, String)>> = const { RefCell::new(Vec::new()) };
}

/// The texts of the spans that this thread is in.
pub(crate) fn entered() -> Vec<String> {
    let texts = ENTERED.try_with(|entered| {
        let entered = entered.try_borrow().ok()?;
        Some(entered.iter().map(|(_, text)| text.clone()).collect())
    });
    texts.ok().flatten().unwrap_or_default()
}

impl<S> Layer<S> for RequestEvents
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let record = Record::current().or_else(|| record_of(&span.parent()?));
        if record.is_none() {
            return;
        }
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let name = attributes.metadata().name();
        span.extensions_mut().replace(Kept {
            record,
            name,
            fields,
        });
    }

    fn on_record(&self, id: &Id, values: &span::Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        // Before anything is locked, because a value may tell something itself while it is written.
        let mut fields = Fields::default();
        values.record(&mut fields);
        let text = {
            let mut extensions = span.extensions_mut();
            let Some(kept) = extensions.get_mut::<Kept>() else {
                return;
            };
            kept.fields.append(&fields);
            kept.text()
        };
        let _ = ENTERED.try_with(|entered| {
            let mut entered = entered.borrow_mut();
            for (_, shown) in entered.iter_mut().filter(|(other, _)| other == id) {
                shown.clone_from(&text);
            }
        });
    }

    fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
        let scope = || context.event_scope(event).into_iter().flatten();
        let Some(record) = Record::current().or_else(|| scope().find_map(|span| record_of(&span)))
        else {
            return;
        };
        let mut fields = Fields::default();
        event.record(&mut fields);
        // Those that the thread is in: a span that was made outside of another one is not its child, and yet stands in it.
        let mut spans = entered();
        if spans.is_empty() || !event.is_contextual() {
            spans = scope().map(|span| text_of(&span)).collect();
            spans.reverse();
        }
        let metadata = event.metadata();
        record.add(Event {
            level: metadata.level().as_str(),
            target: metadata.target().to_owned(),
            text: fields.0,
            spans,
        });
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        if Record::current().is_none() {
            return;
        }
        if let Some(span) = context.span(id) {
            let text = text_of(&span);
            let _ = ENTERED.try_with(|entered| entered.borrow_mut().push((id.clone(), text)));
        }
    }

    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        let _ = ENTERED.try_with(|entered| {
            let mut entered = entered.borrow_mut();
            if let Some(at) = entered.iter().rposition(|(other, _)| other == id) {
                entered.remove(at);
            }
        });
    }
}

fn record_of<'a, R: LookupSpan<'a>>(span: &SpanRef<'a, R>) -> Option<Record> {
    span.extensions().get::<Kept>()?.record.clone()
}

fn text_of<'a, R: LookupSpan<'a>>(span: &SpanRef<'a, R>) -> String {
    let kept = span.extensions();
    kept.get::<Kept>()
        .map_or_else(|| span.name().to_owned(), Kept::text)
}

/// Fields as a text: the message first, as tracing has it, then `name=value`.
#[derive(Default)]
struct Fields(String);

impl Fields {
    fn append(&mut self, more: &Self) {
        let mut room = Room(&mut self.0);
        let space = if room.0.is_empty() { "" } else { " " };
        let _ = write!(room, "{space}{}", more.0);
    }

    fn add(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        let mut room = Room(&mut self.0);
        let space = if room.0.is_empty() { "" } else { " " };
        // It fails when it is full, and what is full is enough.
        let _ = match field.name() {
            "message" => write!(room, "{space}{value}"),
            name if is_secret(name) => write!(room, "{space}{name}={REDACTED}"),
            name => write!(room, "{space}{name}={value}"),
        };
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.add(field, format_args!("{value}"));
        } else {
            self.add(field, format_args!("{value:?}"));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format_args!("{value:?}"));
    }
}

struct Room<'a>(&'a mut String);

impl Write for Room<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > MAX_FIELDS {
            self.0.push('…');
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}
