// Numbers as a reader wants them. Everything here is pure.

const GROUPS = new Intl.NumberFormat('en-US');
export const MISSING = '–';

export function count(value) {
  return value == null ? MISSING : GROUPS.format(value);
}

/** Three to four significant digits; powers of ten where they are needed. */
export function number(value, digits = 3) {
  if (value == null || !Number.isFinite(value)) {
    return MISSING;
  }
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) {
    return value.toExponential(digits - 1).replace('e+', 'e');
  }
  return size >= 1000 ? GROUPS.format(Math.round(value)) : String(Number(value.toPrecision(digits)));
}

/** A fixed number of decimals, so that the digits of a column stand below each other. */
export function fixed(value, decimals) {
  if (value == null || !Number.isFinite(value)) {
    return MISSING;
  }
  return Math.abs(value) >= 1e5 ? number(value) : value.toFixed(decimals);
}

export function percent(share, decimals = 1) {
  return share == null ? MISSING : `${(100 * share).toFixed(decimals)} %`;
}

/** A share that is expected to be tiny. */
export function smallPercent(share) {
  if (share == null) {
    return MISSING;
  }
  const value = 100 * share;
  return `${value === 0 || value >= 10 ? value.toFixed(0) : Number(value.toPrecision(2))} %`;
}

export function duration(nanos) {
  if (nanos == null) {
    return MISSING;
  }
  const millis = nanos / 1e6;
  if (millis < 1000) {
    return `${millis < 10 ? millis.toFixed(1) : Math.round(millis)} ms`;
  }
  return millis < 60_000 ? `${(millis / 1000).toFixed(1)} s` : ago(millis);
}

/** How long ago, coarse. */
export function ago(millis) {
  const seconds = Math.floor(millis / 1000);
  if (seconds < 60) {
    return `${seconds} s`;
  }
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min`;
  }
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

export function plural(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}
