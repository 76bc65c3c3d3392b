// El buscador: un índice de las secciones del libro, que se trae al abrirlo por primera vez.
//
// Compara sin mayúsculas ni acentos y por la raíz de cada palabra: «petición» y «PETICIONES» son lo mismo, con
// acento o sin él.

const fold = (text) => text.toLowerCase().replaceAll('ñ', '\u0001').normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '').replaceAll('\u0001', 'ñ');

// Lo que se dice al preguntar y no distingue una sección de otra.
const COMMON = new Set(fold('a al algo ante aquí así cómo con cuál cuándo cuánto de del dónde el ella en entre es esta'
    + ' este esto hace hacer hago hay la las le les lo los más me mi muy no o para pero poner por porque puedo que se'
    + ' ser si sin sobre son su sus te tu un una uno y ya yo').split(' '));

// La raíz, a ojo: sin la marca del plural ni la última vocal. Basta con que las formas de una palabra coincidan.
export function stem(word) {
    if (word.length < 4) return word;
    if (word.endsWith('ces')) return word.slice(0, -3) + 'z';
    return word.replace(/(?:[aeo]s|s|[aeo])$/, '');
}

export const words = (text) => fold(text).split(/[^a-zñ0-9_]+/).filter(Boolean);

// Los títulos que se repiten en cada capítulo, y el glosario, que habla de todo: van después de los que dicen más.
const GENERAL = ['ejecútalo', 'ejercicio', 'el código', 'en tres líneas', 'errores típicos', 'glosario',
    'lo que queda fuera', 'los bytes que viajaron', 'palabras nuevas', 'predice'].map(fold);
const isGeneral = (title) => GENERAL.some((start) => fold(title).startsWith(start));

// Lo que se pregunta con una palabra que el libro no usa.
const ALSO = { subir: 'formulario', upload: 'formulario' };

let sections = null;

async function load(root) {
    if (sections) return;
    const answer = await fetch(new URL(root + 'indice.json', document.baseURI));
    if (!answer.ok) throw new Error(answer.status);
    sections = (await answer.json()).map(([page, id, chapter, title, text], at, all) => {
        const count = new Map();
        words(text).map(stem).forEach((word) => count.set(word, (count.get(word) ?? 0) + 1));
        // La primera sección habla por todo el capítulo.
        const place = isGeneral(title) ? -4 : all[at - 1]?.[0] !== page ? 6 : 0;
        return { page, id, chapter, title, text, count, place, heading: new Set(words(title).map(stem)),
            name: new Set(words(chapter).map(stem)) };
    });
}

// Las secciones que tienen todas las palabras, las mejores primero. Si ninguna las tiene todas, las que más.
export function find(query) {
    const asked = words(query);
    const rare = asked.filter((word) => !COMMON.has(word));
    const wanted = [...new Set((rare.length ? rare : asked).map((word) => stem(ALSO[word] ?? word)))];
    if (!wanted.length) return [];
    const scored = sections.map((section) => {
        const hits = wanted.filter((word) => section.count.has(word) || section.heading.has(word)
            || section.name.has(word));
        const score = hits.reduce((sum, word) => sum + (section.heading.has(word) ? 8 : 0)
            + (section.name.has(word) ? 3 + Math.max(0, section.place) : 0)
            + Math.min(4, section.count.get(word) ?? 0), Math.min(0, section.place));
        return { section, hits: hits.length, score };
    }).filter(({ hits }) => hits > 0);
    const best = Math.max(0, ...scored.map(({ hits }) => hits));
    return scored.filter(({ hits }) => hits === best).sort((a, b) => b.score - a.score).slice(0, 20)
        .map(({ section }) => section);
}

// Un fragmento alrededor de la primera palabra encontrada.
function teaser(text, wanted) {
    const parts = text.split(/\s+/);
    const at = Math.max(0, parts.findIndex((part) => words(part).some((word) => wanted.has(stem(word)))));
    const from = Math.max(0, at - 8);
    const line = document.createElement('span');
    if (from > 0) line.append('… ');
    parts.slice(from, from + 26).forEach((part) => {
        const hit = words(part).some((word) => wanted.has(stem(word)));
        line.append(hit ? Object.assign(document.createElement('mark'), { textContent: part }) : part, ' ');
    });
    return line;
}

function show(dialog, root, query) {
    const list = dialog.querySelector('ul'), said = dialog.querySelector('[role=status]');
    list.replaceChildren();
    if (!query.trim()) { said.textContent = ''; return; }
    const found = find(query);
    const wanted = new Set(words(query).filter((word) => !COMMON.has(word)).map(stem));
    const many = found.length === 1 ? '1 resultado' : `${found.length} resultados`;
    said.textContent = found.length ? `${many} para «${query}»` : `Ningún resultado para «${query}»`;
    found.forEach(({ page, id, chapter, title, text }) => {
        const item = document.createElement('li'), link = document.createElement('a');
        link.href = new URL(root + page + (id ? '#' + encodeURIComponent(id) : ''), document.baseURI);
        link.append(title === chapter ? title : `${chapter} » ${title}`);
        link.addEventListener('click', () => dialog.close());
        item.append(link, teaser(text, wanted));
        list.append(item);
    });
}

function build(root) {
    const dialog = document.createElement('dialog');
    dialog.className = 'buscador';
    dialog.setAttribute('aria-label', 'Buscar en el libro');
    dialog.innerHTML = '<form method="dialog"><label for="palabras">Buscar en el libro</label>'
        + '<input type="search" id="palabras" autocomplete="off" spellcheck="false">'
        + '<button class="llano">Cerrar</button></form><p role="status"></p><ul></ul>';
    document.body.append(dialog);
    const input = dialog.querySelector('input');
    input.addEventListener('input', () => show(dialog, root, input.value));
    // Enter lleva al primer resultado: enviar el formulario lo cerraría.
    // Y la tecla de escape cierra, en lugar de borrar lo escrito.
    input.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter' && event.key !== 'Escape') return;
        event.preventDefault();
        if (event.key === 'Enter') dialog.querySelector('li a')?.click();
        else dialog.close();
    });
    return dialog;
}

export async function open(root) {
    const dialog = document.querySelector('dialog.buscador') ?? build(root);
    const input = dialog.querySelector('input');
    if (!dialog.open) dialog.showModal();
    input.focus();
    const asked = new URLSearchParams(location.search).get('buscar');
    if (asked && !input.value) input.value = asked;
    try {
        await load(root);
        show(dialog, root, input.value);
    } catch {
        dialog.querySelector('[role=status]').textContent =
            'No se pudo traer el índice. ¿Sigue en marcha el servidor del libro?';
    }
}
