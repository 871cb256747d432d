//! A server that speaks S3 and checks signatures.

use std::fs;

use archive_builder::remote::storage::Trouble;
use tests::servers::S3;

use crate::contract::{self, Lists, get, put};
use crate::settings::{open, s3, with};

#[test]
fn s3_keeps_the_contract() {
    let Some(server) = S3::start() else { return };
    let _ = server.bucket("archives");
    contract::hold(&*open(s3(&server, "archives")), Lists::Yes);
}

#[test]
fn bodies_are_objects_below_the_prefix() {
    let Some(server) = S3::start() else { return };
    let bucket = server.bucket("archives");
    put(&*open(s3(&server, "archives")), "main/entries/00", b"a");
    assert_eq!(fs::read(bucket.join("some/where/main/entries/00")).unwrap(), b"a");
}

#[test]
fn wrong_credentials_are_refused_without_being_shown() {
    let Some(server) = S3::start() else { return };
    let _ = server.bucket("archives");
    let wrong = "a-wrong-secret-key";
    let storage = open(with(s3(&server, "archives"), "AWS_SECRET_ACCESS_KEY", wrong));
    let error = storage.get("main/entries/00", 1, &mut Vec::new()).unwrap_err();
    assert_eq!(error.trouble, Trouble::Denied, "{error}");
    assert!(!error.to_string().contains(wrong), "{error}");
    let nobody = with(s3(&server, "archives"), "AWS_SECRET_ACCESS_KEY", "");
    let error = open(nobody).get("main/entries/00", 1, &mut Vec::new()).unwrap_err();
    assert_eq!(error.trouble, Trouble::Denied, "{error}");
}

#[test]
fn credentials_come_from_a_profile_in_the_home_that_was_given() {
    let Some(server) = S3::start() else { return };
    let _ = server.bucket("archives");
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".aws")).unwrap();
    let (access, secret) = (S3::ACCESS_KEY, S3::SECRET_KEY);
    let profile = format!("[ci]\naws_access_key_id = {access}\naws_secret_access_key = {secret}\n");
    fs::write(home.path().join(".aws/credentials"), profile).unwrap();
    let mut settings = s3(&server, "archives");
    settings.environment.clear();
    let settings = with(settings, "HOME", home.path().to_str().unwrap());
    let storage = open(with(settings, "AWS_PROFILE", "ci"));
    put(&*storage, "main/entries/00", b"a");
    assert_eq!(get(&*storage, "main/entries/00").unwrap(), b"a");
}
