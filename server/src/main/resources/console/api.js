// The native API: requests with the token that was logged in with.

import { EVENT, frames } from './frames.js';

const ROOT = new URL('../v1/api/', document.baseURI); // wherever a proxy has put this page

const LONGEST_LOOK = 30_000; // ms
const LONGEST_WORK = 600_000; // an image may have to be fetched first
const LONGEST_STALL = 60_000; // in which nothing of an upload leaves, or nobody answers it

/** What was refused or went wrong: a message, and a remedy to act on. */
export class ApiError extends Error {
    constructor({ message, remedy, code, requestId }, status) {
        super(message ?? 'the server gave no reason');
        this.remedy = remedy;
        this.code = code;
        this.requestId = requestId;
        this.status = status;
    }
}

/** A path of the API; each part is escaped. */
export function path(...parts) {
    return parts.map(encodeURIComponent).join('/');
}

export class Api {
    #token;

    /** @param onUnknown called when the token is not, or no longer, known */
    constructor(token, onUnknown) {
        this.#token = token;
        this.onUnknown = onUnknown;
    }

    get(path, query, signal) {
        return this.#json('GET', path, { query, signal });
    }

    post(path, body, { headers, signal } = {}) {
        return this.#json('POST', path, { body, headers, signal });
    }

    put(path, body, query) {
        return this.#json('PUT', path, { body, query });
    }

    delete(path, query) {
        return this.#json('DELETE', path, { query });
    }

    /** The frames of an answer. */
    async* frames(path, query, signal) {
        const cut = new AbortController();
        signal?.addEventListener('abort', () => cut.abort(), { once: true });
        const late = setTimeout(() => cut.abort(new DOMException('no answer', 'TimeoutError')), LONGEST_LOOK);
        try {
            const response = await this.#fetch('GET', path, { query, signal: cut.signal });
            clearTimeout(late); // from here on it may last; silence is another limit
            yield* frames(response, cut);
        } finally {
            clearTimeout(late);
            cut.abort();
        }
    }

    /** What events say, at most so many entries. */
    async entries(path, query, most) {
        const all = [];
        for await (const { type, payload } of this.frames(path, query)) {
            if (type === EVENT) {
                all.push(...JSON.parse(new TextDecoder().decode(payload)));
            }
            if (all.length >= most) {
                break;
            }
        }
        return all;
    }

    /** Sends a body and tells how much has left; fetch cannot. */
    upload(path, query, body, onProgress, signal) {
        return new Promise((resolve, reject) => {
            const request = new XMLHttpRequest();
            request.open('PUT', address(path, query));
            request.setRequestHeader('Authorization', `Bearer ${this.#token}`);
            const stall = new Stall(() => {
                reject(unreachable());
                request.abort();
            });
            request.upload.onprogress = (event) => {
                stall.moved();
                onProgress(event.loaded);
            };
            request.onloadend = () => stall.end();
            request.onload = () => {
                const answer = parsed(request.responseText);
                if (request.status === 200) {
                    resolve(answer);
                } else {
                    reject(this.#refused(request.status, answer));
                }
            };
            request.onerror = () => reject(unreachable());
            request.onabort = () => reject(new DOMException('given up', 'AbortError'));
            signal.addEventListener('abort', () => request.abort(), { once: true });
            request.send(body);
        });
    }

    /** The WebSocket of a sandbox. */
    socket(sandbox, session) {
        const url = address(`${path('sandboxes', sandbox)}/stream`, { session });
        url.protocol = url.protocol.replace('http', 'ws');
        const token = btoa(this.#token).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
        return new WebSocket(url, ['sandjar.v1', `sandjar.bearer.${token}`]);
    }

    async #json(method, path, options) {
        const limit = AbortSignal.timeout(method === 'GET' ? LONGEST_LOOK : LONGEST_WORK);
        const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
        const response = await this.#fetch(method, path, { ...options, signal });
        return response.status === 204 ? undefined : response.json();
    }

    async #fetch(method, path, { query, body, headers, signal } = {}) {
        const request = { method, signal, cache: 'no-store', credentials: 'omit' };
        request.headers = { ...headers, Authorization: `Bearer ${this.#token}` };
        if (body !== undefined) {
            request.body = JSON.stringify(body);
            request.headers['Content-Type'] = 'application/json';
        }
        const response = await sent(address(path, query), request, method === 'GET' ? 1 : 0);
        if (!response.ok) {
            throw this.#refused(response.status, parsed(await response.text()));
        }
        return response;
    }

    #refused(status, answer) {
        const error = new ApiError(answer ?? { message: `the server answered ${status}`, remedy: 'see its log' }, status);
        if (status === 401) {
            this.onUnknown(error);
        }
        return error;
    }
}

/** @param again how often it may be tried again: browsers cut what is under way when the machine's network changes */
async function sent(url, request, again) {
    try {
        return await fetch(url, request);
    } catch (error) {
        if (error.name === 'AbortError') {
            throw error;
        }
        if (error.name === 'TimeoutError' || again === 0) {
            throw unreachable();
        }
        return sent(url, request, again - 1);
    }
}

/** Strikes when nothing has moved for too long. */
class Stall {
    #strike;
    #timer;

    constructor(strike) {
        this.#strike = strike;
        this.moved();
    }

    moved() {
        this.end();
        this.#timer = setTimeout(this.#strike, LONGEST_STALL);
    }

    end() {
        clearTimeout(this.#timer);
    }
}

function address(path, query = {}) {
    const url = new URL(path, ROOT);
    Object.entries(query)
        .filter(([, value]) => value !== undefined)
        .forEach(([name, value]) => url.searchParams.set(name, value));
    return url;
}

function parsed(text) {
    try {
        return JSON.parse(text);
    } catch {
        return undefined; // of a proxy, perhaps
    }
}

function unreachable() {
    return new ApiError({ message: 'the server does not answer', remedy: 'see whether it runs, and try again' });
}
