// El libro: lo construye y lo sirve `cargo libro`, como a quien lo escribe.

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OUTPUT = fileURLToPath(new URL('../../book/salida/', import.meta.url));

// La que junta todas las demás para imprimirlas: no se lee en pantalla, y se mira aparte.
export const PRINTED = 'print.html';

// Sirve el libro en un puerto libre; `stop` detiene el servidor y el cargo que lo lanzó.
export async function serveBook() {
    const server = spawn('cargo', ['libro'], { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    const stop = () => {
        try { process.kill(-server.pid, 'SIGTERM'); } catch { /* ya terminó */ }
    };
    try {
        return { origin: await addressOf(server), stop };
    } catch (error) {
        stop();
        throw error;
    }
}

// La dirección que el servidor dice en la terminal.
function addressOf(server) {
    return new Promise((resolve, reject) => {
        let said = '';
        server.stdout.setEncoding('utf8').on('data', (text) => {
            said += text;
            const address = /http:\/\/localhost:\d+/.exec(said);
            if (address) resolve(address[0]);
        });
        server.on('error', reject);
        server.on('exit', (code) => reject(new Error(`el servidor del libro terminó con código ${code}:\n${said}`)));
    });
}

// Las páginas construidas que se leen en pantalla, sin lista que mantener.
export function readBook(only) {
    const pages = readdirSync(OUTPUT, { recursive: true })
        .filter((name) => name.endsWith('.html') && name !== PRINTED && name.includes(only)).sort();
    return { pages, folder: OUTPUT };
}
