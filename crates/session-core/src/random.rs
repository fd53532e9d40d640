use std::cell::RefCell;

use crate::SessionError;

/// 192 random bits, which the system's generator gave to nobody else: for an id, or for the salt of a [`Seal`](crate::Seal).
///
/// Each thread fetches some ahead, because asking the system costs more than everything else about an id. What was handed out is wiped. A
/// process that forks without a new program, or a machine whose memory is saved and resumed twice, would hand out the rest twice: let neither
/// happen while it serves.
///
/// # Errors
///
/// When the system gives no randomness.
pub fn random() -> Result<[u8; 24], SessionError> {
    AHEAD.with_borrow_mut(|ahead| ahead.next().map_err(SessionError::random))
}

thread_local! {
    static AHEAD: RefCell<Ahead> = const {
        RefCell::new(Ahead {
            portions: [[0; 24]; PORTIONS],
            left: 0,
        })
    };
}

/// So many portions are fetched at once.
const PORTIONS: usize = 16;

struct Ahead {
    portions: [[u8; 24]; PORTIONS],
    left: usize,
}

impl Ahead {
    fn next(&mut self) -> Result<[u8; 24], getrandom::Error> {
        if self.left == 0 {
            getrandom::fill(self.portions.as_flattened_mut())?;
            self.left = PORTIONS;
        }
        self.left -= 1;
        Ok(std::mem::take(&mut self.portions[self.left]))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_portion_comes_twice_and_none_stays_behind() {
        let threads = [(); 3].map(|()| {
            std::thread::spawn(|| {
                let portions: Vec<_> = (0..1000).map(|_| random().unwrap()).collect();
                portions
            })
        });
        let all: HashSet<_> = threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect();
        assert_eq!(all.len(), 3000);
        assert!(!all.contains(&[0; 24]));

        random().unwrap();
        AHEAD.with_borrow(|ahead| {
            let handed_out = &ahead.portions[ahead.left..];
            assert!(!handed_out.is_empty() && handed_out.iter().all(|portion| *portion == [0; 24]));
        });
    }
}
