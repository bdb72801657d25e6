// Shells in a sandbox. They go on while nobody looks; a page that is loaded anew finds them again.

import { path } from './api.js';
import { button, make, say, trouble } from './dom.js';
import { Screen } from './screen.js';
import * as words from './words.js';

const RECENT = 256 * 1024; // bytes of output that are shown of a shell that was found again
const READER = 'sandjar.reader';
const GONE = ['SANDBOX_NOT_FOUND', 'SANDBOX_LOST', 'COMMAND_NOT_FOUND'];

export class Terminals {
    keys = { n: () => this.#start() };
    element;
    #api;
    #id;
    #stream;
    #key;
    #tabs = [];
    #shown;
    #list = make('div', { class: 'terminal-tabs', role: 'tablist', 'aria-label': 'Terminals' });
    #place = make('div', { class: 'terminals' });
    #errors = make('div');
    #empty;
    #more = button('New terminal', () => this.#start(), { class: 'quiet', title: 'n', hidden: true });
    #found = false;
    #sought = []; // ids of shells that are still to be found
    #names = 0;

    constructor(api, id, stream) {
        this.#api = api;
        this.#id = id;
        this.#stream = stream;
        this.#key = `sandjar.terminals.${id}`;
        const reader = make('input', { type: 'checkbox', onchange: () => this.#read(reader.checked) });
        reader.checked = localStorage.getItem(READER) === 'true';
        this.#empty = make('div', { class: 'empty' }, make('p', {}, 'No terminal is open.'),
            button('New terminal', () => this.#start(), { class: 'primary', title: 'n' }));
        this.element = make('div', { class: 'fill' },
            make('div', { class: 'terminal-bar' }, this.#list, this.#more,
                make('span', { class: 'gap' }), make('label', { class: 'check' }, reader, 'Screen reader')),
            this.#errors, this.#empty, this.#place);
    }

    async show() {
        if (!this.#found) {
            this.#found = true;
            await this.#find();
        }
        if (this.#shown) {
            this.#select(this.#shown);
        } else {
            this.#empty.querySelector('button').focus();
        }
    }

    hide() {}

    /** The shells go on. */
    close() {
        this.#tabs.forEach((tab) => tab.close());
    }

    /** Those that this page had before it was loaded anew. */
    async #find() {
        const known = this.#tabs.map((tab) => tab.id);
        const ids = JSON.parse(sessionStorage.getItem(this.#key) ?? '[]').filter((id) => !known.includes(id));
        if (ids.length === 0) {
            return;
        }
        this.#sought = ids;
        try {
            const commands = await this.#api.get(`${path('sandboxes', this.#id)}/commands`);
            this.#sought = [];
            this.#errors.replaceChildren();
            ids.map((id) => commands.find((each) => each.id === id)).filter((each) => each && !each.ending)
                .forEach((command) => this.#add((tab) => tab.attach(command)));
        } catch (error) {
            this.#found = false; // the sandbox may be paused, and its shells with it
            this.#errors.replaceChildren(trouble(error, button('Try again', () => this.show())));
        }
    }

    #start() {
        this.#errors.replaceChildren();
        this.#add((tab) => tab.start());
    }

    #add(begin) {
        const tab = new Tab(this.#stream, `Shell ${++this.#names}`, {
            onSelect: () => this.#select(tab),
            onClose: () => this.#remove(tab),
            onStep: (by) => this.#select(this.#tabs[(this.#tabs.indexOf(tab) + by + this.#tabs.length) % this.#tabs.length]),
            onChange: () => this.#remember(),
            onFailed: (error) => {
                this.#errors.replaceChildren(trouble(error));
                this.#remove(tab);
            },
        });
        this.#tabs.push(tab);
        this.#list.append(tab.head);
        this.#place.append(tab.element);
        this.#select(tab); // it has a size from now on
        begin(tab);
        this.#remember();
    }

    #select(tab) {
        this.#shown = tab;
        this.#showEmpty(false);
        this.#tabs.forEach((each) => each.setShown(each === tab));
        tab.focus();
    }

    #remove(tab) {
        const at = this.#tabs.indexOf(tab);
        if (at < 0) {
            return;
        }
        this.#tabs.splice(at, 1);
        tab.close(true);
        this.#remember();
        const next = this.#tabs[Math.min(at, this.#tabs.length - 1)];
        this.#shown = next;
        this.#showEmpty(!next);
        if (next) {
            this.#select(next);
        } else {
            this.#empty.querySelector('button').focus();
        }
    }

    #showEmpty(isEmpty) {
        this.#empty.hidden = !isEmpty;
        this.#more.hidden = isEmpty;
    }

    #remember() {
        sessionStorage.setItem(this.#key, JSON.stringify([...this.#sought, ...this.#tabs.map((tab) => tab.id).filter(Boolean)]));
    }

    #read(on) {
        localStorage.setItem(READER, on);
        this.#tabs.forEach((tab) => tab.read(on));
    }
}

class Tab {
    head;
    element;
    id; // of the command, as long as it runs
    #stream;
    #channel;
    #screen;
    #select;
    #elsewhere;
    #errors = make('div');
    #known = 0; // before which output is old
    #on;

    constructor(stream, name, on) {
        this.#stream = stream;
        this.#on = on;
        this.#screen = new Screen({ isTerminal: true, label: `${name}: Ctrl Shift Up leaves it` });
        this.#screen.onKey = (event) => this.#key(event);
        this.#screen.onInput = (bytes) => this.#channel?.send(bytes);
        this.#screen.onSize = (rows, columns) => this.#channel?.resize(rows, columns);
        this.#select = button(name, on.onSelect, { role: 'tab', class: 'tab' });
        this.#select.addEventListener('keydown', (event) => this.#headKey(event));
        this.head = make('span', { class: 'terminal-tab' }, this.#select,
            button('×', on.onClose, { class: 'close', 'aria-label': `Close ${name}`, title: 'Close; the shell ends' }));
        this.#elsewhere = make('div', { class: 'elsewhere', role: 'status', hidden: true }, 'Somebody else types here. ',
            button('Type here', () => this.#takeOver()));
        this.element = make('div', { class: 'shell', role: 'tabpanel', 'aria-label': name }, this.#elsewhere, this.#errors, this.#screen.element);
    }

    start() {
        this.#screen.fit();
        this.#follow(this.#stream.start({
            argv: ['bash'], // a shell that reads a profile would start later
            orSh: true,
            stdin: true,
            env: { TERM: 'xterm-256color', COLORTERM: 'truecolor' },
            terminal: { rows: this.#screen.rows, columns: this.#screen.columns },
        }));
    }

    attach({ id, oldest, written }) {
        this.#screen.fit();
        const from = Math.max(oldest, written - RECENT);
        this.#known = written;
        this.#screen.mute(from < written);
        this.#join(id, from);
    }

    #join(id, offset) {
        this.#follow(this.#stream.attach(id, offset));
        this.#channel.resize(this.#screen.rows, this.#screen.columns);
    }

    #follow(channel) {
        this.#channel = channel;
        this.id = channel.id;
        channel.onOutput = (bytes, taken) => {
            const { offset } = channel;
            this.#screen.write(bytes, () => {
                if (offset >= this.#known) {
                    this.#screen.mute(false);
                }
                taken();
            });
        };
        channel.onGap = (from, to) => this.#screen.note(`${words.bytes(to - from)} of output were forgotten`);
        channel.onEnded = (ending) => this.#ended(words.ending(ending));
        channel.onFailed = (error) => (channel.isStarted ? this.#lost(error) : this.#on.onFailed(error));
        channel.onInputRefused = () => {
            this.#elsewhere.hidden = this.id === undefined;
        };
    }

    /** Not followed any more; it may go on. */
    #lost(error) {
        if (GONE.includes(error.code)) {
            this.#errors.replaceChildren(trouble(error));
            this.#ended('is gone');
        } else {
            this.#errors.replaceChildren(trouble(error, button('Try again', () => this.#again())));
        }
    }

    #again() {
        this.#errors.replaceChildren();
        const { id, offset } = this.#channel;
        this.#channel.leave();
        this.#join(id, offset);
        this.focus();
    }

    #ended(how) {
        this.id = undefined;
        this.#elsewhere.hidden = true;
        this.#screen.note(`Shell ${how}. Enter closes this terminal.`);
        this.#screen.onInput = (bytes) => {
            if (bytes[0] === 13) {
                this.#on.onClose();
            }
        };
        this.head.classList.add('ended');
        this.#on.onChange();
    }

    /** Once the other has let go of the shell's input, which has one writer at a time. */
    #takeOver() {
        this.#elsewhere.hidden = true;
        this.#again();
        this.#channel.openInput();
    }

    setShown(shown) {
        this.element.hidden = !shown;
        this.#select.setAttribute('aria-selected', shown);
        this.#select.tabIndex = shown ? 0 : -1;
        if (shown) {
            this.#screen.fit();
        }
    }

    focus() {
        this.#screen.focus();
    }

    read(on) {
        this.#screen.reader = on;
    }

    /** @param end whether the shell ends too */
    close(end = false) {
        if (end && this.id) {
            this.#channel.kill();
        }
        this.#channel?.leave(end && !this.id);
        this.#screen.close();
        this.head.remove();
        this.element.remove();
    }

    #key(event) {
        const steps = { ArrowLeft: -1, ArrowRight: 1 };
        if (event.type !== 'keydown' || !event.ctrlKey || !event.shiftKey || !['ArrowUp', ...Object.keys(steps)].includes(event.key)) {
            return true;
        }
        event.preventDefault();
        if (event.key === 'ArrowUp') {
            this.#select.focus();
        } else {
            this.#on.onStep(steps[event.key]);
        }
        return false;
    }

    #headKey(event) {
        const steps = { ArrowLeft: -1, ArrowRight: 1 };
        if (steps[event.key]) {
            event.preventDefault();
            this.#on.onStep(steps[event.key]);
        } else if (event.key === 'Delete') {
            event.preventDefault();
            this.#on.onClose();
        }
    }
}
