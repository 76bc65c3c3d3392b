// Lo que comparten todas las páginas. Sin esto el libro se lee igual.
(() => {
    'use strict';
    const html = document.documentElement;
    const one = (selector, from = document) => from.querySelector(selector);
    const all = (selector, from = document) => [...from.querySelectorAll(selector)];
    const root = document.body.dataset.raiz ?? '';

    // Lo que se recuerda queda en este navegador; sin memoria no hay marcas, y nada falla.
    const memory = {
        get(key) { try { return localStorage.getItem(key); } catch { return null; } },
        set(key, value) { try { localStorage.setItem(key, value); } catch { /* sin memoria */ } },
        remove(key) { try { localStorage.removeItem(key); } catch { /* sin memoria */ } },
    };

    // Tema: los nombres son los de mdBook.
    one('#tema')?.addEventListener('click', () => {
        const next = html.classList.contains('coal') ? 'light' : 'coal';
        html.classList.remove('coal', 'light');
        html.classList.add(next);
        memory.set('mdbook-theme', next);
    });

    // El índice: un botón de verdad, que se alcanza con el tabulador.
    const toggle = one('#abrir-lado'), wide = matchMedia('(min-width: 66rem)');
    const tell = () => toggle?.setAttribute('aria-expanded',
        wide.matches ? !html.classList.contains('lado-cerrado') : html.classList.contains('lado-abierto'));
    toggle?.addEventListener('click', () => {
        html.classList.toggle(wide.matches ? 'lado-cerrado' : 'lado-abierto');
        tell();
    });
    wide.addEventListener('change', tell);
    tell();
    addEventListener('keydown', (event) => {
        if (event.key === 'Escape' && html.classList.contains('lado-abierto')) {
            html.classList.remove('lado-abierto');
            tell();
            toggle.focus();
        }
    });

    // Las flechas pasan de capítulo, salvo dentro de lo que se recorre o se escribe.
    const own = ['pre', 'summary', 'table', 'input', 'textarea', 'select', '[contenteditable]', 'dialog', '.gemelos', '.lab']
        .join();
    addEventListener('keydown', (event) => {
        if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
        // También cuenta lo que se está seleccionando, que no siempre tiene el foco.
        const selected = getSelection()?.anchorNode;
        if ([event.target, selected?.parentElement].some((place) => place?.closest?.(own))) return;
        const rel = { ArrowLeft: 'prev', ArrowRight: 'next' }[event.key];
        const link = rel && one(`.pasar a[rel=${rel}]`);
        if (link) location.href = link.href;
        if (event.key === '/' || event.key === 's') {
            event.preventDefault();
            search();
        }
    });

    // Solo lo que no cabe se alcanza con el tabulador, para poder recorrerlo.
    const measure = () => all('pre:not([aria-hidden]), .table-wrapper').forEach((box) => {
        if (box.scrollWidth > box.clientWidth + 1) {
            box.tabIndex = 0;
            if (!box.hasAttribute('role')) box.setAttribute('role', 'group');
            if (!box.hasAttribute('aria-label')) box.setAttribute('aria-label', 'Se desplaza de lado');
        } else {
            box.removeAttribute('tabindex');
        }
    });
    measure();
    addEventListener('resize', measure);
    document.fonts?.ready.then(measure);

    // Avance: leído al llegar al final; resuelto, cuando quien lee lo dice.
    const chapter = one('main')?.dataset.cap;
    const showProgress = () => all('.lado [data-cap]').forEach((link) => {
        const key = link.dataset.cap;
        const state = memory.get('resuelto:' + key) ? 'resuelto' : memory.get('leido:' + key) ? 'leido' : '';
        const mark = one('.avance', link);
        mark.dataset.a = state;
        mark.textContent = '';
        if (state) {
            const words = document.createElement('span');
            words.className = 'oculto';
            words.textContent = state === 'leido' ? ', leído' : ', ejercicio resuelto';
            mark.append(words);
        }
    });
    const end = one('.pasar');
    if (end && chapter) {
        new IntersectionObserver(([seen], observer) => {
            if (!seen.isIntersecting) return;
            memory.set('leido:' + chapter, 1);
            showProgress();
            observer.disconnect();
        }).observe(end);
    }
    const solved = one('#resuelto');
    if (solved) {
        const show = () => {
            const is = !!memory.get('resuelto:' + chapter);
            solved.setAttribute('aria-pressed', is);
            solved.textContent = is ? 'Resuelto' : 'Ya lo resolví';
            showProgress();
        };
        solved.addEventListener('click', () => {
            if (memory.get('resuelto:' + chapter)) memory.remove('resuelto:' + chapter);
            else memory.set('resuelto:' + chapter, 1);
            show();
        });
        show();
    }
    showProgress();

    // Carril: la sección que se está leyendo.
    const links = all('.carril a');
    if (links.length) {
        const titles = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
        const mark = () => {
            let current = 0;
            titles.forEach((title, at) => { if (title && title.getBoundingClientRect().top < 140) current = at; });
            links.forEach((link, at) => {
                if (at === current) link.setAttribute('aria-current', 'true');
                else link.removeAttribute('aria-current');
            });
        };
        addEventListener('scroll', mark, { passive: true });
        mark();
    }

    // Copiar: de una terminal, solo los comandos.
    all('.copiar').forEach((button) => button.addEventListener('click', async () => {
        const box = button.closest('.bloque');
        const commands = box.classList.contains('terminal')
            ? all('b', box).map((command) => command.textContent).join('\n')
            : one('code', box).textContent;
        try {
            await navigator.clipboard.writeText(commands);
            button.textContent = 'Copiado';
        } catch {
            button.textContent = 'No se pudo';
        }
        setTimeout(() => { button.textContent = 'Copiar'; }, 1600);
    }));

    // El laboratorio, cuando se acerca. Si no llega, queda lo que ya está hecho.
    const lab = one('.lab');
    if (lab) {
        new IntersectionObserver(([seen], observer) => {
            if (!seen.isIntersecting) return;
            observer.disconnect();
            import(new URL(root + 'theme/guiones/laboratorio.js', document.baseURI))
                .catch(() => html.classList.add('lab-fijo-solo'));
        }, { rootMargin: '600px' }).observe(lab);
    }

    // Las preguntas: sin su guion se abren igual, y no se recuerdan. Como guion corriente, sirve también sin servidor.
    if (one('.porque, .inventario, .avance-guardado')) {
        const script = document.createElement('script');
        script.src = root + 'theme/guiones/preguntas.js';
        document.head.append(script);
    }

    // El buscador se trae la primera vez que se usa.
    async function search() {
        const { open } = await import(new URL(root + 'theme/guiones/buscar.js', document.baseURI));
        open(root);
    }
    one('#buscar')?.addEventListener('click', search);
    if (new URLSearchParams(location.search).has('buscar')) search();
})();
