//! Cada nombre de `pasarela` que el apéndice de `wsgiref` pone enfrente, usado: si deja de existir,
//! esto no compila.

#![allow(dead_code, unused_imports, reason = "basta con que compile")]

use pasarela::headers::Headers;
use pasarela::{Config, InputStream, Result};

use pasarela::Application as _;
use pasarela::Body as _;
use pasarela::Environ as _;
use pasarela::ErrorStream as _;
use pasarela::InputStream as _;
use pasarela::StartResponse as _;
use pasarela::headers::Headers as _;
use pasarela::simple_server::Config as _;
use pasarela::simple_server::Server as _;
use pasarela::testing::Request as _;
use pasarela::util::FileWrapper as _;
use pasarela::validate::Finding as _;

fn contract() {
    let _ = pasarela::Body::file;
    let _ = pasarela::Body::stream::<Vec<_>, String>;
    let _ = pasarela::Environ::errors;
    let _ = pasarela::Environ::input;
    let _ = pasarela::Environ::set_errors;
    let _ = pasarela::Environ::set_input;
    let _: fn(&mut pasarela::Environ, String, String) = pasarela::Environ::insert;
}

fn helpers() {
    let _ = pasarela::util::FileWrapper::new(InputStream::empty());
    let _ = pasarela::util::FileWrapper::with_block_size(InputStream::empty(), 1);
    let _ = pasarela::util::application_uri;
    let _ = pasarela::util::guess_scheme;
    let _ = pasarela::util::is_hop_by_hop;
    let _ = pasarela::util::request_uri;
    let _ = pasarela::util::setup_testing_defaults;
    let _ = pasarela::util::shift_path_info;
    let _ = pasarela::testing::get;
    let _ = pasarela::testing::Request::call;
    let _ = pasarela::testing::Request::environ;
    let _ = pasarela::testing::Response::bytes;
    let _ = pasarela::testing::Response::headers;
    let _ = pasarela::testing::Response::status;
}

fn headers(headers: &mut Headers) {
    pasarela::headers::Headers::add(headers, "", "");
    pasarela::headers::Headers::add_header(headers, "", "", &[]);
    pasarela::headers::Headers::set(headers, "", "");
    let _ = pasarela::headers::Headers::contains;
    let _ = pasarela::headers::Headers::get;
    let _ = pasarela::headers::Headers::get_all(headers, "");
    let _ = pasarela::headers::Headers::iter(headers);
    let _ = pasarela::headers::Headers::keys(headers);
    let _ = pasarela::headers::Headers::len;
    let _ = pasarela::headers::Headers::pairs;
    let _ = pasarela::headers::Headers::remove;
    let _ = pasarela::headers::Headers::setdefault;
    let _ = pasarela::headers::Headers::values(headers);
}

fn server() -> Result<()> {
    let demo = pasarela::simple_server::demo_app;
    let application = pasarela::access_log::access_log(demo, std::io::stderr());
    let _ = pasarela::make_server_with("", 0, application, Config::default())?;
    let _ = pasarela::make_server("", 0, demo)?;
    let _ = pasarela::simple_server::make_server("", 0, demo)?;
    let _ = pasarela::simple_server::Handle::shutdown;
    let _ = pasarela::simple_server::Server::handle_request;
    let _ = pasarela::simple_server::Server::local_addrs;
    let _ = pasarela::simple_server::Server::serve_forever;
    Ok(())
}

fn handlers() {
    let demo = pasarela::simple_server::demo_app;
    let _ = || pasarela::handlers::cgi::run(demo);
    let (none, input, output, errors) = ([], std::io::empty(), std::io::sink(), std::io::sink());
    let _ = || pasarela::handlers::cgi::run_with(demo, none, input, output, errors);
    let _ = pasarela::handlers::mount("/", demo);
}

fn rules() {
    let demo = pasarela::simple_server::demo_app;
    let _ = pasarela::validate::validator(demo);
    let _ =
        pasarela::validate::Validator::collecting(demo, pasarela::validate::Findings::default());
    let _ = [
        pasarela::validate::Rule::BodyClosed,
        pasarela::validate::Rule::BodyNotReadPastEnd,
        pasarela::validate::Rule::ContentTypeAbsent,
        pasarela::validate::Rule::ContentTypePresent,
        pasarela::validate::Rule::HeaderName,
        pasarela::validate::Rule::HeaderValue,
        pasarela::validate::Rule::HopByHop,
        pasarela::validate::Rule::InputComplete,
        pasarela::validate::Rule::NoStatusHeader,
        pasarela::validate::Rule::ProcessModel,
        pasarela::validate::Rule::RequestMethod,
        pasarela::validate::Rule::ScriptName,
        pasarela::validate::Rule::StatusFinal,
        pasarela::validate::Rule::StatusForm,
    ];
}
