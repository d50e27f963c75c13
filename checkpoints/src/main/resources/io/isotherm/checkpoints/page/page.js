'use strict';

// Names come from files that anybody may have written: they become text, never markup.

const analysis = JSON.parse(document.getElementById('analysis').textContent);
const layers = analysis.layers;
const dark = matchMedia('(prefers-color-scheme: dark)');
const MOST_BINS_PER_DECADE = 1e-12;

const byId = (id) => document.getElementById(id);

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** ECharts shows tips as markup. */
function escaped(text) {
  const holder = element('span', text);
  return holder.innerHTML;
}

const isNumber = (value) => typeof value === 'number';
const fixed = (digits) => (value) => (isNumber(value) ? value.toFixed(digits) : String(value));
const brief = (value) => (isNumber(value) ? String(Number(value.toPrecision(4))) : String(value));

/** A column is shown if any layer has its field. */
const COLUMNS = [
  { title: 'depth', field: 'depth', show: String },
  { title: 'layer', field: 'layer', show: String, isName: true },
  { title: 'shape', value: (layer) => layer.shape.reduce((a, b) => a * b, 1), text: (layer) => layer.shape.join('x') },
  { title: 'formed', field: 'formed', show: String, isText: true },
  { title: 'alpha', field: 'alpha', show: fixed(3) },
  { title: 'of a random one', field: 'alphaNull', show: fixed(3) },
  { title: 'z', field: 'alphaZ', show: fixed(1) },
  { title: 'KS', field: 'ks', show: fixed(3) },
  { title: 'spectral norm', field: 'spectralNorm', show: brief },
  { title: 'stable rank', field: 'stableRank', show: fixed(2) },
  { title: 'eigenvalues', field: 'eigenvalues', show: String },
  { title: 'factor', field: 'factor', show: fixed(4) },
  { title: 'learning rate', field: 'learningRate', show: brief },
  { title: 'verdict', value: remark, text: remark, isText: true },
];

function remark(layer) {
  if (layer.status !== 'analysed') return `${layer.status}: ${layer.reason}`;
  if (layer.tooFewEigenvalues) return `only ${layer.eigenvalues} eigenvalues`;
  return layer.verdict ?? '';
}

const valueOf = (column, layer) => (column.value ? column.value(layer) : layer[column.field] ?? undefined);

function textOf(column, layer) {
  if (column.text) return column.text(layer);
  const value = valueOf(column, layer);
  return value === undefined ? '' : column.show(value);
}

const columns = COLUMNS.filter((column) =>
  layers.some((layer) => {
    const value = valueOf(column, layer);
    return value !== undefined && value !== '';
  }));

// The table.

const rows = new Map();
let sorting = { column: columns[0], direction: 1 };
let chosen;

/** What a layer does not have comes last, whichever way. */
function compare(one, other) {
  const a = valueOf(sorting.column, one);
  const b = valueOf(sorting.column, other);
  const missing = (a === undefined ? 1 : 0) - (b === undefined ? 1 : 0);
  if (missing || a === undefined) return missing;
  const order = isNumber(a) && isNumber(b)
    ? a - b
    : String(a).localeCompare(String(b), 'en', { numeric: true });
  return order * sorting.direction;
}

function sortBy(column) {
  const isSame = sorting.column === column;
  sorting = { column, direction: isSame ? -sorting.direction : 1 };
  fill();
}

function head() {
  const row = element('tr');
  for (const column of columns) {
    const cell = element('th', undefined, column.isName || column.isText ? '' : 'number');
    const button = element('button', column.title);
    button.type = 'button';
    button.addEventListener('click', () => sortBy(column));
    cell.append(button);
    column.head = cell;
    row.append(cell);
  }
  document.querySelector('#layers thead').append(row);
}

function rowOf(layer) {
  const row = element('tr');
  row.tabIndex = 0;
  for (const column of columns) {
    const className = column.isName ? 'name' : column.isText ? '' : 'number';
    row.append(element('td', textOf(column, layer), className));
  }
  row.addEventListener('click', () => choose(layer));
  row.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      choose(layer);
    }
  });
  return row;
}

function fill() {
  const wanted = byId('filter').value.toLowerCase();
  const shown = layers.filter((layer) => layer.layer.toLowerCase().includes(wanted)).sort(compare);
  for (const column of columns) {
    const isSorted = column === sorting.column;
    column.head.ariaSort = isSorted ? (sorting.direction > 0 ? 'ascending' : 'descending') : 'none';
  }
  document.querySelector('#layers tbody').replaceChildren(...shown.map((layer) => rows.get(layer)));
  byId('shown').textContent = `${shown.length} of ${layers.length} layers`;
}

// The charts.

const charts = { depth: echarts.init(byId('depth')), spectrum: echarts.init(byId('spectrum')) };

function axis(name, type, more) {
  return {
    name,
    type,
    nameLocation: 'middle',
    nameGap: type === 'category' ? 24 : 38,
    nameTextStyle: { color: colour('quiet') },
    axisLabel: { color: colour('quiet') },
    axisLine: { lineStyle: { color: colour('line') } },
    splitLine: { lineStyle: { color: colour('line') } },
    ...more,
  };
}

const inDepth = layers
  .filter((layer) => isNumber(layer.alpha))
  .sort((one, other) => (one.depth ?? Infinity) - (other.depth ?? Infinity));

function depthTip(points) {
  const layer = inDepth[points[0].dataIndex];
  const lines = [`<b>${escaped(layer.layer)}</b>`, `alpha ${layer.alpha.toFixed(3)}`];
  if (isNumber(layer.alphaNull)) lines.push(`of a random one ${layer.alphaNull.toFixed(3)}`);
  const said = remark(layer);
  if (said) lines.push(escaped(said));
  return lines.join('<br>');
}

function depthOption() {
  const counted = inDepth.filter((layer) => !layer.tooFewEigenvalues);
  const largest = Math.max(...counted.map((layer) => layer.alpha), 1);
  const bounds = analysis.bounds ?? [];
  const series = [{
    name: 'alpha',
    type: 'line',
    data: inDepth.map((layer) => (layer.tooFewEigenvalues ? null : layer.alpha)),
    itemStyle: { color: colour('measured') },
    symbolSize: 7,
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: colour('fit'), type: 'dashed' },
      label: { color: colour('quiet'), position: 'insideEndTop', formatter: (line) => line.name },
      data: bounds.map((bound) => ({ name: bound.name, yAxis: bound.alpha })),
    },
  }];
  if (inDepth.some((layer) => isNumber(layer.alphaNull))) {
    series.push({
      name: 'of a random matrix',
      type: 'line',
      data: inDepth.map((layer) => layer.alphaNull ?? null),
      itemStyle: { color: colour('random') },
      lineStyle: { type: 'dashed' },
      symbol: 'none',
    });
  }
  return {
    animation: false,
    grid: { left: 60, right: 20, top: 34, bottom: 44 },
    legend: { textStyle: { color: colour('quiet') } },
    tooltip: { trigger: 'axis', formatter: depthTip, confine: true },
    xAxis: axis('layers, from the first to the last', 'category', { data: inDepth.map((_, i) => i + 1) }),
    yAxis: axis('alpha', largest > 20 ? 'log' : 'value', { scale: true }),
    series,
  };
}

/** Counts over equal bins of log10 of the eigenvalues, as a density over the eigenvalues. */
function density(histogram, total) {
  const width = (histogram.log10Max - histogram.log10Min) / histogram.counts.length;
  if (!(width > MOST_BINS_PER_DECADE)) return [];
  return histogram.counts.map((count, i) => {
    const from = 10 ** (histogram.log10Min + i * width);
    const to = 10 ** (histogram.log10Min + (i + 1) * width);
    return { from, to, density: count / total / (to - from) };
  });
}

/** The fitted law over the tail, times the tail's share of the eigenvalues. */
function law(layer, floor) {
  if (!isNumber(layer.xmin) || !isNumber(layer.xminIndex)) return [];
  const share = (layer.eigenvalues - layer.xminIndex) / layer.eigenvalues;
  const atXmin = share * (layer.alpha - 1) / layer.xmin;
  const end = Math.min(layer.spectralNorm, layer.xmin * (atXmin / floor) ** (1 / layer.alpha));
  return [[layer.xmin, atXmin], [end, atXmin * (end / layer.xmin) ** -layer.alpha]];
}

function spectrumOption(layer) {
  const bins = layer.histogram ? density(layer.histogram, layer.eigenvalues) : [];
  const filled = bins.filter((bin) => bin.density > 0);
  if (filled.length === 0) return { animation: false, series: [] };
  const floor = Math.min(...filled.map((bin) => bin.density)) / 3;
  const outline = bins.flatMap((bin) =>
    [[bin.from, Math.max(bin.density, floor)], [bin.to, Math.max(bin.density, floor)]]);
  return {
    animation: false,
    grid: { left: 70, right: 20, top: 34, bottom: 44 },
    legend: { textStyle: { color: colour('quiet') } },
    tooltip: { trigger: 'axis', confine: true, valueFormatter: brief },
    xAxis: axis('eigenvalue (squared singular value)', 'log', { nameGap: 24, min: 'dataMin', max: 'dataMax', axisLabel: { color: colour('quiet'), formatter: brief } }),
    yAxis: axis('density', 'log', { min: floor, nameGap: 48, axisLabel: { color: colour('quiet'), formatter: (value) => value.toExponential(0) } }),
    series: [
      {
        name: 'measured', type: 'line', data: outline, symbol: 'none',
        itemStyle: { color: colour('measured') },
        lineStyle: { width: 1.2 }, areaStyle: { opacity: 0.25, origin: 'start' },
      },
      {
        name: 'power law', type: 'line', data: law(layer, floor), symbol: 'none',
        itemStyle: { color: colour('fit') }, lineStyle: { width: 3 },
      },
    ],
  };
}

function choose(layer) {
  rows.get(chosen)?.setAttribute('aria-selected', 'false');
  chosen = layer;
  rows.get(layer).setAttribute('aria-selected', 'true');
  byId('spectrum-title').textContent = `Spectrum of ${layer.layer}`;
  byId('spectrum-note').textContent = layer.histogram
    ? `${layer.eigenvalues} eigenvalues, alpha ${fixed(3)(layer.alpha)}, KS ${fixed(3)(layer.ks)}. Choose another layer in the table or in the chart above.`
    : remark(layer);
  charts.spectrum.setOption(spectrumOption(layer), true);
}

function draw() {
  charts.depth.setOption(depthOption(), true);
  if (chosen) choose(chosen);
}

// Together.

byId('title').textContent = analysis.title;
for (const [name, text] of analysis.summary) byId('summary').append(element('dt', name), element('dd', text));
byId('depth-note').textContent = analysis.orderNote;
for (const layer of layers) rows.set(layer, rowOf(layer));
head();
fill();
byId('filter').addEventListener('input', fill);
charts.depth.getZr().on('click', (event) => {
  const at = charts.depth.convertFromPixel({ xAxisIndex: 0 }, event.offsetX);
  if (inDepth[at]) choose(inDepth[at]);
});
addEventListener('resize', () => Object.values(charts).forEach((chart) => chart.resize()));
dark.addEventListener('change', draw);
if (layers.length > 0) choose(inDepth[0] ?? layers[0]);
draw();
