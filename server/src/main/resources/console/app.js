// Start here: who is logged in, which page is shown, and what all pages have in common.

import { Api } from './api.js';
import { button, make, tell } from './dom.js';
import { showKeys, onKey } from './keys.js';
import { Login } from './login.js';
import { Sandboxes } from './sandboxes.js';
import { SandboxPage } from './sandbox.js';
import * as theme from './theme.js';

const KEY = 'sandjar.token'; // of this tab alone, and gone with it
const main = make('main');
const trail = make('nav', { 'aria-label': 'Where you are' });
const themeButton = button('', changeTheme, { class: 'quiet' });
const out = button('Log out', () => logOut(), { class: 'quiet' });
const head = make('header', {}, make('a', { class: 'brand', href: '#/' }, 'Sandjar'), trail, make('span', { class: 'gap' }),
    themeButton, button('Keys', showKeys, { class: 'quiet', title: 'What the keyboard does (?)' }), out);

let api;
let list;
let shown;
const pages = new Map(); // of sandboxes that were looked at: their terminals go on meanwhile

theme.apply();
nameTheme();
document.body.append(head, main);
addEventListener('hashchange', route);
addEventListener('pagehide', closePages); // the next page may go on with what they had
addEventListener('pageshow', ({ persisted }) => persisted && location.reload()); // one that a browser had put aside, after that
document.addEventListener('keydown', (event) => onKey(event, shown?.keys));
onKey.common = { '?': showKeys, m: changeTheme, u: () => { location.hash = '#/'; } };
const known = sessionStorage.getItem(KEY);
if (known) {
    logIn(known);
} else {
    askForToken();
}

function askForToken(why) {
    out.hidden = true;
    trail.replaceChildren();
    show(new Login(why, (token) => {
        sessionStorage.setItem(KEY, token);
        logIn(token);
    }));
}

function logIn(token) {
    api = new Api(token, logOut);
    out.hidden = false;
    list = new Sandboxes(api, (id) => forget(id));
    route();
}

/** @param why nothing: on purpose */
function logOut(why) {
    if (!sessionStorage.getItem(KEY)) {
        return; // several requests were refused at once
    }
    sessionStorage.clear();
    closePages();
    pages.clear();
    api = undefined;
    askForToken(why);
}

function closePages() {
    pages.forEach((page) => page.close());
}

function forget(id) {
    pages.get(id)?.close();
    pages.delete(id);
}

function route() {
    if (!api) {
        return;
    }
    const [, kind, id, tab, ...rest] = parts(location.hash);
    if (kind !== 'sandbox' || !id) {
        trail.replaceChildren();
        show(list);
        return;
    }
    if (!pages.has(id)) {
        pages.set(id, new SandboxPage(api, id, () => {
            forget(id);
            location.hash = '#/';
            tell(`Deleted ${id.slice(0, 8)}`);
        }));
    }
    trail.replaceChildren(make('a', { href: '#/' }, 'Sandboxes'), make('code', {}, id.slice(0, 8)));
    show(pages.get(id));
    pages.get(id).open(tab, rest.join('/'));
}

/** Of an address; none of one that is malformed, which leads to the list. */
function parts(hash) {
    try {
        return hash.split('/').map(decodeURIComponent);
    } catch {
        location.hash = '#/';
        return [];
    }
}

function show(page) {
    if (shown === page) {
        return;
    }
    shown?.hide();
    shown = page;
    main.replaceChildren(page.element);
    document.title = page.title;
    main.querySelector('h1[tabindex]')?.focus(); // whoever listens hears where he is
    page.show();
}

function changeTheme() {
    theme.change();
    nameTheme();
}

function nameTheme() {
    const name = { auto: 'Auto', light: 'Light', dark: 'Dark' }[theme.chosen()];
    themeButton.textContent = name;
    themeButton.title = `Colours: ${name.toLowerCase()} (m)`;
    themeButton.setAttribute('aria-label', `Colours: ${name}`);
}
