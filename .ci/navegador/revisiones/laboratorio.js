// El laboratorio: cada experimento responde, con el botón o con el teclado, entero o cortado, y con la red desconectada
// desde que llegó el motor.

export async function laboratoryFaults(page) {
    const lab = page.locator('.lab').first();
    if (!await lab.count()) return [];
    await lab.scrollIntoViewIfNeeded();
    // Las letras de la petición son lo primero que pinta el guion.
    await lab.locator('.by').first().waitFor();
    const found = [];
    for (const chip of await lab.locator('.ficha').all()) {
        const name = await chip.textContent();
        await chip.click();
        found.push(...(await experimentFaults(page, lab)).map((what) => `«${name}»: ${what}`));
        await page.context().setOffline(true);
    }
    await page.context().setOffline(false);
    return found;
}

async function experimentFaults(page, lab) {
    const found = [], verdict = lab.locator('[data-e="verdict"]');
    // De las opciones, una acierta y las demás dicen por qué no.
    let right = 0;
    for (const option of await lab.locator('[data-p]').all()) {
        await option.click();
        await verdict.evaluate((box) => { box.textContent = ''; });
        await lab.locator('textarea').focus();
        await page.keyboard.press('Control+Enter');
        const answer = await textOf(verdict);
        right += answer.startsWith('Acertaste.');
        if (!/^(Acertaste|No fue)/.test(answer)) found.push(`al enviar, se dice «${answer}»`);
    }
    if (right !== 1) found.push(`aciertan ${right} opciones`);
    for (const view of ['environ', 'steps', 'received', 'browser', 'sent']) {
        await lab.locator(`[data-v="${view}"]`).click();
        if (!await lab.locator('[data-e="view"]').evaluate((box) => box.children.length)) found.push(`la vista «${view}» está vacía`);
    }
    const told = lab.locator('.dicho');
    await told.evaluate((box) => { box.textContent = ''; });
    await lab.locator('[data-d="-1"]').click();
    if (!await textOf(told)) found.push('al cortar la petición no se dice qué sabe el servidor');
    return found;
}

// Lo que acabe por decir; vacío si calla.
async function textOf(box) {
    const handle = await box.elementHandle();
    await box.page().waitForFunction((element) => element.textContent, handle, { timeout: 10_000 }).catch(() => null);
    return (await box.textContent()).trim();
}
