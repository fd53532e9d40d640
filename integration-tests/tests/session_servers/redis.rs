use std::time::Duration;

use plywood_integration_tests::RedisServer;
use plywood_session_core::{Store, Timestamp, Vault};
use plywood_session_redis::RedisStore;
use redis::{AsyncConnectionConfig, Client, aio::MultiplexedConnection};
use tokio::time::{sleep, timeout};

use crate::{faults, relay::Relay, rules};

/// Who waits for as long as a busy machine takes.
fn store(url: &str) -> RedisStore {
    RedisStore::new(url).unwrap().timeout(rules::HOUR)
}

/// Who waits as the applications do.
fn impatient(url: &str) -> RedisStore {
    RedisStore::new(url).unwrap()
}

async fn client(url: &str) -> MultiplexedConnection {
    let client = Client::open(url).unwrap();
    let patient = AsyncConnectionConfig::new()
        .set_connection_timeout(None)
        .set_response_timeout(None);
    let connection = client.get_multiplexed_async_connection_with_config(&patient);
    connection.await.unwrap()
}

async fn say<T: redis::FromRedisValue>(client: &mut MultiplexedConnection, words: &str) -> T {
    let mut command = redis::Cmd::new();
    words.split(' ').for_each(|word| {
        command.arg(word);
    });
    command.query_async(client).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_the_rules_of_stores() {
    let (url, _server) = RedisServer::given_or_started();
    rules::hold(|| store(&url)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_crashes_loses_nothing_and_is_found_again() {
    let server = RedisServer::start();
    let url = server.url();
    faults::crashes(server, impatient(&url), || store(&url)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_an_error_in_time() {
    let server = RedisServer::start();
    let url = server.url();
    faults::hangs(server, impatient(&url), || store(&url)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_store_does_not_notice_a_restart() {
    let mut server = RedisServer::start();
    let vault = Vault::new(store(&server.url()));
    let id = rules::counted(&vault).await;
    for n in 1..4 {
        server.kill();
        faults::disconnected(server.port()).await;
        server.restart();
        // Neither the connection nor the scripts are there any more, and the first request finds new ones.
        assert_eq!(rules::count_up(vault.clone(), id).await.unwrap(), n);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_is_followed() {
    let (mut primary, replica) = (RedisServer::start(), RedisServer::start());
    let (port, url) = (primary.port(), replica.url());
    let mut other = client(&url).await;
    let _: String = say(&mut other, &format!("REPLICAOF 127.0.0.1 {port}")).await;
    let relay = Relay::start(port).await;
    let vault = Vault::new(store(&relay.url("redis")));
    let id = rules::counted(&vault).await;
    let mut there = client(&primary.url()).await;
    while say::<i64>(&mut there, "WAIT 1 100").await < 1 {}

    // The address leads to a replica for a while, which says that it takes no changes.
    relay.lead_to(replica.port());
    primary.kill();
    rules::count_up(vault.clone(), id).await.unwrap_err();
    let _: String = say(&mut other, "REPLICAOF NO ONE").await;
    faults::recovers(&vault, id).await;
    assert_eq!(rules::count(&vault, id).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_leads_to_a_replica_is_given_up() {
    let (primary, replica) = (RedisServer::start(), RedisServer::start());
    let (mut here, mut other) = (client(&primary.url()).await, client(&replica.url()).await);
    let follow = format!("REPLICAOF 127.0.0.1 {}", primary.port());
    let _: String = say(&mut other, &follow).await;
    let relay = Relay::start(primary.port()).await;
    let vault = Vault::new(store(&relay.url("redis")));
    let id = rules::counted(&vault).await;
    while say::<i64>(&mut here, "WAIT 1 100").await < 1 {}

    // They change places, and nobody closes the connection.
    let _: String = say(&mut other, "REPLICAOF NO ONE").await;
    let follow = format!("REPLICAOF 127.0.0.1 {}", replica.port());
    let _: String = say(&mut here, &follow).await;
    relay.lead_to(replica.port());
    rules::count_up(vault.clone(), id).await.unwrap_err();
    faults::recovers(&vault, id).await;
    assert_eq!(rules::count(&vault, id).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_expired_is_forgotten_with_its_index() {
    let server = RedisServer::start();
    let store = store(&server.url()).prefix("shop:");
    let mut client = client(&server.url()).await;
    let keys = [rules::key(), rules::key()];
    let mut create = async |lives: [Duration; 2]| {
        for (key, life) in keys.iter().zip(lives) {
            let record = rules::record_of("ada", life);
            assert!(store.create(key, record).await.unwrap());
        }
        say::<Vec<String>>(&mut client, "KEYS *").await
    };
    let names = create([rules::HOUR, rules::HOUR * 2]).await;
    assert_eq!(names.len(), 3);
    assert!(
        names.iter().all(|name| name.starts_with("shop:")),
        "{names:?}"
    );
    assert!(names.contains(&"shop:owner:ada".to_owned()), "{names:?}");
    assert_eq!(store.delete_all("ada", None).await.unwrap(), 2);

    let mut names = create([100, 300].map(Duration::from_millis)).await;
    let forgotten = async {
        while !names.is_empty() {
            sleep(Duration::from_millis(5)).await;
            names = say(&mut client, "KEYS *").await;
        }
    };
    let forgotten = timeout(faults::PATIENCE, forgotten).await;
    forgotten.expect("the sessions and their index are forgotten");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owners_index_does_not_grow_with_what_has_expired() {
    let server = RedisServer::start();
    let store = store(&server.url());
    let mut client = client(&server.url()).await;
    let lives = rules::key();
    let record = rules::record_of("ada", rules::HOUR);
    assert!(store.create(&lives, record.clone()).await.unwrap());
    for _ in 0..500 {
        // Out of use long before its deadline.
        let key = rules::key();
        assert!(store.create(&key, record.clone()).await.unwrap());
        assert!(store.touch(&key, Timestamp::now()).await.unwrap());
    }
    let listed: u64 = say(&mut client, "SCARD plywood:session:owner:ada").await;
    assert!((1..50).contains(&listed), "{listed}");
    assert_eq!(store.delete_all("ada", None).await.unwrap(), 1);
    assert_eq!(say::<Vec<String>>(&mut client, "KEYS *").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_lives_as_long_as_the_last_of_its_sessions() {
    let server = RedisServer::start();
    let store = store(&server.url());
    let mut client = client(&server.url()).await;
    let keys = [rules::key(), rules::key()];
    let record_of = |owner, minutes| rules::record_of(owner, rules::HOUR / 60 * minutes);
    // So much is left, to some minutes.
    let mut is_left = async |minutes: i64| {
        let left: i64 = say(&mut client, "PTTL plywood:session:owner:ada").await;
        ((minutes - 5) * 60_000..=minutes * 60_000).contains(&left)
    };
    assert!(store.create(&keys[0], record_of("ada", 60)).await.unwrap());
    assert!(is_left(60).await);
    assert!(store.create(&keys[1], record_of("ada", 10)).await.unwrap());
    assert!(is_left(60).await);
    store
        .update(&keys[1], 1, record_of("ada", 90))
        .await
        .unwrap();
    assert!(is_left(90).await);
    store
        .update(&keys[1], 1, record_of("bob", 90))
        .await
        .unwrap();
    assert_eq!(store.delete_all("ada", None).await.unwrap(), 1);
    assert!(store.load(&keys[1]).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn applications_with_two_prefixes_do_not_meet() {
    let server = RedisServer::start();
    let (one, other) = (
        store(&server.url()).prefix("one:"),
        store(&server.url()).prefix("other:"),
    );
    let key = rules::key();
    for store in [&one, &other] {
        assert!(
            store
                .create(&key, rules::record_of("ada", rules::HOUR))
                .await
                .unwrap()
        );
    }
    assert_eq!(one.delete_all("ada", None).await.unwrap(), 1);
    assert!(one.load(&key).await.unwrap().is_none());
    assert!(other.load(&key).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_is_one_command_and_a_change_is_one() {
    let server = RedisServer::start();
    let store = store(&server.url());
    let mut client = client(&server.url()).await;
    let (key, record) = (rules::key(), rules::record_of("ada", rules::HOUR));
    assert!(store.create(&key, record.clone()).await.unwrap());
    store.update(&key, 1, record.clone()).await.unwrap();
    let _: () = say(&mut client, "CONFIG RESETSTAT").await;
    store.load(&key).await.unwrap();
    store.update(&key, 1, record).await.unwrap();
    let stats: String = say(&mut client, "INFO commandstats").await;
    let calls = |name: &str| {
        let line = stats
            .lines()
            .find(|line| line.starts_with(&format!("cmdstat_{name}:")));
        line.map(|line| line.contains("calls=1,"))
    };
    // The scripts' own commands are counted too.
    let called = ["get", "evalsha", "getrange", "set"].map(calls);
    assert_eq!(called, [Some(true); 4], "{stats}");
    assert_eq!(stats.matches("cmdstat_").count(), 5, "{stats}");
}
