//! How many connections one address has.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use plywood_core::Client;

/// The connections of each client that has one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// The place of a connection, which is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place(Option<(Places, IpAddr)>);

impl Places {
    /// A place for a connection of this client, if it has fewer than `most`. Whom nobody can tell from others is not counted.
    pub(crate) fn take(&self, client: Client, most: usize) -> Option<Place> {
        let Some(network) = client.network() else {
            return Some(Place(None));
        };
        let mut taken = self.taken();
        let count = taken.entry(network).or_default();
        if *count >= most {
            // Where nobody may have one there is nothing to remember.
            if *count == 0 {
                taken.remove(&network);
            }
            return None;
        }
        *count += 1;
        drop(taken);
        Some(Place(Some((self.clone(), network))))
    }

    /// Held for a look-up, which does not panic or wait.
    fn taken(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((places, network)) = &self.0 else {
            return;
        };
        let mut taken = places.taken();
        if let Some(count) = taken.get_mut(network) {
            *count -= 1;
            if *count == 0 {
                taken.remove(network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(ip: &str) -> Client {
        let ip: IpAddr = ip.parse().unwrap();
        Client::tcp((ip, 40312).into())
    }

    #[test]
    fn one_client_has_so_many_places_and_takes_none_from_another() {
        let places = Places::default();
        let first = places.take(client("192.0.2.1"), 2).unwrap();
        let _second = places.take(client("192.0.2.1"), 2).unwrap();
        assert!(places.take(client("192.0.2.1"), 2).is_none());
        let other = places.take(client("192.0.2.2"), 2);
        assert!(other.is_some());
        drop(first);
        assert!(places.take(client("192.0.2.1"), 2).is_some());
    }

    #[test]
    fn a_household_is_one_client_and_a_proxy_on_this_machine_is_none() {
        let places = Places::default();
        let _one = places.take(client("2001:db8::1"), 1).unwrap();
        assert!(places.take(client("2001:db8::2"), 1).is_none());
        assert!(places.take(client("2001:db8:0:1::1"), 1).is_some());
        for ip in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            let many: Vec<_> = (0..9).map(|_| places.take(client(ip), 1)).collect();
            assert!(many.iter().all(Option::is_some), "{ip}");
        }
        assert!(places.take(Client::unix(), 1).is_some());
    }

    #[test]
    fn what_is_over_leaves_no_room_behind() {
        let places = Places::default();
        for last in 0..=255 {
            let place = places.take(client(&format!("192.0.2.{last}")), 1);
            assert!(place.is_some());
            assert!(places.take(client("198.51.100.1"), 0).is_none());
        }
        assert!(places.taken().is_empty());
    }
}
