// Qué se mira y de cuántas maneras. Cada trabajo es una visita, o unas pocas, y no sabe de los demás.

import { mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { visit } from './navegador.js';
import { inaccessible } from './revisiones/acceso.js';
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

// Milisegundos que se le conceden a un trabajo: una página colgada no cuelga la prueba.
const PATIENCE = 300_000;

// Todos los trabajos del libro entero. Los largos van primero, para que ninguno quede solo al final.
export function bookJobs(site, pages, printed) {
    const lost = 'no/existe.html';
    const each = (job, chosen = pages) => chosen.map((name) => job(site, name));
    const having = (mark) => pages.filter((name) => mark.test(readFileSync(join(site.folder, name), 'utf8')));
    return [
        printJob(site, printed), searchJob(site, pages[0]), copyJob(site, pages), themeJob(site, pages),
        ...each((_, name) => seenJob(site, name, WIDE)), seenJob(site, lost, WIDE, [lost]),
        ...each((_, name) => seenJob(site, name, NARROW)), seenJob(site, lost, NARROW, [lost]),
        ...each(slowJob), ...each(plainJob), ...each(keyboardJob), ...each(laboratoryJob, having(/class="lab/)),
        ...each(questionJob, having(/class="[^"]*(porque|inventario|avance-guardado)/)),
    ];
}

// Hace los trabajos, unos cuantos a la vez, y junta sus faltas en orden.
export async function runJobs(jobs) {
    const found = [], waiting = jobs.entries();
    const worker = async () => {
        for (const [at, { where, run }] of waiting) {
            const faults = await Promise.race([run(), expiry()]).catch((error) => ({ avería: [error.message.split('\n')[0]] }));
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

// Una página como la ve quien llega: lo que viaja, lo que cabe y a quién deja fuera, con todo desplegado.
export const seenJob = (site, name, width, absent = []) => ({
    where: `${name}, a ${width} px`,
    run: () => visit(site, name, { width }, async (page, traffic) => {
        const peso = site.measures.note('weight', traffic.weight, name);
        const ancho = await sideways(page);
        await openFolds(page);
        ancho.push(...await sideways(page), ...await cutBoxes(page));
        const tablas = await namelessCells(page);
        const acceso = [];
        for (const theme of ['claro', 'oscuro']) {
            acceso.push(...(await inaccessible(page)).map((what) => `en ${theme}, ${what}`));
            if (site.captures) await capture(page, site.captures, `${name}-${theme}-${width}`);
            await page.click('#tema');
        }
        const líneas = width < WIDE || !name.startsWith('cap') ? [] : await wholeCode(page, width);
        const papel = width < WIDE ? await printed(page) : [];
        return { peso, ancho, tablas, acceso, líneas, papel, red: traffic.faults(absent) };
    }),
});

async function wholeCode(page, width) {
    const found = await splitCode(page);
    await page.setViewportSize({ width: WHOLE_CODE, height: 900 });
    found.push(...await splitCode(page));
    await page.setViewportSize({ width, height: 900 });
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

// Con una conexión lenta, que es cuando lo que llega tarde empuja a lo ya pintado.
export const slowJob = (site, name) => ({
    where: `${name}, con una conexión lenta`,
    run: async () => {
        const salto = [];
        for (const width of [NARROW, WIDE]) {
            const how = { width, slow: true, reducedMotion: 'no-preference' };
            salto.push(...await visit(site, name, how, async (page) => {
                await scrollThrough(page);
                const { shift, paint } = await paintOf(page);
                const where = `${name}, a ${width} px`;
                return [...site.measures.note('shift', shift, where), ...site.measures.note('paint', paint, where)];
            }));
        }
        return { salto };
    },
});

// Sin guiones tiene que estar todo lo que hay con ellos.
export const plainJob = (site, name) => ({
    where: `${name}, sin guiones`,
    run: async () => {
        const missing = [];
        for (const [width, scheme] of [[NARROW, 'light'], [WIDE, 'dark']]) {
            const whole = await visit(site, name, { width, scheme }, readable);
            missing.push(...await visit(site, name, { width, scheme, scripts: false }, async (page) => [
                ...await missingWithoutScripts(page, whole), ...await systemThemeFaults(page, scheme),
            ]));
        }
        return { 'sin guiones': missing };
    },
});

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

// El portapapeles es uno solo: las páginas se miran una tras otra.
export const copyJob = (site, pages) => ({
    where: 'copiar',
    run: async () => {
        const copiar = [];
        for (const name of pages) {
            const how = { width: WIDE, permissions: ['clipboard-read', 'clipboard-write'] };
            copiar.push(...(await visit(site, name, how, copyFaults)).map((what) => `${name}: ${what}`));
        }
        return { copiar };
    },
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
