//! Many threads, one file.

use std::thread;

use plywood_access_log::{Lines, LogFile, Overflow, Sink};
use proptest::prelude::*;

use crate::Folder;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn threads_do_not_tear_each_others_lines_and_keep_their_order(
        max_size in prop_oneof![Just(u64::MAX), 500_u64..5000],
        capacity in 600_usize..4000,
        lengths in prop::collection::vec(0_usize..400, 1..8),
    ) {
        const THREADS: usize = 32;
        const LINES: usize = 40;
        let folder = Folder::new();
        let file = LogFile::at(folder.log()).max_size(max_size);
        let log = Lines::options()
            .capacity(capacity)
            .overflow(Overflow::Block)
            .file(file)
            .unwrap();
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (log, lengths) = (log.clone(), &lengths);
                scope.spawn(move || {
                    for number in 0..LINES {
                        let filling = "x".repeat(lengths[number % lengths.len()]);
                        log.write(format!("{thread} {number} {filling}").as_bytes());
                    }
                });
            }
        });
        log.flush();
        let mut next = [0; THREADS];
        for line in folder.lines() {
            let mut parts = line.splitn(3, ' ');
            let mut number = || parts.next().unwrap().parse::<usize>().unwrap();
            let (thread, number) = (number(), number());
            prop_assert_eq!(number, next[thread]);
            let filling = "x".repeat(lengths[number % lengths.len()]);
            prop_assert_eq!(parts.next().unwrap(), filling);
            next[thread] += 1;
        }
        prop_assert_eq!((next, log.dropped()), ([LINES; THREADS], 0));
    }
}
