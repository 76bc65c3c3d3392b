// A quién deja fuera una página: lo que `axe` encuentra en ella, tal como está.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const RULES = {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    resultTypes: ['violations'],
    // Lo de dentro de un marco es la página de otro, como la que escribe quien experimenta.
    iframes: false,
    // Ninguna de estas reglas lee las hojas de estilo: no hace falta traerlas otra vez.
    preload: false,
};

// Las que dependen de los colores.
const COLOURS = { ...RULES, runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } };

export const inaccessible = (page) => violated(page, RULES);

// Lo que se ve mal, en una página de la que ya se miró lo demás con otros colores.
export const illegible = (page) => violated(page, COLOURS);

async function violated(page, rules) {
    if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(`${AXE};0`);
    const violations = await page.evaluate(async (rules) => (await window.axe.run(document, rules)).violations, rules);
    return violations.map(({ id, nodes }) => `axe, ${id}: ${nodes.length}, como ${nodes[0].html.slice(0, 160)}`);
}
