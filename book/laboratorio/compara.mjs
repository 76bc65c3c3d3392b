// Comprueba que un módulo de WebAssembly responde lo mismo que el laboratorio sin página.
//
//     cargo run --example respuestas | node compara.mjs laboratorio.wasm

import { readFileSync } from 'node:fs';
import { stdin } from 'node:process';
import { createInterface } from 'node:readline';

const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]));
const { memory, room, run, length } = instance.exports;

function visit(program, cuts, bytes) {
    const input = Buffer.concat([Buffer.from(`${program} ${cuts}\n`), bytes]);
    const at = room(input.length);
    new Uint8Array(memory.buffer, at, input.length).set(input);
    const answer = run();
    return Buffer.from(memory.buffer, answer, length()).toString();
}

let count = 0, total = 0, slowest = 0;
for await (const line of createInterface({ input: stdin })) {
    const [program, cut, hex, expected] = line.split('\t');
    const start = performance.now();
    const found = visit(program, cut, Buffer.from(hex, 'hex'));
    const time = performance.now() - start;
    [count, total, slowest] = [count + 1, total + time, Math.max(slowest, time)];
    if (found !== expected) {
        console.error(`${program}, cortada en ${cut}: la página responde otra cosa\n  ${expected}\n  ${found}`);
        process.exit(1);
    }
}
if (!count) {
    console.error('no había nada que comparar');
    process.exit(1);
}
console.log(`${count} visitas iguales; ${(total / count).toFixed(2)} ms cada una, y la más lenta, ${slowest.toFixed(1)} ms`);
