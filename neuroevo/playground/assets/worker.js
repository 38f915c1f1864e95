// The worker of the pre-training: trains networks in slices of time, and reports after each slice.

import { Learner, Network } from "./network.js";
import { PCG64, seedSequence } from "./random.js";

const SLICE = 40; // milliseconds between two messages
const BLOCK = 200; // samples between two looks at the clock
const SPACING = 1.1; // between two losses that are kept, as a factor of the samples seen

/** One network's training: all epochs over the samples, each epoch in a new order. */
class Training {
  constructor({ architecture, parameters, dropped, training }, { inputs, targets, epochs }) {
    this.network = new Network(architecture, parameters);
    this.learner = new Learner(this.network, training);
    this.learner.dropUnits(dropped);
    this.samples = { inputs, targets };
    this.budget = epochs * inputs.length;
    this.random = new PCG64(seedSequence(training.seed, [1]));
    this.seen = 0;
    this.loss = 0;
    this.losses = []; // [samples seen, loss], evenly spaced on the logarithmic axis of a curve
  }

  get done() {
    return this.seen === this.budget || this.diverged;
  }

  get diverged() {
    return !Number.isFinite(this.loss);
  }

  /** Train on a block of samples, at most up to the end of the epoch. */
  advance() {
    const { inputs, targets } = this.samples;
    const place = this.seen % inputs.length;
    if (place === 0) {
      this.order = this.random.permutation(inputs.length);
    }
    const last = Math.min(place + BLOCK, inputs.length);
    let sum = 0;
    for (let index = place; index < last; index += 1) {
      const sample = this.order[index];
      sum += this.learner.step(inputs[sample], targets[sample]);
    }
    this.loss = sum / (last - place);
    this.seen += last - place;
    this.#keepLoss();
  }

  #keepLoss() {
    const last = this.losses.at(-1)?.[0] ?? 0;
    if (!this.diverged && (this.seen >= last * SPACING || this.seen === this.budget)) {
      this.losses.push([this.seen, this.loss]);
    }
  }

  get report() {
    const { seen, loss, losses } = this;
    return { seen, loss, losses, parameters: this.network.parameters.slice() };
  }
}

function work(trainings) {
  const end = performance.now() + SLICE;
  let open = trainings.filter((training) => !training.done);
  while (open.length > 0 && performance.now() < end) {
    // The one with fewer samples, so that both end at the same time.
    open.reduce((least, each) => (each.seen < least.seen ? each : least)).advance();
    open = trainings.filter((training) => !training.done);
  }
  const reports = trainings.map((training) => training.report);
  self.postMessage({ done: open.length === 0, reports });
  if (open.length > 0) {
    setTimeout(() => work(trainings));
  }
}

self.onmessage = ({ data: { networks, samples } }) => {
  work(networks.map((network) => new Training(network, samples)));
};
