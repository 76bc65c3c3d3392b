// Por dónde se empieza: sirve el libro, lo recorre y dice qué encontró.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PRINTED, readBook, serveBook } from './libro.js';
import { closeOnSignal, launch } from './navegador.js';
import { bookJobs, runJobs } from './trabajos.js';
import { selfTest } from './autoprueba.js';
import { Measures } from './medidas.js';

const { values: options } = parseArgs({
    options: {
        solo: { type: 'string', default: '' },
        capturas: { type: 'boolean', default: false },
        autoprueba: { type: 'boolean', default: false },
    },
});

// Dónde quedan las imágenes de cada página.
const CAPTURES = join(process.env.CARGO_TARGET_DIR, 'navegador');

async function main() {
    const start = Date.now();
    const book = await serveBook();
    const browser = await launch();
    closeOnSignal(() => book.stop());
    try {
        const { pages, folder } = readBook(options.solo);
        if (pages.length === 0) throw new Error(`ninguna página se llama «${options.solo}»`);
        if (options.autoprueba) return await selfTest(browser, folder, pages);
        const measures = new Measures();
        const site = { browser, measures, folder, origin: book.origin, captures: options.capturas && CAPTURES };
        const faults = await runJobs(bookJobs(site, pages, PRINTED));
        return report(pages, faults, measures, Date.now() - start);
    } finally {
        await browser.close();
        book.stop();
    }
}

function report(pages, faults, measures, elapsed) {
    faults.forEach(({ kind, where, what }) => console.log(`${kind}: ${where}: ${what}`));
    console.log(measures.toString());
    console.log(`navegador: ${pages.length} páginas, ${faults.length} faltas, en ${Math.round(elapsed / 1000)} s`);
    return faults.length === 0;
}

process.exitCode = await main() ? 0 : 1;
