//! Las visitas del capítulo 6: un formulario.

use super::{Experiment, Question};

pub(super) const EXPERIMENTS: [Experiment; 7] = [
    Experiment {
        name: "Una nota",
        program: "cap06",
        request: "POST / HTTP/1.1\nHost: localhost:8000\nContent-Type: application/x-www-form-urlencoded\nContent-Length: 14\n\nnota=caf%C3%A9",
        look: "El formulario viaja en el cuerpo. La respuesta no trae página: dice adónde ir.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                ("200", "200", "200 traería una página, y al recargarla se repetiría la nota."),
                ("303", "303", ""),
                ("400", "400", "La nota está, y no es vacía."),
            ],
        },
    },
    Experiment {
        name: "Corta de más",
        program: "cap06",
        request: "POST / HTTP/1.1\nHost: localhost:8000\nContent-Type: application/x-www-form-urlencoded\nContent-Length: 8\n\nnota=caf%C3%A9",
        look: "El servidor leyó 8 bytes: `nota=caf`. Los que sobran empiezan otra petición, que nunca termina: el servidor espera hasta que se cansa.",
        question: Question {
            text: "¿Qué responde, en total?",
            fact: "estados",
            options: &[
                ("303", "303", "Lo que sobra del cuerpo no se pierde: empieza otra petición."),
                (
                    "400",
                    "400",
                    "Los primeros 8 bytes son un cuerpo completo, y la aplicación lo aceptó.",
                ),
                ("303 y 408", "303 y 408", ""),
            ],
        },
    },
    Experiment {
        name: "Larga de más",
        program: "cap06",
        request: "POST / HTTP/1.1\nHost: localhost:8000\nContent-Type: application/x-www-form-urlencoded\nContent-Length: 80\n\nnota=pan",
        look: "El servidor espera los bytes que faltan hasta que se cansa. Aquí el tiempo pasa de golpe.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                (
                    "303",
                    "303",
                    "La aplicación todavía no ha recibido el cuerpo: no puede responder.",
                ),
                ("400", "400", "Lo que llegó está bien escrito; falta el resto."),
                ("408", "408", ""),
            ],
        },
    },
    Experiment {
        name: "Sin longitud",
        program: "cap06",
        request: "POST / HTTP/1.1\nHost: localhost:8000\nContent-Type: application/x-www-form-urlencoded\n\nnota=pan",
        look: "Sin `Content-Length`, la petición no tiene cuerpo. La aplicación respondió 400 a una nota vacía. El servidor, otro 400 a lo que venía detrás: ninguna petición empieza por `nota=`.",
        question: Question {
            text: "¿Cuántas veces se llama a `application`?",
            fact: "llamadas",
            options: &[
                ("Ninguna", "0", "La petición está completa: sin longitud, su cuerpo es vacío."),
                ("Una", "1", ""),
                ("Dos", "2", "Lo que venía detrás no llegó a ser una petición."),
            ],
        },
    },
    Experiment {
        name: "Enorme",
        program: "cap06",
        request: "POST / HTTP/1.1\nHost: localhost:8000\nContent-Length: 5000000\n\n",
        look: "El programa acepta 4096 bytes. El servidor respondió antes de que viajara el cuerpo.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                (
                    "303",
                    "303",
                    "Cinco millones de bytes no caben en los 4096 que el programa acepta.",
                ),
                ("408", "408", "No hace falta esperar el cuerpo: la longitud ya dice que no cabe."),
                ("413", "413", ""),
            ],
        },
    },
    Experiment {
        name: "Por trozos",
        program: "cap06",
        request: "POST / HTTP/1.1\nHost: localhost:8000\nTransfer-Encoding: chunked\n\n5\nnota=\n3\npan\n0\n\n",
        look: "Otra manera de decir dónde termina: cada trozo lleva delante cuánto mide, en hexadecimal, y el último mide 0.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                ("303", "303", ""),
                (
                    "400",
                    "400",
                    "Los trozos dicen dónde termina el cuerpo tan bien como una longitud.",
                ),
                (
                    "411",
                    "411",
                    "411 pide una longitud a quien no dijo de ningún modo dónde termina.",
                ),
            ],
        },
    },
    Experiment {
        name: "Y vuelve a pedir",
        program: "cap06",
        request: "POST / HTTP/1.1\nHost: localhost:8000\nContent-Type: application/x-www-form-urlencoded\nContent-Length: 8\n\nnota=panGET / HTTP/1.1\nHost: localhost:8000\n\n",
        look: "Con 303, el navegador pide la página con GET. Recargarla repite el GET, y no la nota.",
        question: Question {
            text: "¿Qué responde, en total?",
            fact: "estados",
            options: &[
                ("303 y 200", "303 y 200", ""),
                ("200", "200", "La primera respuesta también llegó: cada petición tiene la suya."),
                (
                    "303 y 303",
                    "303 y 303",
                    "La segunda petición es un `GET`, y ese responde la página.",
                ),
            ],
        },
    },
];
