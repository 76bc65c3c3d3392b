// El laboratorio: los mandos y las vistas. Lo que ocurre lo dice laboratorio.wasm, que es la biblioteca misma; se trae la
// primera vez que hace falta.
(() => {
    'use strict';
    const encoder = new TextEncoder(), decoder = new TextDecoder();
    const here = document.currentScript.src;
    const hex = (byte) => byte.toString(16).toUpperCase().padStart(2, '0');
    const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
    const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
    const END = '<i class="fin" aria-hidden="true">␍␊</i>';
    const said = (html) => `<p class="dicho">${html}</p>`;

    // ── El motor ──
    let loading = null;
    const engine = () => loading ??= fetch(new URL('laboratorio.wasm', here))
        .then((answer) => answer.arrayBuffer())
        .then((bytes) => WebAssembly.instantiate(bytes))
        .then(({ instance }) => instance.exports);

    /** Hace una visita. Si el módulo se rompe, la siguiente empieza con otro. */
    async function visit(line, ...pieces) {
        const input = [encoder.encode(line + '\n'), ...pieces];
        const size = input.reduce((sum, piece) => sum + piece.length, 0);
        try {
            const { memory, room, run, length } = await engine();
            let at = room(size);
            for (const piece of input) {
                new Uint8Array(memory.buffer, at, piece.length).set(piece);
                at += piece.length;
            }
            const answer = run();
            const report = JSON.parse(decoder.decode(new Uint8Array(memory.buffer, answer, length())));
            report.bytes = unhex(report.received);
            return report;
        } catch (error) {
            loading = null;
            throw error;
        }
    }

    /** La misma petición, al programa de quien lee, por el servidor del libro. */
    async function visitOwn(bytes) {
        const answer = await fetch('/.laboratorio', { method: 'POST', body: bytes, headers: { 'Content-Type': 'application/octet-stream' } });
        if (!answer.ok) throw new Error(await answer.text());
        return visit('- ' + bytes.length, bytes, new Uint8Array(await answer.arrayBuffer()));
    }

    document.querySelectorAll('.lab').forEach((lab) => {
        const el = (name) => lab.querySelector(`[data-e="${name}"]`);
        const all = (selector, from = lab) => [...from.querySelectorAll(selector)];
        const chapters = JSON.parse(lab.querySelector('script').textContent);
        const editor = el('editor'), back = el('back'), view = el('view');
        let list = Object.values(chapters)[0], one = list[0];
        let report = null, quiet = null; // Lo enviado, y lo que se sabe mientras se escribe.
        let shown = 'sent', guess = null, isHex = false, cut = null, step = 0, before = null, turn = 0;

        // ── Bytes y letras ──
        const text = () => editor.value.replace(/\r/g, '');
        /** Cada byte, con la letra que lo muestra. La vuelta de carro la pone el editor. */
        const cells = (letters) => [...letters].flatMap((letter) => letter === '\n'
            ? [[13, 'CR'], [10, 'LF']] : [...encoder.encode(letter)].map((byte, at) => [byte, at ? '·' : letter === ' ' ? '\u00a0' : letter]));
        const bytes = () => encoder.encode(text().replace(/\n/g, '\r\n'));
        /** Dónde está en el texto del editor cada byte de los que se envían. */
        const letterOf = (at) => {
            let count = 0, index = 0;
            for (const letter of text()) {
                count += letter === '\n' ? 2 : encoder.encode(letter).length;
                if (count > at) return index;
                index += letter.length;
            }
            return index;
        };

        // ── Lo que se enciende ──
        const places = () => ((report ?? quiet)?.environs ?? []).flatMap((variables, call) => variables
            .flatMap(({ key, places = [] }) => places.map(([from, to]) => ({ id: call + ' ' + key, from, to }))))
            // De dos que salen de los mismos bytes, la que sale de menos.
            .sort((a, b) => (a.to - a.from) - (b.to - b.from));
        const light = (id) => all('[data-s]').forEach((mark) => mark.classList.toggle('luz', id != null && mark.dataset.s === id));
        function paint() {
            const letters = text(), marks = new Array(letters.length).fill(null);
            for (const { id, from, to } of places()) {
                for (let at = letterOf(from), end = letterOf(to); at < end; at++) marks[at] ??= id;
            }
            let html = '';
            for (let at = 0, end; at < letters.length; at = end) {
                for (end = at + 1; end < letters.length && marks[end] === marks[at];) end++;
                const part = escape(letters.slice(at, end)).replace(/\n/g, END + '\n');
                html += marks[at] ? `<span class="seg" data-s="${escape(marks[at])}">${part}</span>` : part;
            }
            back.innerHTML = html + ' ';
            el('size').textContent = bytes().length + ' bytes';
        }

        // ── Las cinco vistas ──
        const cell = ([byte, letter], extra = '', id = '') => `<span class="by${byte < 32 ? ' cr' : ''}${extra}"${id && ` data-s="${escape(id)}"`}><b>${escape(letter)}</b><small>${hex(byte)}</small></span>${byte === 10 ? '<span class="corte"></span>' : ''}`;
        const VIEWS = {
            sent() {
                const list = cells(text()), total = list.length, marks = places();
                const id = (at) => marks.find(({ from, to }) => at >= from && at < to)?.id;
                view.innerHTML = `<label for="${editor.id}-corte">Hasta aquí ha llegado <small></small></label>
<div class="corredera"><button type="button" class="llano" data-d="-1" aria-label="Un byte menos">−1</button><input type="range" id="${editor.id}-corte" min="0" max="${total}"><button type="button" class="llano" data-d="1" aria-label="Un byte más">+1</button><button type="button" class="llano" data-d="0">todo</button></div>
<p class="dicho"></p><div class="bytes${isHex ? ' hex' : ''}">${list.map((item, at) => cell(item, '', id(at))).join('')}</div>`;
                const marksOf = all('.by', view), slider = view.querySelector('input');
                const move = async (to, isAsked) => {
                    cut = to >= total ? null : to;
                    const at = cut ?? total, words = `${at} de ${total} bytes`;
                    marksOf.forEach((mark, index) => mark.classList.toggle('aun', index >= at));
                    view.querySelector('label small').textContent = words;
                    slider.value = at;
                    slider.setAttribute('aria-valuetext', words);
                    const told = view.querySelector('.dicho');
                    if (!isAsked) {
                        told.textContent = 'Mueve la corredera: el servidor recibe solo esos bytes.';
                        return;
                    }
                    const cuts = await visit(`${one.program} ${at}`, bytes());
                    const moment = cuts.moments.find((known) => known.sent === at && !known.waited);
                    if (view.contains(told) && (cut ?? total) === at) {
                        told.textContent = moment.knows;
                        inside(cuts, at);
                    }
                };
                slider.addEventListener('input', () => move(+slider.value, true));
                all('[data-d]', view).forEach((button) => button.addEventListener('click', () => {
                    const by = +button.dataset.d;
                    move(by ? Math.max(0, Math.min(total, (cut ?? total) + by)) : total, true);
                }));
                move(cut ?? total, cut != null);
            },
            environ() {
                if (!report.environs.length) {
                    view.innerHTML = said(el('own').checked ? 'De tu programa solo se ven los bytes.' : 'No hay <code>environ</code>: el servidor respondió sin llamar a la aplicación.');
                    return;
                }
                const from = { absent: 'no venía en la petición', connection: 'de la conexión', server: 'del servidor' };
                view.innerHTML = report.environs.map((variables, call) => `<table><caption class="et">${report.environs.length > 1 ? `Llamada ${call + 1}` : ''}</caption><thead><tr><th scope="col">Variable</th><th scope="col">Valor: toca una variable y mira de qué bytes salió</th></tr></thead><tbody>${variables.map(({ key, value, places, from: origin }) => {
                    const changed = before?.has(key) ? before.get(key) !== value : !!before && !call;
                    const name = places ? `<button type="button">${escape(key)}</button>` : `<span>${escape(key)}</span>`;
                    return `<tr${places ? ` data-s="${escape(call + ' ' + key)}"` : ''}${changed ? ' class="cambio"' : ''}><th scope="row">${name}</th><td>${escape(value) || '(vacío)'}${places ? '' : ` <small>${from[origin]}</small>`}</td></tr>`;
                }).join('')}</tbody></table>`).join('');
            },
            steps() {
                if (!report.steps.length) {
                    view.innerHTML = said('Ninguna: el servidor respondió sin llamar a la aplicación.');
                    return;
                }
                step = Math.min(step, report.steps.length - 1);
                view.innerHTML = `<ol class="traza">${report.steps.map(({ say, note, depth, what }, at) => `<li style="--capa:${depth}" class="${at === step ? 'va ' : ''}${['failed', 'found', 'broken'].includes(what) ? 'mal' : ''}"${at === step ? ' aria-current="step"' : ''}><code>${escape(say)}</code>${at === step && note ? `<small>${escape(note)}</small>` : ''}</li>`).join('')}</ol>
<div class="acciones"><button type="button" class="llano" data-k="-1"${step ? '' : ' disabled'}>Anterior</button><button type="button" class="llano" data-k="1"${step < report.steps.length - 1 ? '' : ' disabled'}>Siguiente</button></div>`;
                all('[data-k]', view).forEach((button) => button.addEventListener('click', () => {
                    step += +button.dataset.k;
                    VIEWS.steps();
                    (view.querySelector(`[data-k="${button.dataset.k}"]:enabled`) ?? view.querySelector('[data-k]:enabled')).focus();
                }));
            },
            received() {
                const { bytes, answers } = report;
                if (!answers.length) {
                    view.innerHTML = said('Nada.');
                    return;
                }
                const part = ([from, to, own], kind) => {
                    const piece = decoder.decode(bytes.slice(from, to));
                    if (isHex) return cells2(bytes.slice(from, to), own || kind === 'cu' ? ' nuevo' : '');
                    return `<span class="${own ? kind : 'm'}">${[...piece].map((letter) => encoder.encode(letter).length > 1 ? `<b title="${[...encoder.encode(letter)].map(hex).join(' ')}">${letter}</b>` : escape(letter)).join('').replace(/\r\n/g, END + '\n')}</span>`;
                };
                const cells2 = (raw, extra) => [...raw].map((byte) => cell([byte, byte === 13 ? 'CR' : byte === 10 ? 'LF' : byte === 32 ? '\u00a0' : byte > 32 && byte < 127 ? String.fromCharCode(byte) : '·'], extra)).join('');
                view.innerHTML = answers.map(({ lines, parts, end }, at) => {
                    const html = lines.map((line) => part(line, 't')).join('') + (parts.length ? `<div class="cu">${parts.map((piece) => part(piece, '')).join('')}</div>` : '');
                    return `<p class="et">Recibidos <small>${end - (answers[at - 1]?.end ?? 0)} bytes</small></p>${isHex ? `<div class="bytes v hex">${html.replace(/<\/?div[^>]*>/g, '')}</div>` : `<div class="recibido">${html}</div>`}`;
                }).join('') + `<p class="pie-figura"><i class="clave-tuyo"></i>${report.steps.length ? 'En negrita, lo que escribió la aplicación; lo demás, el servidor.' : 'De la aplicación no salió nada: respondió el servidor.'}</p>`;
            },
            browser() {
                const answer = report.answers.at(-1);
                if (!answer) {
                    view.innerHTML = said('No llegó nada que mostrar.');
                    return;
                }
                const path = /^\S+ (\S+)/.exec(text())?.[1] ?? '/';
                const body = answer.parts.filter(([, , own]) => own).map(([from, to]) => report.bytes.slice(from, to));
                view.innerHTML = `<div class="ventana">localhost:8000${escape(path)}</div><iframe title="Así lo muestra el navegador" sandbox="allow-scripts allow-modals"></iframe>`;
                const frame = view.querySelector('iframe');
                const address = URL.createObjectURL(new Blob(body, { type: answer.type }));
                frame.addEventListener('load', () => URL.revokeObjectURL(address), { once: true });
                frame.src = address;
            },
        };
        function show(name) {
            shown = name;
            all('[data-v]').forEach((button) => button.setAttribute('aria-pressed', button.dataset.v === name));
            if (report || name === 'sent') VIEWS[name]();
            else view.innerHTML = said('Envía la petición y mira aquí qué ocurrió.');
        }
        /** Las etapas de la conexión, hasta donde llegó el cliente. */
        function inside({ moments }, at = Infinity) {
            const rows = moments.filter(({ sent, waited }) => sent <= at && (at === Infinity || !waited));
            el('inside').innerHTML = `<table><thead><tr><th scope="col">Llegaron</th><th scope="col">Pasó por</th><th scope="col">Espera</th><th scope="col">Qué sabe</th></tr></thead><tbody>${rows.map(({ sent, stages, patience, waited, knows }) => `<tr><td>${sent}</td><td><code>${stages.join(' → ')}</code></td><td>${waited ? 'venció' : patience / 1000 + ' s'}</td><td>${escape(knows)}</td></tr>`).join('')}</tbody></table>`;
        }

        // ── Enviar ──
        function fact(name) {
            const [kind, wanted] = [name.split(':')[0], name.slice(name.indexOf(':') + 1)];
            const answer = report.answers.at(-1);
            const piece = (from, to) => decoder.decode(report.bytes.slice(from, to));
            if (kind === 'environ') return report.environs.at(-1)?.find(({ key }) => key === wanted)?.value ?? 'no está';
            if (kind === 'recibido') {
                const line = answer?.lines.map(([from, to]) => piece(from, to)).find((line) => line.toLowerCase().startsWith(wanted.toLowerCase() + ': '));
                return line?.slice(wanted.length + 2).trim() ?? 'no está';
            }
            if (kind === 'dice') return answer?.parts.some(([from, to, own]) => own && piece(from, to).includes(wanted)) ? 'sí' : 'no';
            return report.facts[name];
        }
        async function send() {
            const mine = ++turn, isOwn = el('own').checked;
            try {
                const done = isOwn ? await visitOwn(bytes()) : await visit(one.program + ' ', bytes());
                if (mine !== turn) return;
                report = done;
            } catch (error) {
                el('verdict').textContent = isOwn ? error.message : 'El laboratorio no se pudo cargar: ' + error.message;
                return;
            }
            const { facts, steps, log, environs } = report;
            let verdict = '';
            if (guess != null && !isOwn) {
                const right = one.options.findIndex(([, value]) => value === fact(one.fact));
                verdict = right === guess ? '<b class="si">Acertaste.</b> ' : `<b class="no">No fue «${escape(one.options[guess][0])}».</b> `;
                remember(right === guess);
            }
            const count = steps.filter(({ what, depth }) => what === 'called' && !depth).length;
            const calls = isOwn ? '' : `, ${count === 1 ? 'una llamada' : count ? count + ' llamadas' : 'ninguna llamada'}`;
            el('verdict').innerHTML = `${verdict}${escape(facts.estados || 'Ninguna respuesta')}, cuerpo de ${facts.bytes} bytes${calls}. ${text() === one.request && !isOwn ? escape(one.look) : ''}`;
            el('log').textContent = isOwn ? '(está en tu terminal)' : log.join('\n') || '(nada)';
            el('source').textContent = isOwn ? 'responde tu programa' : 'responde esta página';
            step = 0;
            if (!isOwn) inside(report);
            paint();
            show(shown === 'sent' ? 'received' : shown);
            if (environs.length) before = new Map(environs[0].map(({ key, value }) => [key, value]));
        }
        /** Las predicciones quedan en este navegador. */
        function remember(isRight) {
            try { localStorage.setItem(`laboratorio:${one.program}:${one.name}`, isRight ? 'acertó' : 'falló'); } catch { /* sin memoria */ }
        }

        // ── Mandos ──
        const press = (selector, is) => all(selector).forEach((button) => button.setAttribute('aria-pressed', is(button)));
        function predict(at) {
            guess = at;
            press('[data-p]', (button) => +button.dataset.p === at);
        }
        function edited() {
            report = null;
            turn++;
            paint();
            show('sent');
        }
        function load(at) {
            one = list[at];
            editor.value = one.request;
            cut = null;
            quiet = null;
            const isCounted = !/^Content-Length/m.test(one.request) || counted(one.request) === one.request;
            el('length').checked = isCounted;
            press('[data-x]', (button) => +button.dataset.x === at);
            el('question').textContent = one.ask;
            el('options').innerHTML = one.options.map(([label], at) => `<button type="button" data-p="${at}" aria-pressed="false">${escape(label)}</button>`).join('');
            el('change').hidden = !one.changes.length;
            el('change').innerHTML = one.changes.map(([from, to]) => `En <code>examples/${one.file}.rs</code>, <code>${escape(to) || '(nada)'}</code> en lugar de <code>${escape(from)}</code>.`).join('<br>');
            el('verdict').textContent = '';
            el('log').textContent = '(nada)';
            predict(null);
            edited();
        }
        /** Con la longitud del cuerpo, si la petición la dice y solo hay una. */
        function counted(request) {
            const end = request.indexOf('\n\n');
            if (end < 0) return request;
            const size = encoder.encode(request.slice(end + 2).replace(/\n/g, '\r\n')).length;
            return request.slice(0, end).replace(/^(Content-Length: *)\d*/mi, '$1' + size) + request.slice(end);
        }
        lab.addEventListener('click', ({ target }) => {
            const button = target.closest('button');
            const { x, p, v, a } = button?.dataset ?? {};
            if (x) load(+x);
            if (p) predict(+p === guess ? null : +p);
            if (v) show(v);
            if (a === 'send') send();
            if (a === 'restore') load(list.indexOf(one));
            if (a === 'hex') {
                isHex = !isHex;
                button.setAttribute('aria-pressed', isHex);
                show(shown === 'received' ? shown : 'sent');
            }
        });
        editor.addEventListener('input', () => {
            const now = text(), fixed = el('length').checked && now.split('\n\n').length === 2 ? counted(now) : now;
            if (fixed !== now) {
                const at = editor.selectionStart + (now.indexOf('\n\n') < editor.selectionStart ? fixed.length - now.length : 0);
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
        editor.addEventListener('scroll', () => { back.scrollLeft = editor.scrollLeft; });
        lab.addEventListener('keydown', (event) => { if (event.key.startsWith('Arrow')) event.stopPropagation(); });
        el('chapter')?.addEventListener('change', ({ target }) => {
            list = chapters[target.value];
            lab.querySelector('.fichas').innerHTML = list.map(({ name }, at) => `<button type="button" class="ficha" data-x="${at}" aria-pressed="false">${escape(name)}</button>`).join('');
            load(0);
        });
        // De la variable a sus bytes, y de los bytes a su variable.
        for (const kind of ['pointerover', 'focusin']) view.addEventListener(kind, ({ target }) => light(target.closest('[data-s]')?.dataset.s));
        for (const kind of ['pointerleave', 'focusout']) view.addEventListener(kind, () => light(null));
        for (const kind of ['keyup', 'click', 'blur']) editor.addEventListener(kind, ({ type }) => {
            const at = editor.selectionStart;
            const found = type !== 'blur' && places().find(({ from, to }) => at >= letterOf(from) && at < letterOf(to));
            light(found ? found.id : null);
        });
        // Antes de la primera visita ya está aquí lo que hará falta.
        for (const kind of ['focusin', 'pointerdown']) lab.addEventListener(kind, () => { engine().catch(() => { loading = null; }); }, { once: true });
        load(0);
    });
})();
