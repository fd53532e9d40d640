use std::{mem, sync::Arc, time::Duration};

use serde_json::Value;

use crate::{Session, SessionError, record::Data};

/// One change of a session: not a new whole, so that two requests' changes do not undo each other.
pub(crate) enum Operation {
    Insert(Box<str>, Value),
    Remove(Box<str>),
    Clear,
    Update(Box<str>, Step),
}

/// From the present value to the next, or to none.
pub(crate) type Step =
    Box<dyn FnMut(&str, Option<&Value>) -> Result<Option<Value>, SessionError> + Send>;

impl Operation {
    fn apply(&mut self, data: &mut Data) -> Result<(), SessionError> {
        match self {
            Self::Insert(key, value) => {
                data.insert(key.to_string(), value.clone());
            }
            Self::Remove(key) => {
                data.remove(&**key);
            }
            Self::Clear => data.clear(),
            Self::Update(key, step) => {
                match step(key, data.get(&**key))? {
                    Some(value) => data.insert(key.to_string(), value),
                    None => data.remove(&**key),
                };
            }
        }
        Ok(())
    }
}

/// Applies the operations for the last time.
pub(crate) fn play(operations: Vec<Operation>, data: &mut Data) -> Result<(), SessionError> {
    operations
        .into_iter()
        .try_for_each(|mut operation| match operation {
            Operation::Insert(key, value) => {
                data.insert(key.into(), value);
                Ok(())
            }
            _ => operation.apply(data),
        })
}

/// Applies the operations, in the order in which they were made.
pub(crate) fn replay(operations: &mut [Operation], data: &mut Data) -> Result<(), SessionError> {
    operations
        .iter_mut()
        .try_for_each(|operation| operation.apply(data))
}

/// What a request means to do to its session, and what it sees meanwhile.
///
/// As long as there is no view, the plan holds no closure of the handler's: it may be formed under a lock.
#[derive(Default)]
pub(crate) struct Draft {
    plan: Plan,
    closed: bool,
    /// The head of the response has gone: the client cannot be told of a new id any more.
    headed: bool,
}

/// What is to be done at the next save.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) operations: Vec<Operation>,
    pub(crate) renew: bool,
    pub(crate) owner: Owner,
    /// How long it lives from now on, used or not.
    pub(crate) lives: Option<Duration>,
    /// Before the operations.
    pub(crate) destroy: bool,
    /// The operations' outcome upon what the store had, if somebody has looked at it.
    pub(crate) view: Option<Arc<Data>>,
}

/// Whose the session is from now on.
#[derive(Default)]
pub(crate) enum Owner {
    /// The same one's.
    #[default]
    Kept,
    Nobody,
    Somebody(Arc<str>),
}

impl Plan {
    /// Is there nothing to be done to the record?
    pub(crate) fn is_empty(&self) -> bool {
        self.operations.is_empty() && !self.renew && self.keeps_frame()
    }

    /// Do the owner and the time stay as they are?
    pub(crate) fn keeps_frame(&self) -> bool {
        matches!(self.owner, Owner::Kept) && self.lives.is_none()
    }
}

impl Draft {
    /// What the handler sees.
    pub(crate) fn view(&self) -> Option<&Arc<Data>> {
        self.plan.view.as_ref()
    }

    /// Does the handler see what the store has?
    pub(crate) fn is_clean(&self) -> bool {
        self.plan.view.is_none() && self.plan.operations.is_empty()
    }

    /// What the handler sees, when the store has `data`.
    pub(crate) fn view_upon(&mut self, data: &Data) -> Result<&mut Arc<Data>, SessionError> {
        let Plan {
            operations, view, ..
        } = &mut self.plan;
        if let Some(view) = view {
            return Ok(view);
        }
        let mut data = data.clone();
        replay(operations, &mut data)?;
        Ok(view.insert(Arc::new(data)))
    }

    /// Adds an operation. Says whether it was in time.
    pub(crate) fn add(&mut self, mut operation: Operation) -> Result<bool, SessionError> {
        if self.closed {
            return Ok(false);
        }
        if let Some(view) = &mut self.plan.view {
            operation.apply(Arc::make_mut(view))?;
        }
        self.plan.operations.push(operation);
        Ok(true)
    }

    /// Takes a step from `seen` to `next` upon what the store has, if the value is still the one that was seen. Its operation is for the caller
    /// to add.
    pub(crate) fn add_step(
        &mut self,
        key: &str,
        seen: Option<&Value>,
        next: Value,
        data: Option<&Data>,
    ) -> Result<Added<'_>, SessionError> {
        if self.closed {
            return Ok(Added::TooLate);
        }
        if let Some(data) = data {
            self.view_upon(data)?;
        }
        let Plan {
            operations, view, ..
        } = &mut self.plan;
        let view = view.as_mut().filter(|view| view.get(key) == seen);
        Ok(view.map_or(Added::Overtaken, |view| {
            let view = Arc::make_mut(view);
            match view.get_mut(key) {
                Some(value) => *value = next,
                None => drop(view.insert(key.to_owned(), next)),
            }
            Added::InTime(operations)
        }))
    }

    /// Empties the session: what came before no longer matters.
    pub(crate) fn clear(&mut self) {
        if !self.closed {
            self.plan.operations.clear();
            self.plan.operations.push(Operation::Clear);
            self.plan.owner = Owner::Nobody;
            if let Some(view) = &mut self.plan.view {
                *view = Arc::default();
            }
        }
    }

    pub(crate) fn renew(&mut self) {
        if !self.closed && !self.headed {
            self.plan.renew = true;
            let forgotten = self.add(Operation::Remove(Session::CSRF_KEY.into()));
            debug_assert!(
                matches!(forgotten, Ok(true)),
                "removal runs no code of others"
            );
        }
    }

    pub(crate) fn belong_to(&mut self, owner: Arc<str>) -> bool {
        if !self.closed {
            self.plan.owner = Owner::Somebody(owner);
        }
        !self.closed
    }

    pub(crate) fn live(&mut self, time: Duration) {
        if !self.closed && !self.headed {
            self.plan.lives = Some(time);
        }
    }

    /// Ends the session. What is added after begins another.
    pub(crate) fn destroy(&mut self) {
        if !self.closed {
            self.plan = Plan {
                destroy: true,
                view: Some(Arc::default()),
                ..Plan::default()
            };
            // Another session could not be told of any more.
            self.closed = self.headed;
        }
    }

    /// From here on no new id is made, because the client could not be told.
    pub(crate) fn head_goes(&mut self) {
        self.headed = true;
    }

    /// From here on nothing is added.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    /// Hands the plan out to be carried out. The view is formed anew when somebody looks.
    pub(crate) fn take(&mut self) -> Plan {
        mem::take(&mut self.plan)
    }
}

/// What became of a step.
pub(crate) enum Added<'a> {
    InTime(&'a mut Vec<Operation>),
    TooLate,
    /// Another clone of the handle has changed the value meanwhile.
    Overtaken,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn data(value: Value) -> Data {
        let Value::Object(data) = value else {
            panic!("an object")
        };
        data
    }

    fn insert(key: &str, value: Value) -> Operation {
        Operation::Insert(key.into(), value)
    }

    #[test]
    fn operations_are_replayed_on_whatever_the_store_has_by_then() {
        let more = |_: &str, value: Option<&Value>| {
            Ok(Some(json!(value.and_then(Value::as_i64).unwrap_or(0) + 1)))
        };
        let mut operations = [
            insert("a", json!(1)),
            Operation::Remove("b".into()),
            Operation::Update("count".into(), Box::new(more)),
        ];
        for (before, after) in [
            (json!({}), json!({"a": 1, "count": 1})),
            (
                json!({"a": 9, "b": 2, "c": 3, "count": 41}),
                json!({"a": 1, "c": 3, "count": 42}),
            ),
        ] {
            let mut data = data(before);
            replay(&mut operations, &mut data).unwrap();
            assert_eq!(Value::Object(data), after);
        }
    }

    #[test]
    fn the_view_shows_what_came_before_and_after_it_was_formed() {
        let mut draft = Draft::default();
        assert!(draft.add(insert("a", json!(1))).unwrap());
        draft.view_upon(&data(json!({"b": 2}))).unwrap();
        draft.add(insert("c", json!(3))).unwrap();
        draft.add(Operation::Remove("b".into())).unwrap();
        assert_eq!(**draft.view().unwrap(), data(json!({"a": 1, "c": 3})));
    }

    #[test]
    fn clear_and_destroy_forget_what_came_before() {
        let mut draft = Draft::default();
        draft.add(insert("a", json!(1))).unwrap();
        draft.clear();
        draft.add(insert("b", json!(2))).unwrap();
        assert_eq!(draft.take().operations.len(), 2);

        draft.add(insert("a", json!(1))).unwrap();
        draft.renew();
        draft.belong_to("ada".into());
        draft.destroy();
        assert!(draft.view().unwrap().is_empty());
        let plan = draft.take();
        assert!(plan.destroy && plan.is_empty());
    }

    #[test]
    fn a_closed_draft_takes_nothing() {
        let mut draft = Draft::default();
        draft.close();
        assert!(!draft.add(insert("a", json!(1))).unwrap());
        draft.clear();
        draft.renew();
        draft.destroy();
        draft.live(Duration::ZERO);
        assert!(!draft.belong_to("ada".into()));
        let plan = draft.take();
        assert!(plan.is_empty() && !plan.destroy);
    }
}
