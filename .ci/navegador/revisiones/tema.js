// Claro u oscuro: lo que elija el sistema, hasta que elija quien lee; y lo que eligió, se recuerda.

// Si el fondo es oscuro: la suma de rojo, verde y azul no llega a la mitad.
const isDark = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g)
    .slice(0, 3).reduce((sum, part) => sum + Number(part), 0) < 382);

export async function systemThemeFaults(page, scheme) {
    return await isDark(page) === (scheme === 'dark') ? [] : [`el sistema está en «${scheme}» y la página no`];
}

export async function themeFaults(page, origin, pages) {
    const found = [];
    const demand = async (dark, when) => {
        if (await isDark(page) !== dark) found.push(`${when}, la página tenía que estar en ${dark ? 'oscuro' : 'claro'}`);
    };
    for (const system of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme: system });
        await page.evaluate(() => localStorage.clear());
        await page.reload();
        const dark = system === 'dark';
        await demand(dark, `con el sistema en «${system}»`);
        await page.click('#tema');
        await demand(!dark, 'al elegir el otro tema');
        await page.reload();
        await demand(!dark, 'al recargar');
        await page.goto(`${origin}/${pages.at(-1)}`);
        await demand(!dark, 'en otra página');
        await page.click('#tema');
        await demand(dark, 'al volver a elegir');
        await page.goto(`${origin}/${pages[0]}`);
    }
    return found;
}
