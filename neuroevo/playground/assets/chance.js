// The random numbers of a race, which are reproducible. It knows no network.

import { PCG64, seedSequence } from "./random.js";

const STREAM = 3; // other streams belong to the training

/** A stream of random numbers for a seed and a replicate. */
export class Chance {
  #random;

  constructor({ seed, start }) {
    this.#random = new PCG64(seedSequence([BigInt(seed), 0], [STREAM, start]));
  }

  /** One of some values. */
  oneOf(values) {
    return values[this.#random.integers(values.length)];
  }

  /** A normally distributed shift in pixels, [x, y]: Box & Muller 1958. */
  jitter(deviation) {
    if (deviation === 0) {
      return [0, 0];
    }
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - this.#random.random()));
    const angle = 2 * Math.PI * this.#random.random();
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  }
}
