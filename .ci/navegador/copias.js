// Copias del libro, cada una con algo sembrado en una de sus páginas, y quien las sirve.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES = {
    '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.json': 'application/json',
    '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.wasm': 'application/wasm',
};

// La copia número N está en `/N/`; en ella, la página `name` pasa por `plants[N]`.
export async function serveCopies(folder, name, plants) {
    const server = createServer(async (request, response) => {
        const [, copy, path] = /^\/(\d+)\/([^?]*)/.exec(request.url) ?? [];
        try {
            const content = await readFile(join(folder, normalize(`/${decodeURIComponent(path)}`)));
            const planted = path === name ? plants[copy](content.toString()) : content;
            response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'text/plain', 'Content-Encoding': 'gzip' });
            response.end(gzipSync(planted));
        } catch {
            response.writeHead(404).end();
        }
    });
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
    const stop = () => { server.close(); server.closeAllConnections(); };
    return { origin: `http://127.0.0.1:${server.address().port}`, stop };
}
