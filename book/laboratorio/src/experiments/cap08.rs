//! Las visitas del capítulo 8: intermediarios.

use super::{Experiment, Question};

pub(super) const EXPERIMENTS: [Experiment; 6] = [
    Experiment {
        name: "Sin clave",
        program: "cap08",
        request: "GET /privado HTTP/1.1\nHost: localhost:8000\n\n",
        look: "`guarded` respondió sin llamar a la aplicación interior. `nosniff` y `logged`, que están fuera, sí vieron pasar la respuesta.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                ("200", "200", "Solo pasa de `guarded` quien trae la clave."),
                ("403", "403", ""),
                ("404", "404", "404 diría que no existe. Existe, y no se te deja entrar."),
            ],
        },
    },
    Experiment {
        name: "Con clave",
        program: "cap08",
        request: "GET /privado HTTP/1.1\nHost: localhost:8000\nX-Clave: sesamo\n\n",
        look: "`guarded` puso `REMOTE_USER` en `environ`, y `application` lo leyó.",
        question: Question {
            text: "¿A quién saluda?",
            fact: "dice:Hola, Ada",
            options: &[
                ("A Ada", "sí", ""),
                ("A gente", "no", "`REMOTE_USER` lo puso `guarded` antes de llamar."),
            ],
        },
    },
    Experiment {
        name: "Fuera de lo privado",
        program: "cap08",
        request: "GET /menu HTTP/1.1\nHost: localhost:8000\n\n",
        look: "Cada capa llama a la siguiente, y la respuesta vuelve por las mismas.",
        question: Question {
            text: "¿Cuántas líneas quedan en el registro?",
            fact: "registro",
            options: &[
                ("Una, de logged", "1", ""),
                (
                    "Una por capa: tres",
                    "3",
                    "Solo `logged` anota; las otras capas hacen otra cosa.",
                ),
                ("Ninguna", "0", "`logged` anota todas, no solo las privadas."),
            ],
        },
    },
    Experiment {
        name: "Otro orden",
        program: "cap08_otro_orden",
        request: "GET /privado HTTP/1.1\nHost: localhost:8000\n\n",
        look: "Con `guarded` por fuera, su respuesta no pasa por `logged` ni por `nosniff`: ni se anota ni lleva el encabezado.",
        question: Question {
            text: "¿Lleva `X-Content-Type-Options`?",
            fact: "recibido:X-Content-Type-Options",
            options: &[
                (
                    "Sí",
                    "nosniff",
                    "Ese encabezado lo pone `nosniff`, y la respuesta de `guarded` nace fuera de ella.",
                ),
                ("No", "no está", ""),
            ],
        },
    },
    Experiment {
        name: "Con %70",
        program: "cap08",
        request: "GET /%70rivado HTTP/1.1\nHost: localhost:8000\n\n",
        look: "`%70` es la letra `p`. `PATH_INFO` ya está decodificado, y `guarded` mira `PATH_INFO`.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                ("403", "403", ""),
                ("200", "200", "`guarded` mira la ruta ya decodificada, así que no la engañas."),
            ],
        },
    },
    Experiment {
        name: "Dos barras",
        program: "cap08",
        request: "GET //privado HTTP/1.1\nHost: localhost:8000\n\n",
        look: "`//privado` no empieza por `/privado`. Quien protege por el principio de la ruta tiene que decidir qué hace con esto.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                (
                    "403",
                    "403",
                    "`guarded` compara el principio del texto, y este empieza por dos barras.",
                ),
                ("200", "200", ""),
                ("400", "400", "Es una ruta rara, y bien escrita."),
            ],
        },
    },
];
