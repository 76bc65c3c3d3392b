// Qué se mira y de cuántas maneras. Cada trabajo es una visita, o unas pocas, y no sabe de los demás.

import { mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { visit } from './navegador.js';
import { illegible, inaccessible } from './revisiones/acceso.js';
import { cutBoxes, namelessCells, openFolds, sideways, splitCode, widerThanPaper } from './revisiones/forma.js';
import { paintOf, scrollThrough } from './revisiones/pintura.js';
import { missingWithoutScripts, readable } from './revisiones/sin_guiones.js';
import { systemThemeFaults, themeFaults } from './revisiones/tema.js';
import { searchFaults } from './revisiones/buscador.js';
import { arrowFaults, indexFaults, skipFaults } from './revisiones/teclado.js';
import { copyFaults } from './revisiones/copiar.js';
import { laboratoryFaults } from './revisiones/laboratorio.js';
import { questionFaults } from './revisiones/preguntas.js';

const NARROW = 390;
const WIDE = 1280;
// Desde este ancho, ninguna línea de un programa se corta.
const WHOLE_CODE = 1160;
// Lo que mide de ancho una hoja A4 sin sus márgenes, a 96 puntos por pulgada.
const PAPER = 635;
// Lo que una página pide al copiar, y leer lo copiado.
const COPYING = ['clipboard-read', 'clipboard-write'];

// Milisegundos que se le conceden a un trabajo: una página colgada no cuelga la prueba.
const PATIENCE = 300_000;

// Todos los trabajos del libro entero. Los largos van primero, para que ninguno quede solo al final.
export function bookJobs(site, pages, printed) {
    const lost = 'no/existe.html';
    const each = (job, chosen = pages) => chosen.map((name) => job(site, name));
    const having = (mark) => pages.filter((name) => mark.test(readFileSync(join(site.folder, name), 'utf8')));
    return [
        printJob(site, printed), searchJob(site, pages[0]), themeJob(site, pages),
        ...each(laboratoryJob, having(/class="lab/)), ...each(pageJob), ...each(keyboardJob),
        seenJob(site, lost, WIDE, [lost]), seenJob(site, lost, NARROW, [lost]),
        ...each(questionJob, having(/class="[^"]*(porque|inventario|avance-guardado)/)),
    ];
}

// Hace los trabajos, unos cuantos a la vez, y junta sus faltas en orden.
export async function runJobs(jobs) {
    const found = [], waiting = jobs.entries();
    const worker = async () => {
        for (const [at, { where, run }] of waiting) {
            const attempt = () => Promise.race([run(), expiry()]);
            // Lo que se avería es la herramienta, y no la página: se prueba otra vez, y se dice.
            const again = (error) => { console.error(`otra vez: ${where}: ${error.message.split('\n')[0]}`); return attempt(); };
            const faults = await attempt().catch(again).catch((error) => ({ avería: [error.message.split('\n')[0]] }));
            found[at] = Object.entries(faults).flatMap(([kind, texts]) => texts.map((what) => ({ kind, where, what })));
        }
    };
    // Uno más que núcleos: mientras una visita espera, otra trabaja.
    await Promise.all(Array.from({ length: availableParallelism() + 1 }, worker));
    return found.flat();
}

const expiry = () => new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`no terminó en ${PATIENCE / 1000} segundos`)), PATIENCE).unref();
});

// Una página a un ancho, desde que llega hasta que se lee: lo que viaja y lo que se mueve, a quién deja fuera y lo que cabe,
// en claro y en oscuro, con todo desplegado.
export const seenJob = (site, name, width, absent = []) => ({
    where: `${name}, a ${width} px`,
    run: async () => (await seen(site, name, width, absent)).faults,
});

// Sus faltas y lo que se lee en ella. Una sola visita: cada una cuesta más que lo que se mira en ella. Por eso el orden
// importa: primero, lo que depende de cómo llegó; al final, lo que la cambia.
function seen(site, name, width, absent) {
    const how = { width, slow: true, reducedMotion: 'no-preference', permissions: COPYING };
    return visit(site, name, how, async (page, traffic, connect) => {
        const peso = site.measures.note('weight', traffic.weight, name);
        const salto = await arrivalFaults(page, site.measures, `${name}, a ${width} px`);
        await connect();
        await page.emulateMedia({ reducedMotion: 'reduce' });
        await page.evaluate(() => scrollTo(0, 0));
        const ancho = await sideways(page);
        await openFolds(page);
        ancho.push(...await sideways(page), ...await cutBoxes(page));
        const tablas = await namelessCells(page);
        const acceso = await accessFaults(page, site.captures, `${name}-${width}`);
        const copiar = width < WIDE ? [] : await copyFaults(page);
        const líneas = width < WIDE ? [] : await wholeCode(page, width);
        const red = traffic.faults(absent);
        const papel = width < WIDE ? await printed(page) : [];
        await page.emulateMedia({ media: 'screen' });
        await page.setViewportSize({ width, height: 900 });
        return { faults: { salto, peso, ancho, tablas, acceso, copiar, líneas, papel, red }, lines: await readable(page) };
    });
}

async function arrivalFaults(page, measures, where) {
    await scrollThrough(page);
    const { shift, paint } = await paintOf(page);
    return [...measures.note('shift', shift, where), ...measures.note('paint', paint, where)];
}

// En claro, todo; en oscuro, lo que cambia con los colores.
async function accessFaults(page, captures, name) {
    const found = [];
    for (const [theme, look] of [['claro', inaccessible], ['oscuro', illegible]]) {
        found.push(...(await look(page)).map((what) => `en ${theme}, ${what}`));
        if (captures) await capture(page, captures, `${name}-${theme}`);
        await page.click('#tema');
    }
    return found;
}

async function wholeCode(page, width) {
    const found = [];
    for (const whole of [WHOLE_CODE, width]) {
        await page.setViewportSize({ width: whole, height: 900 });
        found.push(...await splitCode(page));
    }
    return found;
}

async function printed(page) {
    await page.setViewportSize({ width: PAPER, height: 900 });
    return widerThanPaper(page);
}

async function capture(page, folder, name) {
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name.replaceAll('/', '-')}.png`), fullPage: true });
}

// Todo lo de una página, y que sin guiones esté todo lo que hay con ellos: a cada ancho, y con el tema del sistema.
export const pageJob = (site, name) => ({
    where: name,
    run: async () => {
        const narrow = await seen(site, name, NARROW, []), wide = await seen(site, name, WIDE, []);
        const plain = await visit(site, name, { width: NARROW, scripts: false }, async (page) => {
            const missing = [...await missingWithoutScripts(page, narrow.lines), ...await systemThemeFaults(page, 'light')];
            await page.setViewportSize({ width: WIDE, height: 900 });
            await page.emulateMedia({ colorScheme: 'dark' });
            return [...missing, ...await missingWithoutScripts(page, wide.lines), ...await systemThemeFaults(page, 'dark')];
        });
        return { ...together([NARROW, narrow.faults], [WIDE, wide.faults]), 'sin guiones': plain };
    },
});

// Las faltas de cada ancho, juntas por clases, con el ancho delante.
function together(...seen) {
    const kinds = Object.keys(seen[0][1]);
    const said = (kind) => seen.flatMap(([width, faults]) => faults[kind].map((what) => `a ${width} px, ${what}`));
    return Object.fromEntries(kinds.map((kind) => [kind, said(kind)]));
}

export const keyboardJob = (site, name) => ({
    where: `${name}, con el teclado`,
    run: async () => {
        const teclado = [];
        for (const width of [NARROW, WIDE]) {
            teclado.push(...await visit(site, name, { width }, async (page) => [
                ...await skipFaults(page), ...await indexFaults(page), ...await arrowFaults(page),
            ]));
        }
        return { teclado };
    },
});

export const laboratoryJob = (site, name) => ({
    where: `${name}, su laboratorio`,
    run: async () => ({ laboratorio: await visit(site, name, { width: WIDE }, laboratoryFaults) }),
});

export const questionJob = (site, name) => ({
    where: `${name}, sus preguntas`,
    run: async () => ({ preguntas: await visit(site, name, { width: NARROW }, questionFaults) }),
});

export const printJob = (site, name) => ({
    where: `${name}, en papel`,
    run: async () => ({ papel: await visit(site, name, { width: PAPER }, printed) }),
});

export const themeJob = (site, pages) => ({
    where: 'el tema',
    run: async () => ({ tema: await visit(site, pages[0], { width: WIDE }, (page) => themeFaults(page, site.origin, pages)) }),
});

export const searchJob = (site, name) => ({
    where: 'el buscador',
    run: async () => ({ buscador: await visit(site, name, { width: WIDE }, searchFaults) }),
});
