//! Las visitas del capítulo 1: un texto.

use super::{Experiment, Question};

pub(super) const EXPERIMENTS: [Experiment; 6] = [
    Experiment {
        name: "Saludo",
        program: "cap01",
        request: "GET / HTTP/1.1\nHost: localhost:8000\n\n",
        look: "El saludo tiene 28 letras. Mira en el cuerpo cuál ocupa dos bytes.",
        question: Question {
            text: "¿Cuántos bytes mide el cuerpo?",
            fact: "bytes",
            options: &[
                ("28", "28", "Son las letras. Por el cable viajan bytes, y la `ó` ocupa dos."),
                ("29", "29", ""),
                ("168", "168", "Es lo que mide la respuesta entera, con su cabeza."),
            ],
        },
    },
    Experiment {
        name: "Otra ruta",
        program: "cap01",
        request: "GET /cualquier/cosa?n=2 HTTP/1.1\nHost: localhost:8000\n\n",
        look: "La ruta y la consulta llegaron a `environ`. La aplicación no las lee.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                (
                    "404",
                    "404",
                    "Un servidor de archivos respondería así. Este solo llama a `application`, que no mira la ruta.",
                ),
                ("200", "200", ""),
                ("400", "400", "La petición está bien escrita: no hay nada que rechazar."),
            ],
        },
    },
    Experiment {
        name: "Sin Host",
        program: "cap01",
        request: "GET / HTTP/1.1\n\n",
        look: "Ninguna llamada: el servidor respondió por su cuenta. HTTP/1.1 exige un `Host`, y solo uno.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                (
                    "200",
                    "200",
                    "La aplicación no mira `Host`, pero el servidor lo exige antes de llamarla.",
                ),
                ("400", "400", ""),
                (
                    "500",
                    "500",
                    "500 es para lo que falla del lado del servidor. Lo que falta aquí le falta a la petición.",
                ),
            ],
        },
    },
    Experiment {
        name: "Estado a medias",
        program: "cap01_estado",
        request: "GET / HTTP/1.1\nHost: localhost:8000\n\n",
        look: "`start_response` rechazó «200», el `?` devolvió el error y el motivo quedó en el registro, que el visitante no ve.",
        question: Question {
            text: "¿Qué estado recibe el visitante?",
            fact: "estado",
            options: &[
                (
                    "200",
                    "200",
                    "Para llegar al cliente, un estado necesita su frase: `start_response` no lo aceptó.",
                ),
                ("400", "400", "400 culparía a quien pide, y su petición está bien."),
                ("500", "500", ""),
            ],
        },
    },
    Experiment {
        name: "HTTP/1.0",
        program: "cap01",
        request: "GET / HTTP/1.0\nHost: localhost:8000\n\n",
        look: "En HTTP/1.0 cada petición tenía su conexión. La respuesta dice `Connection: close`.",
        question: Question {
            text: "¿El servidor cierra la conexión después de responder?",
            fact: "cierra",
            options: &[
                ("Sí", "sí", ""),
                (
                    "No: espera otra petición",
                    "no",
                    "Eso es lo usual desde HTTP/1.1. En 1.0 hay que pedirlo.",
                ),
            ],
        },
    },
    Experiment {
        name: "Dos seguidas",
        program: "cap01",
        request: "GET / HTTP/1.1\nHost: localhost:8000\n\nGET /otra HTTP/1.1\nHost: localhost:8000\n\n",
        look: "Una conexión y dos peticiones. Quien recibe sabe dónde termina la primera respuesta porque cuenta los bytes de `Content-Length`.",
        question: Question {
            text: "¿Cuántas veces se llama a `application`?",
            fact: "llamadas",
            options: &[
                (
                    "Una: es una sola conexión",
                    "1",
                    "Una conexión no es una petición: por una pueden viajar muchas.",
                ),
                ("Dos: una por petición", "2", ""),
            ],
        },
    },
];
