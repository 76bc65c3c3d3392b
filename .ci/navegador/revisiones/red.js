// Lo que viaja por una página: a quién se le pide, qué falla y cuánto pesa.

// Lo pregunta cada segundo el servidor del libro, para recargar la página: no es parte de ella.
const RELOAD = '/.version';

export class Traffic {
    weight = 0;
    #requests = [];
    #failures = [];
    #origin;

    static async of(page, session, origin) {
        const traffic = new Traffic();
        traffic.#origin = origin;
        traffic.#listen(page);
        await traffic.#weigh(session);
        return traffic;
    }

    // Lo que salió mal. `absent` son las páginas que se piden a sabiendas de que no están.
    faults(absent = []) {
        const ours = (url) => url.startsWith(`${this.#origin}/`) || /^(data|blob|about):/.test(url);
        const expected = (text) => absent.some((name) => text.includes(name));
        return [
            ...this.#requests.filter((url) => !ours(url)).map((url) => `se pide a otra máquina: ${url}`),
            ...this.#failures.filter((text) => !expected(text)),
        ];
    }

    #listen(page) {
        page.on('request', (request) => this.#requests.push(request.url()));
        page.on('requestfailed', (request) => {
            if (!request.url().endsWith(RELOAD)) this.#fail(`no llegó: ${request.url()} (${request.failure()?.errorText})`);
        });
        page.on('response', (response) => {
            if (response.status() >= 400) this.#fail(`respondió ${response.status()}: ${response.url()}`);
        });
        page.on('console', (message) => {
            if (message.type() === 'error') this.#fail(`en la consola: ${message.text()} (${message.location().url})`);
        });
        page.on('pageerror', (error) => this.#fail(`en un guion: ${error.message}`));
    }

    #fail(text) {
        this.#failures.push(text);
    }

    // Lo que cada respuesta ocupó de verdad en la conexión, con sus encabezados y comprimida.
    async #weigh(session) {
        const urls = new Map();
        session.on('Network.requestWillBeSent', ({ requestId, request }) => urls.set(requestId, request.url));
        session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
            if (!urls.get(requestId)?.endsWith(RELOAD)) this.weight += encodedDataLength;
        });
        await session.send('Network.enable');
    }
}
