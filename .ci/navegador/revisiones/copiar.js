// Copiar un bloque: de una terminal, los comandos solos; de lo demás, el código entero.

// El portapapeles es uno solo: las páginas lo usan por turnos.
let turn = Promise.resolve();

export function copyFaults(page) {
    const mine = turn.then(() => blockFaults(page));
    turn = mine.catch(() => null);
    return mine;
}

async function blockFaults(page) {
    const found = [];
    for (const button of await page.locator('.copiar:visible').all()) {
        const block = await button.evaluate((button) => button.closest('.bloque').querySelector('pre').textContent);
        const wanted = commandsOf(block) || block.trimEnd();
        await button.click();
        const copied = await page.evaluate(() => navigator.clipboard.readText());
        if (copied.trimEnd() !== wanted) found.push(`se copió «${copied.slice(0, 80)}», y tenía que ser «${wanted.slice(0, 80)}»`);
    }
    return found;
}

// Lo que se escribió: lo que sigue al signo de la terminal y, si termina en una barra, también la línea siguiente.
function commandsOf(block) {
    let goesOn = false;
    return block.split('\n').filter((line) => {
        const isCommand = line.startsWith('$ ') || goesOn;
        goesOn = isCommand && line.endsWith('\\');
        return isCommand;
    }).map((line) => line.replace(/^\$ /, '')).join('\n');
}
