// El buscador, con las palabras que lo ponen en aprietos.

import { inaccessible } from './acceso.js';

export async function searchFaults(page) {
    await page.locator('h1').first().click();
    const closed = await openingFaults(page);
    return closed.length ? closed : [
        ...await noiseFaults(page, 'ñ'),
        ...await noiseFaults(page, 'año'),
        ...await sameFaults(page, ['petición', 'peticion', 'PETICIONES']),
        ...await sameFaults(page, ['encabezado', 'encabezados']),
        ...await firstFaults(page, 'cómo subir archivos', 'cap06'),
        ...(await inaccessible(page)).map((what) => `con resultados a la vista, ${what}`),
    ];
}

// Se abre con las dos teclas y con el botón, y se cierra con la de escape.
async function openingFaults(page) {
    const found = [];
    const dialog = page.locator('dialog[open]');
    for (const [how, open] of [
        ['«/»', () => page.keyboard.press('/')],
        ['«s»', () => page.keyboard.press('s')],
        ['el botón', () => page.click('#buscar')],
    ]) {
        await open();
        if (!await appears(dialog.locator('input:focus'))) found.push(`con ${how} no se abre`);
        await page.keyboard.press('Escape');
        if (await dialog.count()) found.push(`abierto con ${how}, no se cierra con Escape`);
    }
    await page.click('#buscar');
    return found;
}

const appears = (locator) => locator.waitFor({ timeout: 10_000 }).then(() => true, () => false);

// Los resultados de una búsqueda, cuando el buscador dice que son los de ella.
async function ask(page, query) {
    const input = page.locator('dialog[open] input');
    await input.fill(query);
    await page.locator('dialog[open] [role=status]', { hasText: `«${query}»` }).waitFor({ timeout: 10_000 });
    return page.locator('dialog[open] li').evaluateAll((items) => items.map((item) => ({
        page: item.querySelector('a').href, text: item.innerText.toLowerCase(),
    })));
}

// Con su tilde es otra letra.
async function noiseFaults(page, query) {
    const noise = (await ask(page, query)).filter(({ text }) => !text.includes(query));
    return noise.length ? [`«${query}» encuentra lo que no la tiene: ${noise[0].text.slice(0, 80)}`] : [];
}

async function sameFaults(page, [first, ...others]) {
    const pagesOf = async (query) => (await ask(page, query)).map((result) => result.page).join(' ');
    const wanted = await pagesOf(first);
    if (!wanted) return [`«${first}» no encuentra nada`];
    const found = [];
    for (const query of others) {
        if (await pagesOf(query) !== wanted) found.push(`«${query}» no encuentra lo mismo que «${first}»`);
    }
    return found;
}

async function firstFaults(page, query, wanted) {
    const [first] = await ask(page, query);
    return first?.page.includes(wanted) ? [] : [`«${query}» no lleva a ${wanted}, sino a ${first?.page}`];
}
