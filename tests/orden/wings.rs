//! Qué archivo usa a cuál: quien se nombra en una ruta (`crate::`, `super::`, `self::`, o un módulo de
//! al lado) y es otro archivo.
//!
//! Una ruta lleva a donde está escrito lo que nombra, aunque otro lo vuelva a exportar. Declarar a un
//! hijo o volver a exportar lo suyo no es usarlo. Tampoco usa a su padre el hijo que solo añade métodos
//! a un tipo suyo (`impl Environ` en `environ/fill.rs`): es el mismo tipo, en dos archivos. Las pruebas de
//! un archivo pueden usar a quien quieran.

use std::collections::{BTreeMap, BTreeSet};

use super::{files, read, root};

/// Un módulo, por sus nombres desde la raíz.
type Module = Vec<String>;

/// Los archivos de una carpeta, sin sus comentarios ni sus pruebas.
pub struct Wings {
    code: BTreeMap<Module, String>,
}

impl Wings {
    pub fn of(folder: &str) -> Self {
        let here = root().join(folder);
        let code = files(folder, "rs").into_iter().filter_map(|path| {
            let inside = path.strip_prefix(&here).expect("está dentro").with_extension("");
            let mut module: Module =
                inside.iter().map(|name| name.to_string_lossy().into_owned()).collect();
            if module.last().is_some_and(|name| ["mod", "lib", "main"].contains(&name.as_str())) {
                module.pop();
            }
            // Lo que solo se compila para probar.
            let is_test = ["tests", "stand", "cuts"]
                .iter()
                .any(|name| module.iter().any(|known| known == name));
            (!is_test).then(|| (module, code_of(&read(&path))))
        });
        Self { code: code.collect() }
    }

    /// Las parejas que se usan una a la otra.
    pub fn circles(&self) -> BTreeSet<(String, String)> {
        let uses: BTreeMap<&Module, BTreeSet<Module>> =
            self.code.keys().map(|module| (module, self.used_by(module))).collect();
        let mut circles = BTreeSet::new();
        for (one, others) in &uses {
            for other in others.iter().filter(|other| *one < *other) {
                if uses.get(other).is_some_and(|back| back.contains(*one)) {
                    circles.insert((one.join("::"), other.join("::")));
                }
            }
        }
        circles
    }

    fn used_by(&self, module: &Module) -> BTreeSet<Module> {
        let code = without(&self.code[module], is_reexport);
        let statements =
            statements(&code).filter(|text| text.starts_with("use ")).flat_map(|text| {
                branches(&text["use ".len()..])
                    .into_iter()
                    .filter(|path| !only_extends(&code, path))
            });
        let rest = without(&code, |text| text.starts_with("use "));
        let paths = statements.map(|(path, _)| path).chain(paths(&rest));
        paths
            .filter_map(|path| self.place_of(module, &path))
            .filter(|used| used != module)
            .collect()
    }

    /// El archivo donde está escrito lo que nombra esa ruta.
    fn place_of(&self, from: &Module, path: &str) -> Option<Module> {
        let mut names = path.split("::").map(str::trim).peekable();
        let mut place = match *names.peek()? {
            "crate" => Module::new(),
            "self" | "super" => from.clone(),
            first if self.code.contains_key(&child(from, first)) => from.clone(),
            _ => return None,
        };
        names.next_if(|name| ["crate", "self"].contains(name));
        while names.next_if_eq(&"super").is_some() {
            place.pop();
        }
        while let Some(name) = names.next_if(|name| self.code.contains_key(&child(&place, name))) {
            place = child(&place, name);
        }
        let Some(name) = names.next() else {
            // Nombrar un módulo es usarlo, si no es el que ya se está mirando o uno que lo contiene.
            return (!from.starts_with(&place)).then_some(place);
        };
        self.origin(&place, name).or_else(|| self.code.contains_key(&place).then_some(place))
    }

    /// De dónde sale lo que `module` vuelve a exportar con ese nombre.
    fn origin(&self, module: &Module, name: &str) -> Option<Module> {
        let code = self.code.get(module)?;
        let exported = statements(code).filter(|text| is_reexport(text)).flat_map(|text| {
            let (_, tree) = text.split_once("use ").expect("exporta algo");
            branches(tree)
        });
        let (path, _) = exported.into_iter().find(|(_, known)| known == name)?;
        self.place_of(module, &path)
    }
}

fn child(module: &Module, name: &str) -> Module {
    [module.as_slice(), &[name.to_owned()]].concat()
}

/// Lo que se compila siempre: sin comentarios, y hasta las pruebas del final.
fn code_of(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// Lo que hay entre un punto y coma y otro, si empieza en su línea por algo que trae nombres.
fn statements(code: &str) -> impl Iterator<Item = &str> {
    let starts = code.match_indices("use ").filter_map(|(at, _)| {
        let line = code[..at].rfind('\n').map_or(0, |end| end + 1);
        let before = code[line..at].trim_start();
        (before.is_empty() || (before.starts_with("pub") && !before.contains("fn")))
            .then(|| line + (code[line..at].len() - before.len()))
    });
    starts.filter_map(|start| Some(&code[start..start + code[start..].find(';')?]))
}

fn is_reexport(statement: &str) -> bool {
    statement.starts_with("pub")
}

/// El código sin esas frases.
fn without(code: &str, is_out: impl Fn(&str) -> bool) -> String {
    let gone: Vec<&str> = statements(code).filter(|text| is_out(text)).collect();
    gone.iter().fold(code.to_owned(), |code, text| code.replacen(text, "", 1))
}

/// Las rutas de una frase `use`, con el nombre que queda de cada una.
fn branches(tree: &str) -> Vec<(String, String)> {
    let tree = tree.trim();
    let Some((stem, inside)) = tree.split_once('{') else {
        let (path, name) = tree.split_once(" as ").unwrap_or((tree, tree));
        let name = name.rsplit("::").next().unwrap_or(name);
        return vec![(path.trim_end_matches("::self").to_owned(), name.to_owned())];
    };
    let inside = inside.trim_end().strip_suffix('}').unwrap_or(inside);
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, letter) in inside.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => parts.push(&inside[std::mem::replace(&mut start, at + 1)..at]),
            _ => {}
        }
    }
    parts.push(&inside[start..]);
    let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
    parts.flat_map(|part| branches(&format!("{stem}{part}"))).collect()
}

/// Si de ahí solo se trae un tipo del padre, y solo para añadirle métodos.
fn only_extends(code: &str, (path, name): &(String, String)) -> bool {
    let is_parents = path.strip_prefix("super::") == Some(name);
    let rest = without(code, |text| text.starts_with("use "));
    let is_whole = |(at, found): (usize, &str)| {
        let is_letter = |c: char| c.is_alphanumeric() || c == '_';
        !rest[..at].ends_with(is_letter) && !rest[at + found.len()..].starts_with(is_letter)
    };
    let mut uses = rest.match_indices(name.as_str()).filter(|found| is_whole(*found));
    is_parents && uses.all(|(at, _)| rest[..at].ends_with("impl "))
}

/// Las rutas que se nombran al vuelo.
fn paths(code: &str) -> impl Iterator<Item = String> {
    let words = code.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    words.filter(|word| word.contains("::")).map(|word| word.trim_matches(':').to_owned())
}
