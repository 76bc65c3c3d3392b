// La página con el teclado: llegar al texto, abrir el índice, pasar de capítulo sin querer.

// Al texto se llega con el primer enlace, que aparece al alcanzarlo.
export async function skipFaults(page) {
    await page.evaluate(() => { scrollTo(0, 0); document.activeElement?.blur(); });
    await page.keyboard.press('Tab');
    const isSkip = await page.evaluate(() => {
        const { activeElement } = document;
        const { top, left, width, height } = activeElement.getBoundingClientRect();
        return activeElement.getAttribute('href') === `#${document.querySelector('main').id}`
            && top >= 0 && left >= 0 && width > 1 && height > 1;
    });
    if (!isSkip) return ['lo primero que se alcanza no es el enlace al texto, a la vista'];
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    const isInside = await page.evaluate(() => document.querySelector('main').contains(document.activeElement));
    return isInside ? [] : ['el enlace al texto no lleva a él'];
}

// El índice se abre y se cierra con un botón que se alcanza pronto.
export async function indexFaults(page) {
    if (!await page.locator('#abrir-lado').isVisible()) return [];
    await page.evaluate(() => document.querySelector('a[href], button').focus());
    const state = () => page.evaluate(() => {
        const button = document.querySelector('#abrir-lado');
        return {
            focused: document.activeElement === button,
            told: button.getAttribute('aria-expanded') === 'true',
            shown: document.getElementById(button.getAttribute('aria-controls')).checkVisibility(),
        };
    });
    for (let tries = 0; tries < 3 && !(await state()).focused; tries += 1) await page.keyboard.press('Tab');
    const before = await state();
    if (!before.focused) return ['el botón del índice no está entre lo primero que se alcanza'];
    const found = [];
    for (const shown of [!before.shown, before.shown]) {
        await page.keyboard.press('Enter');
        const now = await state();
        if (now.shown !== shown) found.push(`el botón del índice no lo ${shown ? 'muestra' : 'esconde'}`);
        if (now.told !== now.shown) found.push('el botón del índice no dice si está abierto');
    }
    return [...found, ...await escapeFaults(page, state, before)];
}

// Lo que tapa el texto se cierra también con la tecla de escape.
async function escapeFaults(page, state, before) {
    if (before.shown) return [];
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    const after = await state();
    return after.shown || !after.focused ? ['el índice no se cierra con Escape, o no devuelve el foco'] : [];
}

// Donde las flechas recorren o escriben, no pasan de capítulo; en lo demás, sí.
const OWN = ['pre', 'summary', 'table td', 'main input', 'main textarea', 'main select'];

export async function arrowFaults(page) {
    const neighbours = await page.evaluate(() => {
        // Se apunta adónde se iba, y no se va.
        window.idas = [];
        navigation.addEventListener('navigate', (event) => {
            if (event.hashChange) return;
            event.preventDefault();
            window.idas.push(event.destination.url);
        });
        document.querySelectorAll('details').forEach((fold) => { fold.open = true; });
        return ['next', 'prev'].map((rel) => document.querySelector(`a[rel=${rel}]`)?.href).filter(Boolean);
    });
    const found = [];
    for (const selector of OWN) {
        const gone = await pressInside(page, selector);
        if (gone.length) found.push(`una flecha dentro de ${selector} se va a ${gone[0]}`);
    }
    const gone = await pressOutside(page);
    if (gone.join() !== neighbours.join()) found.push(`las flechas llevan a [${gone}] y tenían que llevar a [${neighbours}]`);
    return found;
}

// Las dos flechas dentro de lo primero que hay de esa clase: ahí queda el cursor al pulsar con el ratón, y el foco si
// lo admite.
async function pressInside(page, selector) {
    const isThere = await page.evaluate((selector) => {
        const box = [...document.querySelectorAll(selector)].find((box) => box.checkVisibility());
        if (!box) return false;
        document.activeElement?.blur();
        getSelection().collapse(document.createTreeWalker(box, NodeFilter.SHOW_TEXT).nextNode() ?? box, 0);
        box.focus();
        return true;
    }, selector);
    return isThere ? pressArrows(page) : [];
}

async function pressOutside(page) {
    await page.evaluate(() => {
        document.activeElement?.blur();
        getSelection().removeAllRanges();
    });
    return pressArrows(page);
}

async function pressArrows(page) {
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    return page.evaluate(() => window.idas.splice(0));
}
