// Las vistas del laboratorio: de lo que ocurrió en una visita, a lo que se lee en la página.

const encoder = new TextEncoder(), decoder = new TextDecoder();
const hex = (byte) => byte.toString(16).toUpperCase().padStart(2, '0');
const END = '<i class="fin" aria-hidden="true">␍␊</i>';

export const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
export const prose = (text) => escape(text).replace(/\x60([^\x60]+)\x60/g, '<code>$1</code>');
export const said = (html) => `<p class="dicho">${html}</p>`;

/** Cada byte de un texto del editor, con la letra que lo muestra. La vuelta de carro la pone el editor. */
const cells = (letters) => [...letters].flatMap((letter) => letter === '\n'
    ? [[13, 'CR'], [10, 'LF']]
    : [...encoder.encode(letter)].map((byte, at) => [byte, at ? '·' : letter]));
const cell = ([byte, letter], extra, id) => `<span class="by${byte < 32 ? ' cr' : ''}${extra}"${id ? ` data-s="${escape(id)}"` : ''}><b>${letter === ' ' ? '&nbsp;' : escape(letter)}</b><small>${hex(byte)}</small></span>${byte === 10 ? '<span class="corte"></span>' : ''}`;

/** El texto del editor, con lo que se enciende: `marks` dice qué variable salió de cada letra. */
export function editor(letters, marks) {
    let html = '';
    for (let at = 0, end; at < letters.length; at = end) {
        for (end = at + 1; end < letters.length && marks[end] === marks[at];) end++;
        const part = escape(letters.slice(at, end)).replace(/\n/g, END + '\n');
        html += marks[at] ? `<span class="seg" data-s="${escape(marks[at])}">${part}</span>` : part;
    }
    return html + ' ';
}

export function sent(letters, idOf, isHex, name) {
    const all = cells(letters);
    const button = (by, word, label) => `<button type="button" class="llano" data-d="${by}"${label ? ` aria-label="${label}"` : ''}>${word}</button>`;
    return `<label for="${name}">Hasta aquí ha llegado <small></small></label><div class="corredera">${button(-1, '−1', '−1 byte')}<input type="range" id="${name}" min="0" max="${all.length}">${button(1, '+1', '+1 byte')}${button(0, 'todo')}</div>${said('')}<div class="bytes${isHex ? ' hex' : ''}">${all.map((item, at) => cell(item, '', idOf(at))).join('')}</div>`;
}

const FROM = { absent: 'no venía en la petición', connection: 'de la conexión', server: 'del servidor' };

/** `before` son los valores de la visita anterior, si la hubo. */
export function environ({ environs }, before) {
    const row = (call) => ({ key, value, places, from }) => {
        const changed = before && !call && before.get(key) !== value;
        const name = places ? `<button type="button">${escape(key)}</button>` : `<span>${escape(key)}</span>`;
        return `<tr${places ? ` data-s="${escape(call + ' ' + key)}"` : ''}${changed ? ' class="cambio"' : ''}><th scope="row">${name}</th><td>${escape(value) || '(vacío)'}${places ? '' : ` <small>${FROM[from]}</small>`}</td></tr>`;
    };
    const title = (call) => environs.length > 1 ? `<caption class="et">Llamada ${call + 1}</caption>` : '';
    return environs.map((variables, call) => `<table>${title(call)}<thead><tr><th scope="col">Variable</th><th scope="col">Valor: toca una variable y mira de qué bytes salió</th></tr></thead><tbody>${variables.map(row(call)).join('')}</tbody></table>`).join('');
}

/** `source` es el programa: se enciende la línea de la que sale cada paso, si se sabe cuál es. */
export function steps({ steps }, now, source) {
    const item = ({ say, note, depth, what }, at) => `<li style="--capa:${depth}" class="${at === now ? 'va ' : ''}${['failed', 'found', 'broken'].includes(what) ? 'mal' : ''}"${at === now ? ' aria-current="step"' : ''}><code>${escape(say)}</code>${at === now && note ? `<small>${escape(note)}</small>` : ''}</li>`;
    const button = (by, word, is) => `<button type="button" class="llano" data-k="${by}"${is ? '' : ' disabled'}>${word}</button>`;
    const { layer, status } = steps[now], lines = source.split('\n');
    // Quien pasa un estado que le dieron no lo tiene escrito.
    const isPassed = status && steps[now - 1]?.status === status, start = lines.findIndex((line) => line.includes(`fn ${layer}(`));
    const lit = status
        ? lines.findIndex((line, at) => isPassed ? at > start && line.includes('start_response(') : line.includes(`"${status}"`))
        : start;
    const listing = lines.map((line, at) => `<span${at === lit ? ' class="va"' : ''}>${escape(line) || ' '}</span>`).join('');
    return `<ol class="traza">${steps.map(item).join('')}</ol><div class="acciones">${button(-1, 'Anterior', now)}${button(1, 'Siguiente', now < steps.length - 1)}</div><pre class="fuente-rs" tabindex="0" role="group" aria-label="El programa"><code>${listing}</code></pre>`;
}

export function received({ bytes, answers, steps }, isHex, isOwn) {
    const letter = (one) => {
        const raw = encoder.encode(one);
        return raw.length > 1 ? `<b title="${[...raw].map(hex).join(' ')}">${one}</b>` : escape(one);
    };
    const named = (byte) => byte === 13 ? 'CR' : byte === 10 ? 'LF' : byte > 31 && byte < 127 ? String.fromCharCode(byte) : '·';
    const part = (kind) => ([from, to, own]) => {
        const raw = bytes.slice(from, to);
        if (isHex) return [...raw].map((byte) => cell([byte, named(byte)], own ? ' nuevo' : '')).join('');
        return `<span class="${own ? kind : 'm'}">${[...decoder.decode(raw)].map(letter).join('').replace(/\r\n/g, END + '\n')}</span>`;
    };
    const message = ({ lines, parts, end }, at) => {
        const [head, body] = [lines.map(part('t')).join(''), parts.map(part('')).join('')];
        const html = isHex ? `<div class="bytes v hex">${head}${body}</div>` : `<div class="recibido">${head}${body && `<div class="cu">${body}</div>`}</div>`;
        return `<p class="et">Recibidos <small>${end - (answers[at - 1]?.end ?? 0)} bytes</small></p>${html}`;
    };
    const who = isOwn ? 'Quién escribió cada línea solo lo sabe tu programa.' : steps.length ? 'En negrita, lo que escribió la aplicación; lo demás, el servidor.' : 'Ninguna aplicación escribió nada de esto.';
    return answers.map(message).join('') + `<p class="pie-figura">${who}</p>`;
}

/** La respuesta, encerrada: lo que traiga no puede tocar esta página. */
export function browser(view, { bytes, answers }, path) {
    const { parts, type } = answers.at(-1);
    const body = parts.filter(([, , own]) => own).map(([from, to]) => bytes.slice(from, to));
    view.innerHTML = `<div class="ventana">localhost:8000${escape(path)}</div><iframe title="Así lo muestra el navegador" sandbox="allow-scripts allow-modals"></iframe>`;
    const frame = view.querySelector('iframe'), address = URL.createObjectURL(new Blob(body, { type }));
    frame.addEventListener('load', () => URL.revokeObjectURL(address), { once: true });
    frame.src = address;
}

/** Por dónde pasó la conexión, y qué sabía el servidor en cada momento. */
export function inside(moments) {
    const row = ({ sent, stages, patience, waited, knows }) => `<tr><td>${sent}</td><td><code>${stages.join(' → ')}</code></td><td>${waited ? 'venció' : patience / 1000 + ' s'}</td><td>${escape(knows)}</td></tr>`;
    return `<table><thead><tr><th scope="col">Bytes</th><th scope="col">Pasó por</th><th scope="col">Espera</th><th scope="col">Qué sabe</th></tr></thead><tbody>${moments.map(row).join('')}</tbody></table>`;
}
