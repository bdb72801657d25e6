// The files of a sandbox.

import { path } from './api.js';
import { ask, button, field, make, say, shown, tell, trouble } from './dom.js';
import { step } from './keys.js';
import { Transfers } from './transfers.js';
import * as words from './words.js';

const MOST = 5_000; // entries that are shown of a folder

export class Files {
    keys = {
        j: () => step(this.#body, '.name', 1), k: () => step(this.#body, '.name', -1),
        ArrowDown: () => step(this.#body, '.name', 1), ArrowUp: () => step(this.#body, '.name', -1),
        Backspace: () => this.#go(above(this.#folder)), n: () => this.#makeFolder(), i: () => this.#picker.click(),
        Delete: () => this.#focused('remove'), e: () => this.#focused('rename'),
    };

    element;
    #api;
    #id;
    #files;
    #folder;
    #workspace;
    #looking = 0;
    #transfers;
    #body = make('tbody');
    #table;
    #where = make('input', { class: 'code', 'aria-label': 'Folder', spellcheck: 'false', autocomplete: 'off' });
    #empty = make('div', { class: 'empty', hidden: true });
    #errors = make('div');
    #picker = make('input', { type: 'file', multiple: true, hidden: true, 'aria-label': 'Files to upload' });

    constructor(api, id) {
        this.#api = api;
        this.#id = id;
        this.#files = `${path('sandboxes', id)}/files`;
        this.#transfers = new Transfers(api, id);
        this.#picker.addEventListener('change', () => {
            this.#upload([...this.#picker.files]);
            this.#picker.value = '';
        });
        const go = make('form', { class: 'where', onsubmit: (event) => {
            event.preventDefault();
            this.#go(this.#where.value);
        } }, button('Up', () => this.#go(above(this.#folder)), { title: 'Backspace' }), this.#where);
        const heads = ['Name', 'Size', 'Changed', 'Mode', ''];
        this.#table = make('table', { class: 'files' },
            make('thead', {}, make('tr', {}, heads.map((each) => make('th', { scope: 'col' }, each)))), this.#body);
        this.element = make('div', { class: 'fill drop' },
            make('div', { class: 'bar' }, go, button('New folder', () => this.#makeFolder(), { title: 'n' }),
                button('Upload', () => this.#picker.click(), { class: 'primary', title: 'i; or drop files here' }), this.#picker),
            this.#errors, this.#transfers.element, make('div', { class: 'scroll' }, this.#table, this.#empty));
        this.#takeDrops();
    }

    /** Where the sandbox's commands start. */
    startAt(workspace) {
        this.#workspace = workspace;
        if (this.#folder === '' && this.element.isConnected) {
            this.#open(workspace);
        }
    }

    show(folder) {
        this.#folder = '';
        const wanted = folder || this.#workspace;
        if (wanted) {
            this.#open(wanted);
        }
    }

    hide() {}

    close() {
        this.#transfers.close();
    }

    #go(folder) {
        const hash = `#/${path('sandbox', this.#id, 'files', folder)}`;
        if (location.hash === hash) {
            this.#open(folder);
        } else {
            location.hash = hash;
        }
    }

    async #open(folder) {
        this.#folder = folder;
        this.#where.value = folder;
        const looking = ++this.#looking;
        try {
            const entries = await this.#api.entries(`${this.#files}/list`, { path: folder }, MOST);
            if (looking === this.#looking) {
                this.#errors.replaceChildren();
                this.#list(entries);
            }
        } catch (error) {
            if (looking === this.#looking) {
                this.#body.replaceChildren();
                this.#empty.hidden = true;
                this.#errors.replaceChildren(trouble(error));
            }
        }
    }

    #list(entries) {
        const first = (entry) => (entry.type === 'directory' ? 0 : 1);
        entries.sort((one, other) => first(one) - first(other) || one.name.localeCompare(other.name));
        this.#body.replaceChildren(...entries.map((entry) => this.#row(entry)));
        this.#table.hidden = entries.length === 0;
        this.#empty.hidden = entries.length > 0 && entries.length < MOST;
        this.#empty.replaceChildren(make('p', {}, entries.length === 0 ? 'This folder is empty. Drop files here to upload them.'
            : `A folder of more than ${MOST} entries is not shown whole; sandjar exec shows the rest.`));
        if (!this.element.contains(document.activeElement)) {
            this.#body.querySelector('.name')?.focus({ preventScroll: true });
        }
    }

    #row(entry) {
        const isFolder = entry.type === 'directory';
        const open = () => (isFolder ? this.#go(entry.path) : this.#transfers.download(entry));
        const name = button(shown(entry.name) + (isFolder ? '/' : ''), open, { class: 'name' });
        const actions = {
            rename: () => this.#rename(entry),
            remove: () => this.#remove(entry),
        };
        const row = make('tr', {}, make('th', { scope: 'row' }, name), make('td', { class: 'number' }, isFolder ? '' : words.bytes(entry.size)),
            make('td', { class: 'number', title: words.clock(entry.modifiedAt) }, `${words.since(entry.modifiedAt)} ago`),
            make('td', { class: 'code faint' }, words.permissions(entry.type, entry.mode)),
            make('td', { class: 'end' }, isFolder ? undefined : button('Download', open, { class: 'quiet' }),
                button('Rename', actions.rename, { class: 'quiet' }), button('Delete', actions.remove, { class: 'quiet' })));
        row.actions = actions;
        return row;
    }

    #focused(action) {
        document.activeElement?.closest('tr')?.actions?.[action]();
    }

    async #upload(files) {
        const folder = this.#folder;
        for (const file of files) {
            await this.#transfers.upload(file, inside(folder, file.name));
            if (folder === this.#folder) {
                await this.#open(folder);
            }
        }
    }

    async #makeFolder() {
        const made = await ask({
            title: 'New folder',
            body: field('Name', make('input', { name: 'name', required: true, autocomplete: 'off' })),
            action: 'Make',
            act: async ({ name }) => {
                await this.#api.put(`${this.#files}/folder`, {}, { path: inside(this.#folder, name) });
                return true;
            },
        });
        if (made) {
            this.#open(this.#folder);
        }
    }

    async #rename(entry) {
        const renamed = await ask({
            title: `Rename ${shown(entry.name)}`,
            body: field('To', make('input', { name: 'to', value: entry.name, required: true, autocomplete: 'off' }), 'A path moves it to another folder.'),
            action: 'Rename',
            act: async ({ to }) => {
                await this.#api.post(`${this.#files}/move`, { from: entry.path, to: inside(this.#folder, to) });
                return true;
            },
        });
        if (renamed) {
            this.#open(this.#folder);
        }
    }

    async #remove(entry) {
        const removed = await ask({
            title: `Delete ${shown(entry.name)}?`,
            body: make('p', {}, entry.type === 'directory' ? 'With all that is in it.' : `${words.bytes(entry.size)}.`),
            action: 'Delete',
            danger: true,
            act: async () => {
                await this.#api.delete(this.#files, { path: entry.path });
                return true;
            },
        });
        if (removed) {
            tell(`Deleted ${shown(entry.name)}`);
            this.#open(this.#folder);
        }
    }

    #takeDrops() {
        const over = (is) => this.element.classList.toggle('over', is);
        this.element.addEventListener('dragover', (event) => {
            event.preventDefault();
            over(true);
        });
        this.element.addEventListener('dragleave', () => over(false));
        this.element.addEventListener('drop', (event) => {
            event.preventDefault();
            over(false);
            this.#upload([...event.dataTransfer.files]);
        });
    }
}

function inside(folder, name) {
    return name.startsWith('/') ? name : `${folder.replace(/\/+$/, '')}/${name}`;
}

function above(folder) {
    return folder.replace(/\/+$/, '').replace(/[^/]*$/, '').replace(/\/+$/, '') || '/';
}
