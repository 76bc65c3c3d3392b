// Las preguntas, las doce del inventario y lo guardado: se contesta con el teclado, se recuerda, se lleva y se borra, y
// nada de eso pide nada por la red.

import { readFileSync } from 'node:fs';

export async function questionFaults(page) {
    // El guion se añade al final: hasta que llega, abrir una respuesta no la recuerda.
    if (!await page.locator('.porque, .inventario, .avance-guardado').count()) return [];
    await page.waitForLoadState('load');
    await page.context().setOffline(true);
    const found = [
        ...await answerFaults(page), ...await inventoryFaults(page), ...await keptFaults(page),
    ];
    await page.context().setOffline(false);
    return found;
}

async function answerFaults(page) {
    const found = [], panels = await page.locator('.porque').all();
    for (const panel of panels) {
        const name = await panel.locator('.pregunta').textContent();
        const fault = (what) => found.push(`«${name}»: ${what}`);
        const summaries = panel.locator('summary'), said = panel.locator('.veredicto');
        await summaries.first().focus();
        await page.keyboard.press('Enter');
        const first = await said.textContent();
        const isRight = await panel.locator('details').first().evaluate((choice) => choice.classList.contains('bien'));
        if (!first.includes(isRight ? 'la a: correcta' : 'la a: no es esa')) fault(`dice «${first}» de la primera`);
        if (!await panel.locator('details').first().getAttribute('open').then((open) => open !== null)) fault('no se abre');
        await summaries.last().click();
        if (await said.textContent() !== first) fault('leer otra respuesta cambia la que se dio');
        if (!await said.locator('button').count()) {
            fault('no se recuerda lo que se contestó');
            continue;
        }
        await said.locator('button').click();
        if (await said.textContent() !== '' || await panel.locator('[open]').count()) fault('no se puede responder otra vez');
        await summaries.last().click();
    }
    const kept = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('pregunta:')).length);
    if (kept !== panels.length) found.push(`se recuerdan ${kept} respuestas de ${panels.length}`);
    return found;
}

async function inventoryFaults(page) {
    const form = page.locator('.inventario');
    if (!await form.count()) return [];
    const found = [];
    await form.locator('[name="nombre"]').fill('Ada');
    for (const [day, shows] of [['primero', false], ['último', true]]) {
        await form.locator(`[name="momento"][value="${day}"]`).check();
        await form.locator('[name="p1"]').first().check();
        const { nombre, dia, respuestas } = await saved(page, form.locator('[type="submit"]'));
        if (nombre !== 'Ada' || dia !== day || respuestas.join() !== 'a' + ','.repeat(respuestas.length - 1)) {
            found.push(`el archivo del día ${day} no dice lo que se marcó`);
        }
        if (await page.locator('.claves').isVisible() !== shows) found.push(`el día ${day}, las respuestas no están como deben`);
    }
    return found;
}

async function keptFaults(page) {
    const place = page.locator('.avance-guardado');
    if (!await place.count()) return [];
    const found = [];
    await page.evaluate(() => localStorage.setItem('pregunta:cap01-1', 'b bien'));
    const { guardado } = await saved(page, place.locator('[data-a="guardar"]'));
    if (guardado['pregunta:cap01-1'] !== 'b bien') found.push('lo guardado no está en el archivo');
    page.once('dialog', (dialog) => dialog.accept());
    await place.locator('[data-a="borrar"]').click();
    const numbers = await place.locator('dd').allTextContents();
    if (numbers.some((number) => number !== '0')) found.push(`después de borrar queda ${numbers.join()}`);
    const left = await page.evaluate(() => localStorage.getItem('pregunta:cap01-1'));
    if (left) found.push('no se borró');
    return found;
}

// El archivo que guarda un botón.
async function saved(page, button) {
    const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
    return JSON.parse(readFileSync(await file.path(), 'utf8'));
}
