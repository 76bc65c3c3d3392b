//! Las visitas del capítulo 5: una consulta.

use super::{Experiment, Question};

pub(super) const EXPERIMENTS: [Experiment; 7] = [
    Experiment {
        name: "José",
        program: "cap05",
        request: "GET /?nombre=Jos%C3%A9 HTTP/1.1\nHost: localhost:8000\n\n",
        look: "La consulta llega como se escribió; quien la lee es la aplicación.",
        question: Question {
            text: "¿Qué valor tiene `QUERY_STRING`?",
            fact: "environ:QUERY_STRING",
            options: &[
                (
                    "nombre=José",
                    "nombre=José",
                    "`QUERY_STRING` llega sin decodificar: un `&` decodificado antes de tiempo se confundiría con los que separan.",
                ),
                ("nombre=Jos%C3%A9", "nombre=Jos%C3%A9", ""),
            ],
        },
    },
    Experiment {
        name: "C++",
        program: "cap05",
        request: "GET /?nombre=C++ HTTP/1.1\nHost: localhost:8000\n\n",
        look: "En una consulta, + es un espacio. Para un + de verdad hay que escribir `%2B`.",
        question: Question {
            text: "¿Saluda a «C++»?",
            fact: "dice:Hola, C++",
            options: &[("Sí", "sí", "En una consulta, cada `+` es un espacio."), ("No", "no", "")],
        },
    },
    Experiment {
        name: "Un & en el valor",
        program: "cap05",
        request: "GET /?nombre=Sal%26Pimienta HTTP/1.1\nHost: localhost:8000\n\n",
        look: "Se parte por & antes de decodificar: `%26` todavía no era un &.",
        question: Question {
            text: "¿Saluda a los dos?",
            fact: "dice:Hola, Sal&amp;Pimienta",
            options: &[
                ("Sí: %26 no separa", "sí", ""),
                ("No: & separa dos parejas", "no", "`%26` se decodifica después de partir."),
            ],
        },
    },
    Experiment {
        name: "Repetido",
        program: "cap05",
        request: "GET /?nombre=Ada&nombre=Grace HTTP/1.1\nHost: localhost:8000\n\n",
        look: "Este programa se queda con el primero. Otro podría leer los dos: nadie manda sobre eso.",
        question: Question {
            text: "¿Saluda a Ada?",
            fact: "dice:Hola, Ada",
            options: &[
                ("Sí: la primera", "sí", ""),
                ("No: la última sustituye", "no", "`value` devuelve la primera que encuentra."),
            ],
        },
    },
    Experiment {
        name: "Un byte suelto",
        program: "cap05",
        request: "GET /?nombre=Ram%F3n HTTP/1.1\nHost: localhost:8000\n\n",
        look: "F3 es la ó de otra tabla. En UTF-8 no es nada, y se ve como �.",
        question: Question {
            text: "¿Saluda a Ramón?",
            fact: "dice:Hola, Ramón",
            options: &[
                (
                    "Sí",
                    "sí",
                    "Un byte no dice en qué tabla está escrito. Aquí todo se lee como UTF-8.",
                ),
                ("No", "no", ""),
            ],
        },
    },
    Experiment {
        name: "Un guion de visita",
        program: "cap05",
        request: "GET /?nombre=%3Cscript%3Ealert(1)%3C/script%3E HTTP/1.1\nHost: localhost:8000\n\n",
        look: "El nombre se muestra entero y no se ejecuta: `escape` cambió < por `&lt;`.",
        question: Question {
            text: "¿Llega `<script>` al navegador?",
            fact: "dice:<script>",
            options: &[
                ("Sí", "sí", "Antes de escribirlo en la página, `escape` lo convirtió en texto."),
                ("No: llega &lt;script&gt;", "no", ""),
            ],
        },
    },
    Experiment {
        name: "Sin escape",
        program: "cap05_sin_escape",
        request: "GET /?nombre=%3Cscript%3Ealert(1)%3C/script%3E HTTP/1.1\nHost: localhost:8000\n\n",
        look: "Un texto de la dirección se volvió un programa de la página. Aquí está encerrado y no hace daño a nadie.",
        question: Question {
            text: "Si se quita `escape`, ¿llega `<script>` al navegador?",
            fact: "dice:<script>",
            options: &[
                ("Sí, y lo ejecuta", "sí", ""),
                (
                    "No: el servidor lo quita",
                    "no",
                    "El servidor no mira el cuerpo. Quien sabe qué es texto y qué es página es la aplicación.",
                ),
            ],
        },
    },
];
