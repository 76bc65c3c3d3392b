//! Las visitas del capítulo 9: el validador.

use super::{Experiment, Question};

pub(super) const EXPERIMENTS: [Experiment; 5] = [
    Experiment {
        name: "La portada",
        program: "cap09",
        request: "GET / HTTP/1.1\nHost: localhost:8000\n\n",
        look: "Nada que decir: el validador mira y no cambia nada.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[("200", "200", ""), ("500", "500", "El validador no toca lo que cumple.")],
        },
    },
    Experiment {
        name: "Adiós, vigilado",
        program: "cap09",
        request: "GET /adios HTTP/1.1\nHost: localhost:8000\n\n",
        look: "El validador encontró la regla incumplida. El servidor respondió 500 y anotó cuál es.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                (
                    "200",
                    "200",
                    "Con el validador, una regla incumplida no llega al cliente como si nada.",
                ),
                ("400", "400", "La culpa no es de quien pide."),
                ("500", "500", ""),
            ],
        },
    },
    Experiment {
        name: "Adiós, sin validador",
        program: "cap09_sin_validador",
        request: "GET /adios HTTP/1.1\nHost: localhost:8000\n\n",
        look: "La longitud cuenta letras y el cuerpo mide bytes. El servidor envía los que se prometieron, y sobra el final.",
        question: Question {
            text: "¿Llega entero el texto?",
            fact: "dice:¡Hasta mañana!",
            options: &[
                ("Sí", "sí", "La longitud contó letras. De los 16 bytes se prometieron 14."),
                ("No: le faltan bytes", "no", ""),
            ],
        },
    },
    Experiment {
        name: "Sin tipo, vigilado",
        program: "cap09",
        request: "GET /nada HTTP/1.1\nHost: localhost:8000\n\n",
        look: "Un cuerpo con bytes debería llevar `Content-Type`.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                ("404", "404", "Eso quiso responder la aplicación; el validador no la dejó."),
                ("500", "500", ""),
            ],
        },
    },
    Experiment {
        name: "Sin tipo, sin validador",
        program: "cap09_sin_validador",
        request: "GET /nada HTTP/1.1\nHost: localhost:8000\n\n",
        look: "Nadie se queja, y el navegador tiene que adivinar qué recibió.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                ("404", "404", ""),
                ("500", "500", "Sin nadie que vigile, la respuesta sale como está."),
            ],
        },
    },
];
