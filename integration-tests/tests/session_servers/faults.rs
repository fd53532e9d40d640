use std::{
    env, fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use plywood_integration_tests::{PostgresServer, RedisServer};
use plywood_session_core::{Id, Store, Vault};
use tokio::time::{interval, sleep, timeout};

use crate::rules::{count, count_up, counted};

/// A server of the test's own.
pub(crate) trait Server: Send + 'static {
    fn kill(&mut self);
    fn restart(&mut self);
    fn pause(&self);
    fn resume(&self);
}

macro_rules! server {
    ($server:ty) => {
        impl Server for $server {
            fn kill(&mut self) {
                self.kill();
            }
            fn restart(&mut self) {
                self.restart();
            }
            fn pause(&self) {
                self.pause();
            }
            fn resume(&self) {
                self.resume();
            }
        }
    };
}

server!(PostgresServer);
server!(RedisServer);

/// How long a request may take when the server is down, and the store when it is back, before it is said to hang.
///
/// The store's own bound is a second. A hang is a failure; what is above is for a machine that has much else to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(240);

/// One visitor, and what the requests of theirs were told.
struct Visitor {
    id: Id,
    counted: AtomicU32,
    refused: AtomicU32,
}

/// 500 requests a second, each of which adds one for one of the visitors.
struct Load {
    visitors: Arc<[Visitor]>,
    over: Arc<AtomicBool>,
    generator: tokio::task::JoinHandle<()>,
}

impl Load {
    /// Makes the visitors' sessions in one vault; they come to the other.
    async fn start(before: &Vault, vault: &Vault) -> Self {
        let mut visitors = Vec::new();
        for _ in 0..16 {
            visitors.push(Visitor {
                id: counted(before).await,
                counted: AtomicU32::new(0),
                refused: AtomicU32::new(0),
            });
        }
        let visitors: Arc<[_]> = visitors.into();
        let over = Arc::<AtomicBool>::default();
        let generator = tokio::spawn({
            let (vault, visitors, over) = (vault.clone(), visitors.clone(), over.clone());
            async move {
                let mut requests = Vec::new();
                let mut beat = interval(Duration::from_millis(2));
                while !over.load(Relaxed) {
                    beat.tick().await;
                    let (vault, visitors) = (vault.clone(), visitors.clone());
                    let n = requests.len() % visitors.len();
                    requests.push(tokio::spawn(async move { visitors[n].visit(vault).await }));
                }
                for request in requests {
                    request.await.unwrap();
                }
            }
        });
        Self {
            visitors,
            over,
            generator,
        }
    }

    /// Ends the load and compares what was told with what is there: no request that was told it counts is missing, and none counts twice.
    async fn finish(self, vault: &Vault) {
        // Not the witness alone finds the server again.
        let (before, back) = (self.counted(), Instant::now());
        while self.counted() < before + 16 {
            assert!(back.elapsed() < PATIENCE, "{before} counted, and no more");
            sleep(Duration::from_millis(5)).await;
        }
        self.over.store(true, Relaxed);
        self.generator.await.unwrap();
        let mut none = 0;
        for visitor in &*self.visitors {
            let (counted, refused) = (visitor.counted.load(Relaxed), visitor.refused.load(Relaxed));
            let kept = count(vault, visitor.id).await;
            // Whoever was refused may have been carried out: its answer was lost.
            assert!(
                (counted..=counted + refused).contains(&kept),
                "{counted} were told they count and {refused} that they may not: {kept}"
            );
            none += refused;
        }
        assert!(none > 0, "the server was down some of the time");
    }

    fn counted(&self) -> u32 {
        let counted = |visitor: &Visitor| visitor.counted.load(Relaxed);
        self.visitors.iter().map(counted).sum()
    }
}

impl Visitor {
    async fn visit(&self, vault: Vault) {
        let started = Instant::now();
        let answer = count_up(vault, self.id).await;
        assert!(
            started.elapsed() < PATIENCE,
            "{:?}: {answer:?}",
            started.elapsed()
        );
        match answer {
            Ok(_) => self.counted.fetch_add(1, Relaxed),
            Err(_) => self.refused.fetch_add(1, Relaxed),
        };
    }
}

/// Kills the server under load and starts it again, 20 times, or as many as `PLYWOOD_CRASHES` says.
///
/// What is made before and counted after is made and counted through `patient` stores, which wait for as long as it takes.
pub(crate) async fn crashes<S: Server, P: Store>(
    mut server: S,
    store: impl Store,
    patient: impl Fn() -> P,
) -> S {
    let rounds = env::var("PLYWOOD_CRASHES").map_or(20, |rounds| rounds.parse().unwrap());
    let vault = Vault::new(store);
    let before = Vault::new(patient());
    let witness = counted(&before).await;
    let load = Load::start(&before, &vault).await;
    drop(before);
    for _ in 0..rounds {
        sleep(Duration::from_millis(150)).await;
        server.kill();
        sleep(Duration::from_millis(50)).await;
        // Processes of the server that are under way outlive it for a moment.
        while count_up(vault.clone(), witness).await.is_ok() {}
        server.restart();
        recovers(&vault, witness).await;
    }
    load.finish(&Vault::new(patient())).await;
    server
}

/// Stops the server in its tracks under load, and lets it go on.
pub(crate) async fn hangs<S: Server, P: Store>(
    server: S,
    store: impl Store,
    patient: impl Fn() -> P,
) -> S {
    let vault = Vault::new(store);
    let before = Vault::new(patient());
    let witness = counted(&before).await;
    let load = Load::start(&before, &vault).await;
    drop(before);
    for _ in 0..2 {
        sleep(Duration::from_millis(300)).await;
        server.pause();
        // All of one session, who wait for each other beside.
        let crowd: Vec<_> = (0..50)
            .map(|_| tokio::spawn(timeout(PATIENCE, count_up(vault.clone(), witness))))
            .collect();
        for request in crowd {
            request.await.unwrap().expect("it is answered").unwrap_err();
        }
        sleep(Duration::from_millis(1500)).await;
        server.resume();
        recovers(&vault, witness).await;
    }
    load.finish(&Vault::new(patient())).await;
    server
}

/// Waits until nobody is connected to a server that has gone: until then a store may not have seen it go.
pub(crate) async fn disconnected(port: u16) {
    let (server, end) = (format!(":{port:04X}"), Instant::now() + PATIENCE);
    let is_connected = || {
        let sockets = fs::read_to_string("/proc/self/net/tcp").unwrap();
        sockets.lines().skip(1).any(|socket| {
            let mut fields = socket.split_whitespace().skip(2);
            let (remote, state) = (fields.next().unwrap(), fields.next().unwrap());
            // Open, or closed by the server alone.
            remote.ends_with(&server) && ["01", "08"].contains(&state)
        })
    };
    while is_connected() {
        assert!(
            Instant::now() < end,
            "the server is gone, and nobody sees it"
        );
        sleep(Duration::from_millis(5)).await;
    }
}

/// The store works again a moment after the server does, and nobody has told it.
pub(crate) async fn recovers(vault: &Vault, witness: Id) {
    let back = Instant::now();
    while let Err(error) = count_up(vault.clone(), witness).await {
        assert!(back.elapsed() < PATIENCE, "{error:?}");
        sleep(Duration::from_millis(5)).await;
    }
}
