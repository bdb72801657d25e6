// Elements. Whatever a sandbox says goes in as text, never as markup.

/**
 * Makes an element.
 *
 * @param properties attributes; functions named on… listen; false and undefined are left out
 * @param children elements and texts
 */
export function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
        if (name.startsWith('on')) {
            element.addEventListener(name.slice(2), value);
        } else if (value !== false && value !== undefined) {
            element.setAttribute(name, value === true ? '' : value);
        }
    }
    element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== false));
    return element;
}

export function button(label, action, properties = {}) {
    return make('button', { type: 'button', onclick: action, ...properties }, label);
}

/** Sets a text that may be the same as before, without disturbing who has selected it. */
export function say(element, text) {
    if (element.textContent !== text) {
        element.textContent = text;
    }
}

/** A field with its label; a note says what may stand there. */
export function field(label, input, note) {
    return make('label', { class: 'field' }, make('span', {}, label), input, note ? make('small', {}, note) : undefined);
}

/** An error and what to do about it; with a button, perhaps, that does it. */
export function trouble(error, action) {
    const remedy = error.remedy ? make('p', { class: 'remedy' }, sentence(error.remedy)) : undefined;
    const request = error.requestId ? make('p', { class: 'faint' }, `Request ${error.requestId}`) : undefined;
    return make('div', { class: 'trouble', role: 'alert' }, make('p', {}, sentence(shown(error.message))), remedy, request, action);
}

function sentence(text) {
    const end = /[.!?]$/.test(text) ? '' : '.';
    return text.charAt(0).toUpperCase() + text.slice(1) + end;
}

/** A name as it can be told from others: what is invisible or turns the direction of writing is spelt out. */
export function shown(text) {
    return String(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${sign.codePointAt(0).toString(16)}}`);
}

const spoken = make('div', { class: 'toasts', role: 'status', 'aria-live': 'polite' });

/** Says what has happened, for a moment. */
export function tell(text) {
    if (!spoken.isConnected) {
        document.body.append(spoken);
    }
    const toast = make('p', {}, text);
    spoken.append(toast);
    setTimeout(() => toast.remove(), 5_000);
}

/**
 * Asks in a dialog; the focus is back where it was when it ends.
 *
 * @param act called with the form's fields by name and a signal of being given up; what it throws is shown in the dialog
 * @return what act returned; undefined when it was given up
 */
export function ask({ title, body, action, danger, act }) {
    return new Promise((resolve) => {
        const given = new AbortController();
        const errors = make('div');
        const go = make('button', { class: danger ? 'danger' : 'primary' }, action);
        const cancel = button('Cancel', () => dialog.close());
        let result;
        const submit = async (event) => {
            event.preventDefault();
            errors.replaceChildren();
            go.disabled = true;
            try {
                result = await act(Object.fromEntries(new FormData(form)), given.signal);
                dialog.close();
            } catch (error) {
                if (!given.signal.aborted) {
                    errors.replaceChildren(trouble(error));
                }
            }
            go.disabled = false;
        };
        const form = make('form', { onsubmit: submit }, make('h2', {}, title), body, errors,
            make('div', { class: 'actions' }, cancel, go));
        const dialog = make('dialog', { 'aria-label': title, onclose: () => {
            given.abort();
            dialog.remove();
            resolve(result);
        } }, form);
        document.body.append(dialog);
        dialog.showModal();
        (form.querySelector('input, select') ?? (danger ? cancel : go)).focus();
    });
}
