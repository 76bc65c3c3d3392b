//! Los nombres de los puntos de una conversación, y qué puede seguir a cada uno.

/// El nombre de un punto de la conversación, sin lo que se sabe en él.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum StageKind {
    Idle,
    Head,
    Body,
    Calling,
    Responding,
    Closing,
    Cutting,
    Lingering,
    Closed,
}

impl StageKind {
    /// Todas, en el orden en que se recorren.
    #[cfg(test)]
    pub(super) const ALL: [Self; 9] = [
        Self::Idle,
        Self::Head,
        Self::Body,
        Self::Calling,
        Self::Responding,
        Self::Closing,
        Self::Cutting,
        Self::Lingering,
        Self::Closed,
    ];

    /// Lo que puede seguir a cada punto, además de él mismo. Un pánico o un fallo de la red llevan a
    /// `Closed` desde cualquiera.
    pub(super) fn may_become(self, next: Self) -> bool {
        use StageKind::*;
        self == next
            || matches!(
                (self, next),
                (Idle, Head | Body | Calling | Responding | Closing | Cutting | Closed)
                    | (Head, Idle | Body | Calling | Responding | Closing | Cutting | Closed)
                    | (Body, Idle | Calling | Responding | Closing | Cutting | Closed)
                    | (Calling, Idle | Responding | Closing | Cutting | Closed)
                    | (Responding, Idle | Closing | Cutting | Closed)
                    | (Closing, Lingering | Closed)
                    | (Cutting, Closing | Closed)
                    | (Lingering, Closed)
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn nada_sigue_al_final_y_a_todo_puede_seguirlo() {
        for stage in StageKind::ALL {
            assert!(stage.may_become(StageKind::Closed), "{stage:?}");
            assert_eq!(StageKind::Closed.may_become(stage), stage == StageKind::Closed);
        }
    }
}
