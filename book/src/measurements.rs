//! Lo que se midió: los archivos de `bench/resultados`, con las cuentas que el libro cuenta de ellos.

use crate::folders::Folders;
use crate::problem::ProblemKind;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

/// Un número de los que se comparan: `key` es su nombre en el archivo.
#[derive(Debug, PartialEq)]
pub(crate) struct Measure {
    name: &'static str,
    key: &'static str,
    /// Por cuánto se divide lo que hay en el archivo para que esté en `unit`.
    divisor: f64,
    pub(crate) unit: &'static str,
    pub(crate) decimals: usize,
    pub(crate) is_better_small: bool,
}

const fn measure(name: &'static str, key: &'static str, unit: &'static str) -> Measure {
    Measure { name, key, unit, divisor: 1.0, decimals: 0, is_better_small: false }
}

/// Los que puede pedir un capítulo. El primero, si no dice cuál.
const MEASURES: [Measure; 5] = [
    measure("peticiones", "rps", "peticiones por segundo"),
    measure("volumen", "mbps", "millones de bytes por segundo"),
    Measure {
        divisor: 1000.0,
        decimals: 2,
        is_better_small: true,
        ..measure("espera", "p99_us", "milisegundos que no pasan 99 de cada 100 peticiones")
    },
    Measure {
        decimals: 2,
        is_better_small: true,
        ..measure(
            "procesador",
            "cpu_per_100k",
            "segundos de procesador por cada 100 000 peticiones",
        )
    },
    Measure {
        divisor: 1024.0,
        decimals: 1,
        is_better_small: true,
        ..measure("memoria", "bytes_per_idle", "KiB de memoria por conexión ociosa")
    },
];

/// Una medición entera.
#[derive(Debug)]
pub(crate) struct Measurement {
    /// Visto desde la raíz del repositorio.
    pub(crate) path: String,
    data: Value,
}

/// Lo que dieron las rondas de un servidor.
#[derive(Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) server: String,
    pub(crate) kind: Kind,
    pub(crate) least: f64,
    pub(crate) median: f64,
    pub(crate) most: f64,
}

/// Qué es lo que se midió.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Ours,
    /// Lo que se puede, sin ser un servidor.
    Floor,
    Other,
}

impl Measurement {
    /// La medición `name`.
    pub(crate) fn read(folders: &Folders, name: &str) -> Result<Self, ProblemKind> {
        let path = format!("bench/resultados/{name}.json");
        let data = fs::read(file(folders, name)).ok();
        let data = data.and_then(|content| serde_json::from_slice(&content).ok());
        match data {
            Some(data) => Ok(Self { path, data }),
            None => Err(ProblemKind::ResultMissing { path }),
        }
    }

    /// Un dato de la medición: `date`, `cores`…
    pub(crate) fn about(&self, key: &str) -> String {
        plain(&self.data["about"][key])
    }

    /// Los servidores, por orden alfabético.
    pub(crate) fn servers(&self) -> impl Iterator<Item = &str> {
        self.data["peers"].as_object().into_iter().flatten().map(|(name, _)| name.as_str())
    }

    /// Cuál de los números pide un capítulo.
    pub(crate) fn measure(&self, name: Option<&str>) -> Result<&'static Measure, ProblemKind> {
        let found = MEASURES.iter().find(|measure| name.is_none_or(|name| name == measure.name));
        found.ok_or_else(|| self.missing(name, MEASURES.iter().map(|measure| measure.name)))
    }

    /// Lo que dio cada servidor en un escenario, del mejor al peor.
    pub(crate) fn rows(&self, scenario: &str, measure: &Measure) -> Result<Vec<Row>, ProblemKind> {
        let scenarios = self.data["runs"].as_object();
        let runs = scenarios.and_then(|scenarios| scenarios.get(scenario)?.as_object());
        let mut rows: Vec<Row> = runs
            .into_iter()
            .flatten()
            .filter_map(|(name, runs)| self.row(name, runs, measure))
            .collect();
        if rows.is_empty() {
            let known = scenarios.into_iter().flatten().map(|(name, _)| name.as_str());
            return Err(self.missing(Some(scenario), known));
        }
        let rank = |row: &Row| if measure.is_better_small { row.median } else { -row.median };
        rows.sort_by(|one, other| rank(one).total_cmp(&rank(other)));
        Ok(rows)
    }

    /// Los servidores que no se midieron en ese escenario, y por qué.
    pub(crate) fn left_out(&self, scenario: &str) -> Vec<(String, String)> {
        let reasons = self.data["cannot"][scenario].as_object().into_iter().flatten();
        reasons.map(|(name, reason)| (name.clone(), plain(reason))).collect()
    }

    fn row(&self, name: &str, runs: &Value, measure: &Measure) -> Option<Row> {
        let runs = runs.as_array()?.iter();
        let mut values: Vec<f64> = runs
            .filter_map(|run| run[measure.key].as_f64())
            .map(|value| value / measure.divisor)
            .collect();
        values.sort_by(f64::total_cmp);
        let (least, most) = (*values.first()?, *values.last()?);
        let kind = match self.data["peers"][name]["kind"].as_str() {
            Some("nuestro") => Kind::Ours,
            Some("suelo") => Kind::Floor,
            _ => Kind::Other,
        };
        Some(Row { server: name.to_owned(), kind, least, median: median(&values), most })
    }

    fn missing<'a>(
        &self,
        wanted: Option<&str>,
        known: impl Iterator<Item = &'a str>,
    ) -> ProblemKind {
        ProblemKind::NotMeasured {
            path: self.path.clone(),
            wanted: wanted.unwrap_or_default().to_owned(),
            known: known.collect::<Vec<_>>().join(", "),
        }
    }
}

impl Row {
    /// La mitad de la distancia entre la mayor y la menor, como parte de la mediana, en porcentaje.
    pub(crate) fn spread(&self) -> f64 {
        (self.most - self.least) / 2.0 / self.median * 100.0
    }
}

/// Dónde está la medición `name`.
pub(crate) fn file(folders: &Folders, name: &str) -> PathBuf {
    folders.root().join("../bench/resultados").join(format!("{name}.json"))
}

/// La de en medio de unos valores en orden, que no son ninguno: con un número par, la media de las dos.
fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    match sorted.len() % 2 {
        1 => sorted[middle],
        _ => (sorted[middle - 1] + sorted[middle]) / 2.0,
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn la_mediana_es_la_de_en_medio() {
        assert_eq!(median(&[1.0, 2.0, 9.0]), 2.0);
        assert_eq!(median(&[1.0, 2.0, 4.0, 9.0]), 3.0);
    }
}
