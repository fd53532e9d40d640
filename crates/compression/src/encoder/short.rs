//! A short body in one block of DEFLATE ([RFC 1951](https://www.rfc-editor.org/rfc/rfc1951)), gzip or zlib.
//!
//! The library is made for long ones: it clears 230 KB of tables for each body, which for one of a kilobyte is half of the work. Here the
//! tables are as long as the body.

#![expect(
    clippy::cast_possible_truncation,
    reason = "there is no number here that is much larger than a short body is long"
)]

mod bits;
mod block;
mod huffman;
mod matches;

use flate2::Crc;
use plywood_header::accept_encoding::Coding;

use self::{block::Block, matches::Matcher};

/// The longest body that is short, in bytes.
pub(super) const MOST: usize = matches::MOST;

/// gzip, no name, no time, no system ([RFC 1952 §2.3](https://www.rfc-editor.org/rfc/rfc1952#section-2.3)).
const GZIP: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// A window of 32 KiB ([RFC 1950 §2.2](https://www.rfc-editor.org/rfc/rfc1950#section-2.2)).
const ZLIB: [u8; 2] = [0x78, 0x9c];

/// The state, which is used again.
#[derive(Default)]
pub(super) struct Short {
    matcher: Matcher,
    block: Block,
}

impl Short {
    /// How long it became in `room`, or `None` if there is not enough of that.
    pub(super) fn compress(
        &mut self,
        coding: Coding,
        level: u32,
        plain: &[u8],
        room: &mut [u8],
    ) -> Option<usize> {
        let (sums, zlib_sum);
        let (header, trailer): (&[u8], &[u8]) = if coding == Coding::Gzip {
            sums = crc_and_length(plain);
            (&GZIP, &sums)
        } else {
            zlib_sum = adler32(plain).to_be_bytes();
            (&ZLIB, &zlib_sum)
        };
        let ends = room.len().checked_sub(trailer.len())?;
        let (head, rest) = room[..ends].split_at_mut_checked(header.len())?;
        self.block.clear();
        self.matcher.parse(plain, level, &mut self.block);
        let length = header.len() + self.block.write(rest)?;
        head.copy_from_slice(header);
        room[length..length + trailer.len()].copy_from_slice(trailer);
        Some(length + trailer.len())
    }
}

fn crc_and_length(plain: &[u8]) -> [u8; 8] {
    let mut crc = Crc::new();
    crc.update(plain);
    let mut trailer = [0; 8];
    trailer[..4].copy_from_slice(&crc.sum().to_le_bytes());
    trailer[4..].copy_from_slice(&crc.amount().to_le_bytes());
    trailer
}

/// [RFC 1950 §8.2](https://www.rfc-editor.org/rfc/rfc1950#section-8.2).
fn adler32(plain: &[u8]) -> u32 {
    const BASE: u32 = 65_521;
    let (mut a, mut b) = (1, 0);
    // So many bytes cannot make either sum overflow.
    for piece in plain.chunks(4096) {
        for byte in piece {
            a += u32::from(*byte);
            b += a;
        }
        (a, b) = (a % BASE, b % BASE);
    }
    (b << 16) | a
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::bufread::{GzDecoder, ZlibDecoder};
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn decoded(coding: Coding, coded: &[u8]) -> Vec<u8> {
        let mut plain = Vec::new();
        match coding {
            Coding::Gzip => GzDecoder::new(coded).read_to_end(&mut plain).unwrap(),
            _ => ZlibDecoder::new(coded).read_to_end(&mut plain).unwrap(),
        };
        plain
    }

    /// There and back in both formats; how long it was in gzip.
    fn length(short: &mut Short, plain: &[u8], level: u32) -> usize {
        let mut room = vec![0xaa; 2 * plain.len() + 500];
        let [length, _] = [Coding::Gzip, Coding::Deflate].map(|coding| {
            room.fill(0xaa);
            let length = short.compress(coding, level, plain, &mut room).unwrap();
            assert!(
                decoded(coding, &room[..length]) == plain,
                "level {level} {coding:?}"
            );
            assert!(room[length..].iter().all(|byte| *byte == 0xaa));
            length
        });
        length
    }

    /// Words that look like text.
    fn text(length: usize) -> Vec<u8> {
        let words = [
            "the ",
            "of ",
            "a rose ",
            "\"id\":",
            "<p>",
            "compression ",
            "9",
            "17, ",
        ];
        let mut seed = 1_u32;
        let mut text = Vec::new();
        while text.len() < length {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = seed >> 16;
            text.extend_from_slice(words[at as usize % words.len()].as_bytes());
            text.extend_from_slice((at % 1000).to_string().as_bytes());
        }
        text.truncate(length);
        text
    }

    #[test]
    fn edges_come_back() {
        let mut short = Short::default();
        let all: Vec<u8> = (0..=255).collect();
        let noise: Vec<u8> = (0..MOST as u32)
            .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        // Frequencies that would make codes longer than the format allows.
        let (mut steep, mut times) = (Vec::new(), (1, 1));
        for byte in 0..19 {
            steep.extend(std::iter::repeat_n(byte, times.0));
            times = (times.1, times.0 + times.1);
        }
        assert!(steep.len() <= MOST);
        let mut far = vec![0; MOST];
        far[..8].copy_from_slice(b"together");
        far[MOST - 8..].copy_from_slice(b"together");
        for level in 1..=9 {
            for plain in [
                &b""[..],
                b"a",
                b"ab",
                b"aaa",
                b"aaaa",
                &[0; 258],
                &[0; 259],
                &[7; MOST],
                &all,
                &all.repeat(3),
                &noise,
                &steep,
                &far,
                &text(MOST),
            ] {
                length(&mut short, plain, level);
            }
        }
    }

    #[test]
    fn the_room_that_it_takes_is_enough_and_a_byte_less_is_not() {
        let mut short = Short::default();
        for plain in [&text(3000)[..], b"short", &[0; 5000]] {
            let mut room = vec![0; 10_000];
            let length = short.compress(Coding::Gzip, 4, plain, &mut room).unwrap();
            let again = short.compress(Coding::Gzip, 4, plain, &mut room[..length]);
            assert_eq!(again, Some(length));
            for less in 0..length {
                let none = short.compress(Coding::Gzip, 4, plain, &mut room[..less]);
                assert_eq!(none, None, "{less} of {length}");
            }
        }
    }

    #[test]
    fn text_becomes_as_small_as_by_the_library() {
        let mut short = Short::default();
        for plain in [1000, 4000, MOST].map(text) {
            for level in [4, 6] {
                let mut theirs = Vec::new();
                let mut encoder =
                    flate2::bufread::GzEncoder::new(&plain[..], flate2::Compression::new(level));
                encoder.read_to_end(&mut theirs).unwrap();
                let ours = length(&mut short, &plain, level);
                let most = theirs.len() + theirs.len() / 100;
                assert!(
                    ours <= most,
                    "level {level}: {ours} against {}",
                    theirs.len()
                );
            }
        }
    }

    #[test]
    fn the_sums_are_those_of_the_standards() {
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
        assert_eq!(adler32(&[255; MOST]), {
            let mut encoder =
                flate2::bufread::ZlibEncoder::new(&[255; MOST][..], flate2::Compression::fast());
            let mut coded = Vec::new();
            encoder.read_to_end(&mut coded).unwrap();
            u32::from_be_bytes(*coded.last_chunk().unwrap())
        });
        assert_eq!(
            crc_and_length(b"123456789")[..4],
            0xcbf4_3926_u32.to_le_bytes()
        );
    }

    proptest! {
        #[test]
        fn whatever_it_is_comes_back(
            pieces in vec((vec(0..8_u8, 0..40), 1..60_usize), 0..30),
            level in 1..=9_u32,
        ) {
            let mut plain: Vec<u8> =
                pieces.iter().flat_map(|(piece, times)| piece.repeat(*times)).collect();
            plain.truncate(MOST);
            length(&mut Short::default(), &plain, level);
        }
    }
}
