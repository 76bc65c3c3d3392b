// Una falta de cada clase, sembrada en una copia de una página: la prueba tiene que verlas todas, y no ver ninguna si no se
// sembró. <!-- permite: new, document, autoprueba -->

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Measures } from './medidas.js';
import { serveCopies } from './copias.js';
import { keyboardJob, laboratoryJob, pageJob, questionJob, runJobs, searchJob, seenJob, themeJob } from './trabajos.js';

// Lo que la página tiene que tener para sembrar en ella.
const NEEDED = ['<table class="tabla"', 'class="bloque terminal"', 'application(', 'rel="next"', '<details', 'class="copiar"', 'class="r"'];

const atEnd = (text) => (html) => html.replace('</main>', `${text}</main>`);
const withScript = (code) => (html) => html.replace('</body>', `<script>${code}</script></body>`);
const withStyle = (rules) => (html) => html.replace('</head>', `<style>${rules}</style></head>`);
// La página del laboratorio, en lugar de la que sea.
const inLaboratory = (plant) => () => plant(readFileSync(new URL('../../book/salida/laboratorio.html', import.meta.url), 'utf8'));
const seen = (width) => (site, name) => seenJob(site, name, width);
const narrow = seen(390), wide = seen(1280);
const theme = (site, name) => themeJob(site, [name]);

// Qué se siembra, quién tiene que verlo y de qué clase tiene que decir que es.
const PLANTED = [
    ['un texto pálido', narrow, 'acceso', atEnd('<p style="color: #bbb; background: #fff">apenas se lee</p>')],
    ['un texto pálido solo en oscuro', wide, 'acceso', withStyle('html.coal main p { color: #333 }')],
    ['un dibujo sin texto', wide, 'acceso', atEnd('<img src="favicon.svg">')],
    ['lo mismo, plegado', narrow, 'acceso', atEnd('<details><summary>Más</summary><img src="favicon.svg"></details>')],
    ['una imagen de otra máquina', wide, 'red', atEnd('<img alt="" src="http://127.0.0.1:9/ajena.png">')],
    ['una imagen que no está', wide, 'red', atEnd('<img alt="" src="no-esta.png">')],
    ['un guion que falla', narrow, 'red', withScript('throw new Error("sembrado")')],
    ['una queja en la consola', narrow, 'red', withScript('console.error("sembrada")')],
    ['algo más ancho que la página', narrow, 'ancho', atEnd('<div style="width: 500px">ancho</div>')],
    ['algo ancho dentro de lo plegado', narrow, 'ancho', atEnd('<details><summary>Más</summary><div style="width: 500px">ancho</div></details>')],
    ['un bloque que se corta', narrow, 'ancho', atEnd('<pre style="overflow: hidden; white-space: pre">' + 'larga '.repeat(40) + '</pre>')],
    ['un bloque que sigue sin avisar', narrow, 'ancho', atEnd('<div tabindex="0" role="group" aria-label="de lado" style="overflow: auto; white-space: pre">' + 'larga '.repeat(40) + '</div>')],
    ['una celda sin el nombre de su columna', narrow, 'tablas', withStyle('.tabla td::before { content: none !important }')],
    ['un programa que no cabe', wide, 'líneas', withStyle('.archivo pre { width: 300px }')],
    ['una firma partida', wide, 'líneas', withStyle('.archivo pre { width: 300px; white-space: pre-wrap }')],
    ['una página pesada', wide, 'peso', withStyle(`/* ${randomText(200_000)} */`)],
    ['un aviso que empuja', wide, 'salto', withScript('new PerformanceObserver((seen, watch) => { watch.disconnect(); document.querySelector("main").insertAdjacentHTML("afterbegin", "<p style=\\"height: 400px\\">aviso</p>"); }).observe({ type: "paint", buffered: true })')],
    ['un texto que escribe un guion', pageJob, 'sin guiones', withScript('document.querySelector(`main`).append(`otro`)')],
    ['un índice que abre un guion', pageJob, 'sin guiones', withStyle('html:not(.js) .lado { display: none !important }')],
    ['un fondo que no sigue al sistema', pageJob, 'sin guiones', withStyle('body { background: #fff !important }')],
    ['un tema que se olvida', theme, 'tema', withScript('Storage.prototype.setItem = () => {}')],
    ['un tema que no cambia', theme, 'tema', withStyle('body { background: #fff !important }')],
    ['un buscador que no se abre', searchJob, 'buscador', withScript('addEventListener("keydown", (event) => { if (event.key === "/") event.stopImmediatePropagation(); }, true)')],
    ['un buscador con ruido', searchJob, 'buscador', withScript('new MutationObserver(() => { const list = document.querySelector("dialog ul"); if (list && !list.querySelector(".ruido")) list.insertAdjacentHTML("afterbegin", "<li class=ruido><a href=cap01_texto.html>otra cosa</a></li>"); }).observe(document, { childList: true, subtree: true })')],
    ['sin enlace al texto', keyboardJob, 'teclado', (html) => html.replace(/<a class="saltar".*?<\/a>/, '')],
    ['un enlace al texto que no lleva a él', keyboardJob, 'teclado', withScript('document.querySelector(".saltar").addEventListener("click", (event) => event.preventDefault())')],
    ['un botón del índice sordo', keyboardJob, 'teclado', withScript('document.querySelector("#abrir-lado").addEventListener("click", (event) => event.stopImmediatePropagation(), true)')],
    ['una flecha que pasa de página desde el código', keyboardJob, 'teclado', withScript('addEventListener("keydown", (event) => { if (event.key === "ArrowRight" && getSelection().anchorNode?.parentElement.closest("pre")) location.href = "index.html"; })')],
    ['una flecha que no pasa de página', keyboardJob, 'teclado', withScript('addEventListener("keydown", (event) => event.stopImmediatePropagation(), true)')],
    ['un laboratorio sin motor', laboratoryJob, 'laboratorio', inLaboratory(withScript('WebAssembly.instantiate = () => Promise.reject(new Error("sembrado"))'))],
    ['un laboratorio que da todo por bueno', laboratoryJob, 'laboratorio', inLaboratory((html) => html.replace(/,"fact":"[^"]*"/g, ',"fact":"nada"'))],
    ['una respuesta que se olvida', questionJob, 'preguntas', withScript('Storage.prototype.setItem = () => {}')],
    ['una pregunta sorda al teclado', questionJob, 'preguntas', withScript('addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); }, true)')],
    ['copiar también la respuesta', wide, 'copiar', withScript('document.addEventListener("click", (event) => { const box = event.target.closest(".copiar")?.closest(".bloque"); if (!box) return; event.stopPropagation(); navigator.clipboard.writeText(box.querySelector("pre").textContent); }, true)')],
    ['lo que se sale de la hoja', narrow, 'papel', atEnd('<div style="width: 800px; text-align: right">ancho</div>')],
    ['código que en la hoja no se puede desplazar', narrow, 'papel', atEnd('<pre style="overflow: auto; white-space: pre !important">' + 'larga '.repeat(40) + '</pre>')],
];

// Un texto que no se comprime.
function randomText(length) {
    let seed = 1;
    const next = () => (seed = (seed * 48_271) % 2_147_483_647);
    return Array.from({ length }, () => next().toString(36).at(-1)).join('');
}

// La página más corta de las que tienen dónde sembrar.
function smallest(folder, pages) {
    const texts = pages.map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
    const fit = texts.filter(([name, html]) => name.startsWith('cap')
        && NEEDED.every((text) => html.includes(text)));
    if (fit.length === 0) throw new Error(`ninguna página tiene todo esto: ${NEEDED.join(', ')}`);
    return fit.sort(([, one], [, other]) => one.length - other.length)[0][0];
}

export async function selfTest(browser, folder, pages) {
    const name = smallest(folder, pages);
    const copies = await serveCopies(folder, name, [(html) => html, ...PLANTED.map(([, , , plant]) => plant)]);
    const siteOf = (at) => ({ browser, measures: new Measures(), origin: `${copies.origin}/${at}` });
    try {
        const sound = [...new Set(PLANTED.map(([, job]) => job))].map((job) => job(siteOf(0), name));
        const failures = (await runJobs(sound)).map(({ kind, where, what }) => `sin sembrar nada, ${kind}: ${where}: ${what}`);
        const found = await runJobs(PLANTED.map(([what, job], at) => ({ ...job(siteOf(at + 1), name), where: what })));
        const isSeen = ([what, , kind]) => found.some((fault) => fault.where === what && fault.kind === kind);
        failures.push(...PLANTED.filter((planted) => !isSeen(planted)).map(([what]) => `no se vio: ${what}`));
        failures.forEach((failure) => console.log(failure));
        console.log(`navegador, autoprueba: ${PLANTED.length} faltas sembradas en ${name}, ${failures.length} fallos`);
        return failures.length === 0;
    } finally {
        copies.stop();
    }
}
