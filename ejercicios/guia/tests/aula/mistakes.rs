//! Las respuestas equivocadas del apéndice para docentes: cada una es la solución con un cambio.

/// Un error y las pruebas que lo notan.
#[derive(Clone, Copy)]
pub struct Mistake {
    pub slug: &'static str,
    pub right: &'static str,
    pub wrong: &'static str,
    pub fails: &'static [&'static str],
}

/// Dos errores de cada ejercicio, en el orden de la tabla. Se prueban los diez primeros juntos, y
/// después los otros diez: cada tanda se compila una vez.
pub const ROUNDS: [&[Mistake]; 2] = [
    &[
        Mistake {
            slug: "cap01_texto",
            right: r#""\ny programo"#,
            wrong: r#""y programo"#,
            fails: &["saluda_en_dos_trozos"],
        },
        Mistake {
            slug: "cap02_html",
            right: "<li>Rust</li>",
            wrong: "<li>Rust",
            fails: &["cierra_las_etiquetas_en_orden"],
        },
        Mistake {
            slug: "cap03_environ",
            right: r#"environ.header("Referer")"#,
            wrong: r#"environ.get("Referer")"#,
            fails: &["la_segunda_linea_dice_de_donde_viene"],
        },
        Mistake {
            slug: "cap04_rutas",
            right: r#""GET" | "HEAD""#,
            wrong: r#""GET""#,
            fails: &["la_puerta_se_mudo_a_la_raiz", "la_raiz_responde_200"],
        },
        Mistake {
            slug: "cap05_consulta",
            right: "    for pair in query.split",
            wrong: "    let query = decode(query);\n    for pair in query.split",
            fails: &["decodifica_cada_tema", "escapa_cada_tema"],
        },
        Mistake {
            slug: "cap06_formularios",
            right: r#".replace('"', "&quot;")"#,
            wrong: "",
            fails: &["lo_que_devuelve_va_escapado"],
        },
        Mistake {
            slug: "cap07_trozos",
            right: "number.checked_mul(3).and_then(|triple| triple.checked_add(1))",
            wrong: "Some(number.checked_mul(3)?.checked_add(1)?)",
            fails: &["un_numero_que_no_cabe_corta_la_respuesta"],
        },
        Mistake {
            slug: "cap08_intermediarios",
            right: "StartResponse| {\n",
            wrong: "StartResponse| {\n        let left = Mutex::new(quota);\n",
            fails: &[
                "al_acabarse_responde_429",
                "dice_cuantas_quedan",
                "sin_cuota_no_molesta_a_la_aplicacion",
                "varios_hilos_no_se_pasan_de_la_cuota",
            ],
        },
        Mistake {
            slug: "cap09_validador",
            right: r#"    start_response("200 OK", &[TEXT])?;"#,
            wrong: "    let length = format!(\"{FIRST}\\n{SECOND}\\n\").chars().count().to_string();\n    \
                    start_response(\"200 OK\", &[TEXT, (\"Content-Length\", &length)])?;",
            fails: &["la_portada_mide_lo_que_dice"],
        },
        Mistake {
            slug: "cap10_archivos",
            right: r#"format!("\"{}\"", file"#,
            wrong: r#"format!("{}", file"#,
            fails: &[
                "a_quien_tiene_otra_version_se_lo_envia",
                "a_quien_ya_lo_tiene_no_se_lo_envia",
                "la_etiqueta_es_su_longitud",
            ],
        },
    ],
    &[
        Mistake {
            slug: "cap01_texto",
            right: r#""200 OK""#,
            wrong: r#""200""#,
            fails: &["anuncia_texto_en_utf8", "responde_200", "saluda_en_dos_trozos"],
        },
        Mistake {
            slug: "cap02_html",
            right: "text/html; charset",
            wrong: "text/plain; charset",
            fails: &["anuncia_html_en_utf8"],
        },
        Mistake {
            slug: "cap03_environ",
            right: r#"if name.starts_with("HTTP_")"#,
            wrong: "if !name.is_empty()",
            fails: &["despues_van_los_encabezados_y_nada_mas"],
        },
        Mistake {
            slug: "cap04_rutas",
            right: r#"not_allowed(start_response, "POST")"#,
            wrong: r#"not_allowed(start_response, "GET, HEAD, POST")"#,
            fails: &["con_otro_metodo_dice_cuales_atiende"],
        },
        Mistake {
            slug: "cap05_consulta",
            right: "escape(topic)",
            wrong: "topic",
            fails: &["escapa_cada_tema"],
        },
        Mistake {
            slug: "cap06_formularios",
            right: "start_response(\"303 See Other\", &[(\"Location\", \"/gracias\")])?;\n    Ok(Body::empty())",
            wrong: "page(start_response, \"200 OK\", \"<p>Te esperamos.</p>\\n\")",
            fails: &["con_los_dos_campos_manda_a_gracias"],
        },
        Mistake {
            slug: "cap07_trozos",
            right: "Ok(Body::stream(Hail { upcoming: Some(Ok(number)) }))",
            wrong: "let mut all = String::new();\n    for chunk in (Hail { upcoming: Some(Ok(number)) }) {\n        \
                    all += &String::from_utf8_lossy(chunk?.as_bytes());\n    }\n    Ok(Body::from(all))",
            fails: &[
                "cada_numero_es_un_trozo",
                "no_anuncia_cuanto_mide",
                "un_numero_que_no_cabe_corta_la_respuesta",
            ],
        },
        Mistake {
            slug: "cap08_intermediarios",
            right: "headers.to_vec()",
            wrong: "headers[..0].to_vec()",
            fails: &["lo_demas_pasa_como_venia"],
        },
        Mistake {
            slug: "cap09_validador",
            right: r#""204 No Content", &[]"#,
            wrong: r#""200 OK", &[TEXT]"#,
            fails: &["lo_borrado_no_lleva_cuerpo_ni_tipo"],
        },
        Mistake {
            slug: "cap10_archivos",
            right: r#"environ.header("If-None-Match") == Some(&etag)"#,
            wrong: r#"environ.header("If-None-Match").is_some()"#,
            fails: &["a_quien_tiene_otra_version_se_lo_envia"],
        },
    ],
];

/// Lo que pasa todas las pruebas y no está bien: hay que leer el código.
pub const UNSEEN: &[Mistake] = &[
    Mistake {
        slug: "cap06_formularios",
        right: "let fields = String::from_utf8_lossy(&body);",
        wrong: "let fields = String::from_utf8(body).unwrap();",
        fails: &[],
    },
    Mistake {
        slug: "cap07_trozos",
        right: "Ok(Body::stream(Hail { upcoming: Some(Ok(number)) }))",
        wrong: "let all: Vec<_> = Hail { upcoming: Some(Ok(number)) }.collect();\n    Ok(Body::stream(all.into_iter()))",
        fails: &[],
    },
    Mistake {
        slug: "cap10_archivos",
        right: "Ok(Body::file(file))",
        wrong: "Ok(Body::from(std::fs::read(FILE)?))",
        fails: &[],
    },
];
