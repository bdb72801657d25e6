// The WebSocket of a sandbox: any number of commands on one connection, which goes on after a cut.

import { ApiError } from './api.js';

const WINDOW = 256 * 1024; // bytes of output on their way, and of input ahead of what was taken
const PIECE_COST = 512; // that each piece of output counts beside its bytes
const OFTEN = 64 * 1024; // bytes until it is said what was taken, though more is there
const HEAD = 13; // u32 channel, u8 kind, u64 offset
const LARGEST_INPUT = 15 * 1024;
const FIRST_PAUSE = 200; // ms between attempts; doubles
const LONGEST_PAUSE = 5_000;
const SILENCE = 25_000; // ms without a word, though we asked: it is cut
const PULSE = 10_000;
const LATER = 1013; // close code: there is no room now
const REFUSED = [1002, 1003, 1007, 1008, 1009]; // of what we have said, which said again would be refused again
const PULSE_CHANNEL = 2_147_483_647; // leaving a channel that is not open is answered and does nothing

/** One command as it is followed. Whoever opens it overrides what it wants to hear. */
export class Channel {
    onOutput(bytes, taken) { taken(); } // taken is to be called, for more to come
    onGap(from, to) {}
    onEnded(ending) {}
    onFailed(error) {}
    onInputRefused(error) {}
    onRefused(error) {}

    number = 0;
    offset; // before which all output has arrived
    input = new Input();
    #stream;
    #start; // what to start, as long as it is not known that it was
    #seen; // before which all output was made use of
    #said; // and which the server knows
    #pieces = 0; // not made use of
    #wantsInput = false;
    #opened = false; // on this connection
    #over = false;

    constructor(stream, id, offset, start) {
        this.#stream = stream;
        this.id = id;
        this.offset = this.#seen = this.#said = offset;
        this.#start = start;
    }

    get isOver() {
        return this.#over;
    }

    /** Whether the command is known to have been started. */
    get isStarted() {
        return this.#start === undefined;
    }

    send(bytes) {
        if (!this.#over) {
            this.input.add(bytes);
            this.#pump();
        }
    }

    /** Takes standard input, which has one writer at a time; the first bytes do so too. */
    openInput() {
        this.#wantsInput = true;
        this.#say({ type: 'openInput' });
    }

    signal(signal) {
        this.#say({ type: 'signal', signal });
    }

    kill() {
        this.#say({ type: 'kill' });
    }

    resize(rows, columns) {
        this.window = { rows, columns };
        this.#say({ type: 'resize', window: this.window });
    }

    /** No more of it; it goes on. With forget, the output of one that has ended is dropped. */
    leave(forget = false) {
        this.#over = true;
        this.#say({ type: 'leave', forget });
        this.#stream.drop(this);
    }

    #say(message) {
        this.#stream.say({ ...message, channel: this.number });
    }

    /** On a connection that is new. */
    join() {
        this.#opened = false;
        if (this.#start) {
            this.#say({ type: 'start', id: this.id, command: this.#start, window: WINDOW });
        } else {
            this.#say({ type: 'attach', id: this.id, offset: this.offset, input: this.input.taken, window: WINDOW });
        }
        this.#said = this.offset;
    }

    take(message) {
        switch (message.type) {
            case 'opened':
                this.#start = undefined;
                this.#opened = true;
                this.input.resume(message.input);
                if (this.window) {
                    this.resize(this.window.rows, this.window.columns);
                }
                if (this.#wantsInput) {
                    this.openInput();
                }
                this.#pump();
                return;
            case 'gap':
                this.offset = this.#seen = message.to;
                this.onGap(message.from, message.to);
                return;
            case 'inputTaken':
                this.input.take(message.offset);
                this.#pump();
                return;
            case 'ended':
                this.#over = true;
                this.onEnded(message.ending);
                return;
            case 'failed':
                this.#failed(message.about, new ApiError(message.error));
                return;
            default: // a newer server may say more
        }
    }

    #failed(about, error) {
        if (about === 'input') {
            this.onInputRefused(error);
        } else if (about === 'request') {
            this.onRefused(error);
        } else if (error.code === 'ALREADY_EXISTS' && this.#start) { // started before a cut
            this.#start = undefined;
            this.join();
        } else if (this.input.taken > 0 && error.code === 'UNAVAILABLE') { // the server does not know of our input any more
            this.input = new Input();
            this.#stream.renumber(this);
            this.join();
        } else {
            this.fail(error);
        }
    }

    fail(error) {
        this.#over = true;
        this.onFailed(error);
    }

    output(offset, bytes) {
        const known = Math.max(0, this.offset - offset);
        if (known >= bytes.length) {
            return;
        }
        const news = bytes.subarray(known);
        const end = offset + bytes.length;
        this.offset = end;
        this.#pieces++;
        this.onOutput(news, () => this.#used(end));
    }

    #used(offset) {
        this.#pieces--;
        this.#seen = Math.max(this.#seen, offset);
        const unsaid = this.#seen - this.#said;
        if (unsaid > 0 && (this.#pieces === 0 || unsaid + this.#pieces * PIECE_COST >= OFTEN)) {
            this.#said = this.#seen;
            this.#say({ type: 'taken', offset: this.#seen });
        }
    }

    #pump() {
        for (let piece = this.input.next(); piece && this.#opened && this.#stream.isOpen; piece = this.input.next()) {
            this.#stream.sayBytes(this.number, this.input.sent, piece);
            this.input.sent += piece.length;
        }
    }
}

/** Standard input that was not taken yet: after a cut it is sent again. */
class Input {
    taken = 0;
    sent = 0;
    #end = 0;
    #waiting = []; // from taken on

    add(bytes) {
        for (let at = 0; at < bytes.length; at += LARGEST_INPUT) {
            const piece = bytes.subarray(at, at + LARGEST_INPUT);
            this.#waiting.push({ offset: this.#end, piece });
            this.#end += piece.length;
        }
    }

    /** What may be sent now; nothing when there is nothing, or too much on its way. */
    next() {
        if (this.sent === this.#end || this.sent - this.taken + LARGEST_INPUT > WINDOW) {
            return undefined;
        }
        const { offset, piece } = this.#waiting.find((each) => each.offset + each.piece.length > this.sent);
        return piece.subarray(this.sent - offset);
    }

    take(offset) {
        this.taken = offset;
        while (this.#waiting.length > 0 && this.#waiting[0].offset + this.#waiting[0].piece.length <= offset) {
            this.#waiting.shift();
        }
    }

    /** The server has it up to there, perhaps from another page that had this command. */
    resume(offset) {
        if (offset > this.#end) {
            this.#waiting = [];
            this.#end = this.taken = offset;
        }
        this.sent = offset;
    }
}

export class SandboxStream {
    onConnection(isOpen) {} // for whoever shows it

    #api;
    #sandbox;
    #session = newId();
    #channels = new Map();
    #next = 0;
    #socket;
    #pause = FIRST_PAUSE;
    #heard = 0;
    #timer;
    #closed = false;

    constructor(api, sandbox) {
        this.#api = api;
        this.#sandbox = sandbox;
    }

    start(command) {
        return this.#open(new Channel(this, newId(), 0, command));
    }

    attach(id, offset) {
        return this.#open(new Channel(this, id, offset));
    }

    #open(channel) {
        this.renumber(channel);
        if (this.isOpen) {
            channel.join();
        } else if (!this.#socket) {
            this.#connect();
        }
        return channel;
    }

    get isOpen() {
        return this.#socket?.readyState === WebSocket.OPEN;
    }

    renumber(channel) {
        this.#channels.delete(channel.number);
        channel.number = ++this.#next;
        this.#channels.set(channel.number, channel);
    }

    drop(channel) {
        this.#channels.delete(channel.number);
    }

    say(message) {
        if (this.isOpen) {
            this.#socket.send(JSON.stringify(message));
        }
    }

    sayBytes(channel, offset, bytes) {
        const message = new Uint8Array(HEAD + bytes.length);
        const head = new DataView(message.buffer);
        head.setUint32(0, channel);
        head.setBigUint64(5, BigInt(offset));
        message.set(bytes, HEAD);
        this.#socket.send(message);
    }

    /** Lets go of all commands, which go on. */
    close() {
        this.#closed = true;
        [...this.#channels.values()].forEach((channel) => channel.leave());
        clearTimeout(this.#timer);
        this.#socket?.close();
    }

    #connect() {
        clearTimeout(this.#timer);
        const socket = this.#api.socket(this.#sandbox, this.#session);
        socket.binaryType = 'arraybuffer';
        this.#socket = socket;
        socket.onopen = () => {
            this.#heard = Date.now();
            this.#pause = FIRST_PAUSE;
            this.onConnection(true);
            [...this.#channels.values()].filter((channel) => !channel.isOver).forEach((channel) => channel.join());
            this.#timer = setTimeout(() => this.#pulse(), PULSE);
        };
        socket.onmessage = ({ data }) => this.#receive(data);
        socket.onclose = ({ code, reason }) => {
            if (socket === this.#socket && !this.#closed) {
                clearTimeout(this.#timer);
                this.#cut(code, reason);
            }
        };
    }

    #receive(data) {
        this.#heard = Date.now();
        if (typeof data === 'string') {
            const message = JSON.parse(data);
            this.#channels.get(message.channel)?.take(message);
            return;
        }
        const head = new DataView(data);
        const offset = Number(head.getBigUint64(5));
        this.#channels.get(head.getUint32(0))?.output(offset, new Uint8Array(data, HEAD));
    }

    /** A page does not see the server's pings: it asks. */
    #pulse() {
        if (Date.now() - this.#heard > SILENCE) {
            this.#socket.close();
            this.#socket.onclose({}); // a dead peer would not close in time
            return;
        }
        this.say({ type: 'leave', channel: PULSE_CHANNEL });
        this.#timer = setTimeout(() => this.#pulse(), PULSE);
    }

    async #cut(code, reason) {
        this.#socket = undefined;
        this.onConnection(false);
        const why = REFUSED.includes(code)
            ? new ApiError({ message: `the server ended the connection: ${reason || code}`, remedy: 'try again; what was said last may have been too large' })
            : await this.#refusal();
        if (why) {
            const channels = [...this.#channels.values()];
            this.#channels.clear();
            this.onConnection(true); // nothing is tried again, and each says so for itself
            channels.filter((channel) => !channel.isOver).forEach((channel) => channel.fail(why));
            return;
        }
        if (this.#socket || this.#closed) {
            return; // somebody has connected meanwhile
        }
        this.#timer = setTimeout(() => this.#connect(), code === LATER ? LONGEST_PAUSE : this.#pause);
        this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    }

    /** A page is not told why a WebSocket was refused; a request is. Nothing: it is worth another try. */
    async #refusal() {
        try {
            await this.#api.get(`sandboxes/${encodeURIComponent(this.#sandbox)}`);
            return undefined;
        } catch (error) {
            return error.status >= 400 && error.status < 500 && error.status !== 429 ? error : undefined;
        }
    }
}

/** A random UUID, also where the page has come without TLS and crypto.randomUUID is missing. */
export function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
