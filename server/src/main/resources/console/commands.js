// What runs in a sandbox, and what ran.

import { path } from './api.js';
import { button, make, say, shown, trouble } from './dom.js';
import { step } from './keys.js';
import { Screen } from './screen.js';
import * as words from './words.js';

const OFTEN = 2_000; // ms
const RECENT = 1_048_576; // bytes of output that are shown of a command
const LONGEST = 200; // characters of a command in the list

export class Commands {
    keys = {
        j: () => step(this.#list, '.command', 1), k: () => step(this.#list, '.command', -1),
        ArrowDown: () => step(this.#list, '.command', 1), ArrowUp: () => step(this.#list, '.command', -1),
        n: () => this.#line.focus(),
    };

    element;
    #api;
    #commands;
    #stream;
    #line = make('input', { name: 'line', placeholder: 'Run a command', 'aria-label': 'Run a command', autocomplete: 'off', spellcheck: 'false', class: 'code' });
    #list = make('ul', { class: 'commands', 'aria-label': 'Commands' });
    #errors = make('div');
    #title = make('code', { class: 'what' });
    #how = make('span', { class: 'faint' });
    #signals;
    #output = make('div', { class: 'output' });
    #items = new Map();
    #chosen;
    #channel;
    #screen;
    #timer;

    constructor(api, id, stream) {
        this.#api = api;
        this.#commands = `${path('sandboxes', id)}/commands`;
        this.#stream = stream;
        this.#signals = make('span', { class: 'signals', hidden: true },
            button('Interrupt', () => this.#channel.signal(2), { title: 'SIGINT' }),
            button('Terminate', () => this.#channel.signal(15), { title: 'SIGTERM' }),
            button('Kill', () => this.#channel.kill(), { class: 'danger', title: 'with all that it started' }));
        const form = make('form', { class: 'run', onsubmit: (event) => this.#run(event) }, this.#line, make('button', {}, 'Run'));
        this.element = make('div', { class: 'fill split' },
            make('div', { class: 'side' }, form, this.#errors, this.#list),
            make('div', { class: 'main' }, make('div', { class: 'bar' }, this.#title, this.#how, make('span', { class: 'gap' }), this.#signals), this.#output));
        this.#showNothing();
    }

    show() {
        if (this.#timer === undefined) {
            this.#timer = setInterval(() => this.#look(), OFTEN);
            this.#look();
        }
    }

    hide() {
        clearInterval(this.#timer);
        this.#timer = undefined;
    }

    close() {
        this.hide();
        this.#leave();
    }

    async #look() {
        if (document.visibilityState !== 'visible') {
            return;
        }
        try {
            const all = await this.#api.get(this.#commands);
            this.#errors.replaceChildren();
            this.#update(all.sort((one, other) => Date.parse(other.startedAt) - Date.parse(one.startedAt)));
        } catch (error) {
            this.#errors.replaceChildren(trouble(error));
        }
    }

    #update(all) {
        const ids = new Set(all.map(({ id }) => id));
        [...this.#items.keys()].filter((id) => !ids.has(id)).forEach((id) => {
            this.#items.get(id).element.remove();
            this.#items.delete(id);
        });
        this.#list.querySelector('.none')?.remove();
        all.forEach((info, at) => {
            if (!this.#items.has(info.id)) {
                this.#items.set(info.id, new Item((chosen) => this.#choose(chosen)));
            }
            const item = this.#items.get(info.id);
            if (this.#list.children[at] !== item.element) {
                this.#list.insertBefore(item.element, this.#list.children[at] ?? null);
            }
            item.update(info, info.id === this.#chosen);
        });
        if (all.length === 0) {
            this.#list.append(make('li', { class: 'none faint' }, 'Nothing runs here yet.'));
        }
        const chosen = all.find(({ id }) => id === this.#chosen);
        if (chosen) {
            this.#head(chosen);
        }
    }

    #choose(info) {
        this.#chosen = info.id;
        this.#items.forEach((item, id) => item.mark(id === info.id));
        this.#head(info);
        const from = Math.max(info.oldest, info.written - RECENT);
        this.#follow(this.#stream.attach(info.id, from));
        if (from > 0) {
            this.#screen.note(`${words.bytes(from)} of output came before`);
        }
    }

    #run(event) {
        event.preventDefault();
        const line = this.#line.value.trim();
        if (line) {
            const argv = ['bash', '-c', line];
            const channel = this.#stream.start({ argv, orSh: true });
            this.#chosen = channel.id;
            this.#head({ argv });
            this.#follow(channel);
            this.#line.value = '';
        }
    }

    #head({ argv, pid, ending }) {
        say(this.#title, shown(argv.join(' ')).slice(0, LONGEST));
        say(this.#how, ending ? words.ending(ending) : pid ? `process ${pid}` : '');
        this.#signals.hidden = Boolean(ending);
    }

    #follow(channel) {
        this.#leave();
        const screen = new Screen({ isTerminal: false, label: 'Output' });
        this.#screen = screen;
        this.#channel = channel;
        this.#output.replaceChildren(screen.element);
        screen.fit();
        channel.onOutput = (bytes, taken) => screen.write(bytes, taken);
        channel.onGap = (from, to) => screen.note(`${words.bytes(to - from)} of output were forgotten`);
        channel.onEnded = (ending) => {
            screen.note(words.ending(ending));
            this.#signals.hidden = true;
            this.#look();
        };
        channel.onFailed = channel.onRefused = (error) => this.#output.prepend(trouble(error));
        this.#look();
    }

    #leave() {
        this.#channel?.leave();
        this.#channel = undefined;
        this.#screen?.close();
        this.#screen = undefined;
    }

    #showNothing() {
        this.#output.append(make('div', { class: 'empty' }, make('p', {}, 'Choose a command to see its output as it comes, or run one.')));
    }
}

class Item {
    element;
    #info;
    #button;
    #what = make('code');
    #state = make('span', { class: 'faint' });

    constructor(onChoose) {
        this.#button = button('', () => onChoose(this.#info), { class: 'command' });
        this.#button.append(this.#what, this.#state);
        this.element = make('li', {}, this.#button);
    }

    update(info, isChosen) {
        this.#info = info;
        say(this.#what, shown(info.argv.join(' ')).slice(0, LONGEST));
        const state = info.ending ? words.ending(info.ending) : 'running';
        say(this.#state, `${state} · ${words.since(info.startedAt)} ago · ${words.bytes(info.written)}`);
        this.#button.classList.toggle('alive', !info.ending);
        this.mark(isChosen);
    }

    mark(isChosen) {
        this.#button.setAttribute('aria-current', isChosen);
    }
}
