// La página 404: qué se pidió, y a qué páginas se parece. Sin esto quedan los enlaces a todas.
(() => {
    'use strict';
    const box = document.querySelector('.parecidas');
    let asked;
    try { asked = decodeURIComponent(location.pathname); } catch { asked = location.pathname; }
    const plain = (text) => text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '');
    const name = plain(asked).replace(/\.\w+$/, '').split('/').filter(Boolean).pop() ?? '';

    // Se parecen los que tienen muchas parejas de letras en común; y el que tiene el mismo número.
    const pairs = (text) => {
        const letters = text.replace(/[^a-z0-9]/g, '');
        return new Set([...letters].slice(1).map((letter, at) => letters[at] + letter));
    };
    const likeness = (one, other) => {
        const [left, right] = [pairs(one), pairs(other)];
        const shared = [...left].filter((pair) => right.has(pair)).length;
        return left.size && right.size ? 2 * shared / (left.size + right.size) : 0;
    };
    const number = (text) => Number(text.match(/\d+/)?.[0] ?? NaN);
    const score = (link) => {
        const file = plain(link.getAttribute('href')).replace(/^.*\//, '').replace('.html', '');
        const names = [file, file.replace(/^cap\d+_/, ''), plain(link.textContent)];
        return Math.max(...names.map((other) => likeness(name, other))) + (number(name) === number(file) ? 1 : 0);
    };
    const links = [...document.querySelectorAll('.paginas a')].map((link) => ({ link, score: score(link) }))
        .filter((found) => found.score >= 0.4).sort((a, b) => b.score - a.score).slice(0, 3);

    box.querySelector('code').textContent = asked;
    const words = asked.replace(/\.\w+$/, '').split(/[^\p{L}]+/u).filter(Boolean).join(' ');
    box.querySelector('a').search = new URLSearchParams({ buscar: words });
    links.forEach(({ link }) => {
        const item = document.createElement('li');
        item.append(link.cloneNode(true));
        box.querySelector('ul').append(item);
    });
    if (!links.length) box.querySelector('h2').remove();
})();
