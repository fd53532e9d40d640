//! Client certificates.

// ANCHOR: app
use plywood::{
    auth::certificate::{Certificate, ClientCertificates},
    prelude::*,
    serve::{ClientAuthority, Tls},
};

async fn page(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let who = Identity::of(&request).map_or("a stranger", Identity::name);
    Ok(Response::new(format!("hello, {who}\n").into()))
}

/// Whose certificate is this? That our authority has signed it was verified when the connection was made.
fn staff(certificate: &Certificate<'_>) -> Option<Identity> {
    let name = certificate.common_name()?;
    let operates = certificate.subject().ends_with(",OU=Operations,O=Engines");
    Some(Identity::new(name).roles(operates.then_some("operator")))
}

fn app() -> Result<App, BoxError> {
    let site = Dispatch::<BoxError>::builder()
        .get("/", page)
        .get("/staff", page)
        .get("/staff/machines", page)
        .build()?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(AuthLayer::new(ClientCertificates::new(staff)).below("/staff"))
            .layer(
                RequireLayer::signed_in().role("operator").below("/staff/machines"),
            )
            .service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    // Optional: the pages that are for everybody want none.
    let authority = ClientAuthority::optional("staff-ca.pem")?;
    let tls = Tls::open_with_clients("fullchain.pem", "key.pem", authority)?;
    let listener = Listener::bind("127.0.0.1:8443").await?;
    let at = listener.local_addr().ok_or("TLS goes over TCP")?;
    let server = Server::new(listener).tls(tls);
    let server = server.ready(move |_| println!("Serving https://{at}"));
    Ok(server.serve(app()?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood::core::ClientCertificate;
    use plywood_test::Client;
    use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};

    use super::*;

    /// What the gateway leaves in the request once it has verified the certificate of this name.
    fn shown(name: &str, unit: &str) -> ClientCertificate {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, "Engines");
        params.distinguished_name.push(DnType::OrganizationalUnitName, unit);
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        ClientCertificate::new([certificate.der().to_vec().into()]).unwrap()
    }

    #[tokio::test]
    async fn the_certificate_says_who_it_is() {
        let stranger = Client::new(app().unwrap());
        stranger.get("/").await.expect_text_contains("hello, a stranger");
        stranger.get("/staff").await.expect_status(403);

        let ada = Client::new(app().unwrap()).extension(shown("ada", "Operations"));
        ada.get("/staff").await.expect_text_contains("hello, ada");
        ada.get("/staff/machines").await.expect_status(200);

        // A comma in a name makes no unit of it.
        let eve =
            Client::new(app().unwrap()).extension(shown("eve", "X,OU=Operations"));
        eve.get("/staff").await.expect_text_contains("hello, eve");
        eve.get("/staff/machines").await.expect_status(403);
    }
}
// ANCHOR_END: test
