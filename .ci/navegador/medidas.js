// Lo que se mide de cada visita, con su límite: se dice siempre, también cuando se cumple.

const MEASURED = {
    weight: { name: 'peso de la primera visita', unit: 'bytes', limit: 150_000 },
    shift: { name: 'cuánto salta lo ya pintado', unit: 'de la pantalla', limit: 0.02 },
    // Con la conexión de un teléfono y la máquina ocupada: no es una promesa, es una red.
    paint: { name: 'lo principal, a la vista', unit: 'ms', limit: 10_000 },
};

export class Measures {
    #worst = {};

    // Anota una medida; devuelve la falta, si pasa del límite.
    note(key, value, where) {
        const { name, unit, limit } = MEASURED[key];
        if (!(value <= (this.#worst[key]?.value ?? -1))) this.#worst[key] = { value, where };
        return value <= limit ? [] : [`${name}: ${spoken(value)} ${unit}, y el límite es ${spoken(limit)}`];
    }

    toString() {
        return Object.entries(this.#worst).map(([key, { value, where }]) => {
            const { name, unit, limit } = MEASURED[key];
            return `  ${name}: ${spoken(value)} ${unit} como mucho (límite ${spoken(limit)}), en ${where}`;
        }).join('\n');
    }
}

const spoken = (value) => String(Math.round(value * 10_000) / 10_000).replace('.', ',');
