//! Las oraciones de los experimentos, como HTML.

use crate::face::html;

/// Una oración de los experimentos: lo que va entre acentos graves es código.
pub(super) fn prose(text: &str) -> String {
    let parts = html::escape(text);
    let parts = parts.split('`').enumerate();
    parts
        .map(
            |(at, part)| if at % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() },
        )
        .collect()
}
