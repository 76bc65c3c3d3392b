// El libro sin guiones: los mismos capítulos y el mismo texto.

// Lo que se lee de una página, línea por línea, con todo desplegado y sin lo que es solo para los guiones. El
// laboratorio, sin ellos, es otra cosa: los experimentos ya hechos.
export async function readable(page) {
    return page.evaluate(() => {
        document.querySelectorAll('button, .con-js, .sin-js, .lab').forEach((box) => box.remove());
        document.querySelectorAll('details').forEach((fold) => { fold.open = true; });
        return document.querySelector('main').innerText.split('\n').map((line) => line.trim()).filter(Boolean);
    });
}

export async function missingWithoutScripts(page, whole) {
    // La portada no la tiene: lleva al primero.
    const hasIndex = await page.evaluate(() => !document.querySelector('main[data-cap]')
        || [...document.querySelectorAll('nav a[data-cap]')].filter((link) => link.checkVisibility()).length > 1);
    const isLaboratoryEmpty = await page.evaluate(() => [...document.querySelectorAll('.lab')]
        .some((box) => !box.innerText.trim()));
    const here = new Set(await readable(page));
    const missing = whole.filter((line) => !here.has(line));
    return [
        ...hasIndex ? [] : ['no se ve la lista de capítulos'],
        ...isLaboratoryEmpty ? ['el laboratorio se queda vacío'] : [],
        ...missing.length ? [`faltan ${missing.length} líneas, como «${missing[0].slice(0, 80)}»`] : [],
    ];
}
