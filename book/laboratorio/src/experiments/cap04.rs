//! Las visitas del capítulo 4: rutas y métodos.

use super::{Experiment, Question};

pub(super) const EXPERIMENTS: [Experiment; 7] = [
    Experiment {
        name: "La portada",
        program: "cap04",
        request: "GET / HTTP/1.1\nHost: localhost:8000\n\n",
        look: "El `match` miró dos cosas: el método y la ruta.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                ("200", "200", ""),
                ("301", "301", "301 es de `/carta`, la ruta que se mudó."),
                ("404", "404", "`/` está en el primer brazo."),
            ],
        },
    },
    Experiment {
        name: "Una ruta que se mudó",
        program: "cap04",
        request: "GET /carta HTTP/1.1\nHost: localhost:8000\n\n",
        look: "El navegador leerá `Location` y pedirá `/menu` por su cuenta.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                ("200", "200", "200 traería el menú. Esta respuesta solo dice dónde está."),
                ("301", "301", ""),
                ("404", "404", "La ruta está en el `match`: dice adónde ir."),
            ],
        },
    },
    Experiment {
        name: "Una que no está",
        program: "cap04",
        request: "GET /postres HTTP/1.1\nHost: localhost:8000\n\n",
        look: "Ningún brazo tiene esa ruta, y queda el último.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                ("404", "404", ""),
                ("405", "405", "405 es para una ruta que está y un método que ahí no sirve."),
                ("400", "400", "La petición está bien escrita; lo que no hay es esa ruta."),
            ],
        },
    },
    Experiment {
        name: "Con barra al final",
        program: "cap04",
        request: "GET /menu/ HTTP/1.1\nHost: localhost:8000\n\n",
        look: "`/menu` y `/menu/` son dos rutas: los textos no son iguales.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                ("200", "200", "Para el `match` son dos textos distintos."),
                ("301", "301", "Hay servidores que redirigen. Este programa no lo escribió."),
                ("404", "404", ""),
            ],
        },
    },
    Experiment {
        name: "Otro método",
        program: "cap04",
        request: "DELETE /menu HTTP/1.1\nHost: localhost:8000\n\n",
        look: "La ruta está y el método no sirve ahí: la respuesta dice en `Allow` cuáles sí.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                ("404", "404", "La ruta está. Lo que no sirve ahí es el método."),
                ("405", "405", ""),
                ("400", "400", "El método existe y está bien escrito."),
            ],
        },
    },
    Experiment {
        name: "Una mesa",
        program: "cap04",
        request: "GET /mesas/4 HTTP/1.1\nHost: localhost:8000\n\n",
        look: "La ruta tiene una parte que cambia, y la respuesta no es para personas: es JSON.",
        question: Question {
            text: "¿Con qué tipo llega?",
            fact: "recibido:Content-type",
            options: &[
                (
                    "text/plain; charset=utf-8",
                    "text/plain; charset=utf-8",
                    "Esa es la de los demás brazos; este usa otro encabezado.",
                ),
                ("application/json", "application/json", ""),
                (
                    "text/html; charset=utf-8",
                    "text/html; charset=utf-8",
                    "JSON no es HTML, aunque un navegador lo muestre.",
                ),
            ],
        },
    },
    Experiment {
        name: "HEAD",
        program: "cap04",
        request: "HEAD /menu HTTP/1.1\nHost: localhost:8000\n\n",
        look: "La aplicación devolvió el cuerpo y el servidor no lo envió: de HEAD se ocupa él.",
        question: Question {
            text: "¿Cuántos bytes de cuerpo viajan?",
            fact: "bytes",
            options: &[
                ("33", "33", "Es lo que dice `Content-Length`, y lo que viajaría con `GET`."),
                ("0", "0", ""),
            ],
        },
    },
];
