//! Las visitas del capítulo 7: un cuerpo por trozos.

use super::{Experiment, Question};

pub(super) const EXPERIMENTS: [Experiment; 4] = [
    Experiment {
        name: "El reloj",
        program: "cap07",
        request: "GET / HTTP/1.1\nHost: localhost:8000\n\n",
        look: "Un trozo por segundo, y nadie sabe cuántos serán: cada uno lleva delante lo que mide. En esta página los segundos pasan de golpe.",
        question: Question {
            text: "¿Qué dice `Content-Length`?",
            fact: "recibido:Content-Length",
            options: &[
                ("No está", "no está", ""),
                (
                    "La suma de los trozos",
                    "85",
                    "Para saberla habría que esperar al último trozo antes de enviar el primero.",
                ),
            ],
        },
    },
    Experiment {
        name: "HEAD",
        program: "cap07",
        request: "HEAD / HTTP/1.1\nHost: localhost:8000\n\n",
        look: "A HEAD no se le manda cuerpo, así que no se pide ningún trozo. Mira el registro: el reloj no llegó a empezar.",
        question: Question {
            text: "¿Cuántos bytes de cuerpo viajan?",
            fact: "bytes",
            options: &[
                ("85", "85", "La respuesta a `HEAD` no lleva cuerpo, mida lo que mida."),
                ("0", "0", ""),
            ],
        },
    },
    Experiment {
        name: "HTTP/1.0",
        program: "cap07",
        request: "GET / HTTP/1.0\nHost: localhost:8000\n\n",
        look: "Quien habla HTTP/1.0 no entiende los trozos: el final lo marca el cierre de la conexión.",
        question: Question {
            text: "¿Cómo sabe el cliente que terminó?",
            fact: "recibido:Transfer-Encoding",
            options: &[
                (
                    "Por los trozos",
                    "chunked",
                    "HTTP/1.0 es anterior a los trozos y no los entiende.",
                ),
                ("Por el cierre", "no está", ""),
            ],
        },
    },
    Experiment {
        name: "Una avería",
        program: "cap07",
        request: "GET /averia HTTP/1.1\nHost: localhost:8000\n\n",
        look: "El error llegó a medio cuerpo, con el 200 ya enviado. Lo único que queda es cortar: falta el trozo final, y así se nota.",
        question: Question {
            text: "¿Qué estado ve el cliente?",
            fact: "estado",
            options: &[
                ("500", "500", "El 200 ya había salido cuando falló: no se puede cambiar."),
                ("200", "200", ""),
                ("503", "503", "El servidor está bien, y su respuesta ya había empezado."),
            ],
        },
    },
];
