//! Something that is not `Send` is held over an await.

use std::{future::ready, rc::Rc};

use http::{Request, Response};
use plywood_core::{Body, BoxError};
use plywood_dispatch::{Dispatch, handler};

async fn hello(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    let name = Rc::new("ada");
    ready(()).await;
    Ok(Response::new(format!("hello, {name}").into()))
}

fn main() {
    let _ = Dispatch::<BoxError>::builder().get("/", hello);
    // Here the compiler says what it is.
    let _ = handler(hello);
}
