// A terminal's screen: xterm.js with our colours, which does what programs say to the screen and nothing else.

import { Terminal } from './xterm/xterm.mjs';
import { FitAddon } from './xterm/addon-fit.mjs';
import { make } from './dom.js';
import './styled.js';
import { onTheme } from './theme.js';

const UNHEEDED = [0, 1, 2, 8, 52]; // OSC: titles, links, the clipboard
const ANSWER = /^\x1b(\[[?>]?[\d;]*(\$y|[cnRtIO])|[\]P].)/; // of a terminal that was asked; of all keys only F3 with another begins so

export class Screen {
    onInput(bytes) {}
    onSize(rows, columns) {}
    onKey(event) { return true; } // false: not for the program

    element = make('div', { class: 'screen' });
    #terminal;
    #fit = new FitAddon();
    #opened = false;
    #muted = false; // while old output is shown, whose questions were answered when it was new
    #end;

    /** @param isTerminal whether a terminal wrote what is shown, rather than a program into a pipe */
    constructor({ isTerminal, label }) {
        this.#terminal = new Terminal({
            convertEol: !isTerminal,
            disableStdin: !isTerminal,
            cursorInactiveStyle: isTerminal ? 'outline' : 'none',
            fontFamily: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace',
            fontSize: 13,
            lineHeight: 1.15,
            scrollback: 10_000,
            macOptionIsMeta: true,
            screenReaderMode: localStorage.getItem('sandjar.reader') === 'true',
        });
        this.label = label;
        this.#terminal.loadAddon(this.#fit);
        UNHEEDED.forEach((code) => this.#terminal.parser.registerOscHandler(code, () => true));
        this.#terminal.onData((text) => this.#type(text));
        this.#terminal.onBinary((text) => this.onInput(Uint8Array.from(text, (sign) => sign.charCodeAt(0))));
        this.#terminal.onResize(({ rows, cols }) => this.onSize(rows, cols));
        this.#terminal.attachCustomKeyEventHandler((event) => this.onKey(event));
        const stop = onTheme(() => {
            this.#terminal.options.theme = theme();
        });
        const sizes = new ResizeObserver(() => this.fit());
        sizes.observe(this.element);
        this.#end = () => {
            stop();
            sizes.disconnect();
            this.#terminal.dispose();
            this.element.remove();
        };
    }

    get rows() {
        return this.#terminal.rows;
    }

    get columns() {
        return this.#terminal.cols;
    }

    /** As large as its place, which it must have by now. */
    fit() {
        if (!this.element.isConnected || this.element.clientWidth === 0) {
            return;
        }
        if (!this.#opened) {
            this.#opened = true;
            this.#terminal.open(this.element);
            this.#terminal.options.theme = theme();
            this.#terminal.textarea.setAttribute('aria-label', this.label);
        }
        this.#fit.fit();
    }

    write(bytes, done) {
        this.#terminal.write(bytes, done);
    }

    /** A line of our own, of what we know and not of what a program says. */
    note(text) {
        this.write(`\r\n\x1b[0;2m${text}\x1b[0m\r\n`);
    }

    /** Old output: what it asks the terminal is not answered again. What is typed meanwhile is. */
    mute(muted) {
        this.#muted = muted;
    }

    focus() {
        this.#terminal.focus();
    }

    /** For people who listen: what is written is read aloud. */
    set reader(on) {
        this.#terminal.options.screenReaderMode = on;
    }

    close() {
        this.#end();
    }

    #type(text) {
        if (!this.#muted || !ANSWER.test(text)) {
            this.onInput(new TextEncoder().encode(text));
        }
    }
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

function theme() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--terminal-${name}`).trim();
    const all = { background: colour('background'), foreground: colour('foreground'), cursor: colour('foreground') };
    all.cursorAccent = all.background;
    all.selectionBackground = colour('selection');
    COLOURS.forEach((name) => {
        all[name] = colour(name);
        all[`bright${name[0].toUpperCase()}${name.slice(1)}`] = colour(`bright-${name}`);
    });
    return all;
}
