//! Con qué se sabe si un archivo cambió (RFC 9110 §8.8).
//!
//! La fecha de modificación la pone quien escribe, y también quien copia, descomprime o construye una
//! imagen que siempre sale igual: dos versiones pueden tener la misma. Por eso, en Unix, cuenta además la
//! del cambio, que la pone el sistema y no se puede elegir.

use std::fs::Metadata;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// El primer segundo que no cabe en una fecha de HTTP: el año 10000.
const END_OF_DATES: u64 = 253_402_300_800;

/// El primero que puede ser de verdad: 1990. De antes de la Web no hay páginas. Hay fechas puestas por
/// poner: 0 y 1 de las imágenes reproducibles y de Nix, 1980 de los zip, 1984 y 1985 de Yarn y npm.
const FIRST_CREDIBLE: u64 = 631_152_000;

/// Cuánto puede tardar en moverse el reloj con que un sistema de archivos pone las fechas.
const TICK: Duration = Duration::from_millis(20);

/// Lo mismo, si no guarda fracciones de segundo; FAT, ni los segundos impares.
const COARSE_TICK: Duration = Duration::from_secs(2);

/// De qué sale la etiqueta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    /// De todo lo que dice el disco: cualquier cambio da otra.
    Disk,
    /// De lo que viaja con la copia, que es igual en todas las máquinas que la tienen.
    Copy,
}

/// Las fechas de un archivo, si el sistema las tiene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) modified: Option<SystemTime>,
    /// Cuándo cambió por última vez algo suyo, aunque fuera la otra fecha.
    pub(super) changed: Option<SystemTime>,
}

/// Lo que dice qué versión es.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Validators {
    /// El valor de `ETag`. Es débil mientras podría haber otra versión con la misma fecha.
    pub(super) etag: Option<String>,
    /// El de `Last-Modified`.
    pub(super) last_modified: Option<String>,
    /// Con qué se comparan las fechas del cliente, en segundos enteros.
    pub(super) modified: Option<SystemTime>,
    pub(super) precision: Precision,
}

/// De cuántas versiones puede ser una fecha (§8.8.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precision {
    OneVersion,
    MaybeSeveral,
}

impl Times {
    pub(super) fn of(metadata: &Metadata, basis: Basis) -> Self {
        let changed = match basis {
            Basis::Disk => changed(metadata),
            Basis::Copy => None,
        };
        Self { modified: metadata.modified().ok(), changed }
    }
}

#[cfg(unix)]
fn changed(metadata: &Metadata) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt;
    let seconds = u64::try_from(metadata.ctime()).ok()?;
    let nanoseconds = u32::try_from(metadata.ctime_nsec()).ok()?;
    UNIX_EPOCH.checked_add(Duration::new(seconds, nanoseconds))
}

#[cfg(not(unix))]
fn changed(_metadata: &Metadata) -> Option<SystemTime> {
    None
}

impl Validators {
    /// Los de algo que no se sabe cuándo cambia.
    pub(super) const NONE: Self = Self {
        etag: None,
        last_modified: None,
        modified: None,
        precision: Precision::MaybeSeveral,
    };

    /// Los de un archivo de `size` bytes. `coding` es cómo está comprimido, si lo está y otro no.
    pub(super) fn of(times: Times, size: u64, coding: Option<&str>, now: SystemTime) -> Self {
        let credible =
            |time: &SystemTime| *time >= UNIX_EPOCH + Duration::from_secs(FIRST_CREDIBLE);
        let told = times.modified.filter(credible);
        let modified = told.filter(|time| *time <= now);
        let certain = modified.or(times.changed.filter(credible));
        let strength = |last| if is_recent(last, now) { Strength::Weak } else { Strength::Strong };
        Self {
            etag: certain.map(|last| etag(times, size, coding, strength(last))),
            // Una futura se anuncia como la de ahora (§8.8.2.1), y no sirve para comparar.
            last_modified: told
                .and_then(|time| whole_seconds(time.min(now)))
                .map(httpdate::fmt_http_date),
            modified: modified.and_then(whole_seconds),
            precision: precision(modified, times.changed, now),
        }
    }
}

/// Si identifica unos bytes, o solo algo que da lo mismo (§8.8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strength {
    Strong,
    Weak,
}

/// Si lo que se escriba ahora podría tener la misma fecha. Ocurre también con un reloj atrasado.
fn is_recent(last: SystemTime, now: SystemTime) -> bool {
    let is_coarse = last.duration_since(UNIX_EPOCH).is_ok_and(|time| time.subsec_nanos() == 0);
    let tick = if is_coarse { COARSE_TICK } else { TICK };
    last.checked_add(tick).is_some_and(|settled| now < settled)
}

/// Cambia con el tamaño y con cada fecha que el sistema de archivos distinga. La de lo reciente es
/// distinta de la que tendrá después: entonces no valdrá por otra versión del mismo instante.
fn etag(times: Times, size: u64, coding: Option<&str>, strength: Strength) -> String {
    let (mark, recent) = match strength {
        Strength::Strong => ("", ""),
        Strength::Weak => ("W/", "-r"),
    };
    let modified = times.modified.map(nanoseconds).unwrap_or_default();
    // Lo usual: se escribió, y desde entonces nada le cambió.
    let changed = times.changed.filter(|changed| Some(*changed) != times.modified);
    let changed = changed.map(|time| format!("-{}", nanoseconds(time))).unwrap_or_default();
    let coding = coding.map(|coding| format!("-{coding}")).unwrap_or_default();
    format!("{mark}\"{modified}{changed}-{size:x}{coding}{recent}\"")
}

fn nanoseconds(time: SystemTime) -> String {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => format!("{:x}", after.as_nanos()),
        Err(before) => format!("n{:x}", before.duration().as_nanos()),
    }
}

/// El segundo en que cae, si una fecha de HTTP puede decirlo.
fn whole_seconds(time: SystemTime) -> Option<SystemTime> {
    let seconds = time.duration_since(UNIX_EPOCH).ok()?.as_secs();
    (seconds < END_OF_DATES).then(|| UNIX_EPOCH + Duration::from_secs(seconds))
}

/// Una fecha es de una sola versión si ya pasó, y desde entonces nada cambió en el archivo.
fn precision(
    modified: Option<SystemTime>,
    changed: Option<SystemTime>,
    now: SystemTime,
) -> Precision {
    let Some(second) = modified.and_then(whole_seconds) else { return Precision::MaybeSeveral };
    let is_past = second.checked_add(COARSE_TICK).is_some_and(|settled| settled <= now);
    let is_untouched = changed.is_none_or(|changed| whole_seconds(changed) <= Some(second));
    match is_past && is_untouched {
        true => Precision::OneVersion,
        false => Precision::MaybeSeveral,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::{assert_eq, assert_ne};

    /// Un momento cualquiera, con la fracción más fina que guardan todos los sistemas: en NTFS, cien
    /// nanosegundos.
    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::new(seconds, 500)
    }

    const WRITTEN: u64 = 784_111_777;

    fn times(modified: u64, changed: Option<u64>) -> Times {
        Times { modified: Some(at(modified)), changed: changed.map(at) }
    }

    fn of(times: Times, now: u64) -> Validators {
        Validators::of(times, 10, None, at(now))
    }

    #[test]
    fn lo_que_se_escribio_y_no_se_toco_tiene_una_etiqueta_corta() {
        let expected = Validators {
            etag: Some("\"ae1b981bc490bf4-a\"".to_owned()),
            last_modified: Some("Sun, 06 Nov 1994 08:49:37 GMT".to_owned()),
            modified: Some(UNIX_EPOCH + Duration::from_secs(WRITTEN)),
            precision: Precision::OneVersion,
        };
        assert_eq!(of(times(WRITTEN, Some(WRITTEN)), WRITTEN + 60), expected);
        assert_eq!(of(times(WRITTEN, None), WRITTEN + 60), expected);
    }

    #[test]
    fn la_misma_fecha_y_el_mismo_tamano_no_son_la_misma_version() {
        let first = of(times(WRITTEN, Some(WRITTEN + 1)), WRITTEN + 60);
        let second = of(times(WRITTEN, Some(WRITTEN + 2)), WRITTEN + 60);
        assert_eq!(first.etag.as_deref(), Some("\"ae1b981bc490bf4-ae1b981f7e3d5f4-a\""));
        assert_ne!(first.etag, second.etag);
        assert_eq!((first.precision, second.precision), [Precision::MaybeSeveral; 2].into());
    }

    #[test]
    fn una_fecha_que_no_dice_nada_no_se_anuncia() {
        for said in [0, 1, 315_532_800, 456_789_000, 499_162_500] {
            let alone = of(times(said, None), WRITTEN);
            assert_eq!(alone, Validators::NONE, "{said}");
            let known = of(times(said, Some(WRITTEN - 60)), WRITTEN);
            assert!(known.etag.as_ref().is_some_and(|etag| etag.starts_with('"')), "{known:?}");
            assert_eq!(Validators { etag: None, ..known }, Validators::NONE, "{said}");
        }
        let before = Times { modified: Some(UNIX_EPOCH - Duration::from_secs(1)), changed: None };
        assert_eq!(of(before, WRITTEN), Validators::NONE);
    }

    #[test]
    fn una_fecha_futura_se_anuncia_como_la_de_ahora_y_no_vale_para_comparar() {
        let now = Some("Sun, 06 Nov 1994 08:49:37 GMT".to_owned());
        let expected = Validators { last_modified: now, ..Validators::NONE };
        assert_eq!(of(times(WRITTEN + 60, None), WRITTEN), expected);
        let known = of(times(WRITTEN + 60, Some(WRITTEN - 60)), WRITTEN);
        assert!(known.etag.as_ref().is_some_and(|etag| etag.starts_with('"')), "{known:?}");
        assert_eq!(Validators { etag: None, ..known }, expected);
    }

    #[test]
    fn lo_reciente_tiene_una_etiqueta_debil_y_otra_despues() {
        let written = UNIX_EPOCH + Duration::new(WRITTEN, 500);
        let whole = UNIX_EPOCH + Duration::from_secs(WRITTEN);
        for (modified, tick) in [(written, TICK), (whole, COARSE_TICK)] {
            let times = Times { modified: Some(modified), changed: Some(modified) };
            let after = |elapsed| Validators::of(times, 10, None, modified + elapsed).etag;
            let recent = after(tick - Duration::from_micros(1)).expect("tiene");
            assert!(recent.starts_with("W/\"") && recent.ends_with("-a-r\""), "{recent}");
            assert_eq!(after(tick), Some(recent.replace("W/", "").replace("-r", "")));
        }
        // Si el reloj se atrasó, lo del pasado se volverá a vivir.
        let ahead = of(times(1, Some(WRITTEN + 60)), WRITTEN);
        assert!(ahead.etag.is_some_and(|etag| etag.starts_with("W/")));
    }

    #[test]
    fn una_fecha_tarda_en_ser_de_una_sola_version() {
        let precision = |elapsed| of(times(WRITTEN, Some(WRITTEN)), WRITTEN + elapsed).precision;
        assert_eq!([1, 2].map(precision), [Precision::MaybeSeveral, Precision::OneVersion]);
    }

    #[test]
    fn cada_compresion_tiene_su_etiqueta() {
        let times = times(WRITTEN, None);
        let etag = |coding| Validators::of(times, 10, coding, at(WRITTEN + 60)).etag;
        assert_eq!(etag(Some("br")).as_deref(), Some("\"ae1b981bc490bf4-a-br\""));
        assert_eq!(etag(Some("gzip")).as_deref(), Some("\"ae1b981bc490bf4-a-gzip\""));
    }

    #[test]
    fn una_fecha_que_http_no_puede_decir_se_calla() {
        assert_eq!(whole_seconds(UNIX_EPOCH - Duration::from_secs(1)), None);
        assert_eq!(whole_seconds(UNIX_EPOCH + Duration::from_secs(END_OF_DATES)), None);
    }
}
