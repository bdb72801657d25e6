// The list of sandboxes.

import { path } from './api.js';
import { button, make, say, shown, tell, trouble } from './dom.js';
import { step } from './keys.js';
import { Load, stateOf } from './load.js';
import { askForSandbox } from './create.js';
import { deleteSandbox, nameOf } from './life.js';
import * as words from './words.js';

const OFTEN = 5_000; // ms
const PAGE = 50;
const LIVE = 'pending,running,paused,stopping,failed';

export class Sandboxes {
    title = 'Sandboxes · Sandjar';
    keys = {
        j: () => step(this.#body, 'a', 1), k: () => step(this.#body, 'a', -1),
        ArrowDown: () => step(this.#body, 'a', 1), ArrowUp: () => step(this.#body, 'a', -1),
        n: () => this.#create(), '/': () => this.#search.focus(), Delete: () => this.#deleteFocused(),
    };

    element;
    #api;
    #onDeleted;
    #rows = new Map();
    #body = make('tbody');
    #search = make('input', { type: 'search', placeholder: 'Search', 'aria-label': 'Search', oninput: () => this.#filter() });
    #states = make('select', { 'aria-label': 'Which', onchange: () => this.#turn(-this.#offset) },
        make('option', { value: LIVE }, 'Living'), make('option', { value: '' }, 'All'));
    #empty = make('div', { class: 'empty', hidden: true });
    #errors = make('div');
    #count = make('span', { class: 'faint' });
    #older = button('Older', () => this.#turn(PAGE), { hidden: true });
    #newer = button('Newer', () => this.#turn(-PAGE), { hidden: true });
    #table;
    #offset = 0;
    #total = 0;
    #timer;
    #ticking;

    constructor(api, onDeleted) {
        this.#api = api;
        this.#onDeleted = onDeleted;
        const heads = ['Sandbox', 'State', 'Image', 'Age', 'Expires in', 'Processor', 'Memory', ''];
        this.#table = make('table', { class: 'sandboxes' },
            make('thead', {}, make('tr', {}, heads.map((each) => make('th', { scope: 'col' }, each)))), this.#body);
        this.#search.addEventListener('keydown', (event) => {
            if (event.key === 'Escape' || event.key === 'Enter') {
                event.preventDefault();
                step(this.#body, 'a', 1);
            }
        });
        this.element = make('section', {},
            make('div', { class: 'bar' }, make('h1', { tabindex: -1 }, 'Sandboxes'), this.#count, make('span', { class: 'gap' }), this.#search,
                this.#states, button('New sandbox', () => this.#create(), { class: 'primary', title: 'n' })),
            this.#errors, make('div', { class: 'scroll' }, this.#table), this.#empty, make('div', { class: 'bar pages' }, this.#newer, this.#older));
    }

    show() {
        this.#poll();
        this.#ticking = setInterval(() => this.#rows.forEach((row) => row.tick()), 1_000);
    }

    hide() {
        clearTimeout(this.#timer);
        clearInterval(this.#ticking);
        this.#timer = undefined;
    }

    async #poll() {
        clearTimeout(this.#timer);
        const timer = this.#timer = setTimeout(() => this.#poll(), 120_000); // whatever becomes of this one
        if (document.visibilityState === 'visible') {
            await this.#refresh();
        }
        if (this.#timer === timer) {
            clearTimeout(timer);
            this.#timer = setTimeout(() => this.#poll(), OFTEN);
        }
    }

    async #refresh() {
        try {
            const state = this.#states.value || undefined;
            const { sandboxes, total } = await this.#api.get('sandboxes', { state, offset: this.#offset, limit: PAGE });
            this.#errors.replaceChildren();
            this.#update(sandboxes, total);
            this.#rows.forEach((row) => row.look()); // each for itself: one that is silent keeps no other waiting
        } catch (error) {
            if (error.status !== 401) {
                this.#errors.replaceChildren(trouble(error));
            }
        }
    }

    #update(sandboxes, total) {
        const ids = new Set(sandboxes.map(({ id }) => id));
        [...this.#rows.keys()].filter((id) => !ids.has(id)).forEach((id) => {
            this.#rows.get(id).element.remove();
            this.#rows.delete(id);
        });
        sandboxes.forEach((info, at) => {
            if (!this.#rows.has(info.id)) {
                this.#rows.set(info.id, new Row(this.#api, info, () => this.#delete(info)));
            }
            const { element } = this.#rows.get(info.id);
            if (this.#body.children[at] !== element) {
                this.#body.insertBefore(element, this.#body.children[at] ?? null);
            }
            this.#rows.get(info.id).update(info);
        });
        this.#total = total;
        say(this.#count, total === 0 ? '' : String(total));
        this.#newer.hidden = this.#offset === 0;
        this.#older.hidden = this.#offset + PAGE >= total;
        this.#filter();
    }

    #filter() {
        const wanted = this.#search.value.toLowerCase();
        this.#rows.forEach((row) => {
            row.element.hidden = !row.text.includes(wanted);
        });
        const none = [...this.#rows.values()].every((row) => row.element.hidden);
        this.#table.hidden = none;
        this.#empty.hidden = !none;
        this.#empty.replaceChildren(...this.#nothing(wanted));
    }

    /** Why nothing is shown, as far as this page of the list knows. */
    #nothing(wanted) {
        if (wanted) {
            const where = this.#total > PAGE ? ' on this page' : '';
            return [make('p', {}, `No sandbox${where} has “${wanted}” in its name, id or image.`)];
        }
        if (this.#total > 0) {
            return [make('p', {}, 'Nothing is left on this page.')];
        }
        return [make('p', {}, this.#states.value ? 'No sandbox is alive.' : 'No sandboxes yet.'),
            make('p', { class: 'faint' }, 'One is made in milliseconds, and removed by itself when its time is over.'),
            button('New sandbox', () => this.#create(), { class: 'primary' })];
    }

    #turn(by) {
        this.#offset = Math.max(0, this.#offset + by);
        this.#poll();
    }

    async #create() {
        const info = await askForSandbox(this.#api);
        if (info) {
            location.hash = `#/${path('sandbox', info.id, 'terminals')}`;
        }
    }

    async #delete(info) {
        if (await deleteSandbox(this.#api, info)) {
            this.#onDeleted(info.id);
            tell(`Deleted ${nameOf(info)}`);
            const row = this.#rows.get(info.id)?.element;
            const next = row?.nextElementSibling ?? row?.previousElementSibling;
            await this.#refresh();
            (next?.isConnected ? next.querySelector('a') : this.#search).focus();
        }
    }

    #deleteFocused() {
        const row = [...this.#rows.values()].find(({ element }) => element.contains(document.activeElement));
        if (row) {
            this.#delete(row.info);
        }
    }
}

class Row {
    element;
    info;
    text = '';
    #name = make('strong');
    #id;
    #state = make('td');
    #image = make('td', { class: 'image' });
    #age = make('td', { class: 'number' });
    #expires = make('td', { class: 'number' });
    #load;

    constructor(api, info, onDelete) {
        this.info = info;
        this.#load = new Load(api, info.id);
        this.#id = make('code', {}, info.id.slice(0, 8));
        const link = make('a', { href: `#/${path('sandbox', info.id, 'terminals')}`, title: info.id }, this.#name, this.#id);
        const remove = button('Delete', onDelete, { class: 'quiet', 'aria-label': `Delete ${info.id.slice(0, 8)}` });
        this.element = make('tr', {}, make('th', { scope: 'row' }, link), this.#state, this.#image, this.#age, this.#expires,
            make('td', {}, this.#load.processor), make('td', {}, this.#load.memory), make('td', { class: 'end' }, remove));
    }

    update(info) {
        this.info = info;
        const name = info.spec.metadata?.name;
        say(this.#name, typeof name === 'string' ? shown(name) : '');
        say(this.#image, shown(info.image));
        this.#state.replaceChildren(stateOf(info));
        this.text = [name, info.id, info.image].join(' ').toLowerCase();
        this.tick();
    }

    tick() {
        say(this.#age, words.since(this.info.createdAt));
        say(this.#expires, this.info.state === 'terminated' ? '' : words.until(this.info.expiresAt));
        this.#age.title = words.clock(this.info.createdAt);
        this.#expires.title = words.clock(this.info.expiresAt);
    }

    look() {
        this.#load.look(this.info);
    }
}
