// Cómo llega una página a la vista: cuánto salta lo ya pintado y cuándo se pinta lo principal.

// Se empieza a mirar antes de que la página exista.
export const watchPaint = (page) => page.addInitScript(() => {
    const seen = window.pintado = { shift: 0, paint: 0, moved: [] };
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
        if (entry.hadRecentInput) return;
        seen.shift += entry.value;
        seen.moved.push(...entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? String(node?.nodeName)));
    })).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
        seen.paint = entry.startTime;
    })).observe({ type: 'largest-contentful-paint', buffered: true });
});

// Lo que se carga al llegar a ello también puede empujar.
export const scrollThrough = (page) => page.evaluate(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    for (let top = 0; top < document.body.scrollHeight; top += 2 * innerHeight) {
        scrollTo({ top, behavior: 'instant' });
        await frame();
    }
    await frame();
});

export const paintOf = (page) => page.evaluate(() => window.pintado);
