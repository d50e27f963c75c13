// One run, live: opens its stream of events, reads the run, and adds what comes. Reconnects by itself.

const RETRY_MILLIS = 3000;
/** Longer series are read anew from the server, which thins them. */
const MOST_POINTS = 4500;
const MOST_LAYER_POINTS = 1200;

export class RunFeed {
  /**
   * @param run names the run
   * @param listener with page(page) after every change, and connected(boolean)
   */
  constructor(run, listener) {
    this.path = `/api/runs/${encodeURIComponent(run)}`;
    this.listener = listener;
    this.page = null;
    this.waiting = [];
    this.aliveMillis = 15_000;
    this.open();
    this.watchdog = setInterval(() => this.check(), 5000);
  }

  close() {
    this.closed = true;
    clearInterval(this.watchdog);
    clearTimeout(this.retry);
    this.source.close();
  }

  open() {
    this.heard = performance.now();
    this.loading = false;
    this.source = new EventSource(`${this.path}/events`);
    this.source.addEventListener('hello', (event) => {
      this.aliveMillis = JSON.parse(event.data).keepAliveMillis;
      this.hear();
      this.load();
    });
    this.source.addEventListener('alive', () => this.hear());
    this.source.addEventListener('described', () => {
      this.hear();
      this.load();
    });
    for (const [name, apply] of Object.entries(CHANGES)) {
      this.source.addEventListener(name, (event) => {
        this.hear();
        this.take({ apply, data: JSON.parse(event.data) });
      });
    }
    this.source.addEventListener('error', () => {
      this.listener.connected(false);
      if (this.source.readyState === EventSource.CLOSED) {
        this.reopen(RETRY_MILLIS);
      }
    });
  }

  /** A connection that is half open tells nobody: without a sign of life it is opened again. */
  check() {
    if (performance.now() - this.heard > 2.5 * this.aliveMillis) {
      this.listener.connected(false);
      this.reopen(0);
    }
  }

  reopen(millis) {
    this.source.close();
    clearTimeout(this.retry);
    this.heard = performance.now() + millis;
    this.retry = setTimeout(() => this.open(), millis);
  }

  hear() {
    this.heard = performance.now();
    this.listener.connected(true);
  }

  async load() {
    if (this.loading) {
      this.again = true;
      return;
    }
    this.loading = true;
    try {
      const response = await fetch(this.path, { cache: 'no-store' });
      if (this.closed) {
        return;
      }
      if (!response.ok) {
        throw new Error(`${response.status}`);
      }
      this.page = await response.json();
      this.page.received = performance.now();
      this.page.byName = new Map(this.page.layers.map((layer) => [layer.row.name, layer]));
      const waited = this.waiting;
      this.waiting = [];
      this.loading = false;
      waited.forEach((change) => this.apply(change));
      this.listener.page(this.page);
      if (this.again) {
        this.again = false;
        this.load();
      }
    } catch {
      if (!this.closed) {
        this.listener.connected(false);
        this.reopen(RETRY_MILLIS);
      }
    } finally {
      this.loading = false;
    }
  }

  take(change) {
    if (!this.page || this.loading) {
      this.waiting.push(change);
      return;
    }
    if (this.apply(change)) {
      this.listener.page(this.page);
    }
    if (tooLong(this.page)) {
      this.load();
    }
  }

  apply({ apply, data }) {
    if (data.version <= this.page.version) {
      return false;
    }
    this.page.version = data.version;
    this.page.head = data.head;
    this.page.received = performance.now();
    apply(this.page, data);
    return true;
  }
}

const CHANGES = {
  progressed(page, { progress }) {
    if (progress.loss != null) {
      push(page.loss, progress.step, progress.loss);
    }
    if (progress.accuracy != null) {
      push(page.accuracy, progress.step, progress.accuracy);
    }
    push(page.baseLearningRate, progress.step, progress.baseLearningRate);
    const { factors = {}, weightDecayFactors = {} } = progress;
    // A trainer of very many layers leaves them out: what is decided is then all that is known.
    const leftOut = progress.counters.decisionsApplied > 0
      && Object.keys(factors).length + Object.keys(weightDecayFactors).length === 0;
    for (const { row } of page.layers) {
      row.factorInForce = leftOut ? undefined : factors[row.name] ?? 1;
      row.weightDecayFactorInForce = leftOut ? undefined : weightDecayFactors[row.name] ?? 1;
    }
  },

  answered(page, { layer }) {
    const known = find(page, layer.name);
    known.row = layer;
    if (layer.newest?.status === 'analysed' && layer.spectrum) {
      push(known.alpha, layer.spectrum.step, layer.spectrum.fit.alpha);
    }
  },

  decided(page, { decision, layers }) {
    for (const [name, rate] of Object.entries(layers)) {
      const known = find(page, name);
      known.row.rate = rate;
      push(known.factor, decision.step, rate.factor);
      if (rate.learningRate != null) {
        push(known.learningRate, decision.step, rate.learningRate);
      }
    }
  },

  refused(page, { refusals }) {
    page.refusals = refusals;
  },

  shadowed(page, { shadow, layers }) {
    for (const { row } of page.layers) {
      if (Object.hasOwn(layers, row.name)) {
        row.shadows = { ...row.shadows, [shadow]: layers[row.name] };
      }
    }
  },
};

/** The layer of that name; one that was not there is put last. */
function find(page, name) {
  let known = page.byName.get(name);
  if (!known) {
    known = { row: { name, shape: [], normLayers: [] }, alpha: empty(), factor: empty(), learningRate: empty() };
    page.layers.push(known);
    page.byName.set(name, known);
  }
  return known;
}

function empty() {
  return { steps: [], values: [] };
}

function push(series, step, value) {
  if (series.steps.length === 0 || step > series.steps[series.steps.length - 1]) {
    series.steps.push(step);
    series.values.push(value);
  }
}

function tooLong(page) {
  return page.loss.steps.length > MOST_POINTS
    || page.baseLearningRate.steps.length > MOST_POINTS
    || page.layers.some((layer) => layer.alpha.steps.length > MOST_LAYER_POINTS
      || layer.factor.steps.length > MOST_LAYER_POINTS);
}
