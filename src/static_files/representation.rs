//! Un archivo abierto, con lo que se dice de él en los encabezados.

use std::fs::File;
use std::time::SystemTime;

use super::coding::Coding;
use super::folder::OpenFile;
use super::types::Media;
use super::validators::{Basis, Times, Validators};
use crate::body::known_length;

/// Lo que se manda de un archivo, su representación (RFC 9110 §3.2).
#[derive(Debug)]
pub(super) struct Representation {
    pub(super) file: File,
    /// En bytes, al abrirlo; `None` si solo se sabrá al leerlo.
    pub(super) size: Option<u64>,
    pub(super) content_type: String,
    pub(super) content_encoding: Option<&'static str>,
    pub(super) validators: Validators,
}

impl Representation {
    /// La de un archivo, que se describe como está ahora. `coding` es cómo está comprimido, si se eligió
    /// entre otros.
    pub(super) fn of(open: OpenFile, coding: Option<Coding>, basis: Basis) -> Self {
        let OpenFile { file, metadata, media, .. } = open;
        let Media { content_type, content_encoding } = media;
        let coding = coding.map(Coding::name);
        let size = known_length(&file, &metadata);
        let validators = size.map_or(Validators::NONE, |size| {
            Validators::of(Times::of(&metadata, basis), size, coding, SystemTime::now())
        });
        let content_encoding = coding.or(content_encoding);
        Self { file, size, content_type, content_encoding, validators }
    }
}
