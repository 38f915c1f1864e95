// ConvNetJS: layers of type fc, which are linear without an activation, and a regression.

import convnetjs from "convnetjs";

class OfConvNetJS {
  #net = new convnetjs.Net();
  #trainer;

  constructor({ inputs, hidden, outputs }, activation, options) {
    this.#net.makeLayers([
      { type: "input", out_sx: 1, out_sy: 1, out_depth: inputs },
      ...hidden.map((width) => ({ type: "fc", num_neurons: width, ...activation })),
      { type: "regression", num_neurons: outputs },
    ]);
    this.#trainer = new convnetjs.Trainer(this.#net, options);
  }

  get #connected() {
    return this.#net.layers.filter((layer) => layer.layer_type === "fc");
  }

  prepared(input, target) {
    return { input: new convnetjs.Vol(input), target };
  }

  train({ input, target }) {
    this.#trainer.train(input, target);
  }

  predict(input) {
    return this.#net.forward(new convnetjs.Vol(input)).w;
  }

  get layers() {
    return this.#connected.map(({ filters, biases, num_inputs }) => ({
      weights: Array.from({ length: num_inputs }, (_, from) => filters.map(({ w }) => w[from])),
      biases: biases.w,
    }));
  }

  set layers(layers) {
    this.#connected.forEach(({ filters, biases }, number) => {
      biases.w.set(layers[number].biases);
      filters.forEach(({ w }, to) => w.set(layers[number].weights.map((row) => row[to])));
    });
  }
}

/** Plain SGD; its momentum is 0.9 by default. */
export function given({ architecture, activation, learning_rate }, layers) {
  const kind = activation === "linear" ? {} : { activation };
  const learner = new OfConvNetJS(architecture, kind, { learning_rate, momentum: 0 });
  learner.layers = layers;
  return learner;
}

/** The network without an activation, as that is its default. */
export function own({ architecture }) {
  return new OfConvNetJS(architecture, {}, {});
}
