// xterm.js writes style elements and style attributes, which the page's policy does not allow, since markup that somebody smuggles in could do so
// too. The same styles set by objects are allowed: this document makes elements that do so.

/** The document as xterm.js is to use it. */
export const styled = new Proxy(document, {
    get(target, name) {
        if (name === 'createElement') {
            return (tag) => (tag === 'style' ? sheet() : direct(document.createElement(tag)));
        }
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
    },
});

/** Stands for a style element: its text goes into a sheet of the page, and leaves with it. */
function sheet() {
    const styles = new CSSStyleSheet();
    const element = document.createElement('template');
    document.adoptedStyleSheets.push(styles);
    Object.defineProperty(element, 'textContent', { set: (text) => styles.replaceSync(text) });
    element.remove = () => {
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== styles);
        Element.prototype.remove.call(element);
    };
    return element;
}

function direct(element) {
    element.setAttribute = setAttribute;
    return element;
}

function setAttribute(name, value) {
    if (name === 'style') {
        this.style.cssText = value;
    } else {
        Element.prototype.setAttribute.call(this, name, value);
    }
}
