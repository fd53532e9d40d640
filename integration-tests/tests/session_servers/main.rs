//! Sessions in servers that the tests start: every rule of stores, races, crashes, hangs.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod rules;

mod redis {
    use plywood_integration_tests::RedisServer;
    use plywood_session_redis::RedisStore;

    use crate::rules;

    fn store(url: &str) -> RedisStore {
        RedisStore::new(url).unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn it_keeps_the_rules_of_stores() {
        let (url, _server) = RedisServer::given_or_started();
        rules::hold(|| store(&url)).await;
    }
}

mod postgres {
    use plywood_integration_tests::PostgresServer;
    use plywood_session_postgres::PostgresStore;

    use crate::rules;

    fn store(url: &str) -> PostgresStore {
        PostgresStore::new(url).unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn it_keeps_the_rules_of_stores() {
        let (url, _server) = PostgresServer::given_or_started();
        rules::hold(|| store(&url)).await;
    }
}
