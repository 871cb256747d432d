//! A server that speaks WebDAV.

use std::fs;

use archive_builder::remote::storage::Trouble;
use tests::servers::Webdav;

use crate::contract::{self, Lists, get, put};
use crate::settings::{open, webdav, with};

#[test]
fn webdav_keeps_the_contract() {
    let Some(server) = Webdav::start() else { return };
    contract::hold(&*open(webdav(&server)), Lists::Yes);
}

#[test]
fn directories_are_made_below_the_path_of_the_url() {
    let Some(server) = Webdav::start() else { return };
    let storage = open(webdav(&server));
    assert_eq!(get(&*storage, "main/entries/00"), None);
    put(&*storage, "main/entries/00", b"a");
    assert_eq!(fs::read(server.files().join("some/where/main/entries/00")).unwrap(), b"a");
}

#[test]
fn a_wrong_password_is_refused_without_being_shown() {
    let Some(server) = Webdav::start() else { return };
    let wrong = "a-wrong-password";
    let storage = open(with(webdav(&server), "WEBDAV_PASSWORD", wrong));
    let error = storage.get("main/entries/00", 1, &mut Vec::new()).unwrap_err();
    assert_eq!(error.trouble, Trouble::Denied, "{error}");
    assert!(!error.to_string().contains(wrong), "{error}");
}
