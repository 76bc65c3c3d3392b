use pasarela::simple_server::demo_app;
use pasarela::testing;
use pasarela::validate::validator;

pub fn check() {
    let response = testing::get("/").call(validator(demo_app));
    assert_eq!(response.status(), "200 OK");
}
