//! Bits into bytes, the lowest first ([RFC 1951 §3.1.1](https://www.rfc-editor.org/rfc/rfc1951#section-3.1.1)).

/// Writes into a room that is known to be long enough.
pub(super) struct Bits<'room> {
    room: &'room mut [u8],
    at: usize,
    held: u64,
    count: u32,
}

impl<'room> Bits<'room> {
    pub(super) const fn into(room: &'room mut [u8]) -> Self {
        Self {
            room,
            at: 0,
            held: 0,
            count: 0,
        }
    }

    /// Up to 32 bits. What `bits` has above them is 0.
    pub(super) fn put(&mut self, bits: u32, count: u32) {
        self.held |= u64::from(bits) << self.count;
        self.count += count;
        if self.count >= 32 {
            let [low @ .., _, _, _, _] = self.held.to_le_bytes();
            self.room[self.at..self.at + 4].copy_from_slice(&low);
            self.at += 4;
            self.held >>= 32;
            self.count -= 32;
        }
    }

    /// How many bytes it came to, the last one filled up with zeros.
    pub(super) fn finish(self) -> usize {
        let length = self.count.div_ceil(8) as usize;
        let last = self.held.to_le_bytes();
        self.room[self.at..self.at + length].copy_from_slice(&last[..length]);
        self.at + length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bit_is_the_lowest() {
        let mut room = [0; 9];
        let mut bits = Bits::into(&mut room);
        bits.put(1, 1);
        bits.put(0b10, 2);
        bits.put(u32::MAX, 32);
        bits.put(0, 0);
        bits.put(0b101, 3);
        assert_eq!(bits.finish(), 5);
        assert_eq!(room, [0xfd, 255, 255, 255, 0b10_1111, 0, 0, 0, 0]);
    }
}
