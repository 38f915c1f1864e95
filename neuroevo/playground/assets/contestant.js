// One of the two that race: a network, how it learns from samples, and how far its circle is from
// the pointer. Knows no element of the page.

import { hiddenActivations } from "./architecture.js";
import { Learner, Network, startingParameters } from "./network.js";
import { PCG64, seedSequence } from "./random.js";
import { valueOf } from "./state.js";

const NEAR = 5; // pixels from the pointer, within which a circle follows it
export const STAYS = 20; // movements in a row that it must stay there to have arrived
export const WAY = 200; // pixels that the pointer must have gone meanwhile: to rest is no feat
const GRID = 5; // places along each side of the canvas where the whole of it is looked at
const SMOOTHING = 0.12; // share of the newest loss in the curve, on the log scale
const LEAST_LOSS = 1e-32;
const HUGE = 1e150; // from here on squares are no longer numbers

/** What a position on the canvas, in pixels, is for a network: `factor` is a number or "none". */
export function seen([x, y], [width, height], factor) {
  const centred = [x - width / 2, y - height / 2];
  const scale = Number(factor);
  return factor === "none"
    ? centred
    : [(centred[0] / (width / 2)) * scale, (centred[1] / (height / 2)) * scale];
}

// The pixels that a network's outputs mean.
function placed([x, y], [width, height], factor) {
  const scale = Number(factor);
  const [across, down] =
    factor === "none" ? [1, 1] : [width / 2 / scale, height / 2 / scale];
  return [x * across + width / 2, y * down + height / 2];
}

// The architecture that a contestant has with what its controls change.
function chosenArchitecture({ architecture }, { hidden, activation }) {
  const widths = hidden ?? architecture.hidden;
  const own = hiddenActivations(architecture);
  const kept = widths.map((_, layer) => own[layer] ?? own.at(-1) ?? "linear");
  return { ...architecture, hidden: widths, activation: activation ?? kept };
}

/** Whether a contestant has trained weights that fit it as it is now. */
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

/** A network, how it learns, and how it stands. */
export class Contestant {
  constructor(trial, own, shared, budget) {
    this.trial = trial;
    const architecture = chosenArchitecture(trial, own);
    this.network = new Network(architecture, startOf(trial, own, shared));
    this.training = this.#training(own, shared, budget);
    this.learner = new Learner(this.network, this.training);
    this.#forget();
    this.silence(shared);
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

  #forget() {
    this.curve = []; // [samples seen, log10 of the smoothed loss]
    this.level = null;
    this.place = null; // of the circle, in pixels
    this.distance = NaN;
    this.everywhere = NaN; // mean distance over the whole canvas, in pixels
    this.arrived = null; // samples seen when it first came near to stay
    this.near = { since: 0, movements: 0, way: 0 };
    this.last = null; // where the pointer was
    this.diverged = false;
  }

  /** Let a share of the hidden neurons say nothing; which ones is drawn by number. */
  silence({ silenced, draw }) {
    const [first, last] = this.network.hiddenUnits;
    const order = new PCG64(seedSequence([draw])).permutation(last - first);
    this.silent = Array.from(order).slice(0, Math.round(silenced * (last - first)));
    this.learner.silence(this.silent);
  }

  /** Take over what a pre-training has made of the network. */
  trained({ parameters, seen: samples, loss }) {
    this.network.parameters.set(parameters);
    this.learner.samplesSeen += samples;
    this.#forget();
    if (!(loss < HUGE)) {
      this.#diverge();
    }
  }

  /** Learn from a sample, if it is to. */
  learn(input, target) {
    if (this.diverged) {
      return;
    }
    const loss = this.learner.step(input, target);
    if (!(loss < HUGE)) {
      this.#diverge();
      return;
    }
    const level = Math.log10(Math.max(loss, LEAST_LOSS));
    this.level = this.level === null ? level : this.level + SMOOTHING * (level - this.level);
    this.#note();
  }

  #diverge() {
    this.diverged = true;
    this.place = null;
    this.distance = NaN;
    this.everywhere = NaN;
  }

  #note() {
    const { samplesSeen } = this.learner;
    const last = this.curve.at(-1);
    if (last === undefined || samplesSeen >= last[0] * 1.01) {
      this.curve.push([samplesSeen, this.level]);
    }
  }

  /** Put the circle where the network says, and measure how far it is from the pointer. */
  follow(input, pointer, canvas, factor) {
    if (this.diverged) {
      return;
    }
    this.everywhere = this.#surveyed(canvas, factor);
    const place = placed(this.network.predict(input), canvas, factor);
    this.distance = between(place, pointer);
    if (!(this.distance < HUGE && this.everywhere < HUGE)) {
      this.#diverge();
      return;
    }
    this.place = place;
  }

  /** Count a movement to the pointer, which it has followed, if it came near. */
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

  // A network that follows only where the pointer has just been has not arrived.
  #surveyed(canvas, factor) {
    let total = 0;
    for (const position of gridOf(canvas)) {
      const output = this.network.predict(seen(position, canvas, factor));
      total += between(placed(output, canvas, factor), position);
    }
    return total / GRID ** 2;
  }
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
