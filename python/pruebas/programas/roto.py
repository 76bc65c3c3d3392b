# Una aplicación a la que le falta algo.
import no_existe
