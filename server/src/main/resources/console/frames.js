// Frames of the native API: u8 type, u32 length, payload.

import { ApiError } from './api.js';

const HEAD = 5;
const LARGEST = 1_048_576;
const SILENCE = 30_000; // ms; the server says something every 10 s

export const DATA = 5;
const END = 6;
export const EVENT = 7;
const FAILED = 8;
const HEARTBEAT = 9;

/** The frames of an answer until its end; one that stops before was cut, whatever HTTP says. */
export async function* frames(response, cut) {
    const reader = response.body.getReader();
    let rest = new Uint8Array(0);
    while (true) {
        const { done, value } = await within(SILENCE, reader.read(), cut);
        if (done) {
            throw wasCut();
        }
        rest = rest.length === 0 ? value : joined(rest, value);
        let at = 0;
        for (let end = frameEnd(rest, at); end <= rest.length; end = frameEnd(rest, at)) {
            const type = rest[at];
            const payload = rest.subarray(at + HEAD, end);
            at = end;
            if (type === END) {
                return;
            }
            if (type === FAILED) {
                throw new ApiError(JSON.parse(new TextDecoder().decode(payload)));
            }
            if (type !== HEARTBEAT) {
                yield { type, payload };
            }
        }
        rest = rest.subarray(at);
    }
}

function frameEnd(bytes, at) {
    if (bytes.length < at + HEAD) {
        return Infinity;
    }
    const length = new DataView(bytes.buffer, bytes.byteOffset + at + 1).getUint32(0);
    if (length > LARGEST) {
        throw new ApiError({ message: `a frame of ${length} bytes`, remedy: 'is there something else at this address?' });
    }
    return at + HEAD + length;
}

function joined(first, second) {
    const both = new Uint8Array(first.length + second.length);
    both.set(first);
    both.set(second, first.length);
    return both;
}

function wasCut() {
    return new ApiError({ message: 'the connection was cut', remedy: 'try again' });
}

async function within(limit, answer, cut) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => {
            reject(wasCut());
            cut.abort();
        }, limit);
    });
    try {
        return await Promise.race([answer, late]);
    } finally {
        clearTimeout(timer);
    }
}

/** A file as the body of a request. Its pieces stay where they are until they are sent, so a file may have any size. */
export function framed(file) {
    const parts = [];
    for (let at = 0; at < file.size; at += LARGEST) {
        const piece = file.slice(at, at + LARGEST);
        parts.push(head(DATA, piece.size), piece);
    }
    parts.push(head(END, 0));
    return new Blob(parts, { type: 'application/vnd.sandjar.frames' });
}

function head(type, length) {
    const bytes = new Uint8Array(HEAD);
    bytes[0] = type;
    new DataView(bytes.buffer).setUint32(1, length);
    return bytes;
}
