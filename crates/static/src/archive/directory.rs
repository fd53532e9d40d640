//! The directory at an archive's end.
//!
//! [APPNOTE.TXT](https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT) §4.3

use std::{fs::File, io, ops::Range};

use super::bytes_at;

/// How many members an archive may have.
const MAX_MEMBERS: u64 = 65_536;

/// How large the directory may be.
const MAX_DIRECTORY: u64 = 64 << 20;

/// The end record, and the longest comment behind it.
const END: usize = 22;
const LONGEST_END: usize = END + 0xffff;

/// How a member is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Stored,
    Deflated,
}

/// What the directory says of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) method: Method,
    pub(crate) crc: u32,
    /// Its length once it is unpacked.
    pub(crate) length: u64,
    /// Seconds since 1970 in UTC, if the archive says so. The dates that every archive has are in a zone that none names.
    pub(crate) modified: Option<u32>,
    /// Where its local header stands; where its bytes stand, once it has been [located](Self::locate).
    pub(crate) data: Range<u64>,
}

/// The members of an archive of `length` bytes, with their names: those that are files and that we can unpack.
pub(crate) fn read(file: &File, length: u64) -> io::Result<Vec<(String, Record)>> {
    let tail = length.min(LONGEST_END as u64);
    let bytes = bytes_at(file, length - tail, index(tail)?)?;
    let at = find_end(&bytes).ok_or_else(no_archive)?;
    let mut end = End::read(&bytes[at..]).ok_or_else(no_archive)?;
    let mut behind = length - tail + at as u64;
    // A larger end record, if there is one, is named 20 bytes before this one. It counts also where the numbers here would have had room.
    let locator = behind.checked_sub(20);
    if let Some(locator) = locator
        && let Some(place) = Fields(&bytes_at(file, locator, 20)?).zip64_place()
    {
        let larger = place.checked_add(56).is_some_and(|end| end <= locator);
        let larger = if larger {
            bytes_at(file, place, 56)?
        } else {
            Vec::new()
        };
        end = End::read_zip64(&larger).ok_or_else(no_archive)?;
        behind = place;
    }
    if end.members > MAX_MEMBERS || end.length > MAX_DIRECTORY {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the archive's directory is too large",
        ));
    }
    // What stands before the archive, as a program that unpacks itself, shifts every place.
    let start = behind.checked_sub(end.length).ok_or_else(no_archive)?;
    let shift = start.checked_sub(end.start).ok_or_else(no_archive)?;
    let directory = bytes_at(file, start, index(end.length)?)?;
    let mut fields = Fields(&directory);
    let mut members = Vec::new();
    for _ in 0..end.members {
        if let Some((name, mut record)) = member(&mut fields).ok_or_else(no_archive)? {
            record.data.start = record.data.start.saturating_add(shift);
            members.push((name, record));
        }
    }
    Ok(members)
}

impl Record {
    /// Finds the bytes behind the local header, and says whether they lie within the archive of `length` bytes.
    pub(crate) fn locate(&mut self, file: &File, length: u64) -> io::Result<bool> {
        const HEADER: u64 = 30;
        let header = self.data.start;
        if header.checked_add(HEADER).is_none_or(|end| end > length) {
            return Ok(false);
        }
        let bytes = bytes_at(file, header, 30)?;
        let mut fields = Fields(&bytes);
        let Some(names) = fields.local_names() else {
            return Ok(false);
        };
        let start = header + HEADER + names;
        let Some(end) = start
            .checked_add(self.data.end)
            .filter(|end| *end <= length)
        else {
            return Ok(false);
        };
        self.data = start..end;
        Ok(true)
    }
}

/// Where the end record begins: the last place from which its comment reaches to the end of the file.
fn find_end(bytes: &[u8]) -> Option<usize> {
    (0..=bytes.len().checked_sub(END)?).rev().find(|at| {
        let rest = &bytes[*at..];
        let comment = usize::from(u16::from_le_bytes([rest[20], rest[21]]));
        rest.starts_with(b"PK\x05\x06") && rest.len() == END + comment
    })
}

/// Where the directory is, and how much of it.
struct End {
    members: u64,
    length: u64,
    start: u64,
}

impl End {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        fields.signature(*b"PK\x05\x06")?;
        let (disk, of_directory) = (fields.u16()?, fields.u16()?);
        let (here, members) = (fields.u16()?, fields.u16()?);
        let (length, start) = (fields.u32()?, fields.u32()?);
        let end = Self {
            members: members.into(),
            length: length.into(),
            start: start.into(),
        };
        // An archive in several volumes has no members here.
        (end.is_zip64() || (disk == of_directory && here == members)).then_some(end)
    }

    fn read_zip64(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        fields.signature(*b"PK\x06\x06")?;
        fields.take(20)?;
        let (here, members) = (fields.u64()?, fields.u64()?);
        let (length, start) = (fields.u64()?, fields.u64()?);
        (here == members).then_some(Self {
            members,
            length,
            start,
        })
    }

    /// Whether a number did not fit, so that the larger record has it.
    const fn is_zip64(&self) -> bool {
        self.members == 0xffff || self.length == 0xffff_ffff || self.start == 0xffff_ffff
    }
}

/// The next record of the directory: nothing in it for what is no file, or not ours to unpack.
#[expect(
    clippy::option_option,
    reason = "the outer one is the end of the directory"
)]
fn member(fields: &mut Fields<'_>) -> Option<Option<(String, Record)>> {
    fields.signature(*b"PK\x01\x02")?;
    fields.take(4)?;
    let (flags, method) = (fields.u16()?, fields.u16()?);
    fields.take(4)?;
    let crc = fields.u32()?;
    let (mut packed, mut length) = (u64::from(fields.u32()?), u64::from(fields.u32()?));
    let (name, extra, comment) = (fields.u16()?, fields.u16()?, fields.u16()?);
    fields.take(4)?;
    let attributes = fields.u32()?;
    let mut start = u64::from(fields.u32()?);
    let name = fields.take(name.into())?;
    let mut extra = Fields(fields.take(extra.into())?);
    fields.take(comment.into())?;

    let mut modified = None;
    while let (Some(id), Some(size)) = (extra.u16(), extra.u16()) {
        let Some(data) = extra.take(size.into()) else {
            break;
        };
        let mut data = Fields(data);
        match id {
            // The larger numbers stand here, in this order, where the record has only ones.
            0x0001 => {
                for number in [&mut length, &mut packed, &mut start] {
                    if *number == 0xffff_ffff {
                        *number = data.u64()?;
                    }
                }
            }
            // The date in UTC.
            0x5455 if data.take(1)?[0] & 1 == 1 => modified = data.u32(),
            _ => {}
        }
    }
    let method = match method {
        0 => Method::Stored,
        8 => Method::Deflated,
        _ => return Some(None),
    };
    let is_encrypted = flags & 1 == 1;
    let is_link = attributes >> 28 == 0xa;
    let is_odd = method == Method::Stored && packed != length;
    let Ok(name) = str::from_utf8(name) else {
        return Some(None);
    };
    if is_encrypted || is_link || is_odd || name.ends_with('/') {
        return Some(None);
    }
    let record = Record {
        method,
        crc,
        length,
        modified,
        data: start..packed,
    };
    Some(Some((name.to_owned(), record)))
}

/// Numbers in the order of their bytes, the least first.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn signature(&mut self, expected: [u8; 4]) -> Option<()> {
        (self.array()? == expected).then_some(())
    }

    fn zip64_place(&mut self) -> Option<u64> {
        self.signature(*b"PK\x06\x07")?;
        self.take(4)?;
        self.u64()
    }

    /// How long the name and the extra fields behind a local header are.
    fn local_names(&mut self) -> Option<u64> {
        self.signature(*b"PK\x03\x04")?;
        self.take(22)?;
        Some(u64::from(self.u16()?) + u64::from(self.u16()?))
    }
}

fn index(number: u64) -> io::Result<usize> {
    usize::try_from(number).map_err(|_| no_archive())
}

fn no_archive() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is no zip archive")
}
