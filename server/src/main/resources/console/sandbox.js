// One sandbox: what it is, and what is done in it.

import { path } from './api.js';
import { button, make, say, shown, tell, trouble } from './dom.js';
import { Commands } from './commands.js';
import { Details } from './details.js';
import { Files } from './files.js';
import { deleteSandbox, extendSandbox, nameOf } from './life.js';
import { Load, stateOf } from './load.js';
import { SandboxStream } from './streams.js';
import { Terminals } from './terminals.js';
import * as words from './words.js';

const OFTEN = 5_000; // ms
const TABS = [['terminals', 'Terminals'], ['files', 'Files'], ['commands', 'Commands'], ['details', 'Details']];

export class SandboxPage {
    title;
    element;
    #api;
    #id;
    #onDeleted;
    #stream;
    #info;
    #load;
    #name = make('h1', { tabindex: -1 });
    #state = make('span');
    #times = make('span', { class: 'faint number' });
    #errors = make('div');
    #offline = make('span', { class: 'offline', role: 'status', hidden: true }, 'Connection lost, trying again…');
    #pause = button('Pause', () => this.#change('pause'), { hidden: true });
    #resume = button('Resume', () => this.#change('resume'), { hidden: true });
    #links = new Map();
    #panels;
    #place = make('div', { class: 'panel' });
    #tab;
    #timer;

    constructor(api, id, onDeleted) {
        this.#api = api;
        this.#id = id;
        this.#onDeleted = onDeleted;
        this.title = `${id.slice(0, 8)} · Sandjar`;
        this.#load = new Load(api, id);
        this.#stream = new SandboxStream(api, id);
        this.#stream.onConnection = (isOpen) => {
            this.#offline.hidden = isOpen;
        };
        this.#panels = {
            terminals: new Terminals(api, id, this.#stream),
            files: new Files(api, id),
            commands: new Commands(api, id, this.#stream),
            details: new Details(),
        };
        say(this.#name, id.slice(0, 8));
        const tabs = make('nav', { class: 'tabs', 'aria-label': 'Parts' }, TABS.map(([tab, label], at) => {
            const link = make('a', { href: `#/${path('sandbox', id, tab)}`, title: String(at + 1) }, label);
            this.#links.set(tab, link);
            return link;
        }));
        this.element = make('section', { class: 'sandbox' },
            make('div', { class: 'bar' }, this.#name, this.#state, this.#times, this.#load.processor, this.#load.memory, this.#offline,
                make('span', { class: 'gap' }), this.#pause, this.#resume,
                button('Lifetime', () => this.#extend()),
                button('Delete', () => this.#delete(), { class: 'danger' })),
            this.#errors, tabs, this.#place);
    }

    get keys() {
        const go = Object.fromEntries(TABS.map(([tab], at) => [String(at + 1), () => {
            location.hash = `#/${path('sandbox', this.#id, tab)}`;
        }]));
        return { ...go, ...this.#panels[this.#tab]?.keys };
    }

    /** @param rest what the tab is to show */
    open(tab, rest) {
        const known = this.#panels[tab] ? tab : 'terminals';
        if (known !== this.#tab) {
            this.#panels[this.#tab]?.hide();
            this.#tab = known;
            this.#links.forEach((link, name) => link.setAttribute('aria-current', name === known ? 'page' : 'false'));
            this.#place.replaceChildren(this.#panels[known].element);
        }
        this.#panels[known].show(rest);
    }

    async show() {
        this.#timer = setInterval(() => this.#look(), OFTEN);
        await this.#look();
    }

    hide() {
        clearInterval(this.#timer);
        this.#panels[this.#tab]?.hide();
        this.#tab = undefined;
    }

    close() {
        clearInterval(this.#timer);
        Object.values(this.#panels).forEach((panel) => panel.close());
        this.#stream.close();
    }

    async #look() {
        if (document.visibilityState !== 'visible') {
            return;
        }
        try {
            this.#update(await this.#api.get(path('sandboxes', this.#id)));
            this.#errors.replaceChildren();
            await this.#load.look(this.#info);
        } catch (error) {
            if (error.status !== 401) {
                this.#errors.replaceChildren(trouble(error));
            }
        }
    }

    #update(info) {
        this.#info = info;
        say(this.#name, nameOf(info));
        this.title = `${nameOf(info)} · Sandjar`;
        if (this.element.isConnected) {
            document.title = this.title;
        }
        this.#state.replaceChildren(stateOf(info));
        say(this.#times, `${words.since(info.createdAt)} old, ${words.until(info.expiresAt)} to live`);
        this.#times.title = `since ${words.clock(info.createdAt)}, until ${words.clock(info.expiresAt)}`;
        this.#pause.hidden = info.state !== 'running';
        this.#resume.hidden = info.state !== 'paused';
        this.#panels.details.update(info);
        this.#panels.files.startAt(info.workspace);
    }

    async #change(verb) {
        try {
            await this.#api.post(`${path('sandboxes', this.#id)}/${verb}`);
            await this.#look();
        } catch (error) {
            this.#errors.replaceChildren(trouble(error));
        }
    }

    async #extend() {
        const info = this.#info && await extendSandbox(this.#api, this.#info);
        if (info) {
            this.#update(info);
            tell(`Lives until ${words.clock(info.expiresAt)}`);
        }
    }

    async #delete() {
        const info = this.#info ?? { id: this.#id, spec: {} };
        if (await deleteSandbox(this.#api, info)) {
            this.#onDeleted();
        }
    }
}
