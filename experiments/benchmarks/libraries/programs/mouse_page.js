// The network of the mouse page, from its assets, which are copied beside this file.

import { Learner, Network } from "./mouse_page/network.js";
import { vectorSize } from "./mouse_page/architecture.js";

class OfMousePage {
  #network;
  #learner;

  constructor({ architecture, learning_rate }, layers) {
    this.#network = new Network(architecture, new Float64Array(vectorSize(architecture)));
    layers.forEach(({ weights, biases }, number) => {
      const own = this.#network.layers[number];
      own.biases.set(biases);
      weights.forEach((row, from) => own.weights[from].set(row));
    });
    this.#learner = new Learner(this.#network, { learning_rate });
  }

  prepared(input, target) {
    return { input, target };
  }

  train({ input, target }) {
    this.#learner.step(input, target);
  }

  predict(input) {
    return this.#network.predict(input);
  }

  get layers() {
    return this.#network.layers;
  }
}

export const given = (task, layers) => new OfMousePage(task, layers);
