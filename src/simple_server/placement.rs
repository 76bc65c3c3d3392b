//! El reparto: qué bucle atiende una conexión nueva.
//!
//! Lo mejor es el que la aceptó, que está en el núcleo que recibe sus paquetes; menos cuando todos
//! los clientes están en un núcleo y los demás no tendrían qué hacer.

/// Con cuántas conexiones de más que el doble del menos cargado empieza un bucle a cederle las
/// nuevas.
const SKEW: usize = 16;

/// Lo que hay que saber de un bucle para repartir.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    pub(super) connections: usize,
    /// Si acepta conexiones por su cuenta; si no, solo tiene las que le cedan.
    pub(super) listens: bool,
}

/// El bucle para una conexión que aceptó `own`.
pub(super) fn choose(own: usize, loads: &mut dyn Iterator<Item = Load>) -> usize {
    let (mut mine, mut lightest) = (0, None::<(usize, Load)>);
    for (index, load) in loads.enumerate() {
        if index == own {
            mine = load.connections;
        } else if lightest.is_none_or(|(_, least)| load.connections < least.connections) {
            lightest = Some((index, load));
        }
    }
    let Some((index, other)) = lightest else { return own };
    let tolerated = match other.listens {
        true => other.connections.saturating_mul(2).saturating_add(SKEW),
        false => other.connections,
    };
    if mine > tolerated { index } else { own }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn check(own: usize, connections: &[usize], listens: bool, expected: usize) {
        let load = |&connections: &usize| Load { connections, listens };
        assert_eq!(choose(own, &mut connections.iter().map(load)), expected);
    }

    #[test]
    fn una_conexion_se_queda_donde_llego() {
        check(0, &[0], true, 0);
        check(0, &[3, 0], true, 0);
        check(1, &[100, 200, 100], true, 1);
    }

    #[test]
    fn si_todas_llegan_a_un_bucle_se_reparten() {
        check(0, &[17, 0], true, 1);
        check(1, &[0, 16], true, 1);
        check(2, &[9, 5, 100], true, 1);
    }

    #[test]
    fn si_uno_solo_escucha_reparte_desde_la_primera() {
        check(0, &[0, 0], false, 0);
        check(0, &[1, 0], false, 1);
        check(0, &[2, 2, 1], false, 2);
        check(0, &[1, 2, 1], false, 0);
    }
}
