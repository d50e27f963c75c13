// What chance explains of a layer: alpha and eigenvalues of a random matrix of its shape. Everything here is pure.

import { count, fixed } from './format.js';

/** Pieces of an integral by Simpson's rule. */
const PIECES = 64;
const LIKE = 'like random';

/** For a cell: how alpha differs from chance, and how far, where chance does not explain it. */
export function chanceText(spectrum) {
  const chance = spectrum?.fit.chance;
  if (!chance) {
    return '';
  }
  return spectrum.againstChance === LIKE ? LIKE : `${inShort(spectrum.againstChance)}, ${signed(chance.alphaZ, 1)} σ`;
}

/** The same in one sentence with all numbers. */
export function chanceTip(spectrum) {
  const chance = spectrum?.fit.chance;
  return chance
    ? `${spectrum.againstChance}: alpha is ${fixed(spectrum.fit.alpha, 3)}, random matrices of this shape have ${nullText(chance)}; `
      + `that is ${signed(chance.alphaExcess, 3)}, or ${signed(chance.alphaZ, 1)} standard deviations`
    : '';
}

/** Alpha of random matrices and how far one of them is from the next. */
export function nullText({ alphaNull, spread }) {
  return `${fixed(alphaNull, 3)} ± ${fixed(spread, 3)}`;
}

/** How many of a run's layers differ from chance, and how; null where no layer was held against it. */
export function chanceCounts(layers) {
  const verdicts = layers.map(({ row }) => row.spectrum?.againstChance).filter(Boolean);
  if (verdicts.length === 0) {
    return null;
  }
  const unlike = verdicts.filter((verdict) => verdict !== LIKE);
  const kinds = [...new Set(unlike)].sort()
    .map((kind) => `${count(unlike.filter((verdict) => verdict === kind).length)} ${inShort(kind)}`);
  return { unlike: unlike.length, total: verdicts.length, detail: kinds.join(', ') || 'all like random' };
}

/** Without "than random". */
function inShort(verdict) {
  return verdict.split(' ')[0];
}

function signed(value, decimals) {
  return `${value < 0 ? '−' : '+'}${fixed(Math.abs(value), decimals)}`;
}

/**
 * The share of a random matrix's eigenvalues below λ: the law of Marchenko and Pastur (1967), with
 * λ / mean = 1 + q − 2 √q cos θ and the density 2/π sin²θ / (λ / mean) dθ, θ from 0 to π.
 *
 * @param aspect q: the smaller over the larger side of the matrix, at most 1
 * @param mean of all eigenvalues
 */
export function shareBelow(lambda, aspect, mean) {
  const cosine = (1 + aspect - lambda / mean) / (2 * Math.sqrt(aspect));
  const to = Math.acos(Math.max(-1, Math.min(1, cosine)));
  let sum = 0;
  for (let i = 0; i <= PIECES; i++) {
    const angle = (i * to) / PIECES;
    const value = 1 + aspect - 2 * Math.sqrt(aspect) * Math.cos(angle);
    const density = value === 0 ? 1 : Math.sin(angle) ** 2 / value;
    sum += density * (i === 0 || i === PIECES ? 1 : i % 2 === 0 ? 2 : 4);
  }
  return ((2 / Math.PI) * sum * to) / PIECES / 3;
}

/** The mean of the eigenvalues in a histogram over log-spaced bins, those of 0 included. */
export function meanEigenvalue({ log10Min, log10Max, counts }, eigenvalueCount) {
  const width = (log10Max - log10Min) / counts.length;
  // The mean of a bin over which eigenvalues are evenly spread on the logarithmic axis.
  const ofBin = width === 0 ? 1 : (10 ** width - 1) / (width * Math.LN10);
  return counts.reduce((sum, n, i) => sum + n * 10 ** (log10Min + i * width) * ofBin, 0) / eigenvalueCount;
}
