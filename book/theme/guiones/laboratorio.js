// El laboratorio: los mandos. Lo que ocurre lo dice laboratorio.wasm, que es la biblioteca misma, y se trae la primera vez
// que hace falta.

import * as views from './vistas.js';

const { escape, prose, said } = views;
const encoder = new TextEncoder(), decoder = new TextDecoder();

// ── El motor ──

let loading = null;
const engine = () => loading ??= fetch(new URL('laboratorio.wasm', import.meta.url))
    .then((answer) => answer.arrayBuffer())
    .then((bytes) => WebAssembly.instantiate(bytes))
    .then(({ instance }) => instance.exports);

/** Hace una visita. Si el módulo se rompe, la siguiente empieza con otro. */
async function visit(line, ...pieces) {
    const input = [encoder.encode(line + '\n'), ...pieces];
    try {
        const { memory, room, run, length } = await engine();
        let at = room(input.reduce((sum, piece) => sum + piece.length, 0));
        for (const piece of input) {
            new Uint8Array(memory.buffer, at, piece.length).set(piece);
            at += piece.length;
        }
        const answer = run();
        const report = JSON.parse(decoder.decode(new Uint8Array(memory.buffer, answer, length())));
        report.bytes = Uint8Array.from(report.received.match(/../g) ?? [], (pair) => parseInt(pair, 16));
        return report;
    } catch (error) {
        loading = null;
        throw error;
    }
}

/** La misma petición, al programa de quien lee, por el servidor del libro. */
async function visitOwn(bytes) {
    const headers = { 'Content-Type': 'application/octet-stream' };
    const answer = await fetch('/.laboratorio', { method: 'POST', body: bytes, headers });
    if (!answer.ok) throw new Error(await answer.text());
    return visit('- ' + bytes.length, bytes, new Uint8Array(await answer.arrayBuffer()));
}

/** La petición con la longitud de su cuerpo, si la dice. */
function counted(request) {
    const end = request.indexOf('\n\n');
    if (end < 0) return request;
    const size = encoder.encode(request.slice(end + 2).replace(/\n/g, '\r\n')).length;
    return request.slice(0, end).replace(/^(Content-Length: *)\d*/mi, '$1' + size) + request.slice(end);
}

function start(lab) {
    const el = (name) => lab.querySelector(`[data-e="${name}"]`);
    const all = (selector, from = lab) => [...from.querySelectorAll(selector)];
    const { chapters, sources } = JSON.parse(lab.querySelector('script').textContent);
    const editor = el('editor'), back = el('back'), view = el('view');
    let list = Object.values(chapters)[0], one = list[0];
    let report = null, before = null, shown = 'sent', guess = null, isHex = false, cut = null, step = 0, turn = 0;

    const text = () => editor.value.replace(/\r/g, '');
    const bytes = () => encoder.encode(text().replace(/\n/g, '\r\n'));
    const isOwn = () => el('own').checked;

    // ── Lo que se enciende ──

    /** De qué bytes salió cada variable; de dos que salen de los mismos, primero la que sale de menos. */
    const places = () => (report?.environs ?? []).flatMap((variables, call) => variables
        .flatMap(({ key, places = [] }) => places.map(([from, to]) => ({ id: call + ' ' + key, from, to }))))
        .sort((a, b) => (a.to - a.from) - (b.to - b.from));
    const idIn = (list) => (at) => list.find(({ from, to }) => at >= from && at < to)?.id;
    const light = (id) => all('[data-s]').forEach((mark) => mark.classList.toggle('luz', mark.dataset.s === id));
    /** Qué variable salió de cada letra del editor. */
    function marks() {
        const idAt = idIn(places());
        let count = 0;
        return [...text()].flatMap((letter) => {
            const id = idAt(count);
            count += letter === '\n' ? 2 : encoder.encode(letter).length;
            return new Array(letter.length).fill(id);
        });
    }
    function paint() {
        back.innerHTML = views.editor(text(), marks());
        el('size').textContent = bytes().length + ' bytes';
    }

    // ── Las vistas ──

    const SHOW = {
        sent() {
            view.innerHTML = views.sent(text(), idIn(places()), isHex, editor.id + '-corte');
            const slider = view.querySelector('input'), total = +slider.max;
            const move = (to) => cutAt(Math.max(0, Math.min(total, to)), total);
            slider.addEventListener('input', () => move(+slider.value));
            all('[data-d]', view).forEach((button) => button.addEventListener('click', () => {
                const by = +button.dataset.d;
                move(by ? (cut ?? total) + by : total);
            }));
            cutAt(cut ?? total, total, cut == null);
        },
        environ() {
            const why = isOwn() ? 'De tu programa solo se ven los bytes.' : 'No hay <code>environ</code>: el servidor respondió sin llamar a la aplicación.';
            view.innerHTML = report.environs.length ? views.environ(report, before) : said(why);
        },
        steps() {
            const why = isOwn() ? 'De tu programa solo se ven los bytes.' : 'Ninguna: el servidor respondió sin llamar a la aplicación.';
            view.innerHTML = report.steps.length ? views.steps(report, step, sources[one.program]) : said(why);
            // El paso y su línea, a la vista; cada uno en su caja, sin mover la página.
            for (const mark of all('.va', view)) {
                const box = mark.closest('pre') ?? view, { top, bottom } = box.getBoundingClientRect(), at = mark.getBoundingClientRect();
                if (at.top < top || at.bottom > bottom) box.scrollTop += at.top - top - box.clientHeight / 3;
            }
            all('[data-k]', view).forEach((button) => button.addEventListener('click', () => {
                step += +button.dataset.k;
                SHOW.steps();
                (view.querySelector(`[data-k="${button.dataset.k}"]:enabled`) ?? view.querySelector('[data-k]:enabled')).focus();
            }));
        },
        received() {
            view.innerHTML = report.answers.length ? views.received(report, isHex, isOwn()) : said('Nada.');
        },
        browser() {
            if (report.answers.length) views.browser(view, report, /^\S+ (\S+)/.exec(text())?.[1] ?? '/');
            else view.innerHTML = said('No llegó nada que mostrar.');
        },
    };
    function show(name) {
        shown = name;
        press('[data-v]', (button) => button.dataset.v === name);
        if (report || name === 'sent') SHOW[name]();
        else view.innerHTML = said('Envía la petición y mira aquí qué ocurrió.');
    }
    /** El servidor recibe solo los primeros bytes, y se ve qué sabe. */
    async function cutAt(at, total, isFirst) {
        cut = at === total ? null : at;
        all('.by', view).forEach((mark, index) => mark.classList.toggle('aun', index >= at));
        const words = `${at} de ${total} bytes`, slider = view.querySelector('input'), told = view.querySelector('.dicho');
        view.querySelector('label small').textContent = words;
        slider.value = at;
        slider.setAttribute('aria-valuetext', words);
        if (isFirst) {
            told.textContent = 'Mueve la corredera: el servidor recibe solo esos bytes.';
            return;
        }
        const { moments } = await visit(`${one.program} ${at}`, bytes());
        const known = moments.filter(({ sent, waited }) => sent <= at && !waited);
        if (view.contains(told) && +slider.value === at) {
            told.textContent = known.at(-1).knows;
            el('inside').innerHTML = views.inside(known);
        }
    }

    // ── Enviar ──

    async function send() {
        const mine = ++turn;
        try {
            const done = await (isOwn() ? visitOwn(bytes()) : visit(`${one.program} - ${one.fact}`, bytes()));
            if (mine !== turn) return;
            report = done;
        } catch (error) {
            el('verdict').textContent = isOwn() ? error.message : 'El laboratorio no se pudo cargar: ' + error.message;
            return;
        }
        step = 0;
        tell();
        paint();
        show(shown === 'sent' ? 'received' : shown);
        const [variables] = report.environs;
        if (variables) before = new Map(variables.map(({ key, value }) => [key, value]));
    }
    function tell() {
        const { facts, steps, log, moments } = report;
        const calls = steps.filter(({ what, depth }) => what === 'called' && !depth).length;
        const counts = isOwn() ? '' : `, ${['ninguna llamada', 'una llamada'][calls] ?? calls + ' llamadas'}`;
        const look = text() === one.request && !isOwn() ? ' ' + prose(one.look) : '';
        el('verdict').innerHTML = `${judged()}${facts.estados || 'Ninguna respuesta'}, cuerpo de ${facts.bytes} bytes${counts}.${look}`;
        el('log').textContent = isOwn() ? '(está en tu terminal)' : log.join('\n') || '(nada)';
        el('source').textContent = isOwn() ? 'responde tu programa' : 'responde esta página';
        if (!isOwn()) el('inside').innerHTML = views.inside(moments);
    }
    /** Si la predicción acertó. Queda anotado en este navegador. */
    function judged() {
        if (guess == null || isOwn()) return '';
        const [label, value, why] = one.options[guess], isRight = value === report.fact;
        try { localStorage.setItem(`laboratorio:${one.program}:${one.name}`, isRight); } catch { /* sin memoria */ }
        return isRight ? '<b class="si">Acertaste.</b> ' : `<b class="no">No fue «${escape(label)}».</b> ${prose(why)} `;
    }

    const kept = () => Object.entries(localStorage).filter(([key]) => /^(laboratorio|leido|resuelto):/.test(key));
    /** Lo que se recuerda, como archivo. */
    function save() {
        const link = document.createElement('a');
        link.href = URL.createObjectURL(new Blob([JSON.stringify(Object.fromEntries(kept()), null, 2)], { type: 'application/json' }));
        link.download = 'laboratorio.json';
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    }
    function erase() {
        const mine = kept().filter(([key]) => key.startsWith('laboratorio:'));
        mine.forEach(([key]) => localStorage.removeItem(key));
        el('progress').textContent = `Predicciones borradas: ${mine.length}.`;
    }

    // ── Mandos ──

    const press = (selector, is) => all(selector).forEach((button) => button.setAttribute('aria-pressed', is(button)));
    function predict(at) {
        guess = at;
        press('[data-p]', (button) => +button.dataset.p === at);
    }
    function edited() {
        [report, cut] = [null, null];
        turn++;
        paint();
        show('sent');
    }
    const chip = (kind) => (name, at) => `<button type="button"${kind === 'x' ? ' class="ficha"' : ''} data-${kind}="${at}" aria-pressed="false">${escape(name)}</button>`;
    function load(at) {
        one = list[at];
        editor.value = one.request;
        el('length').checked = counted(one.request) === one.request || one.request.split('\n\n').length > 2;
        press('[data-x]', (button) => +button.dataset.x === at);
        el('question').innerHTML = prose(one.ask);
        el('options').innerHTML = one.options.map(([label]) => label).map(chip('p')).join('');
        el('change').hidden = !one.changes.length;
        el('change').innerHTML = one.changes.map(([from, to]) => `En <code>examples/${one.file}.rs</code>, <code>${escape(to) || '(nada)'}</code> en lugar de <code>${escape(from)}</code>.`).join('<br>');
        el('verdict').textContent = '';
        el('log').textContent = '(nada)';
        predict(null);
        edited();
    }
    lab.addEventListener('click', ({ target }) => {
        const button = target.closest('button'), { x, p, v, a } = button?.dataset ?? {};
        if (x) load(+x);
        if (p) predict(+p === guess ? null : +p);
        if (v) show(v);
        if (a === 'send') send();
        if (a === 'restore') load(list.indexOf(one));
        if (a === 'export') save();
        if (a === 'erase') erase();
        if (a === 'hex') {
            isHex = !isHex;
            press('[data-a=hex]', () => isHex);
            show(shown === 'received' ? shown : 'sent');
        }
    });
    editor.addEventListener('input', () => {
        const now = text(), fixed = el('length').checked && now.split('\n\n').length === 2 ? counted(now) : now;
        if (fixed !== now) {
            const isBody = now.indexOf('\n\n') < editor.selectionStart;
            const at = editor.selectionStart + (isBody ? fixed.length - now.length : 0);
            editor.value = fixed;
            editor.setSelectionRange(at, at);
        }
        edited();
    });
    editor.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            send();
        }
    });
    el('own').addEventListener('change', edited);
    el('chapter')?.addEventListener('change', ({ target }) => {
        list = chapters[target.value];
        lab.querySelector('.fichas').innerHTML = list.map(({ name }) => name).map(chip('x')).join('');
        load(0);
    });
    // De la variable a sus bytes, y de los bytes a su variable.
    for (const kind of ['pointerover', 'focusin']) view.addEventListener(kind, ({ target }) => light(target.closest('[data-s]')?.dataset.s));
    for (const kind of ['pointerleave', 'focusout']) view.addEventListener(kind, () => light());
    for (const kind of ['keyup', 'click']) editor.addEventListener(kind, () => light(marks()[editor.selectionStart]));
    editor.addEventListener('blur', () => light());
    // Al primer toque se trae el motor: cuando se envíe, ya estará.
    for (const kind of ['focusin', 'pointerdown']) lab.addEventListener(kind, () => { engine().catch(() => { loading = null; }); }, { once: true });
    load(0);
}

document.querySelectorAll('.lab').forEach(start);
