// Who is there?

import { Api, ApiError } from './api.js';
import { field, make, trouble } from './dom.js';

export class Login {
    title = 'Log in · Sandjar';
    keys = {};
    element;
    #token = make('input', { type: 'password', name: 'token', required: true, autocomplete: 'off', spellcheck: 'false' });
    #errors = make('div');
    #onKnown;

    /** @param why the token that was used is not known any more, if so */
    constructor(why, onKnown) {
        this.#onKnown = onKnown;
        const form = make('form', { class: 'login', onsubmit: (event) => this.#submit(event) },
            make('h1', {}, 'Log in'),
            field('Token', this.#token, 'On the server: cat ~/.config/sandjar/token (or its token file); if a line has a colon, what stands behind it. This tab alone remembers yours, until it is closed.'),
            this.#errors, make('button', { class: 'primary' }, 'Log in'));
        this.element = form;
        if (why) {
            this.#errors.append(trouble(new ApiError({ message: why.message, remedy: 'log in with a token that is known' })));
        }
    }

    show() {
        this.#token.focus();
    }

    hide() {}

    async #submit(event) {
        event.preventDefault();
        this.#errors.replaceChildren();
        const token = this.#token.value.trim();
        try {
            if (!/^[\x21-\x7e]+$/.test(token)) {
                throw new ApiError({ message: 'a token has letters, digits and signs only', remedy: 'copy it once more, without what stands around it' });
            }
            await new Api(token, () => {}).get('sandboxes', { limit: 1 });
            this.#onKnown(token);
        } catch (error) {
            const remedy = error.status === 401 ? 'copy it once more from the server’s token file; if a line has a colon, it stands behind that' : error.remedy;
            this.#errors.replaceChildren(trouble(new ApiError({ message: error.message, remedy })));
            this.#token.select();
            this.#token.focus();
        }
    }
}
