//! Servers whose settings change what a quote or a backslash is, as far as a session lets them.

use amphi::prelude::*;
use amphi_servers::{Auth, Kind, Options, Server};

use super::round_trip::payloads_come_back;
use amphi_tests::futures::current_thread;

fn on_a_server(kind: Kind, settings: &[(&str, &str)]) {
    let options = settings.iter().fold(Options::new().auth(Auth::Trust), |options, (name, value)| options.setting(*name, *value));
    let server = Server::start_with(kind, &options).expect("a server starts");
    current_thread().block_on(async {
        let db = AsyncDatabase::connect(&server.url()).await.unwrap();
        payloads_come_back::asynchronous::body(db.clone()).await.unwrap();
        db.close().await;
    });
}

#[test]
#[ignore = "starts a server; `tests/run` asks for it"]
fn mariadb_without_backslash_escapes_and_with_quotes_around_names() {
    on_a_server(
        Kind::MariaDb,
        &[("sql_mode", "NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PIPES_AS_CONCAT,PAD_CHAR_TO_FULL_LENGTH,NO_UNSIGNED_SUBTRACTION")],
    );
}

#[test]
#[ignore = "starts a server; `tests/run` asks for it"]
fn mariadb_that_takes_every_client_to_speak_gbk() {
    on_a_server(
        Kind::MariaDb,
        &[("character_set_server", "gbk"), ("collation_server", "gbk_chinese_ci"), ("skip_character_set_client_handshake", "1")],
    );
}

#[test]
#[ignore = "starts a server; `tests/run` asks for it"]
fn postgres_whose_strings_have_backslash_escapes() {
    on_a_server(
        Kind::Postgres,
        &[
            ("standard_conforming_strings", "off"),
            ("backslash_quote", "on"),
            ("escape_string_warning", "off"),
            ("quote_all_identifiers", "on"),
        ],
    );
}
