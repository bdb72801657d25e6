// Light or dark: as the system has it, or as was chosen here.

const KEY = 'sandjar.theme';
const CHOICES = ['auto', 'light', 'dark'];
const dark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set();

export function chosen() {
    const choice = localStorage.getItem(KEY);
    return CHOICES.includes(choice) ? choice : 'auto';
}

/** Goes on to the next choice, and returns it. */
export function change() {
    localStorage.setItem(KEY, CHOICES[(CHOICES.indexOf(chosen()) + 1) % CHOICES.length]);
    apply();
    return chosen();
}

export function apply() {
    const choice = chosen();
    const isDark = choice === 'dark' || (choice === 'auto' && dark.matches);
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
    listeners.forEach((listener) => listener());
}

/** @return ends it */
export function onTheme(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
}

dark.addEventListener('change', apply);
