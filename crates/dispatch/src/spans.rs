use std::ops::Range;

use crate::MAX_PARAMETERS;

/// Where the parameters stand, in the host or the path: an array in place, so that matching allocates nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spans {
    spans: [(u16, u16); MAX_PARAMETERS],
    len: u8,
}

impl Spans {
    pub(crate) fn push(&mut self, start: usize, end: usize) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a path and a host that are longer are not looked at"
        )]
        let span = (start as u16, end as u16);
        if let Some(room) = self.spans.get_mut(usize::from(self.len)) {
            *room = span;
            self.len += 1;
        }
    }

    pub(crate) const fn len(&self) -> u8 {
        self.len
    }

    pub(crate) const fn cut(&mut self, len: u8) {
        self.len = len;
    }

    pub(crate) fn ranges(&self) -> impl Iterator<Item = Range<usize>> + use<'_> {
        let spans = self.spans[..usize::from(self.len)].iter();
        spans.map(|&(start, end)| usize::from(start)..usize::from(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_for_a_walk_is_small() {
        assert!(size_of::<Spans>() <= 68, "{}", size_of::<Spans>());
    }
}
