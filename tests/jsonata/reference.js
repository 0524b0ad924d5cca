// Asks JSONata itself, of the version that the service runs, for what the random expressions gave:
//     node reference.js <folder with node_modules/jsonata 2.0.6> <file of evaluations>
// Fails where native code differs, and counts where the interpreter does. Errors without a code are failures of JSONata
// itself, which has no word for them.

const fs = require('fs');
const path = require('path');
const folder = path.resolve(process.argv[2], 'node_modules/jsonata');
if (require(path.join(folder, 'package.json')).version !== '2.0.6') throw new Error('jsonata 2.0.6 is wanted');
const jsonata = require(folder);

// Functions that the service adds.
const added = [
    ['partition', '<an:a<a>>', (all, size) => {
        if (!all || !all.length || !(size >= 1)) return undefined;
        const parts = [];
        for (let at = 0; at < all.length; at += Math.trunc(size)) parts.push(all.slice(at, at + Math.trunc(size)));
        return parts;
    }],
    ['range', '<nnn?:a<n>>', (first, last, step) => {
        const steps = Math.floor((last - first) / step);
        if (!(steps >= 0 && isFinite(steps))) return undefined;
        const all = Array.from({ length: steps + 1 }, (_, at) => first + at * step);
        return all.length === 1 ? all[0] : all;
    }],
];

const isFunction = value => typeof value === 'function' || !!value && (value._jsonata_lambda || value._jsonata_function);

const plain = value => JSON.parse(JSON.stringify(value, (_, part) => {
    if (isFunction(part)) return undefined;
    return typeof part === 'number' && !isFinite(part) ? String(part) : part;
}));

const hasHole = value => value === undefined
    || !!value && typeof value === 'object' && !isFunction(value) && Object.values(value).some(hasHole);

// What comes up while an expression is evaluated that is another thing in Rust.
function seen(value, met) {
    if (typeof value === 'string') {
        if (/\p{Surrogate}/u.test(value)) met.half = true;
    } else if (Array.isArray(value)) {
        if (Object.values(value).some(part => part === undefined)) met.hole = true;
        if (value.some(part => typeof part === 'string' && /\p{Surrogate}/u.test(part))) met.half = true;
    } else if (value && typeof value === 'object' && !isFunction(value)) {
        const names = Object.keys(value);
        if (names.length > 1 && names.some(name => /^(0|[1-9]\d*)$/.test(name))) met.indexed = true;
    }
}

async function evaluate({ expr, data, bindings }) {
    const met = {};
    try {
        const expression = jsonata(expr);
        expression.assign(Symbol.for('jsonata.__evaluate_exit'), (node, input, environment, result) => seen(result, met));
        for (const [name, signature, body] of added) expression.registerFunction(name, body, signature);
        const value = await expression.evaluate(data, bindings);
        if (value === undefined || isFunction(value)) return { wanted: { undef: true }, met };
        const wanted = { ok: plain(value) };
        if (hasHole(value)) met.hole = true;
        if (/\\ud[89a-f]/.test(JSON.stringify(wanted))) met.half = true;
        return { wanted, met };
    } catch (error) {
        return { wanted: { err: error.code || 'limit' }, met, message: error.message };
    }
}

function same(left, right) {
    if (typeof left === 'number' && typeof right === 'number') {
        return left === right || Math.abs(left - right) <= Math.abs(right) * 1e-15;
    }
    if (left === null || right === null || typeof left !== 'object' || typeof right !== 'object') return left === right;
    const names = Object.keys(left);
    return Array.isArray(left) === Array.isArray(right) && names.length === Object.keys(right).length
        && names.every(name => name in right && same(left[name], right[name]));
}

// An outcome whatever the order of what stands in its arrays.
const unordered = value => {
    if (Array.isArray(value)) return value.map(unordered).map(part => JSON.stringify(part)).sort();
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.keys(value).sort().map(name => [name, unordered(value[name])]));
};

// What native code does in another way on purpose, or cannot do.
const known = [
    ['an array cannot hold nothing', ({ met }) => met.hole],
    ['half a surrogate pair is no text', ({ met }) => met.half],
    // No recording of the service tells. Its limits are worded as those of JSONata for Java, whose objects keep their order.
    ['names that are whole numbers do not come first', ({ met, native, wanted }) =>
        met.indexed && same(unordered(native), unordered(wanted))],
    ['JSONata trips over a function of its own in a last call', ({ message }) =>
        message === 'func.apply is not a function'],
    ['an evaluation is not given so much memory (J-69)', ({ expr, native }) => native.err === 'limit' && expr.includes('..')],
    // JSONata evaluates the parts of a constructor side by side.
    ['another of several errors', ({ native, wanted }) => native.err && wanted.err],
];

async function main() {
    const lines = fs.readFileSync(process.argv[3], 'utf8').split('\n').filter(line => line);
    const counts = Object.fromEntries(known.map(([why]) => [why, 0]));
    let native = 0, interpreted = 0;
    for (const line of lines) {
        const drawn = JSON.parse(line);
        Object.assign(drawn, await evaluate(drawn));
        const { wanted } = drawn;
        if (!same(drawn.interpreted, wanted)) interpreted += 1;
        if (same(drawn.native, wanted)) continue;
        const why = known.find(([, applies]) => applies(drawn));
        if (why) {
            counts[why[0]] += 1;
        } else {
            native += 1;
            console.log(`${drawn.expr}\n    wanted ${JSON.stringify(wanted)}\n    native ${JSON.stringify(drawn.native)}`);
            console.log(`    interpreted ${JSON.stringify(drawn.interpreted)}\n    data ${JSON.stringify(drawn.data)}`);
        }
    }
    console.log(counts);
    console.log(`of ${lines.length} evaluations, native code differs in ${native} more, the interpreter in ${interpreted}`);
    process.exitCode = native ? 1 : 0;
}

main();
