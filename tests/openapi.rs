//! The committed `openapi.yaml` is what is served.
//!
//! After a change of the interface, `UPDATE_OPENAPI=1 cargo test --test openapi` writes it anew.

use std::{fs, path::Path};

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "asks whether to rewrite the file, only in this test"
)]
fn the_committed_document_is_the_served_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.yaml");
    let served = ponder::router::openapi_yaml();
    if std::env::var("UPDATE_OPENAPI").is_ok() {
        fs::write(&path, &served).expect("openapi.yaml can be written");
    }
    let committed = fs::read_to_string(&path).expect("openapi.yaml is there");
    assert!(
        committed == served,
        "openapi.yaml differs from what is served. If that is intended, run \
         `UPDATE_OPENAPI=1 cargo test --test openapi` and commit it."
    );
}
