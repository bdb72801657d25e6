// A new sandbox.

import { ask, field, make, shown } from './dom.js';
import { newId } from './streams.js';

const LIFETIMES = [['the server’s default', ''], ['15 minutes', 'PT15M'], ['1 hour', 'PT1H'], ['4 hours', 'PT4H'], ['8 hours', 'PT8H']];
const NETWORKS = [['the server’s default', ''], ['none', 'none'], ['outbound', 'outbound']];
const MEBIBYTE = 1_048_576;

export function options(pairs) {
    return pairs.map(([label, value]) => make('option', { value }, label));
}

/** Asks for what is wanted and makes it; giving up leaves nothing. */
export function askForSandbox(api) {
    const images = make('datalist', { id: 'images' });
    fillIn(images, api);
    let asked;
    let key;
    const act = (form, signal) => {
        const wanted = spec(form);
        if (JSON.stringify(wanted) !== asked) {
            asked = JSON.stringify(wanted);
            key = newId(); // the same for the same again: the answer may have been lost
        }
        return api.post('sandboxes', wanted, { headers: { 'Idempotency-Key': key }, signal });
    };
    return ask({
        title: 'New sandbox',
        body: make('div', { class: 'fields' },
            field('Name', make('input', { name: 'name', maxlength: 100, autocomplete: 'off' }), 'For you; it goes into its metadata.'),
            field('Image', make('input', { name: 'image', list: 'images', placeholder: 'the server’s default', autocomplete: 'off', spellcheck: 'false' })),
            images,
            field('Lifetime', make('select', { name: 'ttl' }, options(LIFETIMES))),
            field('Network', make('select', { name: 'network' }, options(NETWORKS))),
            field('Memory in MiB', make('input', { name: 'memory', type: 'number', min: 16, placeholder: 'the server’s default' })),
            field('Processors', make('input', { name: 'cpu', type: 'number', min: 0.01, max: 256, step: 'any', placeholder: 'the server’s default' }))),
        action: 'Create',
        act,
    });
}

/** Images that are there already, if this caller may know of them. */
async function fillIn(list, api) {
    try {
        const images = await api.get('images');
        list.append(...images.map(({ reference }) => make('option', { value: shown(reference) })));
    } catch {
        // one may be typed
    }
}

function spec({ name, image, ttl, network, memory, cpu }) {
    return {
        image: image.trim() || undefined,
        ttl: ttl || undefined,
        network: network || undefined,
        memory: memory ? Number(memory) * MEBIBYTE : undefined,
        cpu: cpu ? Number(cpu) : undefined,
        metadata: name.trim() ? { name: name.trim() } : undefined,
    };
}
