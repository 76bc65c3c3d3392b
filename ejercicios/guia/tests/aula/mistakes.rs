//! Las respuestas equivocadas del apéndice para docentes: cada una es la solución con un cambio.

/// Un error y las pruebas que lo notan.
#[derive(Clone, Copy)]
pub struct Mistake {
    pub slug: &'static str,
    pub right: &'static str,
    pub wrong: &'static str,
    pub fails: &'static [&'static str],
}

/// Dos errores de cada ejercicio hasta el 10, y uno de los demás, en el orden de la tabla. Se prueban
/// juntos los primeros, y después los otros: cada tanda se compila una vez.
pub const ROUNDS: [&[Mistake]; 2] = [
    &[
        Mistake {
            slug: "cap01_texto",
            right: r#""28""#,
            wrong: r#""23""#,
            fails: &["anuncia_cuantos_bytes_mide"],
        },
        Mistake {
            slug: "cap02_html",
            right: "charset=utf-8",
            wrong: "charset=iso-8859-1",
            fails: &[
                "anuncia_el_tipo_y_la_tabla",
                "el_navegador_muestra_las_letras",
                "la_pagina_sigue_como_estaba",
            ],
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
            fails: &["la_carta_se_mudo_al_menu", "la_portada_y_el_menu_son_paginas"],
        },
        Mistake {
            slug: "cap05_consulta",
            right: "    for pair in query.split",
            wrong: "    let query = decode(query);\n    for pair in query.split",
            fails: &["decodifica_cada_antojo", "escapa_cada_antojo"],
        },
        Mistake {
            slug: "cap06_formularios",
            right: "(escape(name), escape(product))",
            wrong: "(name, product)",
            fails: &["lo_que_devuelve_va_escapado"],
        },
        Mistake {
            slug: "cap07_trozos",
            right: "                self.last = order.number;\n",
            wrong: "",
            fails: &["cada_pedido_es_un_trozo", "los_pedidos_van_escapados"],
        },
        Mistake {
            slug: "cap08_intermediarios",
            right: r#"environ.header("Authorization") != Some(&key)"#,
            wrong: r#"environ.header("Authorization").is_none()"#,
            fails: &["sin_la_llave_no_molesta_a_la_aplicacion", "sin_la_llave_responde_401"],
        },
        Mistake {
            slug: "cap09_validador",
            right: r#"    start_response("200 OK", &[TEXT])?;"#,
            wrong: "    let length = format!(\"{FIRST}\\n{SECOND}\\n\").chars().count().to_string();\n    \
                    start_response(\"200 OK\", &[TEXT, (\"Content-Length\", &length)])?;",
            fails: &["la_lista_mide_lo_que_dice"],
        },
        Mistake {
            slug: "cap10_archivos",
            right: r#"format!("\"{}\"", file"#,
            wrong: r#"format!("{}", file"#,
            fails: &[
                "a_quien_tiene_otra_version_se_la_envia",
                "a_quien_ya_la_tiene_no_se_la_envia",
                "la_etiqueta_es_su_longitud",
            ],
        },
    ],
    &[
        Mistake {
            slug: "cap01_texto",
            right: r#""\ny pan"#,
            wrong: r#""y pan"#,
            fails: &["avisa_en_dos_trozos"],
        },
        Mistake {
            slug: "cap02_html",
            right: "text/html; charset",
            wrong: "text/plain; charset",
            fails: &[
                "anuncia_el_tipo_y_la_tabla",
                "el_navegador_muestra_las_letras",
                "la_pagina_sigue_como_estaba",
            ],
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
            right: "escape(craving)",
            wrong: "craving",
            fails: &["decodifica_cada_antojo", "escapa_cada_antojo"],
        },
        Mistake {
            slug: "cap06_formularios",
            right: "start_response(\"303 See Other\", &[(\"Location\", \"/pedido/gracias\")])?;\n    Ok(Body::empty())",
            wrong: r#"show(start_response, "200 OK", "Listo")"#,
            fails: &["un_pedido_completo_se_anota_y_manda_a_gracias"],
        },
        Mistake {
            slug: "cap07_trozos",
            right: "    Body::stream(Screen { kitchen, last: 0 })",
            wrong: "    let all: Vec<_> = Screen { kitchen, last: 0 }.collect();\n    Body::stream(all)",
            fails: &[
                "el_primero_sale_sin_esperar_al_ultimo",
                "si_no_hay_nada_da_algo_que_no_se_ve",
            ],
        },
        Mistake {
            slug: "cap08_intermediarios",
            right: "headers.to_vec()",
            wrong: "headers[..0].to_vec()",
            fails: &["lo_privado_no_se_guarda_y_lo_demas_llega_igual"],
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
            fails: &["a_quien_tiene_otra_version_se_la_envia"],
        },
        Mistake {
            slug: "cap11_servidor",
            right: "value.is_empty() || !value.chars().all(|letter| letter.is_ascii_digit())",
            wrong: "value.parse::<u64>().is_err()",
            fails: &["una_longitud_no_admite_dudas"],
        },
        Mistake {
            slug: "cap12_hilos",
            right: "received.extend_from_slice(&bytes[..count])",
            wrong: "received = bytes[..count].to_vec()",
            fails: &[
                "junta_lo_que_llega_partido",
                "responde_cada_una_en_su_orden_y_despues_de_cerrar_ninguna",
            ],
        },
        Mistake {
            slug: "cap13_relevo",
            right: "stream.take(MAX_LEFT)",
            wrong: "stream.take(u64::MAX)",
            fails: &["a_quien_no_para_de_enviar_tampoco"],
        },
        Mistake {
            slug: "cap14_cgi",
            right: "input.take(length).read_to_end",
            wrong: "input.read_to_end",
            fails: &["anota_lo_que_llega_y_nada_mas", "lo_que_no_es_utf8_no_hace_fallar"],
        },
        Mistake {
            slug: "cap15_apache_nginx",
            right: "vec![proxy.parse()?]",
            wrong: r#"vec![proxy.parse()?, "0.0.0.0/0".parse()?]"#,
            fails: &["a_un_extrano_no"],
        },
        Mistake {
            slug: "cap16_muchas_maquinas",
            right: "    move |environ: &mut Environ",
            wrong: "    let is_leaving = AtomicBool::new(is_leaving.load(Ordering::Relaxed));\n    move |environ: &mut Environ",
            fails: &["en_cuanto_se_le_avisa_lo_dice"],
        },
        Mistake {
            slug: "cap18_python",
            right: "u8::try_from(letter).ok()?",
            wrong: "letter as u8",
            fails: &["lo_que_no_cabe_se_rechaza", "lo_que_no_es_utf8_se_nota_y_no_hace_fallar"],
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
        slug: "cap10_archivos",
        right: "Ok(Body::file(file))",
        wrong: "Ok(Body::from(std::fs::read(format!(\"{FOLDER}/{name}\"))?))",
        fails: &[],
    },
];
