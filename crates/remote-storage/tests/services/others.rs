//! Services of which there is no server to try: what they are asked, and by whom it is signed.

use std::fmt::Write;

use remote_storage::Settings;

use crate::faulty::{Faulty, answer};
use crate::settings::{of, open, with};

/// What a server is asked when a body is read that it does not have: requests, and how they are signed.
fn asked(settings: impl FnOnce(&str) -> Settings) -> String {
    let server = Faulty::start(answer("404 Not Found", "", ""));
    let endpoint = format!("http://{}", server.address());
    let settings = settings(&endpoint);
    let title = settings.scheme.clone();
    assert_eq!(open(settings).get("main/entries/00", 9, &mut Vec::new()).unwrap(), None);
    let mut told = String::new();
    for head in server.heads() {
        let signed = head.lines().find_map(|line| line.strip_prefix("authorization: "));
        // What is behind a sign of equality, or a colon, is of this moment.
        let signed = signed.map_or("nobody", |signed| signed.split([':', '=']).next().unwrap());
        writeln!(told, "{title}: {} by {signed}", head.lines().next().unwrap()).unwrap();
    }
    told
}

#[test]
fn they_are_asked_at_the_right_place_with_the_right_signature() {
    let azblob = |endpoint: &str| {
        of("azblob", &[("container", "archives"), ("root", "some/where"), ("endpoint", endpoint)])
    };
    let told = [
        asked(|endpoint| {
            let settings = with(azblob(endpoint), "AZURE_STORAGE_ACCOUNT_NAME", "an-account");
            with(settings, "AZURE_STORAGE_ACCOUNT_KEY", "aGlkZGVuLWtleQ==")
        }),
        asked(|endpoint| {
            let connection = format!(
                "BlobEndpoint={endpoint}/account;AccountName=an-account;AccountKey=aGlkZGVuLWtleQ=="
            );
            let settings = of("azblob", &[("container", "archives")]);
            with(settings, "AZURE_STORAGE_CONNECTION_STRING", &connection)
        }),
        asked(|endpoint| with(azblob(endpoint), "AZURE_STORAGE_SAS_TOKEN", "sig=hidden")),
        asked(|endpoint| {
            let mut settings = azblob(endpoint);
            settings.values.insert("anonymous".into(), "true".into());
            settings
        }),
        asked(|endpoint| {
            let values = [("bucket", "archives"), ("root", "some/where"), ("endpoint", endpoint)];
            let mut settings = of("gcs", &values);
            settings.values.insert("anonymous".into(), "true".into());
            settings
        }),
        asked(|endpoint| {
            let settings = with(of("ghac", &[]), "ACTIONS_CACHE_URL", &format!("{endpoint}/"));
            with(settings, "ACTIONS_RUNTIME_TOKEN", "hidden")
        }),
        asked(|endpoint| {
            let mut settings = of("s3", &[("bucket", "archives"), ("endpoint", endpoint)]);
            settings.values.insert("anonymous".into(), "true".into());
            settings
        }),
        asked(|endpoint| {
            let settings = with(of("s3", &[("bucket", "archives")]), "AWS_ACCESS_KEY_ID", "key");
            let settings = with(settings, "AWS_SECRET_ACCESS_KEY", "hidden-key");
            with(with(settings, "AWS_ENDPOINT_URL", endpoint), "AWS_REGION", "eu-central-1")
        }),
    ];
    insta::assert_snapshot!(told.concat().replace("sig=hidden", "sig=…"));
}

#[test]
fn a_proxy_that_the_variables_name_is_asked_in_the_place_of_the_server() {
    let proxy = Faulty::start(answer("404 Not Found", "", ""));
    let settings = of("webdav", &[("endpoint", "http://archives.example")]);
    let settings = with(settings, "http_proxy", &format!("http://{}", proxy.address()));
    assert_eq!(open(settings.clone()).get("main/00", 9, &mut Vec::new()).unwrap(), None);
    assert!(proxy.heads()[0].starts_with("GET http://archives.example/main/00 "), "{proxy:?}");
    let settings = with(settings, "NO_PROXY", ".example");
    assert!(open(settings).get("main/00", 9, &mut Vec::new()).is_err());
    assert_eq!(proxy.requests(), 1);
}
