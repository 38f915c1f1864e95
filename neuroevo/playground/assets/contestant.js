// One of the two networks: how it learns from samples, and how far its circle is from the pointer.
// It knows no element of the page.

import { hiddenActivations } from "./architecture.js";
import { Learner, Network, startingParameters } from "./network.js";
import { PCG64, seedSequence } from "./random.js";
import { valueOf } from "./state.js";

const NEAR = 5; // pixels from the pointer, within which a circle counts as following it
export const STAYS = 20; // movements in a row for which it must stay there to have arrived
export const WAY = 200; // pixels that the pointer must have moved meanwhile
const GRID = 5; // positions along each side of the canvas at which the mean distance is measured
const SMOOTHING = 0.12; // share of the newest loss in the curve, on the log scale
const LEAST_LOSS = 1e-32;
const HUGE = 1e150; // the squares of larger numbers are infinite

/** The inputs of a network for a position in pixels; `factor` is a number or "none". */
export function seen([x, y], [width, height], factor) {
  const centred = [x - width / 2, y - height / 2];
  const scale = Number(factor);
  return factor === "none"
    ? centred
    : [(centred[0] / (width / 2)) * scale, (centred[1] / (height / 2)) * scale];
}

// The position in pixels for the outputs of a network.
function placed([x, y], [width, height], factor) {
  const scale = Number(factor);
  const [across, down] =
    factor === "none" ? [1, 1] : [width / 2 / scale, height / 2 / scale];
  return [x * across + width / 2, y * down + height / 2];
}

// The architecture of a contestant with the changes of its controls.
function chosenArchitecture({ architecture }, { hidden, activation }) {
  const widths = hidden ?? architecture.hidden;
  const own = hiddenActivations(architecture);
  const kept = widths.map((_, layer) => own[layer] ?? own.at(-1) ?? "linear");
  return { ...architecture, hidden: widths, activation: activation ?? kept };
}

/** Whether a contestant has trained weights for its current layers. */
export function hasTrained({ parameters, architecture }, { hidden }) {
  return parameters !== null && String(hidden ?? architecture.hidden) === String(architecture.hidden);
}

function startOf(trial, own, { seed, start, range }) {
  if (own.from === "trained" && hasTrained(trial, own)) {
    return trial.parameters;
  }
  const architecture = chosenArchitecture(trial, own);
  const seeds = [BigInt(seed), 0];
  const drawn = startingParameters(architecture, trial.starting_weights, seeds, start);
  return drawn.map((weight) => weight * range);
}

/** A network, how it learns, and how well it follows the pointer. */
export class Contestant {
  constructor(trial, own, shared, budget) {
    this.trial = trial;
    const architecture = chosenArchitecture(trial, own);
    this.network = new Network(architecture, startOf(trial, own, shared));
    this.training = this.#training(own, shared, budget);
    this.learner = new Learner(this.network, this.training);
    this.#resetProgress();
    this.dropUnits(shared);
  }

  #training(own, { seed, start }, budget) {
    const optimizer = valueOf(own, "optimizer", this.trial);
    return {
      learning_rate: valueOf(own, "rate", this.trial),
      optimization: { ...this.trial.optimization, optimizer },
      budget,
      seed: [BigInt(seed), 0],
      replicate: start,
    };
  }

  #resetProgress() {
    this.curve = []; // [samples seen, log10 of the smoothed loss]
    this.level = null;
    this.place = null; // of the circle, in pixels
    this.distance = NaN;
    this.everywhere = NaN; // mean distance over the whole canvas, in pixels
    this.arrived = null; // samples seen when it first came near and then stayed
    this.near = { since: 0, movements: 0, way: 0 };
    this.last = null; // where the pointer was
    this.diverged = false;
  }

  /** Drop a share of the hidden units; the number `draw` is the seed of the choice. */
  dropUnits({ silenced, draw }) {
    const [first, last] = this.network.hiddenUnits;
    const order = new PCG64(seedSequence([draw])).permutation(last - first);
    this.dropped = Array.from(order).slice(0, Math.round(silenced * (last - first)));
    this.learner.dropUnits(this.dropped);
  }

  /** Take over the result of a pre-training; its losses [samples, loss] go on with the curve. */
  trained({ parameters, seen: samples, loss, losses }) {
    this.network.parameters.set(parameters);
    const before = this.learner.samplesSeen;
    const { curve } = this;
    this.learner.samplesSeen += samples;
    this.#resetProgress();
    this.curve = curve.concat(losses.map(([count, mean]) => [before + count, levelOf(mean)]));
    this.level = this.curve.at(-1)?.[1] ?? null;
    if (!(loss < HUGE)) {
      this.#markDiverged();
    }
  }

  /** Learn from a sample, unless the network has diverged. */
  learn(input, target) {
    if (this.diverged) {
      return;
    }
    const loss = this.learner.step(input, target);
    if (!(loss < HUGE)) {
      this.#markDiverged();
      return;
    }
    const level = levelOf(loss);
    this.level = this.level === null ? level : this.level + SMOOTHING * (level - this.level);
    this.#extendCurve();
  }

  #markDiverged() {
    this.diverged = true;
    this.place = null;
    this.distance = NaN;
    this.everywhere = NaN;
  }

  #extendCurve() {
    const { samplesSeen } = this.learner;
    const last = this.curve.at(-1);
    if (last === undefined || samplesSeen >= last[0] * 1.01) {
      this.curve.push([samplesSeen, this.level]);
    }
  }

  /** Move the circle to the network's prediction, and measure its distance from the pointer. */
  follow(input, pointer, canvas, factor) {
    if (this.diverged) {
      return;
    }
    this.everywhere = this.#meanDistance(canvas, factor);
    const place = placed(this.network.predict(input), canvas, factor);
    this.distance = between(place, pointer);
    if (!(this.distance < HUGE && this.everywhere < HUGE)) {
      this.#markDiverged();
      return;
    }
    this.place = place;
  }

  /** Count a movement of the pointer if the circle is near it. */
  arrive(pointer) {
    const way = this.last === null ? 0 : between(this.last, pointer);
    this.last = pointer;
    if (this.distance > NEAR || this.near.movements === 0) {
      this.near = { since: this.learner.samplesSeen, movements: 0, way: 0 };
    }
    if (this.distance <= NEAR) {
      this.near.movements += 1;
      this.near.way += way;
      if (this.near.movements >= STAYS && this.near.way >= WAY) {
        this.arrived ??= this.near.since;
      }
    }
  }

  // The mean distance over the canvas: a network may follow only where the pointer has just been.
  #meanDistance(canvas, factor) {
    let total = 0;
    for (const position of gridOf(canvas)) {
      const output = this.network.predict(seen(position, canvas, factor));
      total += between(placed(output, canvas, factor), position);
    }
    return total / GRID ** 2;
  }
}

function levelOf(loss) {
  return Math.log10(Math.max(loss, LEAST_LOSS));
}

function between([x, y], [otherX, otherY]) {
  return Math.hypot(x - otherX, y - otherY);
}

function* gridOf([width, height]) {
  for (let place = 0; place < GRID ** 2; place += 1) {
    const [column, row] = [place % GRID, Math.floor(place / GRID)];
    yield [(column * width) / (GRID - 1), (row * height) / (GRID - 1)];
  }
}
