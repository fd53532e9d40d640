use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error, ser::SerializeStruct};
use serde_json::{Map, Value};

use crate::{Session, SessionError, draft::Operation};

/// A message for the next page that shows messages: "saved", after a redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flash {
    /// What kind of news it is.
    pub level: Level,
    /// The message. It is plain text: escape it for the page.
    pub text: String,
}

/// What kind of news a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// Something to know.
    Info,
    /// It worked.
    Success,
    /// It worked, but look.
    Warning,
    /// It did not work.
    Error,
}

impl Level {
    /// `info`, `success`, `warning` or `error`, as for a class in a stylesheet.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

// By hand, because a derive would bring its macros to everybody who has a session.
impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let mut levels = [Self::Info, Self::Success, Self::Warning, Self::Error].into_iter();
        let level = levels.find(|level| level.as_str() == word);
        level.ok_or_else(|| D::Error::custom(format_args!("{word:?} is no level")))
    }
}

impl Serialize for Flash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut flash = serializer.serialize_struct("Flash", 2)?;
        flash.serialize_field("level", &self.level)?;
        flash.serialize_field("text", &self.text)?;
        flash.end()
    }
}

impl<'de> Deserialize<'de> for Flash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Map::<String, Value>::deserialize(deserializer)?;
        let mut member = |name| {
            let member = members.remove(name);
            member.ok_or_else(|| D::Error::missing_field(name))
        };
        Ok(Self {
            level: Level::deserialize(member("level")?).map_err(D::Error::custom)?,
            text: String::deserialize(member("text")?).map_err(D::Error::custom)?,
        })
    }
}

impl Session {
    /// The key under which messages wait.
    pub const FLASH_KEY: &str = "_flash";

    /// So many messages wait at most. Beyond that the oldest goes.
    pub const MAX_FLASHES: usize = 16;

    /// Leaves a message that waits until [`flashes`](Self::flashes) reads it. Loads nothing.
    ///
    /// # Errors
    ///
    /// When the response is on its way.
    pub fn flash(&self, level: Level, text: impl Into<String>) -> Result<(), SessionError> {
        let message = Flash {
            level,
            text: text.into(),
        };
        self.change_flashes(move |flashes| {
            flashes.push(message.clone());
            let surplus = flashes.len().saturating_sub(Self::MAX_FLASHES);
            flashes.drain(..surplus);
        })
    }

    /// Takes the messages that wait, the oldest first. Loads the session, once; writes when there are any.
    ///
    /// A message that another request leaves meanwhile waits for the next call.
    ///
    /// # Errors
    ///
    /// When the store fails, or the response is on its way.
    pub async fn flashes(&self) -> Result<Vec<Flash>, SessionError> {
        let seen = waiting(self.data().await?.get(Self::FLASH_KEY));
        if !seen.is_empty() {
            let taken = seen.clone();
            self.change_flashes(move |flashes| {
                for flash in &taken {
                    // One for one, because another request may say the same again.
                    if let Some(place) = flashes.iter().position(|waiting| waiting == flash) {
                        flashes.remove(place);
                    }
                }
            })?;
        }
        Ok(seen)
    }

    /// Lets messages that were taken wait once more, before those that came since: for a page that redirects instead of showing them.
    ///
    /// # Errors
    ///
    /// When the response is on its way.
    pub fn keep_flashes(&self, flashes: Vec<Flash>) -> Result<(), SessionError> {
        self.change_flashes(move |waiting| {
            waiting.splice(..0, flashes.iter().cloned());
            waiting.truncate(Self::MAX_FLASHES);
        })
    }

    fn change_flashes(
        &self,
        mut change: impl FnMut(&mut Vec<Flash>) + Send + 'static,
    ) -> Result<(), SessionError> {
        let step = move |key: &str, value: Option<&Value>| {
            let mut flashes = waiting(value);
            change(&mut flashes);
            if flashes.is_empty() {
                return Ok(None);
            }
            let value = serde_json::to_value(flashes);
            value
                .map(Some)
                .map_err(|error| SessionError::value(key, error))
        };
        let operation = Operation::Update(Self::FLASH_KEY.into(), Box::new(step));
        self.add(Self::FLASH_KEY, operation)
    }
}

/// The messages in a value. What somebody else has put there is no message, and nobody misses it.
fn waiting(value: Option<&Value>) -> Vec<Flash> {
    value
        .and_then(|value| Vec::deserialize(value).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_is_an_object_of_two_words() {
        for level in [Level::Info, Level::Success, Level::Warning, Level::Error] {
            let flash = Flash {
                level,
                text: "saved".into(),
            };
            let value = serde_json::to_value(&flash).unwrap();
            assert_eq!(value, json!({ "level": level.as_str(), "text": "saved" }));
            assert_eq!(Flash::deserialize(value).unwrap(), flash);
        }
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for value in [
            json!({ "level": "info" }),
            json!({ "text": "saved" }),
            json!({ "level": "Info", "text": "saved" }),
            json!({ "level": "info", "text": 7 }),
            json!(["info", "saved"]),
            json!("saved"),
        ] {
            assert!(Flash::deserialize(&value).is_err(), "{value}");
        }
        let more = json!({ "level": "info", "text": "saved", "since": 7 });
        assert_eq!(Flash::deserialize(more).unwrap().text, "saved");
    }
}
