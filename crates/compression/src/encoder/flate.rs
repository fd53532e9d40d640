//! gzip ([RFC 1952](https://www.rfc-editor.org/rfc/rfc1952)) and `deflate` ([RFC 1950](https://www.rfc-editor.org/rfc/rfc1950)).

use flate2::{Compress, Compression, FlushCompress, Status};
use plywood_core::BoxError;
use plywood_header::accept_encoding::Coding;

#[cfg(not(feature = "libdeflate"))]
use super::codec;
use super::{
    codec::{Codec, Goal, Progress},
    short::{self, Short},
};
use crate::effort::Job;

/// 32 KiB of history: what every decoder has, and the most that the format allows.
const WINDOW_BITS: u8 = 15;

/// It weighs about 400 KiB. The header of gzip names no file and no time.
pub(crate) struct Flate {
    coding: Coding,
    level: u32,
    short: Short,
    /// Made when it is first needed: a body at hand may be none of this library's.
    stream: Option<Stream>,
    #[cfg(feature = "libdeflate")]
    at_hand: Option<(u32, libdeflater::Compressor)>,
}

struct Stream {
    deflate: Compress,
    level: u32,
    /// The body before is in it: it is reset when it is next needed, because that costs as much as a short body.
    is_over: bool,
}

impl Flate {
    pub(crate) fn new(coding: Coding) -> Self {
        Self {
            coding,
            level: 1,
            short: Short::default(),
            stream: None,
            #[cfg(feature = "libdeflate")]
            at_hand: None,
        }
    }

    fn stream(&mut self) -> &mut Compress {
        let stream = self.stream.get_or_insert_with(|| Stream {
            deflate: match self.coding {
                Coding::Gzip => Compress::new_gzip(Compression::new(self.level), WINDOW_BITS),
                _ => Compress::new(Compression::new(self.level), true),
            },
            level: self.level,
            is_over: false,
        });
        if std::mem::take(&mut stream.is_over) {
            stream.deflate.reset();
            if stream.level != self.level {
                stream.level = self.level;
                stream
                    .deflate
                    .set_level(Compression::new(self.level))
                    .expect("nothing went in yet that would have to come out first");
            }
        }
        &mut stream.deflate
    }
}

impl Codec for Flate {
    fn start(&mut self, job: &Job) {
        self.level = u32::try_from(job.level).unwrap_or(1);
        if let Some(stream) = &mut self.stream {
            stream.is_over = true;
        }
    }

    fn step(&mut self, plain: &[u8], room: &mut [u8], goal: Goal) -> Result<Progress, BoxError> {
        let deflate = self.stream();
        let before = (deflate.total_in(), deflate.total_out());
        let flush = match goal {
            Goal::Take => FlushCompress::None,
            Goal::Flush => FlushCompress::Sync,
            Goal::Finish => FlushCompress::Finish,
        };
        let status = deflate.compress(plain, room, flush)?;
        let count = |now: u64, before: u64| {
            usize::try_from(now - before).expect("a step within two slices in memory")
        };
        let filled = count(deflate.total_out(), before.1);
        Ok(Progress {
            taken: count(deflate.total_in(), before.0),
            filled,
            reached: match goal {
                Goal::Take | Goal::Flush => filled < room.len(),
                Goal::Finish => status == Status::StreamEnd,
            },
        })
    }

    fn whole(&mut self, plain: &[u8], room: &mut [u8]) -> Option<usize> {
        if plain.len() <= short::MOST {
            return self.short.compress(self.coding, self.level, plain, room);
        }
        self.long(plain, room)
    }
}

#[cfg(not(feature = "libdeflate"))]
impl Flate {
    fn long(&mut self, plain: &[u8], room: &mut [u8]) -> Option<usize> {
        codec::in_one_step(self, plain, room)
    }
}

#[cfg(feature = "libdeflate")]
impl Flate {
    fn long(&mut self, plain: &[u8], room: &mut [u8]) -> Option<usize> {
        use libdeflater::{CompressionLvl, Compressor};

        if self
            .at_hand
            .as_ref()
            .is_none_or(|(level, _)| *level != self.level)
        {
            let level = i32::try_from(self.level).ok()?;
            let compressor = Compressor::new(CompressionLvl::new(level).ok()?);
            self.at_hand = Some((self.level, compressor));
        }
        let (_, compressor) = self.at_hand.as_mut()?;
        match self.coding {
            Coding::Gzip => compressor.gzip_compress(plain, room).ok(),
            _ => compressor.zlib_compress(plain, room).ok(),
        }
    }
}
