use std::sync::Arc;

use plywood_core::BoxError;

use crate::{
    Change, Data, Known, Record, SessionError, Timestamp, Vault,
    draft::Plan,
    progress::{Progress, frame, outcome},
};

/// Turns a record into a text that a client keeps and can neither read nor change, and back. It takes the place of a
/// [`Store`](crate::Store).
///
/// What such a session **cannot** do, because nobody but the client has it:
///
/// - It cannot be ended from elsewhere. [`destroy`](crate::Session::destroy) takes the cookie back; a copy that somebody kept lives
///   until its time is over, and so does the cookie from before a [`renew`](crate::Session::renew). There is no sign-out everywhere.
/// - Of two requests at the same time the one whose answer comes last wins, with all that it knew.
/// - An old copy brings old values back. Never count in it what must not be counted twice.
/// - It is not changed [late](crate::Session::late_save), and it is small: a cookie holds 4,096 bytes.
pub trait Seal: Send + Sync + 'static {
    /// Seals a record; `None` when the text would be longer than a client keeps.
    ///
    /// # Errors
    ///
    /// When the system has no randomness to give.
    fn seal(&self, record: &Record) -> Result<Option<String>, BoxError>;

    /// Opens what was sealed. Anything else is `None`: forged, cut, sealed for another purpose or by a key that is gone.
    fn open(&self, text: &str) -> Option<Record>;

    /// The most bytes of values, as JSON, that can fit.
    fn capacity(&self) -> usize;
}

impl Progress {
    /// The first of the texts that opens and is not over.
    pub(crate) fn open(&mut self, seal: &dyn Seal, known: &Known) {
        let now = Timestamp::now();
        let mut opened = known.sent().filter_map(|text| seal.open(text));
        self.set_carried(opened.find(|record| !record.is_expired(now)), now);
    }

    /// Carries the plan out, into a new text for the client.
    pub(crate) fn reseal(
        &mut self,
        seal: &dyn Seal,
        vault: &Vault,
        plan: &mut Plan,
    ) -> Result<(), SessionError> {
        let now = Timestamp::now();
        let kept = self.carried().cloned();
        let before = kept.as_ref().map(|record| Arc::clone(&record.data));
        let data = outcome(plan, &before.unwrap_or_default())?;
        let unchanged = match &kept {
            Some(kept) => !plan.renew && plan.keeps_frame() && data == kept.data,
            None => data.is_empty(),
        };
        if unchanged {
            return Ok(());
        }
        vault.check_size(&data)?;
        let mut record = kept.unwrap_or_else(|| {
            let deadline = vault.deadline(now);
            Record::restored(Data::new(), 0, now, deadline, None)
        });
        record.data = data;
        record.version += 1;
        record.expires = vault.expiry(now, record.deadline).max(record.expires);
        frame(plan, now, &mut record);
        self.carry(seal, record, now)
    }

    /// Seals the record with a later end.
    pub(crate) fn slide_sealed(
        &mut self,
        seal: &dyn Seal,
        vault: &Vault,
    ) -> Result<(), SessionError> {
        let Some(mut record) = self.carried().cloned() else {
            return Ok(());
        };
        let now = Timestamp::now();
        record.expires = vault.expiry(now, record.deadline);
        self.carry(seal, record, now)
    }

    fn carry(
        &mut self,
        seal: &dyn Seal,
        record: Record,
        now: Timestamp,
    ) -> Result<(), SessionError> {
        let sealed = seal.seal(&record).map_err(SessionError::store)?;
        let text = sealed.ok_or_else(|| SessionError::too_large(""))?;
        self.tell(Change::Carry {
            text,
            lifetime: record.deadline.since(now),
            lasting: record.expires == record.deadline,
        });
        self.set_carried(Some(record), now);
        Ok(())
    }
}
