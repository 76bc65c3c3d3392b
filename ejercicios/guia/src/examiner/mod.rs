//! El examinador: habla por HTTP con lo que escuche en un puerto de esta computadora y dice, etapa por
//! etapa, qué cumple. No le importa en qué lenguaje esté escrito.
//!
//! Solo usa la biblioteca estándar y no conoce al resto de la guía: así lo usan también las pruebas de los
//! servidores del libro. No sale de la computadora ([`Place`]), y está acotado: cuántas conexiones abre,
//! cuánto espera, cuánto envía y cuánto guarda de lo que recibe.
//!
//! Una etapa ([`Stage`]) manda unos bytes y mira los que vuelven. Lo que se vio queda en [`Evidence`], para
//! mostrarlo, y lo que no cumple es un [`Problem`]. Casi todas valen para cualquier aplicación que responda a
//! `GET /`; las que piden algo más lo dicen en [`Need`].

mod place;
mod evidence;
mod response;
mod wire;
mod examinee;
mod stage;
mod stages;
mod course;

pub use course::{Course, Examined, Nobody, Verdict, examine};
pub use evidence::{Event, Evidence};
pub use examinee::{Examinee, Settings};
pub use place::{Place, PlaceError};
pub use stage::{Need, Stage};
pub use stages::{STAGES, find};
pub use wire::Problem;
