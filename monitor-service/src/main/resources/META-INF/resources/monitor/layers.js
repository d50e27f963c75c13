// The table of layers, one row each, and below the chosen one its newest spectrum.

import { chanceText, chanceTip, nullText } from './chance.js';
import { SpectrumChart, layerColour } from './charts.js';
import { element, reconcile, setText } from './dom.js';
import { count, duration, fixed, number, percent } from './format.js';

/** Columns that are always there; those that only some runs have come before one of them. */
const COLUMNS = ['name', 'kind', 'shape', 'alpha', 'ks', 'rank', 'factor', 'rate', 'role', 'status'];
const CLASSES = { shape: 'shape', alpha: 'number', ks: 'number', rank: 'number', factor: 'number', rate: 'number', role: 'quiet', status: 'status' };
const ROLES = {
  tuned: ['tuned', 'the policy computed the factor from alpha'],
  excluded: ['excluded', 'left at the base rate by the policy’s layer selection'],
  held: ['held', 'the factor of the decision before: the run is on hold, or the policy does not act at this step'],
  'no-alpha': ['no alpha', 'left at the base rate because no usable alpha is known'],
};

/** A table of more rows is slow; those that are left out are found by their names. */
const MOST_ROWS = 300;

const scheme = matchMedia('(prefers-color-scheme: dark)');

export class LayerTable {
  /**
   * @param head the row of column headings
   * @param body the tbody
   * @param picked is called with the name of the chosen layer, or null
   */
  constructor(head, body, picked) {
    this.head = head;
    this.body = body;
    this.extras = [];
    this.onPick = picked;
    this.rows = new Map();
    this.picked = null;
    this.find = '';
    scheme.addEventListener('change', () => this.layers && this.show(this.layers, this.find));
  }

  /** Forgets everything, for another run. */
  clear() {
    this.pick(null, true);
    this.rows.forEach((row) => row.remove());
    this.rows.clear();
  }

  /** Whether there are more layers than rows. */
  isLong() {
    return this.layers?.length > MOST_ROWS;
  }

  /**
   * Shows the first layers of those whose names contain a text, and the chosen one.
   *
   * @return how many layers there are, and how many of them are left out
   */
  show(layers, find) {
    this.layers = layers;
    this.find = find;
    const shown = this.shown();
    const rows = shown.map(({ layer }) => layer);
    this.detail?.row.remove();
    this.shape(extraColumns(layers));
    reconcile(this.body, this.rows, rows.map((layer) => layer.row.name), (name) => this.make(name));
    shown.forEach(({ layer, i }) => this.fill(this.rows.get(layer.row.name), layer.row, layerColour(i, layers.length)));
    const layer = layers.find((candidate) => candidate.row.name === this.picked);
    if (this.picked && !layer) {
      this.pick(null, true);
    } else if (layer) {
      this.rows.get(this.picked).after(this.detail.row);
      this.detail.show(layer.row);
    }
    return { total: layers.length, left: layers.length - shown.length };
  }

  shown() {
    const all = this.layers.map((layer, i) => ({ layer, i }));
    if (!this.isLong()) {
      return all;
    }
    let room = MOST_ROWS;
    return all.filter(({ layer: { row } }) =>
      row.name === this.picked || (row.name.includes(this.find) && room-- > 0));
  }

  /** Adds the columns that only some runs have, and makes the rows anew if there are others than before. */
  shape(extras) {
    if (extras.map(({ title }) => title).join('\n') === this.extras.map(({ title }) => title).join('\n')) {
      return;
    }
    this.head.querySelectorAll('.extra').forEach((cell) => cell.remove());
    const always = [...this.head.cells];
    this.extras = extras;
    for (const { title, hint, className, before } of extras) {
      const cell = element('th', `${className} extra`, title);
      cell.scope = 'col';
      cell.title = hint;
      always[COLUMNS.indexOf(before)].before(cell);
    }
    this.rows.forEach((row) => row.remove());
    this.rows.clear();
    this.detail?.span(this.columns());
  }

  columns() {
    return COLUMNS.length + this.extras.length;
  }

  make(name) {
    const row = element('tr', name === this.picked ? 'layer open' : 'layer');
    const head = element('th');
    head.scope = 'row';
    const button = element('button', '', name);
    button.type = 'button';
    button.setAttribute('aria-expanded', String(name === this.picked));
    head.append(element('span', 'swatch'), button);
    row.append(head);
    row.parts = {};
    row.extras = new Map();
    for (const column of COLUMNS.slice(1)) {
      for (const extra of this.extras.filter(({ before }) => before === column)) {
        row.extras.set(extra.title, element('td', extra.className));
        row.append(row.extras.get(extra.title));
      }
      row.parts[column] = element('td', CLASSES[column]);
      row.append(row.parts[column]);
    }
    const factor = element('span', 'factor');
    factor.append(element('span', 'tilt'), element('span'));
    row.parts.factor.append(factor);
    row.addEventListener('click', () => this.pick(this.picked === name ? null : name));
    return row;
  }

  fill(row, layer, tone) {
    const fit = layer.spectrum?.fit;
    const { kind, shape, alpha, ks, rank, factor, rate, role, status } = row.parts;
    row.querySelector('.swatch').style.setProperty('--swatch', tone);
    setText(kind, layer.kind === 'convolution' ? 'conv' : layer.kind ?? '');
    setText(shape, layer.shape.join('×'));
    setText(alpha, fixed(fit?.alpha, 3));
    setText(ks, fixed(fit?.ksDistance, 3));
    setText(rank, number(fit?.stableRank));
    this.fillFactor(factor, layer);
    setText(rate, layer.rate ? number(layer.rate.learningRate, 4) : '–');
    for (const { title, text, tip } of this.extras) {
      const cell = row.extras.get(title);
      setText(cell, text(layer));
      cell.title = tip(layer);
    }
    const [word, reason] = ROLES[layer.rate?.role] ?? ['', ''];
    setText(role, word);
    role.title = reason;
    status.dataset.status = layer.newest?.status ?? 'none';
    const text = statusText(layer);
    setText(status, text);
    status.title = text;
  }

  fillFactor(cell, layer) {
    const factor = layer.rate?.factor;
    setText(cell.querySelector('.factor').lastChild, fixed(factor, 3));
    const tilt = cell.querySelector('.tilt');
    // Half a width is a factor of 2, in either direction.
    const reach = factor ? Math.max(-1, Math.min(1, Math.log2(factor))) * 50 : 0;
    tilt.style.setProperty('--from', `${reach < 0 ? 50 + reach : 50}%`);
    tilt.style.setProperty('--width', `${Math.abs(reach)}%`);
    cell.title = waiting(factor, layer.factorInForce);
  }

  pick(name, silent) {
    if (this.picked) {
      const before = this.rows.get(this.picked);
      before?.classList.remove('open');
      before?.querySelector('button').setAttribute('aria-expanded', 'false');
      this.detail.remove();
      this.detail = null;
    }
    this.picked = name;
    if (name) {
      const row = this.rows.get(name);
      row.classList.add('open');
      row.querySelector('button').setAttribute('aria-expanded', 'true');
      this.detail = new Detail(row, this.columns());
      this.detail.show(this.layers.find((layer) => layer.row.name === name).row);
    }
    if (!silent) {
      this.onPick(name);
    }
  }
}

/** Says what is decided and not in force yet. */
function waiting(factor, inForce) {
  return factor != null && inForce != null && Math.abs(factor - inForce) > 1e-9
    ? `decided ${fixed(factor, 3)}, in force ${fixed(inForce, 3)}`
    : '';
}

/** Chance where a service tells it, weight decay where the policy changes it, and one column for each shadow policy. */
function extraColumns(layers) {
  const rows = layers.map(({ row }) => row);
  const extras = [];
  if (rows.some((row) => row.spectrum?.fit.chance)) {
    extras.push({
      title: 'Against chance',
      hint: 'alpha beside that of random matrices of the same shape, in standard deviations σ of theirs;'
        + ' heavier: large eigenvalues are more frequent than chance gives, which training brings about',
      className: 'chance',
      before: 'ks',
      text: (row) => chanceText(row.spectrum),
      tip: (row) => chanceTip(row.spectrum),
    });
  }
  if (rows.some((row) => row.rate?.weightDecay)) {
    extras.push({
      title: 'Decay factor',
      hint: 'on the base weight decay',
      className: 'number',
      before: 'role',
      text: (row) => fixed(row.rate?.weightDecay?.factor, 3),
      tip: (row) => waiting(row.rate?.weightDecay?.factor, row.weightDecayFactorInForce),
    });
  }
  const shadows = [...new Set(rows.flatMap((row) => Object.keys(row.shadows ?? {})))].sort();
  for (const name of shadows) {
    extras.push({
      title: `Shadow ${name}`,
      hint: `factor that the shadow policy ${name} would set; it is never applied`,
      className: 'number',
      before: 'role',
      text: (row) => shadowText(row.shadows?.[name]),
      tip: (row) => (ROLES[row.shadows?.[name]?.role] ?? ['', ''])[1],
    });
  }
  return extras;
}

function shadowText(rate) {
  const factor = fixed(rate?.factor, 3);
  return rate?.weightDecay ? `${factor} · decay ${fixed(rate.weightDecay.factor, 3)}` : factor;
}

function statusText({ newest, unmeasurable }) {
  if (!newest) {
    return unmeasurable ? `not measured: ${unmeasurable}` : 'no outcome yet';
  }
  return newest.detail
    ? `${newest.status}, step ${count(newest.step)}: ${newest.detail}`
    : `${newest.status}, step ${count(newest.step)}`;
}

/** The row below the chosen one. */
class Detail {
  constructor(after, columns) {
    this.row = element('tr', 'detail');
    const cell = element('td');
    cell.colSpan = columns;
    this.box = element('div', 'spectrum');
    const left = element('div');
    this.title = element('h3');
    this.target = element('div', 'chart');
    this.target.setAttribute('role', 'img');
    this.legend = element('p', 'left-out', 'Behind the bars, dashed: the eigenvalues of a random matrix of this shape and norm.');
    this.legend.hidden = true;
    this.thinned = element('p', 'left-out');
    this.thinned.hidden = true;
    left.append(this.title, this.target, this.legend, this.thinned);
    this.list = element('dl');
    this.box.append(left, this.list);
    cell.append(this.box);
    this.row.append(cell);
    after.after(this.row);
  }

  show(layer) {
    const fit = layer.spectrum?.fit;
    if (!fit) {
      setText(this.title, `${layer.name}: no spectrum yet (${statusText(layer)})`);
      this.target.hidden = true;
      this.legend.hidden = true;
      this.thinned.hidden = true;
      return;
    }
    this.target.hidden = false;
    setText(this.title, `Spectrum of ${layer.name} at step ${count(layer.spectrum.step)}`);
    this.target.setAttribute('aria-label',
      `Histogram of ${count(fit.eigenvalueCount)} eigenvalues, power law with alpha ${fixed(fit.alpha, 3)}${fit.xmin === undefined ? '' : ` from xmin ${number(fit.xmin)}`}`);
    this.chart ??= new SpectrumChart(this.target);
    this.chart.show(layer.spectrum);
    this.legend.hidden = !fit.chance;
    const { counts, measuredBins } = layer.spectrum.histogram;
    this.thinned.hidden = counts.length === measuredBins;
    setText(this.thinned, `${count(counts.length)} bins, added up from the ${count(measuredBins)} measured: the monitor keeps fewer of a run of so many layers.`);
    this.facts([
      ...(layer.normLayers.length > 0 ? [[layer.normLayers.length === 1 ? 'Norm layer' : 'Norm layers', layer.normLayers.join(', ')]] : []),
      ...(layer.rate ? [['Role', (ROLES[layer.rate.role] ?? [''])[0]]] : []),
      ['Newest outcome', statusText(layer)],
      ['Alpha', fixed(fit.alpha, 4)],
      ...(fit.chance ? [
        ['Random matrices', nullText(fit.chance)],
        ['Against chance', layer.spectrum.againstChance],
      ] : []),
      ['KS distance', fixed(fit.ksDistance, 4)],
      // Alpha as a mean of several fits has no one tail.
      ...(fit.xmin === undefined ? [] : [['xmin', number(fit.xmin, 4)]]),
      ['Eigenvalues', `${count(fit.eigenvalueCount)}${fit.xmin === undefined ? '' : `, ${count(fit.eigenvalueCount - fit.xminIndex)} in the tail`}`],
      ['Spectral norm', number(fit.spectralNorm, 4)],
      ['Frobenius norm', number(fit.frobeniusNorm, 4)],
      ['Stable rank', number(fit.stableRank, 4)],
      ['Alpha-hat', fixed(fit.alphaHat, 3)],
      ['Entropy', percent(fit.entropy)],
      ...Object.entries(fit.metrics ?? {}).map(([name, value]) => [name, number(value, 4)]),
      ['Solver', `${fit.solver}, ${fit.precision}`],
      ['Computed in', duration(fit.computeNanos)],
    ]);
  }

  span(columns) {
    this.row.cells[0].colSpan = columns;
  }

  facts(entries) {
    while (this.list.childElementCount < 2 * entries.length) {
      this.list.append(element('dt'), element('dd'));
    }
    while (this.list.childElementCount > 2 * entries.length) {
      this.list.lastElementChild.remove();
    }
    entries.forEach(([name, value], i) => {
      setText(this.list.children[2 * i], name);
      setText(this.list.children[2 * i + 1], value);
    });
  }

  remove() {
    this.chart?.dispose();
    this.row.remove();
  }
}
