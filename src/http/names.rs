//! Los nombres de campo que alguien busca: los que significan algo para el servidor y los que manda
//! casi todo el mundo, con su variable de CGI ya escrita (RFC 3875 §4.1.18).
//!
//! Reconocer uno cuesta lo mismo haya los que haya: dos bytes y la longitud dicen cuál podría ser, y
//! basta con compararlo.

/// Uno de los nombres de [`NAMES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known(u8);

/// Qué hace con un campo quien lee la petición.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Host,
    ContentLength,
    TransferEncoding,
    Connection,
    Expect,
    ContentType,
    Cookie,
    Proxy,
    /// Solo puede aparecer una vez (RFC 9110 §5.3): repetido, cada lector entendería uno distinto.
    Unique,
    /// Nada.
    Common,
}

const NAMES: [(&str, &str, Role); 45] = [
    ("host", "HTTP_HOST", Role::Host),
    ("content-length", "CONTENT_LENGTH", Role::ContentLength),
    ("transfer-encoding", "HTTP_TRANSFER_ENCODING", Role::TransferEncoding),
    ("connection", "HTTP_CONNECTION", Role::Connection),
    ("expect", "HTTP_EXPECT", Role::Expect),
    ("content-type", "CONTENT_TYPE", Role::ContentType),
    ("cookie", "HTTP_COOKIE", Role::Cookie),
    ("proxy", "HTTP_PROXY", Role::Proxy),
    ("authorization", "HTTP_AUTHORIZATION", Role::Unique),
    ("content-range", "HTTP_CONTENT_RANGE", Role::Unique),
    ("from", "HTTP_FROM", Role::Unique),
    ("if-modified-since", "HTTP_IF_MODIFIED_SINCE", Role::Unique),
    ("if-range", "HTTP_IF_RANGE", Role::Unique),
    ("if-unmodified-since", "HTTP_IF_UNMODIFIED_SINCE", Role::Unique),
    ("max-forwards", "HTTP_MAX_FORWARDS", Role::Unique),
    ("proxy-authorization", "HTTP_PROXY_AUTHORIZATION", Role::Unique),
    ("range", "HTTP_RANGE", Role::Unique),
    ("referer", "HTTP_REFERER", Role::Common),
    ("user-agent", "HTTP_USER_AGENT", Role::Common),
    ("accept", "HTTP_ACCEPT", Role::Common),
    ("accept-language", "HTTP_ACCEPT_LANGUAGE", Role::Common),
    ("accept-encoding", "HTTP_ACCEPT_ENCODING", Role::Common),
    ("cache-control", "HTTP_CACHE_CONTROL", Role::Common),
    ("upgrade-insecure-requests", "HTTP_UPGRADE_INSECURE_REQUESTS", Role::Common),
    ("sec-fetch-dest", "HTTP_SEC_FETCH_DEST", Role::Common),
    ("sec-fetch-mode", "HTTP_SEC_FETCH_MODE", Role::Common),
    ("sec-fetch-site", "HTTP_SEC_FETCH_SITE", Role::Common),
    ("sec-fetch-user", "HTTP_SEC_FETCH_USER", Role::Common),
    ("if-none-match", "HTTP_IF_NONE_MATCH", Role::Common),
    ("priority", "HTTP_PRIORITY", Role::Common),
    ("pragma", "HTTP_PRAGMA", Role::Common),
    ("origin", "HTTP_ORIGIN", Role::Common),
    ("sec-ch-ua", "HTTP_SEC_CH_UA", Role::Common),
    ("sec-ch-ua-mobile", "HTTP_SEC_CH_UA_MOBILE", Role::Common),
    ("sec-ch-ua-platform", "HTTP_SEC_CH_UA_PLATFORM", Role::Common),
    ("dnt", "HTTP_DNT", Role::Common),
    ("x-forwarded-for", "HTTP_X_FORWARDED_FOR", Role::Common),
    ("x-forwarded-host", "HTTP_X_FORWARDED_HOST", Role::Common),
    ("x-forwarded-proto", "HTTP_X_FORWARDED_PROTO", Role::Common),
    ("x-forwarded-port", "HTTP_X_FORWARDED_PORT", Role::Common),
    ("x-real-ip", "HTTP_X_REAL_IP", Role::Common),
    ("x-requested-with", "HTTP_X_REQUESTED_WITH", Role::Common),
    ("x-request-id", "HTTP_X_REQUEST_ID", Role::Common),
    ("via", "HTTP_VIA", Role::Common),
    ("forwarded", "HTTP_FORWARDED", Role::Common),
];

impl Known {
    /// El que se escribe así, sin distinguir mayúsculas.
    pub(super) fn find(name: &[u8]) -> Option<Self> {
        let candidate = SLOTS[slot(name)?]?;
        // Con una longitud fija se comparan todos sus bytes a la vez.
        let mut letters = [0; LONGEST];
        letters.get_mut(..name.len())?.copy_from_slice(name);
        letters.make_ascii_lowercase();
        let (length, expected) = &LETTERS[usize::from(candidate.0)];
        (name.len() == *length && letters == *expected).then_some(candidate)
    }

    /// El que tiene la variable `HTTP_` y `name`.
    pub(super) fn find_variable(name: &str) -> Option<Self> {
        let mut letters = [0; LONGEST];
        let letters = letters.get_mut(..name.len())?;
        for (letter, byte) in letters.iter_mut().zip(name.bytes()) {
            *letter = if byte == b'_' { b'-' } else { byte };
        }
        Self::find(letters)
    }

    /// Su variable: `HTTP_HOST`.
    pub(crate) fn variable(self) -> &'static str {
        NAMES[usize::from(self.0)].1
    }

    pub(crate) fn role(self) -> Role {
        NAMES[usize::from(self.0)].2
    }

    /// Si repetido no tiene sentido.
    pub(super) fn is_unique(self) -> bool {
        matches!(self.role(), Role::Unique | Role::Expect | Role::ContentType)
    }
}

/// Los nombres de una petición que ya se vieron.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct KnownSet(u64);

impl KnownSet {
    /// Añade uno; `false` si ya estaba.
    pub(crate) fn insert(&mut self, Known(at): Known) -> bool {
        let before = self.0;
        self.0 |= 1 << at;
        self.0 != before
    }
}

/// Cuál de [`NAMES`] está en cada casilla: uno como mucho.
static SLOTS: [Option<Known>; 256] = {
    assert!(NAMES.len() <= u64::BITS as usize, "caben en un `KnownSet`");
    let mut slots = [None; 256];
    let mut at = 0;
    while at < NAMES.len() {
        let Some(slot) = slot(NAMES[at].0.as_bytes()) else { panic!("el nombre es muy corto") };
        assert!(
            slots[slot].is_none(),
            "dos nombres en la misma casilla: cambia la cuenta de `slot`"
        );
        slots[slot] = Some(Known(at as u8));
        at += 1;
    }
    slots
};

/// Sitio para el nombre más largo.
const LONGEST: usize = 32;

/// La longitud de cada nombre, y sus letras completadas con ceros.
static LETTERS: [(usize, [u8; LONGEST]); NAMES.len()] = {
    let mut all = [(0, [0; LONGEST]); NAMES.len()];
    let mut at = 0;
    while at < NAMES.len() {
        let name = NAMES[at].0.as_bytes();
        all[at].0 = name.len();
        all[at].1.split_at_mut(name.len()).0.copy_from_slice(name);
        at += 1;
    }
    all
};

/// La casilla de un nombre; con estos bytes y este factor, ninguno de [`NAMES`] comparte la suya.
const fn slot(name: &[u8]) -> Option<usize> {
    if name.len() < 2 {
        return None;
    }
    let (middle, near_end) = (name[name.len() / 2] | 0x20, name[name.len() - 2] | 0x20);
    let sum = middle.wrapping_mul(17).wrapping_add(near_end).wrapping_add(name.len() as u8);
    Some(sum as usize)
}

/// Los nombres que no se repiten, para probarlo con todos.
#[cfg(test)]
pub(super) fn unique() -> impl Iterator<Item = &'static str> {
    let all = (0..NAMES.len()).map(|at| Known(at as u8));
    all.filter(|known| known.is_unique()).map(|Known(at)| NAMES[usize::from(at)].0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn cada_nombre_se_reconoce_en_mayusculas_y_en_minusculas() {
        for (at, (name, ..)) in NAMES.into_iter().enumerate() {
            let expected = Some(Known(at as u8));
            assert_eq!(Known::find(name.as_bytes()), expected, "{name}");
            assert_eq!(Known::find(name.to_uppercase().as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn uno_parecido_no_es_el_mismo() {
        for (name, ..) in NAMES {
            for at in 0..name.len() {
                let mut other = name.as_bytes().to_vec();
                for byte in 0..=u8::MAX {
                    other[at] = byte;
                    let is_same = other.eq_ignore_ascii_case(name.as_bytes());
                    assert_eq!(Known::find(&other).is_some(), is_same, "{other:?}");
                }
            }
            assert_eq!(Known::find(&name.as_bytes()[1..]), None, "{name}");
            assert_eq!(Known::find(&[name.as_bytes(), b"\0"].concat()), None, "{name}");
        }
        assert_eq!(Known::find(b""), None);
    }

    #[test]
    fn la_variable_es_la_del_encabezado() {
        for (name, variable, role) in NAMES {
            let plain = name.to_uppercase().replace('-', "_");
            let is_twinless = matches!(role, Role::ContentLength | Role::ContentType);
            assert_eq!(variable, if is_twinless { plain } else { format!("HTTP_{plain}") });
        }
    }

    #[test]
    fn de_la_variable_se_vuelve_al_encabezado() {
        for (at, (name, ..)) in NAMES.into_iter().enumerate() {
            let variable = name.to_uppercase().replace('-', "_");
            assert_eq!(Known::find_variable(&variable), Some(Known(at as u8)), "{name}");
        }
        for other in ["", "X", "HOST_", "HTTP_HOST", &"A".repeat(LONGEST + 1)] {
            assert_eq!(Known::find_variable(other), None, "{other}");
        }
    }

    #[test]
    fn un_conjunto_sabe_lo_que_ya_vio() {
        let mut seen = KnownSet::default();
        for at in 0..NAMES.len() {
            assert!(seen.insert(Known(at as u8)), "{at}");
            assert!(!seen.insert(Known(at as u8)), "{at}");
        }
    }
}
