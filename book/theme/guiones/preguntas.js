// Las preguntas que piden un porqué, las doce del primer día y del último, y lo que queda guardado. Nada sale de este
// navegador, salvo el archivo que quien lee quiera guardar.
(() => {
    'use strict';
    const all = (selector, from = document) => [...from.querySelectorAll(selector)];
    const memory = {
        get(key) { try { return localStorage.getItem(key); } catch { return null; } },
        set(key, value) { try { localStorage.setItem(key, value); } catch { /* sin memoria */ } },
        remove(key) { try { localStorage.removeItem(key); } catch { /* sin memoria */ } },
    };
    const make = (name, text, properties = {}) => Object.assign(document.createElement(name), { textContent: text }, properties);

    // La primera respuesta que se abre es la tuya. Las demás se pueden leer después.
    for (const panel of all('.porque')) {
        const key = 'pregunta:' + panel.dataset.pregunta;
        const choices = all('details', panel), verdict = panel.querySelector('.veredicto');
        const letter = (choice) => choice.querySelector('.letra').textContent;
        const isRight = (choice) => choice.classList.contains('bien');
        const show = () => {
            const [mine] = (memory.get(key) ?? '').split(' ');
            const chosen = choices.find((choice) => letter(choice) === mine);
            choices.forEach((choice) => choice.classList.toggle('elegida', choice === chosen));
            verdict.textContent = '';
            if (!chosen) return;
            const again = make('button', 'Responder otra vez', { type: 'button', className: 'llano' });
            again.addEventListener('click', () => {
                memory.remove(key);
                choices.forEach((choice) => { choice.open = false; });
                show();
                choices[0].querySelector('summary').focus();
            });
            const said = isRight(chosen) ? 'correcta' : 'no es esa, y ahí dice por qué';
            verdict.append(`Tu respuesta, la ${mine}: ${said}.`, again);
        };
        choices.forEach((choice) => choice.querySelector('summary').addEventListener('click', () => {
            if (memory.get(key) || choice.open) return;
            memory.set(key, `${letter(choice)} ${isRight(choice) ? 'bien' : 'mal'}`);
            show();
        }));
        show();
    }

    const save = (name, content) => {
        const address = URL.createObjectURL(new Blob([JSON.stringify(content, null, 2) + '\n'], { type: 'application/json' }));
        make('a', '', { href: address, download: name }).click();
        setTimeout(() => URL.revokeObjectURL(address), 1000);
    };
    const today = () => new Date().toISOString().slice(0, 10);

    const form = document.querySelector('.inventario');
    form?.addEventListener('submit', (event) => {
        event.preventDefault();
        const fields = new FormData(form), key = [...form.dataset.clave];
        const answers = key.map((_, at) => fields.get(`p${at + 1}`) ?? '');
        const right = answers.filter((answer, at) => answer === key[at]).length;
        const blank = answers.filter((answer) => !answer).length;
        const moment = fields.get('momento'), name = fields.get('nombre').trim();
        save(`inventario-${moment === 'primero' ? 'primero' : 'ultimo'}.json`,
            { inventario: 1, nombre: name, dia: moment, fecha: today(), respuestas: answers, buenas: right });
        const isLast = moment !== 'primero';
        document.querySelector('.claves').classList.toggle('visible', isLast);
        const skipped = blank ? ` Dejaste ${blank} sin contestar.` : '';
        form.querySelector('.veredicto').textContent = 'Tus respuestas están en un archivo, con tus descargas.' + skipped
            + (isLast ? ` Acertaste ${right} de ${key.length}. Los porqués están aquí debajo.` : '');
    });

    const place = document.querySelector('.avance-guardado');
    if (place) {
        const list = place.querySelector('dl'), said = place.querySelector('.veredicto');
        const kept = () => {
            try {
                return Object.entries(localStorage).filter(([key]) => /^(pregunta|laboratorio|leido|resuelto):/.test(key));
            } catch { return []; }
        };
        const show = () => {
            const count = (start, end = '') => kept().filter(([key, value]) => key.startsWith(start) && value.endsWith(end)).length;
            const rows = [
                ['Páginas leídas', count('leido:')],
                ['Ejercicios resueltos', count('resuelto:')],
                ['Preguntas contestadas', count('pregunta:')],
                ['… con la respuesta buena', count('pregunta:', ' bien')],
                ['Predicciones del laboratorio', count('laboratorio:')],
            ];
            list.replaceChildren(...rows.flatMap(([name, number]) => [make('dt', name), make('dd', number)]));
        };
        place.addEventListener('click', ({ target }) => {
            if (target.dataset.a === 'guardar') {
                save('avance.json', { fecha: today(), guardado: Object.fromEntries(kept()) });
                said.textContent = 'Está en un archivo, con tus descargas.';
            }
            if (target.dataset.a === 'borrar' && confirm('¿Borrar lo que este navegador recuerda del libro?')) {
                kept().forEach(([key]) => memory.remove(key));
                said.textContent = 'Ya no queda nada.';
                show();
            }
        });
        show();
    }
})();
