// The charts. Lines are coloured from the first layer to the last; there is no legend to read.

import { meanEigenvalue, shareBelow } from './chance.js';
import { element } from './dom.js';
import { count, fixed, number, percent } from './format.js';

const MOST_IN_TIP = 18;
/** Redrawing more often than this shows nothing more. */
const REDRAW_MILLIS = 400;

const dark = matchMedia('(prefers-color-scheme: dark)');

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** The colour of layer number `index` of `total`. */
export function layerColour(index, total) {
  const at = total < 2 ? 0.5 : index / (total - 1);
  const low = Math.min(3, Math.floor(at * 4));
  return mix(colour(`ramp-${low}`), colour(`ramp-${low + 1}`), at * 4 - low);
}

function mix(from, to, share) {
  const parts = [1, 3, 5].map((i) => {
    const a = parseInt(from.slice(i, i + 2), 16);
    const b = parseInt(to.slice(i, i + 2), 16);
    return Math.round(a + (b - a) * share);
  });
  return `rgb(${parts.join(', ')})`;
}

/** One chart in one element: draws at most every REDRAW_MILLIS, follows size and colour scheme. */
class Chart {
  constructor(target) {
    this.target = target;
    this.chart = window.echarts.init(target);
    this.sizes = new ResizeObserver(() => this.chart.resize());
    this.sizes.observe(target);
    this.scheme = () => this.draw();
    dark.addEventListener('change', this.scheme);
    this.drawn = -REDRAW_MILLIS;
  }

  /** Draws what `option` returns, soon. */
  show(option) {
    this.option = option;
    if (!this.timer) {
      const wait = Math.max(0, REDRAW_MILLIS - (performance.now() - this.drawn));
      this.timer = setTimeout(() => this.draw(), wait);
    }
  }

  draw() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.drawn = performance.now();
    if (this.option) {
      this.chart.setOption(this.option(), { replaceMerge: ['series'], lazyUpdate: true });
    }
  }

  dispose() {
    clearTimeout(this.timer);
    dark.removeEventListener('change', this.scheme);
    this.sizes.disconnect();
    this.chart.dispose();
  }
}

export class StepCharts {
  constructor(targets) {
    this.alpha = new Chart(targets.alpha);
    this.factor = new Chart(targets.factor);
    this.loss = new Chart(targets.loss);
    this.accuracy = new Chart(targets.accuracy);
  }

  /**
   * @param page of the run
   * @param shown the layers to draw, each with its index in the network
   * @param picked name of the layer to bring out, if any
   */
  show(page, shown, picked) {
    const total = page.layers.length;
    this.alpha.show(() => alphaLines(page, shown, total, picked));
    this.factor.show(() => layerLines(page, shown, total, picked, (layer) => layer.factor, true));
    this.loss.show(() => lossLine(page));
    this.accuracy.show(() => accuracyLines(page));
  }
}

// The box of a tooltip is styled by the page, not by the library.
const PLAIN_TOOLTIP = {
  trigger: 'axis',
  confine: true,
  transitionDuration: 0,
  padding: 0,
  borderWidth: 0,
  backgroundColor: 'transparent',
  extraCssText: 'box-shadow: none',
};

function frame(page, tip) {
  const text = { color: colour('muted'), fontSize: 11 };
  return {
    animation: false,
    grid: { left: 46, right: 18, top: 14, bottom: 28 },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: {
      ...PLAIN_TOOLTIP,
      axisPointer: { type: 'line', lineStyle: { color: colour('muted'), width: 1, type: 'solid', opacity: 0.5 } },
      formatter: tip,
    },
    xAxis: {
      type: 'value',
      min: 0,
      max: Math.max(1, lastStep(page)),
      splitNumber: 5,
      axisLine: { lineStyle: { color: colour('line') } },
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: { ...text, hideOverlap: true, showMaxLabel: false, formatter: (value) => count(value) },
    },
    yAxis: yAxis(text),
  };
}

function yAxis(text, more = {}) {
  return {
    type: 'value',
    scale: true,
    splitNumber: 4,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: colour('grid') } },
    axisLabel: { ...text, formatter: (value) => number(value) },
    ...more,
  };
}

function lastStep(page) {
  const ends = [page.loss, page.accuracy, page.baseLearningRate]
    .concat(page.layers.map((layer) => layer.alpha))
    .map((points) => points.steps[points.steps.length - 1] ?? 0);
  return ends.reduce((most, end) => Math.max(most, end), page.head.step ?? 0);
}

function pairs(points) {
  return points.steps.map((step, i) => [step, points.values[i]]);
}

/** Dashed lines where a newer incarnation took over. */
function takeovers(page) {
  return {
    silent: true,
    symbol: 'none',
    animation: false,
    lineStyle: { color: colour('muted'), type: 'dashed', width: 1 },
    label: { color: colour('muted'), fontSize: 10, formatter: 'resumed', position: 'insideEndTop', rotate: 0 },
    data: page.incarnations.map((mark) => ({ xAxis: mark.step })),
  };
}

function reference(value) {
  return {
    silent: true,
    symbol: 'none',
    animation: false,
    lineStyle: { color: colour('muted'), type: 'solid', width: 1, opacity: 0.6 },
    label: { show: false },
    data: [{ yAxis: value }],
  };
}

function layerLines(page, shown, total, picked, points, aroundOne) {
  const option = frame(page, (items) => layerTip(items, picked));
  const lines = shown.map(({ layer, index }) => {
    const data = pairs(points(layer));
    const isPicked = layer.row.name === picked;
    const tone = layerColour(index, total);
    return {
      id: layer.row.name,
      name: layer.row.name,
      type: 'line',
      data,
      symbol: 'circle',
      symbolSize: isPicked ? 6 : 4,
      showSymbol: data.length <= 40,
      z: isPicked ? 5 : 2,
      lineStyle: { color: tone, width: isPicked ? 3 : 1.5, opacity: picked && !isPicked ? 0.35 : 1 },
      itemStyle: { color: tone, opacity: picked && !isPicked ? 0.35 : 1 },
      emphasis: { lineStyle: { width: 3 } },
    };
  });
  const marks = { id: ' marks', type: 'line', data: [], markLine: takeovers(page), silent: true };
  const one = { id: ' one', type: 'line', data: [], markLine: reference(1), silent: true };
  option.series = [marks, ...(aroundOne ? [one] : []), ...lines];
  if (aroundOne) {
    // 1 is always in sight: above it a layer learns faster than the base rate, below it slower.
    const factors = shown.flatMap(({ layer }) => points(layer).values);
    const low = quarter(Math.floor, factors.reduce((a, b) => Math.min(a, b), 0.75));
    const high = quarter(Math.ceil, factors.reduce((a, b) => Math.max(a, b), 1.25));
    Object.assign(option.yAxis, { min: low, max: high, interval: high - low <= 1.5 ? 0.25 : undefined });
  }
  return option;
}

/** Behind the chosen layer's line, what random matrices of its shape have, three standard deviations to either side. */
function alphaLines(page, shown, total, picked) {
  const option = layerLines(page, shown, total, picked, (layer) => layer.alpha, false);
  const chance = shown.find(({ layer }) => layer.row.name === picked)?.layer.row.spectrum?.fit.chance;
  if (chance) {
    const { alphaNull, spread } = chance;
    option.series.push({
      id: ' chance',
      type: 'line',
      data: [[0, alphaNull], [Math.max(1, lastStep(page)), alphaNull]],
      symbol: 'none',
      silent: true,
      z: 1,
      lineStyle: { color: colour('muted'), width: 1, type: 'dashed' },
      markArea: {
        silent: true,
        animation: false,
        itemStyle: { color: colour('muted'), opacity: 0.14 },
        label: { color: colour('muted'), fontSize: 10, position: 'insideTopLeft' },
        data: [[{ name: 'like random', yAxis: alphaNull - 3 * spread }, { yAxis: alphaNull + 3 * spread }]],
      },
    });
  }
  return option;
}

function quarter(round, value) {
  return round(value * 4) / 4;
}

function layerTip(items, picked) {
  const rows = items
    .filter((item) => item.value && !item.seriesId.startsWith(' '))
    .sort((a, b) => b.value[1] - a.value[1]);
  if (rows.length === 0) {
    return '';
  }
  const tip = element('div', 'tip');
  tip.append(element('p', '', `Step ${count(rows[0].value[0])}`));
  for (const item of rows.slice(0, MOST_IN_TIP)) {
    tip.append(tipRow(item.seriesName, fixed(item.value[1], 3), item.color, item.seriesName === picked));
  }
  if (rows.length > MOST_IN_TIP) {
    tip.append(element('p', '', `and ${rows.length - MOST_IN_TIP} more`));
  }
  return tip;
}

function tipRow(name, value, tone, picked) {
  const row = element('div', picked ? 'picked' : '');
  const label = element('span');
  const swatch = element('i', 'swatch');
  swatch.style.setProperty('--swatch', tone);
  label.append(swatch, name);
  row.append(label, element('span', '', value));
  return row;
}

function lossLine(page) {
  const option = frame(page, (items) => plainTip(items, (item) => number(item.value[1], 4)));
  option.series = [{
    id: 'loss',
    name: 'Loss',
    type: 'line',
    data: pairs(page.loss),
    showSymbol: page.loss.steps.length < 3,
    sampling: 'lttb',
    lineStyle: { color: colour('accent'), width: 1.5 },
    itemStyle: { color: colour('accent') },
    markLine: takeovers(page),
  }];
  return option;
}

function accuracyLines(page) {
  const option = frame(page, (items) => plainTip(items, (item) =>
    (item.seriesId === 'accuracy' ? percent(item.value[1], 2) : number(item.value[1], 4))));
  const text = { color: colour('muted'), fontSize: 11 };
  option.grid.right = 54;
  option.yAxis = [
    yAxis(text, { max: (range) => Math.min(1, Math.ceil(range.max * 20) / 20), axisLabel: { ...text, formatter: (value) => `${Math.round(100 * value)} %` } }),
    yAxis(text, { min: 0, splitLine: { show: false } }),
  ];
  option.series = [
    {
      id: 'accuracy',
      name: 'Accuracy',
      type: 'line',
      data: pairs(page.accuracy),
      symbol: 'circle',
      symbolSize: 5,
      showSymbol: page.accuracy.steps.length <= 60,
      z: 3,
      lineStyle: { color: colour('blue'), width: 2 },
      itemStyle: { color: colour('blue') },
      markLine: takeovers(page),
    },
    {
      id: 'rate',
      name: 'Base learning rate',
      type: 'line',
      yAxisIndex: 1,
      data: pairs(page.baseLearningRate),
      showSymbol: false,
      lineStyle: { color: colour('orange'), width: 1.5, type: [5, 3] },
      itemStyle: { color: colour('orange') },
    },
  ];
  return option;
}

function plainTip(items, value) {
  if (items.length === 0) {
    return '';
  }
  const tip = element('div', 'tip');
  tip.append(element('p', '', `Step ${count(items[0].axisValue)}`));
  items.forEach((item) => tip.append(tipRow(item.seriesName, value(item), item.color, false)));
  return tip;
}

/** The newest spectrum of one layer: counts over log-spaced bins, both axes logarithmic. */
export class SpectrumChart {
  constructor(target) {
    this.chart = new Chart(target);
  }

  show({ fit, histogram }) {
    this.chart.show(() => spectrum(fit, histogram));
  }

  dispose() {
    this.chart.dispose();
  }
}

function spectrum(fit, { log10Min, log10Max, counts }) {
  const width = (log10Max - log10Min) / counts.length || 0.01;
  // Without xmin, alpha is a mean of several fits: there are bars, but no one line to draw.
  const xmin = fit.xmin === undefined ? Infinity : Math.log10(fit.xmin);
  const tail = fit.eigenvalueCount - fit.xminIndex;
  const bars = [];
  const line = [];
  counts.forEach((value, i) => {
    const left = log10Min + i * width;
    const middle = left + width / 2;
    bars.push({ value: [middle, value || '-'], itemStyle: { color: colour(left + width > xmin ? 'accent' : 'quiet-bar') } });
    if (middle >= xmin) {
      // What the fitted power law expects between the edges of the bin.
      const expected = tail * (10 ** ((left - xmin) * (1 - fit.alpha)) - 10 ** ((left + width - xmin) * (1 - fit.alpha)));
      if (expected >= 0.5) {
        line.push([middle, expected]);
      }
    }
  });
  const chance = fit.chance ? ofRandomMatrix(fit, { log10Min, log10Max, counts }, width) : [];
  const text = { color: colour('muted'), fontSize: 11 };
  return {
    animation: false,
    grid: { left: 46, right: 14, top: 24, bottom: 42 },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: {
      ...PLAIN_TOOLTIP,
      axisPointer: { type: 'none' },
      formatter: (items) => {
        const bar = items.find((item) => item.seriesId === 'bars' && item.value[1] !== '-');
        if (!bar) {
          return '';
        }
        const tip = element('div', 'tip');
        tip.append(element('p', '', `λ from ${number(10 ** (bar.value[0] - width / 2))} to ${number(10 ** (bar.value[0] + width / 2))}`));
        tip.append(element('div', '', `${count(bar.value[1])} eigenvalues`));
        if (fit.chance) {
          const expected = chance[bar.dataIndex][1];
          tip.append(element('div', '', `of a random matrix ${expected === '-' ? 'none' : number(expected)}`));
        }
        return tip;
      },
    },
    xAxis: {
      type: 'value',
      min: Math.floor(log10Min),
      max: Math.max(Math.ceil(log10Max), Math.floor(log10Min) + 1),
      interval: 1,
      name: 'eigenvalue λ',
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: text,
      axisLine: { lineStyle: { color: colour('line') } },
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: { ...text, hideOverlap: true, formatter: power },
    },
    yAxis: {
      type: 'log',
      min: 0.5,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: colour('grid') } },
      axisLabel: { ...text, formatter: (value) => (Number.isInteger(Math.log10(value)) ? count(value) : '') },
    },
    series: [
      {
        id: 'chance',
        name: 'Random matrix',
        type: 'line',
        data: chance,
        showSymbol: false,
        silent: true,
        z: 1,
        lineStyle: { color: colour('muted'), width: 1.5, type: 'dashed' },
        itemStyle: { color: colour('muted') },
        areaStyle: { color: colour('muted'), opacity: 0.18, origin: 'start' },
      },
      {
        id: 'bars',
        name: 'Eigenvalues',
        type: 'bar',
        data: bars,
        barWidth: '88%',
        markLine: {
          silent: true,
          symbol: 'none',
          animation: false,
          lineStyle: { color: colour('text'), type: 'dashed', width: 1 },
          label: { color: colour('text'), fontSize: 11, formatter: 'xmin', position: 'end' },
          data: Number.isFinite(xmin) ? [{ xAxis: xmin }] : [],
        },
      },
      {
        id: 'fit',
        name: 'Power law',
        type: 'line',
        data: line,
        showSymbol: false,
        silent: true,
        lineStyle: { color: colour('orange'), width: 2 },
        itemStyle: { color: colour('orange') },
      },
    ],
  };
}

/** How many eigenvalues a random matrix of the same norm has in each bin, and right of the last one as far as there is room. */
function ofRandomMatrix(fit, histogram, width) {
  const mean = meanEigenvalue(histogram, fit.eigenvalueCount);
  const below = (edge) => shareBelow(10 ** edge, fit.chance.aspect, mean);
  const { log10Min, log10Max, counts } = histogram;
  const bins = counts.length + Math.min(counts.length, Math.floor((Math.ceil(log10Max) - log10Max) / width));
  return Array.from({ length: bins }, (_, i) => {
    const left = log10Min + i * width;
    const expected = fit.eigenvalueCount * (below(left + width) - below(left));
    return [left + width / 2, expected >= 0.5 ? expected : '-'];
  });
}

/** 10 to a whole power, written with small digits; nothing for what lies between. */
function power(exponent) {
  if (Math.abs(exponent - Math.round(exponent)) > 1e-9) {
    return '';
  }
  const digits = [...String(Math.round(exponent))].map((c) => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(c)]));
  return `10${digits.join('')}`;
}
