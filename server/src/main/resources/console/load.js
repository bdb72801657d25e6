// What a sandbox uses, and the state that it is in.

import { path } from './api.js';
import { make, say, shown } from './dom.js';
import * as words from './words.js';

export function stateOf(info) {
    return make('span', { class: `state ${info.state}`, title: info.reason ? shown(info.reason) : false }, info.state);
}

/** Two small gauges. */
export class Load {
    processor = make('span', { class: 'gauge' });
    memory = make('span', { class: 'gauge' });
    #processorBar = new Bar('Processor');
    #processorText = make('span', {}, '–');
    #memoryBar = new Bar('Memory');
    #memoryText = make('span', {}, '–');
    #api;
    #path;
    #last;
    #asking = false;

    constructor(api, id) {
        this.#api = api;
        this.#path = `${path('sandboxes', id)}/stats`;
        this.processor.append(this.#processorBar.element, this.#processorText);
        this.memory.append(this.#memoryBar.element, this.#memoryText);
    }

    /** Asks what it uses, which is no use of it. */
    async look(info) {
        if (info.state !== 'running') {
            this.#clear('');
            return;
        }
        if (this.#asking) {
            return; // one that is silent is not asked again meanwhile
        }
        this.#asking = true;
        try {
            this.#show(await this.#api.get(this.#path), info.spec.cpu ?? 1);
        } catch (error) {
            this.#clear(shown(error.message)); // it may have ended just now; the list says so the next time
        } finally {
            this.#asking = false;
        }
    }

    #show(stats, cores) {
        const now = { at: performance.now(), used: words.duration(stats.cpu) };
        const share = this.#last ? Math.max(0, now.used - this.#last.used) / (now.at - this.#last.at) : 0;
        this.#last = now;
        this.#processorBar.show(share / cores);
        say(this.#processorText, `${Math.round(share * 100)} %`);
        this.#memoryBar.show(stats.memoryLimit ? stats.memory / stats.memoryLimit : 0);
        say(this.#memoryText, words.bytes(stats.memory));
        this.processor.title = `${stats.processes} processes, ${words.span(now.used)} of processor time in all`;
        this.memory.title = stats.memoryLimit ? `of ${words.bytes(stats.memoryLimit)}` : 'no limit';
    }

    #clear(why) {
        this.#last = undefined;
        this.#processorBar.show(0);
        this.#memoryBar.show(0);
        say(this.#processorText, '–');
        say(this.#memoryText, '–');
        this.processor.title = this.memory.title = why;
    }
}

class Bar {
    element;
    #fill = make('span');

    constructor(label) {
        this.element = make('span', { class: 'meter', role: 'meter', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100 }, this.#fill);
    }

    show(share) {
        const percent = Math.round(Math.min(1, share) * 100);
        this.element.setAttribute('aria-valuenow', percent);
        this.#fill.style.width = `${percent}%`;
    }
}
