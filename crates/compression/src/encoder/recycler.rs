//! Memory for brotli, which wants a megabyte for every body and gives it back.

use std::{
    any::{Any, TypeId},
    ops::{Index, IndexMut, Range},
};

use brotli::{
    Allocator, SliceWrapper, SliceWrapperMut,
    enc::{BrotliAlloc, command::Command},
};

/// Keeps what comes back, and hands it out again: never more pieces of a kind than were out at a time.
#[derive(Default)]
pub(crate) struct Recycler {
    /// One `Vec<Vec<T>>` for each kind `T`.
    shelves: Vec<Box<dyn Any + Send>>,
}

/// A piece that weighs more, in bytes, is made anew each time: clearing it costs more than the system's clean pages, of which a short body touches
/// few.
const HEAVY: usize = 3 << 19;

impl Recycler {
    fn shelf<T: Send + 'static>(&mut self) -> &mut Vec<Vec<T>> {
        let found = self
            .shelves
            .iter()
            .position(|shelf| shelf.is::<Vec<Vec<T>>>());
        let at = found.unwrap_or_else(|| {
            self.shelves.push(Box::new(Vec::<Vec<T>>::new()));
            self.shelves.len() - 1
        });
        let pieces = self.shelves[at].downcast_mut();
        pieces.expect("a shelf of this kind was looked for")
    }
}

/// Whether nothing is read of such a piece before it is written: clearing a megabyte of them for 100 KB of text is for nothing. Every other
/// piece goes out clean, above all those that hold text.
fn is_written_first<T: 'static>() -> bool {
    TypeId::of::<T>() == TypeId::of::<Command>()
}

impl<T: Clone + Default + Send + 'static> Allocator<T> for Recycler {
    type AllocatedMemory = Piece<T>;

    fn alloc_cell(&mut self, len: usize) -> Piece<T> {
        if len == 0 {
            return Piece::default();
        }
        let kept = self.shelf::<T>();
        let fits = |(_, piece): &(usize, &Vec<T>)| piece.capacity() >= len;
        let found = kept.iter().enumerate().filter(fits);
        if let Some((at, _)) = found.min_by_key(|(_, piece)| piece.capacity()) {
            let mut piece = kept.swap_remove(at);
            if !is_written_first::<T>() {
                piece.clear();
            }
            piece.truncate(len);
            piece.resize(len, T::default());
            return Piece(piece);
        }
        // The widest that is too narrow goes, so that pieces grow and do not gather.
        let pieces = kept.iter().enumerate();
        if let Some((at, _)) = pieces.max_by_key(|(_, piece)| piece.capacity()) {
            kept.swap_remove(at);
        }
        Piece(vec![T::default(); len])
    }

    fn free_cell(&mut self, piece: Piece<T>) {
        let weight = piece.0.capacity() * size_of::<T>();
        if weight > 0 && weight <= HEAVY {
            self.shelf().push(piece.0);
        }
    }
}

impl BrotliAlloc for Recycler {}

/// Some memory that is out.
pub(crate) struct Piece<T>(Vec<T>);

impl<T> Default for Piece<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> SliceWrapper<T> for Piece<T> {
    fn slice(&self) -> &[T] {
        &self.0
    }
}

impl<T> SliceWrapperMut<T> for Piece<T> {
    fn slice_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T> Index<usize> for Piece<T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        &self.0[at]
    }
}

impl<T> IndexMut<usize> for Piece<T> {
    fn index_mut(&mut self, at: usize) -> &mut T {
        &mut self.0[at]
    }
}

impl<T> Index<Range<usize>> for Piece<T> {
    type Output = [T];

    fn index(&self, range: Range<usize>) -> &[T] {
        &self.0[range]
    }
}

impl<T> IndexMut<Range<usize>> for Piece<T> {
    fn index_mut(&mut self, range: Range<usize>) -> &mut [T] {
        &mut self.0[range]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back_goes_out_again_clean() {
        let mut memory = Recycler::default();
        let mut first: Piece<u32> = memory.alloc_cell(100);
        first.slice_mut().fill(7);
        memory.free_cell(first);
        let again: Piece<u32> = memory.alloc_cell(50);
        assert_eq!(again.slice(), [0; 50]);
        assert_eq!(again.0.capacity(), 100);
        let other: Piece<u8> = memory.alloc_cell(50);
        assert_eq!(other.slice(), [0; 50]);
    }

    #[test]
    fn heavy_pieces_are_not_kept() {
        let mut memory = Recycler::default();
        let piece: Piece<u32> = memory.alloc_cell(HEAVY / 4 + 1);
        memory.free_cell(piece);
        assert!(memory.shelf::<u32>().is_empty());
    }

    #[test]
    fn narrow_pieces_do_not_gather() {
        let mut memory = Recycler::default();
        for len in 1..100 {
            let piece: Piece<u8> = memory.alloc_cell(len);
            memory.free_cell(piece);
        }
        assert_eq!(memory.shelf::<u8>().len(), 1);
    }
}
