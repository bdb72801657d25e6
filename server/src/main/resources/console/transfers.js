// Files on their way.

import { ApiError, path } from './api.js';
import { ask, button, make, say, shown, trouble } from './dom.js';
import { DATA, framed } from './frames.js';
import * as words from './words.js';

const STREAMED = 64 * 1024 * 1024; // bytes from which on a download goes straight to disk, where the browser can
const MOST = 512 * 1024 * 1024; // bytes of a download that this page keeps until all are there
const BATCH = 8 * 1024 * 1024; // bytes that go to the browser's own store at a time

export class Transfers {
    element = make('ul', { class: 'transfers', 'aria-label': 'Files on their way' });
    #api;
    #id;
    #content;
    #running = new Set();

    constructor(api, id) {
        this.#api = api;
        this.#id = id;
        this.#content = `${path('sandboxes', id)}/files/content`;
    }

    close() {
        this.#running.forEach((given) => given.abort());
    }

    /** Replaces a file that is there only when told to. */
    async upload(file, to) {
        await this.#show(`Upload ${shown(file.name)}`, file.size, async (progress, signal) => {
            const send = (overwrite) => this.#api.upload(this.#content, { path: to, overwrite }, framed(file), progress, signal);
            try {
                await send(false);
            } catch (error) {
                if (error.code !== 'ALREADY_EXISTS' || !await this.#mayReplace(file)) {
                    throw error;
                }
                await send(true);
            }
        });
    }

    #mayReplace(file) {
        return ask({
            title: `Replace ${shown(file.name)}?`,
            body: make('p', {}, 'There is a file of that name.'),
            action: 'Replace',
            danger: true,
            act: () => true,
        });
    }

    async download(entry) {
        const disk = entry.size > STREAMED && window.showSaveFilePicker ? await chosenFile(entry.name) : undefined;
        if (disk === null) {
            return;
        }
        await this.#show(`Download ${shown(entry.name)}`, entry.size, async (progress, signal) => {
            if (!disk && entry.size > MOST) {
                throw this.#tooLarge(entry);
            }
            const to = disk ? new Disk(disk) : new Memory(entry, () => this.#tooLarge(entry));
            try {
                let count = 0;
                for await (const { type, payload } of this.#api.frames(this.#content, { path: entry.path }, signal)) {
                    if (type === DATA) {
                        await to.write(payload);
                        count += payload.length;
                        progress(count);
                    }
                }
                await to.done();
            } catch (error) {
                await to.undo();
                throw error;
            }
        });
    }

    #tooLarge(entry) {
        const quoted = entry.path.replaceAll("'", "'\\''");
        return new ApiError({ message: `this browser cannot save more than ${words.bytes(MOST)} from a page`,
            remedy: `on a command line: sandjar cp '${this.#id}:${shown(quoted)}' .` });
    }

    async #show(what, size, transfer) {
        const given = new AbortController();
        this.#running.add(given);
        const bar = make('progress', { max: Math.max(size, 1), value: 0, 'aria-label': what });
        const count = make('span', { class: 'faint number' });
        const end = button('Cancel', () => given.abort(), { class: 'quiet', 'aria-label': `Cancel: ${what}` });
        const item = make('li', {}, make('span', {}, what), bar, count, end);
        this.element.append(item);
        try {
            await transfer((bytes) => {
                bar.value = bytes;
                say(count, `${words.bytes(Math.min(bytes, size))} of ${words.bytes(size)}`);
            }, given.signal);
            item.remove();
        } catch (error) {
            if (given.signal.aborted) {
                item.remove();
            } else {
                item.replaceChildren(make('span', {}, what), trouble(error), button('Dismiss', () => item.remove(), { class: 'quiet' }));
            }
        }
        this.#running.delete(given);
    }
}

/** Null: none was chosen. */
async function chosenFile(name) {
    try {
        return await window.showSaveFilePicker({ suggestedName: harmless(name) });
    } catch {
        return null;
    }
}

/** A name that says what it is: nothing in it turns the direction of writing. */
function harmless(name) {
    return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\]/gu, '_');
}

/** Straight to where it was chosen to be. */
class Disk {
    #opened;

    constructor(file) {
        this.#opened = file.createWritable();
    }

    async write(bytes) {
        await (await this.#opened).write(bytes);
    }

    async done() {
        await (await this.#opened).close();
    }

    async undo() {
        await (await this.#opened).abort();
    }
}

/** Kept until it is whole, by the browser, which puts what is large on disk. */
class Memory {
    #name;
    #tooLarge;
    #blob = new Blob();
    #parts = [];
    #size = 0;

    constructor({ name }, tooLarge) {
        this.#name = name;
        this.#tooLarge = tooLarge;
    }

    async write(bytes) {
        this.#parts.push(bytes.slice());
        this.#size += bytes.length;
        if (this.#blob.size + this.#size > MOST) {
            throw this.#tooLarge();
        }
        if (this.#size >= BATCH) {
            this.#flush();
        }
    }

    #flush() {
        this.#blob = new Blob([this.#blob, ...this.#parts]);
        this.#parts = [];
        this.#size = 0;
    }

    async done() {
        this.#flush();
        const url = URL.createObjectURL(new Blob([this.#blob], { type: 'application/octet-stream' })); // never a page, whatever is in it
        const link = make('a', { href: url, download: harmless(this.#name) });
        link.click();
        setTimeout(() => URL.revokeObjectURL(url), 60_000);
    }

    async undo() {
        this.#parts = [];
    }
}
