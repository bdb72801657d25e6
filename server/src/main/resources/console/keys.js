// What single keys do, where nobody is typing.

import { button, make } from './dom.js';

const KEYS = [
    ['Everywhere', [['?', 'this list'], ['m', 'light, dark, or as the system has it'], ['u', 'all sandboxes'], ['Tab', 'to the next thing']]],
    ['Sandboxes', [['j k', 'down, up'], ['Enter', 'open'], ['n', 'new sandbox'], ['/', 'search'], ['Delete', 'delete']]],
    ['A sandbox', [['1 2 3 4', 'terminals, files, commands, details']]],
    ['Terminals', [['n', 'new terminal'], ['Ctrl Shift ↑', 'out of the terminal'], ['Ctrl Shift ← →', 'the one before, after']]],
    ['Files', [['j k', 'down, up'], ['Enter', 'open a folder, download a file'], ['Backspace', 'the folder above'], ['e', 'rename'],
        ['Delete', 'delete'], ['n', 'new folder'], ['i', 'upload']]],
    ['Commands', [['j k', 'down, up'], ['Enter', 'show its output'], ['n', 'run a command']]],
];

/** Does what a key is for: of the page that is shown first, then of all. */
export function onKey(event, keys = {}) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)
        || document.querySelector('dialog[open]')) {
        return;
    }
    const action = keys[event.key] ?? onKey.common[event.key];
    if (action) {
        event.preventDefault();
        action(event);
    }
}

function isTyping(target) {
    return target.closest('input, select, textarea, [contenteditable]') !== null;
}

/** Moves the focus among the elements of a list. */
export function step(container, selector, by) {
    const all = [...container.querySelectorAll(selector)].filter((each) => each.getClientRects().length > 0);
    const row = document.activeElement?.closest('tr, li');
    const at = all.findIndex((each) => each === document.activeElement || (row && row.contains(each)));
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by));
    all[next]?.focus();
}

export function showKeys() {
    const groups = KEYS.map(([where, keys]) => make('section', {}, make('h3', {}, where),
        make('dl', {}, keys.map(([key, what]) => [make('dt', {}, key.split(' ').map((one) => make('kbd', {}, one))),
            make('dd', {}, what)]))));
    const close = button('Close', () => dialog.close());
    const dialog = make('dialog', { class: 'keys', 'aria-label': 'Keys', onclose: () => dialog.remove() },
        make('h2', {}, 'Keys'), make('div', { class: 'groups' }, groups), make('div', { class: 'actions' }, close));
    document.body.append(dialog);
    dialog.showModal();
    close.focus();
}
