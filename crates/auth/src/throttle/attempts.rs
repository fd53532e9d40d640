use std::{fmt, ops::RangeInclusive, sync::Arc, time::Duration};

use plywood_core::future::Next;

use super::{
    Attempt, Note, Throttle,
    count::Limit,
    table::{Limits, Table},
};

/// Counts wrong passwords in the memory of one process. A clone counts on with it.
///
/// Some wrong ones are free. After those there is a wait of a second, and of twice as long after each more, up to a longest one. What is
/// tried during a wait is not checked and not counted. An hour after the last wrong one it is forgotten.
///
/// | counted | free | longest wait | against |
/// |---|---|---|---|
/// | one client for one account | 10 | 15 minutes | guessing a password |
/// | one client for all accounts | 50 | 15 minutes | trying one password on many accounts |
/// | one account for all clients | 30 | 30 seconds | guessing from many addresses |
///
/// A right password ends the first count, and makes the client known to the account for as long as there is room: the other two then do
/// not keep it out. It does not end those, so that nobody can wash his guesses off with an account of his own.
///
/// So nobody is kept out from where they have signed in before, unless somebody guesses at the same address. From elsewhere, a stranger who
/// goes on guessing can keep an account shut: one guess at the end of each wait is enough, wherever it comes from. A
/// [shorter wait](Self::per_account) for the account makes room for its owner, and for those who guess from many addresses.
///
/// What is counted is what somebody has learnt. Guesses that are sent all at once are all checked, as are the many requests of a page that is
/// loaded with a right password; but of those guesses no more are answered than of as many one by one, and the others, a right one among them,
/// as if they came during the wait. What they cost is bounded by the number of passwords that are checked at a time: of hashes, by `Workers` of
/// `password`; a check that asks a directory must do so itself. Of a request that was given up before its outcome nothing is counted either.
///
/// There is room for 65,536 counts, and for as many known clients, about 5 MB at most. When it is full, the oldest are forgotten. Names are
/// counted without regard to case and surrounding space, whether there is such an account or not.
#[derive(Clone)]
pub struct Attempts {
    limits: Limits,
    table: Arc<Table>,
}

impl Attempts {
    /// With the limits above.
    pub fn new() -> Self {
        let limit = |free, longest| Limit {
            free,
            first: Duration::from_secs(1),
            longest: Duration::from_secs(longest),
        };
        Self {
            limits: Limits {
                pair: limit(10, 15 * 60),
                client: limit(50, 15 * 60),
                account: limit(30, 30),
            },
            table: Arc::new(Table::new()),
        }
    }

    /// The limit of one client for one account: so many wrong ones are free, and so long are the first wait and the longest.
    #[must_use]
    pub fn per_client_and_account(mut self, free: u32, waits: RangeInclusive<Duration>) -> Self {
        self.limits.pair = Limit::new(free, &waits);
        self
    }

    /// The limit of one client for all accounts: wider where many people share an address.
    #[must_use]
    pub fn per_client(mut self, free: u32, waits: RangeInclusive<Duration>) -> Self {
        self.limits.client = Limit::new(free, &waits);
        self
    }

    /// The limit of one account for all clients. A long wait lets a stranger keep people out of their accounts.
    #[must_use]
    pub fn per_account(mut self, free: u32, waits: RangeInclusive<Duration>) -> Self {
        self.limits.account = Limit::new(free, &waits);
        self
    }

    fn wait(&self, attempt: &Attempt<'_>, now: Duration) -> Duration {
        let keys = self.table.keys(attempt);
        self.table.counts().wait(&self.limits, &keys, now)
    }

    /// Counts an outcome, unless it is to be kept back: as one step, so that of many at a time each sees those before it.
    fn learn(&self, attempt: &Attempt<'_>, note: Note, now: Duration) -> Result<(), Duration> {
        let keys = self.table.keys(attempt);
        let mut counts = self.table.counts();
        let wait = counts.wait(&self.limits, &keys, now);
        if !wait.is_zero() {
            return Err(wait);
        }
        match (note, keys.pair) {
            (Note::Wrong, _) => counts.add_wrong(&keys, now),
            (Note::Right, Some(pair)) => counts.add_right(pair),
            (Note::Right, None) => {}
        }
        Ok(())
    }

    fn learn_right(&self, attempt: &Attempt<'_>) {
        if let Some(pair) = self.table.pair(attempt) {
            self.table.counts().add_right(pair);
        }
    }
}

impl Default for Attempts {
    fn default() -> Self {
        Self::new()
    }
}

impl Throttle for Attempts {
    fn admits(&self, attempt: &Attempt<'_>) -> Next<Result<(), Duration>> {
        if self.table.is_quiet() {
            return Next::Now(Ok(()));
        }
        let wait = self.wait(attempt, self.table.now());
        Next::Now(if wait.is_zero() { Ok(()) } else { Err(wait) })
    }

    fn note(&self, attempt: &Attempt<'_>, note: Note) -> Next<Result<(), Duration>> {
        if note == Note::Wrong {
            self.table.end_quiet();
        } else if self.table.is_quiet() {
            // Nobody waits for anything yet.
            self.learn_right(attempt);
            return Next::Now(Ok(()));
        }
        Next::Now(self.learn(attempt, note, self.table.now()))
    }
}

impl fmt::Debug for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempts")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::Request;
    use plywood_core::Client;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn from(ip: Option<[u8; 4]>) -> Request<()> {
        let mut request = Request::new(());
        if let Some(ip) = ip {
            let client = Client::tcp((ip, 40312).into());
            request.extensions_mut().insert(client);
        }
        request
    }

    /// Guesses once a second for so long, and says how often it came to a check.
    fn guess(
        attempts: &Attempts,
        seconds: std::ops::Range<u32>,
        mut at: impl FnMut(u32) -> (String, Option<[u8; 4]>),
    ) -> u32 {
        let mut checked = 0;
        for second in seconds {
            let (name, ip) = at(second);
            let (request, now) = (from(ip), SECOND * second);
            let attempt = Attempt::of(&name, &request);
            if attempts.wait(&attempt, now).is_zero() {
                checked += 1;
                assert_eq!(attempts.learn(&attempt, Note::Wrong, now), Ok(()));
            }
        }
        checked
    }

    fn wait(attempts: &Attempts, name: &str, ip: Option<[u8; 4]>, second: u32) -> u64 {
        let request = from(ip);
        let attempt = Attempt::of(name, &request);
        attempts.wait(&attempt, SECOND * second).as_secs()
    }

    const HERE: Option<[u8; 4]> = Some([192, 0, 2, 1]);
    const THERE: Option<[u8; 4]> = Some([192, 0, 2, 2]);

    #[test]
    fn one_client_gets_few_guesses_and_keeps_nobody_else_out() {
        let attempts = Attempts::new();
        // Ten at once, then after 1, 2, 4 .. 512 seconds, then each quarter of an hour.
        let checked = guess(&attempts, 0..3600, |_| ("ada".into(), HERE));
        assert!((10..=23).contains(&checked), "{checked}");
        assert!(wait(&attempts, "ada", HERE, 3600) > 0);
        assert!(wait(&attempts, " ADA", HERE, 3600) > 0);
        assert_eq!(wait(&attempts, "ada", THERE, 3600), 0);
        assert_eq!(wait(&attempts, "eve", HERE, 3600), 0);
    }

    #[test]
    fn one_client_is_stopped_over_all_names() {
        let attempts = Attempts::new();
        let checked = guess(&attempts, 0..3600, |second| (second.to_string(), HERE));
        assert!((50..=63).contains(&checked), "{checked}");
        assert!(wait(&attempts, "ada", HERE, 3600) > 0);
        assert_eq!(wait(&attempts, "ada", THERE, 3600), 0);
    }

    #[test]
    fn many_clients_slow_one_account_down_and_do_not_close_it() {
        let attempts = Attempts::new();
        let ada_here = (from(HERE), "ada");
        let at_home = Attempt::of(ada_here.1, &ada_here.0);
        for note in [Note::Wrong, Note::Right] {
            assert_eq!(attempts.learn(&at_home, note, Duration::ZERO), Ok(()));
        }
        let checked = guess(&attempts, 0..3600, |second| {
            let [.., a, b] = second.to_be_bytes();
            ("ada".into(), Some([10, 0, a, b]))
        });
        assert!((30..=160).contains(&checked), "{checked}");
        assert!(wait(&attempts, "ada", THERE, 3600) <= 30);
        assert_eq!(wait(&attempts, "ada", HERE, 3600), 0);
        assert_eq!(wait(&attempts, "eve", THERE, 3600), 0);
    }

    #[test]
    fn who_has_signed_in_before_any_wrong_one_is_known() {
        let attempts = Attempts::new();
        let here = from(HERE);
        let at_home = Attempt::of("ada", &here);
        assert!(matches!(
            attempts.note(&at_home, Note::Right),
            Next::Now(Ok(()))
        ));
        guess(&attempts, 0..31, |second| {
            let [.., a, b] = second.to_be_bytes();
            ("ada".into(), Some([10, 0, a, b]))
        });
        assert!(wait(&attempts, "ada", THERE, 30) > 0);
        assert_eq!(wait(&attempts, "ada", HERE, 30), 0);
    }

    #[test]
    fn without_an_address_the_account_alone_is_counted() {
        let attempts = Attempts::new();
        let checked = guess(&attempts, 0..3600, |_| ("ada".into(), None));
        assert!((30..=160).contains(&checked), "{checked}");
        assert!(wait(&attempts, "ada", None, 3600) <= 30);
        assert_eq!(wait(&attempts, "eve", None, 3600), 0);
    }

    #[test]
    fn a_right_password_ends_the_count_and_no_guess_is_washed_off_by_one() {
        let attempts = Attempts::new();
        guess(&attempts, 0..9, |_| ("ada".into(), HERE));
        let own = from(HERE);
        let right = attempts.learn(&Attempt::of("ada", &own), Note::Right, 9 * SECOND);
        assert_eq!(right, Ok(()));
        assert_eq!(guess(&attempts, 9..19, |_| ("ada".into(), HERE)), 10);

        let attempts = Attempts::new();
        let checked = guess(&attempts, 0..3600, |second| {
            let eve = Attempt::of("eve", &own);
            assert_eq!(attempts.learn(&eve, Note::Right, SECOND * second), Ok(()));
            (second.to_string(), HERE)
        });
        assert!(checked <= 63, "{checked}");
    }

    #[test]
    fn a_flood_of_names_and_addresses_is_forgotten_and_takes_no_more_room() {
        let attempts = Attempts::new();
        let checked = guess(&attempts, 0..50_000, |second| {
            let [_, a, b, c] = second.to_be_bytes();
            (second.to_string(), Some([10, a, b, c]))
        });
        assert_eq!(checked, 50_000);
        assert_eq!(wait(&attempts, "ada", HERE, 50_000), 0);
    }

    #[test]
    fn what_comes_out_during_a_wait_is_kept_back_and_not_counted() {
        let attempts = Attempts::new();
        let here = from(HERE);
        let guess = Attempt::of("ada", &here);
        // All of them were admitted before the first had an outcome.
        let learn = |note, second| attempts.learn(&guess, note, SECOND * second);
        assert!((0..11).all(|_| learn(Note::Wrong, 0) == Ok(())));
        assert!((0..1000).all(|_| learn(Note::Wrong, 0) == Err(SECOND)));
        assert_eq!(learn(Note::Right, 0), Err(SECOND));
        assert_eq!(learn(Note::Wrong, 1), Ok(()));
        assert_eq!(learn(Note::Wrong, 1), Err(2 * SECOND));
    }

    #[test]
    fn a_clone_counts_on() {
        let attempts = Attempts::new();
        guess(&attempts.clone(), 0..20, |_| ("ada".into(), HERE));
        assert!(wait(&attempts, "ada", HERE, 20) > 0);
    }
}
