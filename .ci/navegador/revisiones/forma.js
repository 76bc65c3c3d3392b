// Lo que cabe y lo que no: la página, sus bloques, sus tablas y sus líneas de código. <!-- permite: px -->

export const openFolds = (page) => page.evaluate(async () => {
    document.querySelectorAll('details').forEach((fold) => { fold.open = true; });
    // La página se entera de que se abrieron después de esta función, no durante.
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
});

// La página no se desplaza de lado.
export const sideways = (page) => page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const guilty = [...document.body.querySelectorAll('*')].find((box) => box.getBoundingClientRect().right > clientWidth + 1);
    return [`la página se desplaza ${scrollWidth - clientWidth} px de lado, por ${guilty?.outerHTML.slice(0, 80)}`];
});

// Lo que no cabe en su caja se nota y se alcanza con el teclado; y nada se corta sin remedio.
export const cutBoxes = (page) => page.evaluate(() => {
    const hasCue = (box) => {
        const { backgroundImage, maskImage } = getComputedStyle(box);
        return `${backgroundImage} ${maskImage}`.includes('gradient');
    };
    const faultOf = (box) => {
        const extra = box.scrollWidth - box.clientWidth;
        // Lo que mide un punto está ahí solo para quien escucha.
        if (extra <= 1 || box.clientWidth <= 1 || !box.checkVisibility()) return [];
        const { overflowX } = getComputedStyle(box);
        const what = `${extra} px de ${box.outerHTML.slice(0, 80)}`;
        if (overflowX === 'hidden' || overflowX === 'clip') return [`se pierden ${what}`];
        if (overflowX === 'visible') return [];
        return [
            ...box.tabIndex >= 0 ? [] : [`no se alcanzan con el teclado ${what}`],
            ...[box, box.parentElement].some(hasCue) ? [] : [`nada avisa de que siguen ${what}`],
        ];
    };
    return [...document.body.querySelectorAll('*')].flatMap(faultOf);
});

// Una tabla que se apila repite en cada celda el nombre de su columna; la primera celda es el título de la fila.
export const namelessCells = (page) => page.evaluate(() => [...document.querySelectorAll('table')].flatMap((table) => {
    const head = table.tHead;
    if (!head || !table.checkVisibility() || head.getBoundingClientRect().width > 1) return [];
    const names = [...head.rows[0].cells].map((cell) => cell.textContent.trim());
    const isNameless = (cell) => cell.cellIndex > 0 && names[cell.cellIndex]
        && !getComputedStyle(cell, '::before').content.includes(names[cell.cellIndex]);
    const cell = [...table.tBodies].flatMap((body) => [...body.rows]).flatMap((row) => [...row.cells]).find(isNameless);
    return cell ? [`sin el nombre de su columna, «${names[cell.cellIndex]}»: ${cell.outerHTML.slice(0, 80)}`] : [];
}));

// Ningún bloque de código se desplaza de lado, y ninguna firma se parte en dos líneas.
export const splitCode = (page) => page.evaluate(() => {
    const rowsOf = (code, from, to) => {
        const range = document.createRange(), walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
        for (let at = 0, node = walker.nextNode(); node; at += node.length, node = walker.nextNode()) {
            if (from >= at && from < at + node.length) range.setStart(node, from - at);
            if (to > at && to <= at + node.length) range.setEnd(node, to - at);
        }
        const bottoms = [...range.getClientRects()].map((rect) => rect.bottom);
        return Math.max(...bottoms) - Math.min(...bottoms) < parseFloat(getComputedStyle(code).fontSize);
    };
    return [...document.querySelectorAll('main pre')].filter((box) => box.checkVisibility() && !box.closest('.compilador')).flatMap((box) => {
        const lines = [...box.textContent.matchAll(/^.*\bfn \w+.*$/gm)];
        const split = lines.find((line) => !rowsOf(box, line.index, line.index + line[0].length));
        return [
            ...box.scrollWidth > box.clientWidth + 1 ? [`a ${innerWidth} px faltan ${box.scrollWidth - box.clientWidth} px a ${box.closest('[class]:not(pre)').className}: ${box.textContent.slice(0, 60)}`] : [],
            ...split ? [`a ${innerWidth} px se parte la firma ${split[0].trim()}`] : [],
        ];
    });
});

// En papel no se puede desplazar nada: lo escrito y lo dibujado cabe en la hoja, y lo que no cabe se parte.
export async function widerThanPaper(page) {
    await page.emulateMedia({ media: 'print' });
    return page.evaluate(() => {
        const edge = document.documentElement.clientWidth + 1;
        const rightOf = (node) => {
            const range = document.createRange();
            range.selectNode(node);
            return Math.max(0, ...[...range.getClientRects()].map(({ right }) => right));
        };
        const faultOf = (node) => {
            const box = node instanceof Element ? node : node.parentElement;
            if (!box.checkVisibility() || box.clientWidth === 1) return [];
            const isContent = node.nodeType === Node.TEXT_NODE ? node.data.trim() : node.matches('svg,img,canvas,iframe');
            const isCut = node === box && box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX !== 'visible';
            return isContent && rightOf(node) > edge || isCut ? [`se sale de la hoja ${box.outerHTML.slice(0, 80)}`] : [];
        };
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
        const found = [];
        while (walker.nextNode()) found.push(...faultOf(walker.currentNode));
        return found;
    });
}
