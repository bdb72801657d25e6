// All that is known of a sandbox.

import { make, shown } from './dom.js';
import * as words from './words.js';

export class Details {
    keys = {};
    element = make('div', { class: 'details' });
    #last;

    show() {}

    hide() {}

    close() {}

    update(info) {
        const text = JSON.stringify(info);
        if (text === this.#last) {
            return; // somebody may be selecting in it
        }
        this.#last = text;
        const facts = [['Id', info.id], ['State', info.state], ['Why', info.reason], ['Owner', info.owner], ['Image', info.image],
            ['Template', info.template], ['Made', words.clock(info.createdAt)], ['Expires', words.clock(info.expiresAt)],
            ['Workspace', info.workspace], ['Not enforced', info.weaknesses.join('; ')]];
        this.element.replaceChildren(
            make('dl', { class: 'facts' }, facts.filter(([, value]) => value).map(([name, value]) =>
                [make('dt', {}, name), make('dd', {}, shown(value))])),
            make('h2', {}, 'As it was asked for'),
            make('pre', { tabindex: 0 }, shown(JSON.stringify(info.spec, null, 2)).replaceAll('\\u{a}', '\n')));
    }
}
