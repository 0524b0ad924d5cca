// Asks JSONata itself, of the version that the service runs, for what the random expressions gave:
//     node reference.js <folder with node_modules/jsonata 2.0.6> <file of evaluations>
// Fails where native code differs, and counts where the interpreter does. Errors without a code are failures of JSONata
// itself, which has no word for them.

const fs = require('fs');
const Module = require('module');
const path = require('path');
const folder = path.resolve(process.argv[2], 'node_modules/jsonata');
if (require(path.join(folder, 'package.json')).version !== '2.0.6') throw new Error('jsonata 2.0.6 is wanted');

// The codes of all errors of an evaluation: of several that are evaluated side by side only one is its outcome.
let raised = new Set();
globalThis.raise = code => {
    raised.add(code);
    return code;
};
const noting = new Module(folder);
const source = fs.readFileSync(path.join(folder, 'jsonata.js'), 'utf8');
noting._compile(source.replace(/\bcode: (['"][A-Z]\d{4}['"]|error)/g, 'code: globalThis.raise($1)'), folder);
const jsonata = noting.exports;

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

// The most elements that an array can have on the service (J-69).
const MOST = 873782;

const isFunction = value => typeof value === 'function' || !!value && (value._jsonata_lambda || value._jsonata_function);

const plain = value => JSON.parse(JSON.stringify(value, (_, part) => {
    if (isFunction(part)) return undefined;
    return typeof part === 'number' && !isFinite(part) ? String(part) : part;
}));

// Takes nothing out of the arrays of a value; whether it was in one.
function fill(value) {
    if (!value || typeof value !== 'object' || isFunction(value)) return false;
    let found = false;
    if (Array.isArray(value)) {
        for (let at = value.length - 1; at >= 0; at -= 1) {
            if (value[at] === undefined) {
                value.splice(at, 1);
                found = true;
            }
        }
    }
    return Object.values(value).reduce((found, part) => fill(part) || found, found);
}

// What comes up while an expression is evaluated that is another thing in Rust.
function seen(value, met) {
    if (typeof value === 'string') {
        if (/\p{Surrogate}/u.test(value)) met.half = true;
    } else if (Array.isArray(value)) {
        if (value.length > MOST) met.large = true;
        if (value.some(part => typeof part === 'string' && /\p{Surrogate}/u.test(part))) met.half = true;
    } else if (value && typeof value === 'object' && !isFunction(value)) {
        const names = Object.keys(value);
        if (names.length > 1 && names.some(name => /^(0|[1-9]\d*)$/.test(name))) met.indexed = true;
    }
}

// What an expression gives. Where it is `filled`, nothing is taken out of each array before anything else sees it.
async function evaluate({ expr, data, bindings }, filled) {
    const met = {};
    raised = new Set();
    const given = structuredClone({ data, bindings });
    try {
        const expression = jsonata(expr);
        expression.assign(Symbol.for('jsonata.__evaluate_exit'), (node, input, environment, result) => {
            if (filled && fill(result)) met.hole = true;
            seen(result, met);
        });
        for (const [name, signature, body] of added) expression.registerFunction(name, body, signature);
        const value = await expression.evaluate(given.data, given.bindings);
        if (value === undefined || isFunction(value)) return { wanted: { undef: true }, met };
        const wanted = { ok: plain(value) };
        if (/\\ud[89a-f]/.test(JSON.stringify(wanted))) met.half = true;
        return { wanted, met };
    } catch (error) {
        // The rest goes on.
        await new Promise(resolve => setImmediate(resolve));
        return { wanted: { err: error.code || 'limit' }, met, message: error.message, raised };
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

// With another character in the place of each that JavaScript takes for two.
const narrow = value => JSON.parse(JSON.stringify(value).replace(/[\u{10000}-\u{10ffff}]/gu, '\u2665'));

// What native code does in another way on purpose, or cannot do.
const known = [
    ['an array cannot hold nothing', ({ native, filled }) => filled.met.hole && same(native, filled.wanted)],
    ['half a surrogate pair is no text', ({ met, native, narrowed }) =>
        met.half && same(narrow(native), narrowed.wanted)],
    // No recording of the service tells. Its limits are worded as those of JSONata for Java, whose objects keep their order.
    ['names that are whole numbers do not come first', ({ met, native, wanted }) =>
        met.indexed && same(unordered(native), unordered(wanted))],
    ['JSONata trips over a function of its own in a last call', ({ message }) =>
        message === 'func.apply is not a function'],
    ['an evaluation is not given so much memory (J-69)', ({ met, native }) => native.err === 'limit' && met.large],
    // JSONata evaluates the parts of a constructor side by side.
    ['another of several errors', ({ native, wanted, raised }) => wanted.err && raised.has(native.err)],
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
        drawn.filled = await evaluate(drawn, true);
        drawn.narrowed = await evaluate(narrow(drawn));
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
