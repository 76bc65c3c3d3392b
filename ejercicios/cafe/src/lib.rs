//! El sitio del Café Ada: cada parte es un ejercicio, y aquí se juntan.
//!
//! Lo que todavía no está resuelto dice cuál ejercicio le toca, y lo demás funciona.

mod part;

use ejercicios::{
    cafe, cap01_texto, cap02_html, cap03_environ, cap04_rutas, cap05_consulta, cap06_formularios,
    cap07_trozos, cap08_intermediarios, cap09_validador, cap10_archivos,
};
use pasarela::validate::validator;
use pasarela::{Application, Body, Environ, Result, StartResponse};

use crate::part::{Part, unless_pending};

/// La clave de la cocina, para quien se llama `cocina`.
pub const PASSWORD: &str = "sesamo";

/// El sitio completo, con el validador delante: así una falta se nota en cuanto se visita.
pub fn site() -> impl Application {
    let kitchen = kitchen();
    validator(move |environ: &mut Environ, start_response: StartResponse| -> Result<Body> {
        let part: &dyn Application = match environ.path_info() {
            "/hoy" => &TODAY,
            "/nosotros" => &ABOUT,
            "/visita" => &VISIT,
            "/buscar" => &SEARCH,
            path if is_under(path, "/pedido") => &ORDERS,
            path if is_under(path, "/cocina") => &kitchen,
            path if is_under(path, "/avisos") => &NEWS,
            path if is_under(path, "/fotos") => &PHOTOS,
            _ => &HOME,
        };
        part.call(environ, start_response)
    })
}

/// Si la ruta es esa, o está debajo.
fn is_under(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

type Function = fn(&mut Environ, StartResponse) -> Result<Body>;

const TODAY: Part<Function> = Part::new("cap01_texto", cap01_texto::application);
const ABOUT: Part<Function> = Part::new("cap02_html", cap02_html::application);
const VISIT: Part<Function> = Part::new("cap03_environ", cap03_environ::application);
const HOME: Part<Function> = Part::new("cap04_rutas", cap04_rutas::application);
const SEARCH: Part<Function> = Part::new("cap05_consulta", cap05_consulta::application);
const ORDERS: Part<Function> = Part::new("cap06_formularios", cap06_formularios::application);
const SCREEN: Part<Function> = Part::new("cap07_trozos", cap07_trozos::application);
const NEWS: Part<Function> = Part::new("cap09_validador", cap09_validador::application);
const PHOTOS: Part<Function> = Part::new("cap10_archivos", cap10_archivos::application);

/// La pantalla de la cocina, con llave. Mientras la llave no está hecha, se entra sin ella.
fn kitchen() -> impl Application {
    let key = cafe::basic("cocina", PASSWORD);
    unless_pending(cap08_intermediarios::guarded(SCREEN, key), SCREEN)
}

/// Los primeros pedidos, para que la cocina tenga algo que mostrar.
pub fn open() {
    cafe::kitchen().add("Ada", "Café de olla");
    cafe::kitchen().add("Grace", "Pan dulce");
}
