// What is done to a whole sandbox.

import { path } from './api.js';
import { ask, field, make, shown } from './dom.js';
import { options } from './create.js';

const LIFETIMES = [['15 minutes', 'PT15M'], ['1 hour', 'PT1H'], ['4 hours', 'PT4H'], ['8 hours', 'PT8H']];

/** What people call it. */
export function nameOf(info) {
    const name = info.spec.metadata?.name;
    const id = info.id.slice(0, 8);
    return typeof name === 'string' && name ? `${shown(name)} (${id})` : id;
}

export function deleteSandbox(api, info) {
    return ask({
        title: `Delete ${nameOf(info)}?`,
        body: make('p', {}, 'Its processes end, and its files are gone.'),
        action: 'Delete',
        danger: true,
        act: async () => {
            await api.delete(path('sandboxes', info.id));
            return true;
        },
    });
}

export function extendSandbox(api, info) {
    const select = make('select', { name: 'ttl' }, options(LIFETIMES));
    select.value = 'PT1H';
    return ask({
        title: `How long is ${nameOf(info)} to live?`,
        body: field('From now on', select),
        action: 'Set',
        act: ({ ttl }) => api.put(`${path('sandboxes', info.id)}/ttl`, { ttl }),
    });
}
