// What a race leaves to chance, reproducibly. Knows no network.

import { PCG64, seedSequence } from "./random.js";

const STREAM = 3; // beside those of a training

/** A stream of draws that belongs to a seed and a replicate. */
export class Chance {
  #random;

  constructor({ seed, start }) {
    this.#random = new PCG64(seedSequence([BigInt(seed), 0], [STREAM, start]));
  }

  /** One of several. */
  oneOf(values) {
    return values[this.#random.integers(values.length)];
  }

  /** A shift in pixels, normal in both directions: Box & Muller 1958. */
  tremor(deviation) {
    if (deviation === 0) {
      return [0, 0];
    }
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - this.#random.random()));
    const angle = 2 * Math.PI * this.#random.random();
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  }
}
