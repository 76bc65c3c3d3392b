// El navegador, y lo que es visitar una página por primera vez con él.

import { chromium } from 'playwright-core';
import { Traffic } from './revisiones/red.js';
import { watchPaint } from './revisiones/pintura.js';

// Milisegundos que se le conceden a cada paso de una visita.
const PATIENCE = 60_000;

// Una conexión de teléfono: milisegundos de espera y bytes por segundo.
const SLOW = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 90_000 };
// La que haya.
const FAST = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };

// A `root`, Chromium le exige renunciar a su encierro.
export const launch = () => chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: process.getuid() === 0 ? ['--no-sandbox'] : [],
    handleSIGINT: false,
    handleSIGTERM: false,
});

// Quien detiene la prueba a medias no deja nada en marcha.
export function closeOnSignal(close) {
    for (const signal of ['SIGINT', 'SIGTERM']) {
        process.once(signal, () => { close(); process.exit(1); });
    }
}

// Visita una página sin nada guardado de antes, y la mira: `look` recibe la página, lo que viajó y cómo dejar atrás la
// conexión lenta, si lo es.
export async function visit({ browser, origin }, name, how, look) {
    const { width, scheme = 'light', scripts = true, slow = false, ...others } = how;
    const context = await browser.newContext({
        viewport: { width, height: 900 }, colorScheme: scheme, javaScriptEnabled: scripts, reducedMotion: 'reduce', ...others,
    });
    context.setDefaultTimeout(PATIENCE);
    try {
        const page = await context.newPage();
        const session = await context.newCDPSession(page);
        const traffic = await Traffic.of(page, session, origin);
        if (slow) await session.send('Network.emulateNetworkConditions', SLOW);
        if (scripts) await watchPaint(page);
        await page.goto(`${origin}/${name}`);
        if (scripts) await page.evaluate(() => document.fonts.ready.then(() => true));
        return await look(page, traffic, () => session.send('Network.emulateNetworkConditions', FAST));
    } finally {
        await context.close();
    }
}
