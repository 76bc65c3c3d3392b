//! Las visitas del capítulo 2: una página HTML.

use super::{Experiment, Question};

pub(super) const EXPERIMENTS: [Experiment; 6] = [
    Experiment {
        name: "La página",
        program: "cap02",
        request: "GET / HTTP/1.1\nHost: localhost:8000\n\n",
        look: "El navegador supo que era HTML por `Content-type`, y con qué tabla leer los bytes, por `charset`.",
        question: Question {
            text: "¿Con qué tipo llega?",
            fact: "recibido:Content-type",
            options: &[
                (
                    "text/plain; charset=utf-8",
                    "text/plain; charset=utf-8",
                    "Ese era el programa del capítulo 1.",
                ),
                ("text/html; charset=utf-8", "text/html; charset=utf-8", ""),
                (
                    "text/html",
                    "text/html",
                    "La aplicación escribió también `charset`, y el servidor no quita nada.",
                ),
            ],
        },
    },
    Experiment {
        name: "Como texto",
        program: "cap02_texto",
        request: "GET / HTTP/1.1\nHost: localhost:8000\n\n",
        look: "Los mismos bytes con otro tipo: el navegador muestra las etiquetas en lugar de obedecerlas.",
        question: Question {
            text: "¿Viajan las etiquetas, como `<h1>`?",
            fact: "dice:<h1>",
            options: &[
                ("Sí: el cuerpo es el mismo", "sí", ""),
                ("No: text/plain las quita", "no", "El tipo describe el cuerpo; no lo cambia."),
            ],
        },
    },
    Experiment {
        name: "Sin charset",
        program: "cap02_sin_charset",
        request: "GET / HTTP/1.1\nHost: localhost:8000\n\n",
        look: "Sin `charset`, el navegador adivina. Mira cómo queda la ó, y recuerda que los bytes son los mismos.",
        question: Question {
            text: "¿Cambian los bytes de la ó en el cuerpo?",
            fact: "dice:códigofacilito",
            options: &[
                (
                    "Sí: sin charset no es UTF-8",
                    "no",
                    "Los bytes son los que devolvió la aplicación. Lo que cambia es cómo los lee el navegador.",
                ),
                ("No: siguen siendo C3 B3", "sí", ""),
            ],
        },
    },
    Experiment {
        name: "Otra tabla",
        program: "cap02_latin",
        request: "GET / HTTP/1.1\nHost: localhost:8000\n\n",
        look: "Los bytes son de UTF-8 y el encabezado dice otra cosa: cada byte de la ó se lee como una letra.",
        question: Question {
            text: "¿El servidor convierte el cuerpo a `iso-8859-1`?",
            fact: "dice:códigofacilito",
            options: &[
                ("No: los bytes son los que devolvió la aplicación", "sí", ""),
                (
                    "Sí: para eso se lo dijo el encabezado",
                    "no",
                    "El servidor no lee el cuerpo ni lo convierte: eso es cosa de quien lo escribe.",
                ),
            ],
        },
    },
    Experiment {
        name: "Un encabezado colado",
        program: "cap02_linea",
        request: "GET / HTTP/1.1\nHost: localhost:8000\n\n",
        look: "Con un salto de línea, un valor terminaría y empezaría otro encabezado. `start_response` no lo permite.",
        question: Question {
            text: "¿Qué estado recibe el visitante?",
            fact: "estado",
            options: &[
                (
                    "200",
                    "200",
                    "Si se enviara, la respuesta tendría un encabezado que nadie escribió como tal.",
                ),
                (
                    "400",
                    "400",
                    "La petición no tiene la culpa: el salto de línea lo puso la aplicación.",
                ),
                ("500", "500", ""),
            ],
        },
    },
    Experiment {
        name: "HEAD",
        program: "cap02",
        request: "HEAD / HTTP/1.1\nHost: localhost:8000\n\n",
        look: "La misma cabeza, con la misma longitud, y ningún cuerpo.",
        question: Question {
            text: "¿Cuántos bytes de cuerpo viajan?",
            fact: "bytes",
            options: &[
                (
                    "Los que dice Content-Length",
                    "153",
                    "`Content-Length` dice lo que mediría con `GET`. A `HEAD` no lo sigue ningún cuerpo.",
                ),
                ("0", "0", ""),
            ],
        },
    },
];
