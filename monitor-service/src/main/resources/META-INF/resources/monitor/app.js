// The page: which run is looked at, and everything above the charts.

import { StepCharts } from './charts.js';
import { byId, element, reconcile, setHidden, setText } from './dom.js';
import { RunFeed } from './feed.js';
import { LayerTable } from './layers.js';
import { chanceCounts } from './chance.js';
import { ago, count, duration, number, percent, plural, smallPercent, MISSING } from './format.js';

const LIST_MILLIS = 3000;
/** More lines in one chart show nothing more, and take seconds to draw. */
const MOST_LINES = 200;
const MOST_REFUSALS = 5;
/** Events come in crowds: all that arrive within so long are drawn together. */
const DRAW_MILLIS = 100;
/** A run that goes on and has not been heard of for so long is worth a word. */
const STALE_MILLIS = 60_000;

const state = { runs: [], status: null, chosen: null, gone: false, feed: null, page: null, listed: true, streaming: false };

const charts = new StepCharts({
  alpha: byId('chart-alpha'),
  factor: byId('chart-factor'),
  loss: byId('chart-loss'),
  accuracy: byId('chart-accuracy'),
});
const table = new LayerTable(byId('columns'), byId('layers'), () => drawCharts());
let drawing = null;
const runRows = new Map();
const facts = new Map();

// ---- which run

function named() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return '';
  }
}

function choose(run) {
  if (run !== state.chosen) {
    leave();
    state.chosen = run;
  }
  const listed = state.runs.some((head) => head.run === run);
  if (listed && !state.feed) {
    state.feed = new RunFeed(run, { page: showPage, connected: showConnected });
  } else if (!listed) {
    leave();
  }
  state.gone = run != null && !listed;
  draw();
}

function leave() {
  state.feed?.close();
  state.feed = null;
  state.page = null;
  state.streaming = false;
  table.clear();
}

function showPage(page) {
  const isFirst = !state.page;
  state.page = page;
  if (isFirst) {
    draw();
  } else {
    drawing ??= setTimeout(() => {
      drawing = null;
      draw();
    }, DRAW_MILLIS);
  }
}

function showConnected(connected) {
  state.streaming = connected;
  drawConnection();
}

// ---- the list of runs

async function list() {
  try {
    const [runs, status] = await Promise.all(['/api/runs', '/api/status'].map(read));
    state.runs = runs;
    state.status = status;
    state.listed = true;
    const wanted = named();
    choose(wanted || state.chosen || runs[0]?.run || null);
  } catch {
    state.listed = false;
  }
  drawRuns();
  drawConnection();
  setTimeout(list, LIST_MILLIS);
}

async function read(path) {
  const response = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(10_000) });
  if (!response.ok) {
    throw new Error(`${path}: ${response.status}`);
  }
  return response.json();
}

function drawRuns() {
  reconcile(byId('runs'), runRows, state.runs.map((head) => head.run), (run) => {
    const item = element('li');
    const link = element('a');
    link.href = `#${encodeURIComponent(run)}`;
    link.append(element('span', 'name', run), element('span', 'state'), element('span', 'line'));
    link.title = run;
    item.append(link);
    return item;
  });
  for (const head of state.runs) {
    const link = runRows.get(head.run).firstElementChild;
    link.children[1].dataset.phase = head.phase;
    setText(link.children[1], head.phase === 'running' ? done(head) : head.phase);
    setText(link.children[2], head.title || (head.phase === 'unknown' ? 'No description yet' : ''));
    if (head.run === state.chosen) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
}

function done(head) {
  return head.step != null && head.totalSteps ? percent(Math.min(1, head.step / head.totalSteps), 0) : 'running';
}

// ---- the run

function draw() {
  drawConnection();
  drawEmpty();
  setHidden(byId('run'), !state.page);
  if (!state.page) {
    document.title = 'Isotherm';
    return;
  }
  drawHead();
  drawFacts(state.page);
  showLayers();
  drawCharts();
  drawFootnote();
}

function showLayers() {
  const { left, total } = table.show(state.page.layers, byId('find').value.trim());
  setHidden(byId('find-label'), !table.isLong());
  setText(byId('rows-left-out'), `${count(total - left)} of ${count(total)} layers are shown`);
}

function drawConnection() {
  const [kind, text] = connection();
  const target = byId('connection');
  if (target.dataset.state !== kind) {
    target.dataset.state = kind;
  }
  setText(target, text);
}

function connection() {
  if (!state.listed || (state.page && !state.streaming)) {
    return ['lost', 'Connection lost, trying again…'];
  }
  if (!state.status) {
    return ['connecting', 'Connecting…'];
  }
  if (!state.status.brokerReachable) {
    return ['behind', 'The monitor cannot reach Kafka'];
  }
  if (!state.status.caughtUp) {
    return ['behind', 'Reading what is on Kafka…'];
  }
  return ['live', state.status.history.complete ? 'Live' : 'Live, reading history…'];
}

function drawEmpty() {
  setHidden(byId('empty'), Boolean(state.page) || !state.status || (state.chosen != null && !state.gone));
  setHidden(byId('empty-command'), Boolean(state.gone));
  if (state.gone) {
    setText(byId('empty-title'), 'No such run');
    setText(byId('empty-text'), `Nothing is known of “${state.chosen}”. Choose another run, or wait: the page shows it as soon as it is heard of.`);
  } else {
    setText(byId('empty-title'), 'No run yet');
    setText(byId('empty-text'), 'Start one, and it appears here by itself:');
  }
}

function drawHead() {
  const { head } = state.page;
  const age = head.ageMillis + (performance.now() - state.page.received);
  const lost = head.phase === 'lost';
  const stale = lost || (head.phase === 'running' && age > STALE_MILLIS);
  byId('run').classList.toggle('stale', stale);
  setText(byId('run-name'), head.run);
  setText(byId('run-title'), head.title || (state.page.schedule ? '' : 'No description of this run has been read yet'));
  const phase = byId('phase');
  phase.dataset.phase = head.phase;
  setText(phase, head.phase === 'unknown' ? 'not described' : head.phase);

  const notice = byId('notice');
  notice.dataset.kind = head.phase;
  setHidden(notice, !stale && !head.cause);
  if (head.cause) {
    setText(notice, head.cause);
  } else if (lost) {
    setText(notice, `This run is lost: nothing has been heard of it for ${ago(age)}. It comes back as soon as its trainer speaks.`);
  } else if (stale) {
    setText(notice, `Nothing heard of this run for ${ago(age)}. What you see may be out of date.`);
  }

  const control = controlText(head, state.page.policy);
  setHidden(byId('control'), !control);
  setText(byId('control'), control);

  drawRefusals(head);

  setHidden(byId('history'), state.page.historyComplete);
  setText(byId('history'), 'Older steps of this run are still being read from Kafka'
    + `${state.status?.history ? ` (${percent(state.status.history.share, 0)} of all history so far)` : ''}. Until then its curves begin late.`);

  const bar = byId('progress');
  bar.max = head.totalSteps ?? 1;
  bar.value = Math.min(head.step ?? 0, bar.max);
  setText(byId('progress-text'), head.step == null
    ? 'no step reported yet'
    : `step ${count(head.step)} of ${count(head.totalSteps)} · ${done(head)}`);
  document.title = `${head.phase === 'running' ? done(head) : head.phase} · ${head.run} – Isotherm`;
}

/** What the services could not use of the run: the newest, with how many there were. */
function drawRefusals(head) {
  setHidden(byId('refusals'), head.refusals === 0);
  const newest = state.page.refusals.slice(-MOST_REFUSALS).reverse();
  const older = head.refusals - newest.length;
  setText(byId('refusals-title'), `The services could not use ${head.refusals === 1 ? 'something' : `${count(head.refusals)} things`}`
    + ` that this run has sent${older > 0 ? `; the newest ${newest.length}` : ''}:`);
  const lines = byId('refusals-list');
  const wanted = newest.map(({ atMillis, refusal }) => {
    const line = element('li');
    const when = element('time', '', new Date(atMillis).toLocaleTimeString('en-GB'));
    when.dateTime = new Date(atMillis).toISOString();
    line.append(when, element('span', 'where', refusedWhat(refusal, head)), element('span', '', refusal.reason));
    return line;
  });
  if (lines.textContent !== wanted.map((line) => line.textContent).join('')) {
    lines.replaceChildren(...wanted);
  }
}

function refusedWhat({ by, about, layer, step, incarnation }, head) {
  return [
    `${by === 'spectral' ? 'spectral service' : by}, ${about === 'layer' ? `layer ${layer}` : about}`,
    ...(step == null ? [] : [`step ${count(step)}`]),
    ...(incarnation == null || incarnation === head.incarnation ? [] : [`incarnation ${incarnation}`]),
  ].join(', ');
}

/** What somebody has told the scheduler, by its newest decision. */
function controlText(head, described) {
  const parts = [];
  if (head.hold) {
    parts.push(`On hold by ${signed(head.hold)}: the factors stay as they are.`);
  }
  if (head.policyBy) {
    parts.push(`Policy ${head.policyInForce.name} by ${signed(head.policyBy)}`
      + `${described ? `, in place of the run’s own ${described.name}` : ''}.`);
  }
  return parts.join(' ');
}

function signed({ by, atMillis }) {
  return `${by}, ${new Date(atMillis).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}`;
}

function drawFacts({ head, layers }) {
  const { counters, outcomes, staleness } = head;
  const chance = chanceCounts(layers);
  const entries = [
    ['Epoch', count(head.epoch), ''],
    ['Loss', number(head.loss, 4), ''],
    ['Accuracy', percent(head.accuracy, 2), ''],
    ['Training stall', counters ? smallPercent(head.stallShare) : MISSING,
      counters ? `${duration(counters.stallNanos)} of ${duration(counters.trainingNanos)}` : ''],
    ['Snapshots', count(counters?.snapshotsPublished),
      counters ? `published, ${count(counters.snapshotsDropped)} dropped` : ''],
    ['Layers analysed', count(outcomes.analysed), others(outcomes)],
    ['Decisions', count(counters?.decisionsApplied),
      head.lastDecisionStep == null ? 'none made yet' : `applied, newest for step ${count(head.lastDecisionStep)}`],
    ...(chance ? [['Unlike random', `${count(chance.unlike)} of ${count(chance.total)}`, `layers, ${chance.detail}`]] : []),
    ['Staleness', staleness ? plural(staleness.last, 'step') : MISSING,
      staleness ? `median ${count(staleness.median)}, max ${count(staleness.max)}` : ''],
    ...Object.entries(head.metrics ?? {}).map(([name, value]) => [metricName(name), number(value, 4), '']),
  ];
  const names = new Set(entries.map(([name]) => name));
  for (const [name, group] of facts) {
    if (!names.has(name)) {
      group.remove();
      facts.delete(name);
    }
  }
  for (const [name, value, more] of entries) {
    if (!facts.has(name)) {
      const group = element('div');
      group.append(element('dt', '', name), element('dd'), element('dd'));
      byId('facts').append(group);
      facts.set(name, group);
    }
    setText(facts.get(name).children[1], value);
    setText(facts.get(name).children[2], more);
  }
}

/** Words of a name such as tokensPerSecond. */
function metricName(name) {
  const words = name.replace(/([a-z0-9])([A-Z])/g, (_, end, begin) => `${end} ${begin.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function others(outcomes) {
  return ['skipped', 'superseded', 'failed']
    .filter((status) => outcomes[status] > 0)
    .map((status) => `${count(outcomes[status])} ${status}`)
    .join(', ');
}

/** Layers left at the base rate are drawn on request: their alphas are often far from the others'. */
function drawCharts() {
  if (!state.page) {
    return;
  }
  const all = state.page.layers.map((layer, index) => ({ layer, index }));
  const tuned = all.filter(({ layer }) => isTuned(layer.row.rate));
  const some = tuned.length > 0 && tuned.length < all.length;
  const rest = all.length - tuned.length;
  setHidden(byId('all-label'), !some);
  setText(byId('all-text'), `Also draw the ${rest === 1 ? 'layer' : `${rest} layers`} left at the base rate`);
  const shown = some && !byId('all-layers').checked
    ? all.filter(({ layer }) => isTuned(layer.row.rate) || layer.row.name === table.picked)
    : all;
  const drawn = thinned(shown);
  setHidden(byId('lines-left-out'), drawn.length === shown.length);
  setText(byId('lines-left-out'), `${count(drawn.length)} of ${count(shown.length)} layers are drawn, evenly spread`);
  charts.show(state.page, drawn, table.picked);
}

/** Some of very many layers, and the chosen one. */
function thinned(shown) {
  const every = Math.ceil(shown.length / MOST_LINES);
  return shown.filter(({ layer }, i) => i % every === 0 || layer.row.name === table.picked);
}

function isTuned(rate) {
  return rate?.role === 'tuned' || rate?.weightDecay?.role === 'tuned';
}

function drawFootnote() {
  const unreadable = Object.values(state.status?.unreadable ?? {}).reduce((sum, value) => sum + value, 0);
  const parts = [`Incarnation ${state.page.head.incarnation}`];
  if (state.page.schedule) {
    parts.push(state.page.schedule.name === 'external' ? 'the trainer’s own schedule' : `${state.page.schedule.name} schedule`);
  }
  const policy = state.page.head.policyInForce ?? state.page.policy;
  if (policy) {
    parts.push(`policy ${policy.name}`);
  }
  if (state.page.estimator) {
    parts.push(`estimator ${state.page.estimator.name} ${state.page.estimator.version}`);
  }
  if (unreadable > 0) {
    parts.push(`${plural(unreadable, 'unreadable record')} passed over`);
  }
  for (const topic of state.status?.missingTopics ?? []) {
    parts.push(`no topic ${topic} on this broker, nothing of it is shown`);
  }
  setText(byId('footnote'), parts.join(' · '));
}

window.addEventListener('hashchange', () => {
  choose(named() || state.runs[0]?.run || null);
  drawRuns();
});
byId('all-layers').addEventListener('change', drawCharts);
byId('find').addEventListener('input', () => state.page && showLayers());
list();
