//! Las visitas del capítulo 3: la petición por dentro.

use super::{Experiment, Question};

pub(super) const EXPERIMENTS: [Experiment; 7] = [
    Experiment {
        name: "Como curl",
        program: "cap03",
        request: "GET / HTTP/1.1\nHost: localhost:8000\nUser-Agent: curl/8.5.0\nAccept: */*\n\n",
        look: "Toca una variable y mira de qué bytes salió. Las que no salen de la petición las pone el servidor.",
        question: Question {
            text: "¿Qué valor tiene `HTTP_USER_AGENT`?",
            fact: "environ:HTTP_USER_AGENT",
            options: &[
                ("curl/8.5.0", "curl/8.5.0", ""),
                (
                    "No está: no es de la ruta",
                    "no está",
                    "A `environ` llegan la línea de petición y también los encabezados.",
                ),
            ],
        },
    },
    Experiment {
        name: "Como un navegador",
        program: "cap03",
        request: "GET /menu?dia=hoy HTTP/1.1\nHost: localhost:8000\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\nAccept: text/html,application/xhtml+xml,*/*;q=0.8\nAccept-Language: es-MX,es;q=0.8,en;q=0.3\nAccept-Encoding: gzip, deflate\nConnection: keep-alive\n\n",
        look: "Cada encabezado es una variable que empieza por `HTTP_`.",
        question: Question {
            text: "¿Qué valor tiene `PATH_INFO`?",
            fact: "environ:PATH_INFO",
            options: &[
                (
                    "/menu?dia=hoy",
                    "/menu?dia=hoy",
                    "Lo que va detrás de `?` es la consulta, y está en `QUERY_STRING`.",
                ),
                ("/menu", "/menu", ""),
                ("menu", "menu", "La ruta conserva su primera barra."),
            ],
        },
    },
    Experiment {
        name: "Un encabezado tuyo",
        program: "cap03",
        request: "GET / HTTP/1.1\nHost: localhost:8000\nX-Color: azul\n\n",
        look: "Cámbiale el nombre y el valor: llega cualquiera.",
        question: Question {
            text: "¿En qué variable llega el valor?",
            fact: "environ:HTTP_X_COLOR",
            options: &[
                ("En HTTP_X_COLOR", "azul", ""),
                (
                    "En X-Color: HTTP_X_COLOR no está",
                    "no está",
                    "En `environ`, los nombres van en mayúsculas, con guion bajo y con `HTTP_` delante.",
                ),
            ],
        },
    },
    Experiment {
        name: "Una letra en la ruta",
        program: "cap03",
        request: "GET /caf%C3%A9 HTTP/1.1\nHost: localhost:8000\n\n",
        look: "En la petición, la `é` va como `%C3%A9`. `REQUEST_URI` la guarda como llegó y `PATH_INFO`, ya leída.",
        question: Question {
            text: "¿Qué valor tiene `PATH_INFO`?",
            fact: "environ:PATH_INFO",
            options: &[
                (
                    "/caf%C3%A9",
                    "/caf%C3%A9",
                    "Así llega `REQUEST_URI`. `PATH_INFO` ya está decodificado.",
                ),
                ("/café", "/café", ""),
            ],
        },
    },
    Experiment {
        name: "La letra, sin más",
        program: "cap03",
        request: "GET /café HTTP/1.1\nHost: localhost:8000\n\n",
        look: "En la línea de petición solo caben letras del inglés. Los navegadores convierten las demás antes de enviarlas.",
        question: Question {
            text: "¿Qué estado responde?",
            fact: "estado",
            options: &[
                ("200", "200", "El servidor no adivina en qué tabla está escrita una letra."),
                ("400", "400", ""),
                ("404", "404", "No es que falte la página: la petición no está bien escrita."),
            ],
        },
    },
    Experiment {
        name: "Guion bajo",
        program: "cap03",
        request: "GET / HTTP/1.1\nHost: localhost:8000\nX_Color: azul\n\n",
        look: "`X-Color` y `X_Color` darían la misma variable. Para que nadie suplante a nadie, el segundo no llega.",
        question: Question {
            text: "¿Qué valor tiene `HTTP_X_COLOR`?",
            fact: "environ:HTTP_X_COLOR",
            options: &[
                (
                    "azul",
                    "azul",
                    "Sería la misma variable que da `X-Color`, y con eso se puede suplantar a alguien.",
                ),
                ("No está", "no está", ""),
            ],
        },
    },
    Experiment {
        name: "Repetido",
        program: "cap03",
        request: "GET / HTTP/1.1\nHost: localhost:8000\nAccept: text/html\nAccept: image/png\n\n",
        look: "Dos encabezados del mismo nombre, una variable: los valores se unen con una coma.",
        question: Question {
            text: "¿Qué valor tiene `HTTP_ACCEPT`?",
            fact: "environ:HTTP_ACCEPT",
            options: &[
                ("text/html", "text/html", "El primero no gana: se unen."),
                ("image/png", "image/png", "El último no sustituye al anterior: se unen."),
                ("text/html, image/png", "text/html, image/png", ""),
            ],
        },
    },
];
