// Numbers and times as people read them.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function bytes(count) {
    let unit = 0;
    let value = count;
    while (value >= 1_024 && unit < UNITS.length - 1) {
        value /= 1_024;
        unit++;
    }
    return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** A length of time, in its two largest units. */
export function span(milliseconds) {
    const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
    const parts = [[86_400, 'd'], [3_600, 'h'], [60, 'm'], [1, 's']];
    const first = parts.findIndex(([size]) => seconds >= size);
    if (first < 0) {
        return '0s';
    }
    let rest = seconds;
    return parts.slice(first, first + 2).map(([size, name]) => {
        const many = Math.floor(rest / size);
        rest -= many * size;
        return `${many}${name}`;
    }).join(' ');
}

export function since(instant) {
    return span(Date.now() - Date.parse(instant));
}

export function until(instant) {
    const left = Date.parse(instant) - Date.now();
    return left > 0 ? span(left) : 'now';
}

export function clock(instant) {
    return new Date(instant).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** Milliseconds of an ISO 8601 duration such as PT1H0.5S. */
export function duration(text) {
    const [, hours = 0, minutes = 0, seconds = 0] = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(text) ?? [];
    return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
}

/** How a command ended, of what the API says of it. */
export function ending({ how, value }) {
    switch (how) {
        case 1: return `exited ${value}`;
        case 2: return `killed by signal ${value}`;
        case 3: return `timed out after ${span(value)}`;
        case 4: return 'out of memory';
        default: return 'lost';
    }
}

export function permissions(type, mode) {
    const kind = { directory: 'd', symlink: 'l', other: '?' }[type] ?? '-';
    const bits = [...'rwxrwxrwx'].map((sign, at) => ((mode >> (8 - at)) & 1 ? sign : '-'));
    return kind + bits.join('');
}
