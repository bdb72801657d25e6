// xterm.js writes style elements and style attributes. The page's policy allows neither, since whoever smuggled markup in could write them too;
// the same styles are allowed when they are set as objects, which takes a script. So they are, from when this is imported.

const { createElement } = Document.prototype;
const { setAttribute, remove } = Element.prototype;

Document.prototype.createElement = function (tag, ...options) {
    return tag === 'style' ? sheet() : createElement.call(this, tag, ...options);
};

Element.prototype.setAttribute = function (name, value) {
    if (name === 'style') {
        this.style.cssText = value;
    } else {
        setAttribute.call(this, name, value);
    }
};

/** Stands for a style element: its text is a sheet of the page until it is removed. */
function sheet() {
    const styles = new CSSStyleSheet();
    const element = createElement.call(document, 'template');
    document.adoptedStyleSheets.push(styles);
    Object.defineProperty(element, 'textContent', { set: (text) => styles.replaceSync(text) });
    element.remove = () => {
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== styles);
        remove.call(element);
    };
    return element;
}
