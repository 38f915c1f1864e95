// brain.js: its NeuralNetwork, whose outputs have the activation of its hidden layers.

import brain from "brain.js";

class OfBrainJS {
  #network;

  constructor({ inputs, hidden, outputs }, options) {
    this.#network = new brain.NeuralNetwork({
      inputSize: inputs,
      hiddenLayers: hidden,
      outputSize: outputs,
      ...options,
    });
    this.#network.initialize();
  }

  prepared(input, target) {
    return { input: Float64Array.from(input), output: target };
  }

  train(sample) {
    this.#network.trainPattern(sample);
  }

  predict(input) {
    return this.#network.runInput(input);
  }

  // Its first layer has no weights.
  get layers() {
    return this.#network.weights.slice(1).map((rows, number) => ({
      weights: Array.from(rows[0], (_, from) => rows.map((row) => row[from])),
      biases: this.#network.biases[number + 1],
    }));
  }

  set layers(layers) {
    layers.forEach(({ weights, biases }, number) => {
      this.#network.biases[number + 1].set(biases);
      this.#network.weights[number + 1].forEach((row, to) => {
        row.set(weights.map((from) => from[to]));
      });
    });
  }
}

// It has no linear activation, but a leaky ReLU of any slope below 1, and this one is linear but for
// the rounding of a last bit. It takes no momentum of 0 either, so it gets one that changes nothing.
const ALMOST_1 = 1 - 2 ** -53;
const ALMOST_0 = 1e-300;

export function given({ architecture, activation, learning_rate }, layers) {
  const kind =
    activation === "linear"
      ? { activation: "leaky-relu", leakyReluAlpha: ALMOST_1 }
      : { activation };
  const options = { ...kind, learningRate: learning_rate, momentum: ALMOST_0 };
  const learner = new OfBrainJS(architecture, options);
  learner.layers = layers;
  return learner;
}

// With samples from 0 to 1, as its documentation asks for: its default activation is the sigmoid.
class OfBrainJSInItsRange extends OfBrainJS {
  prepared(input, target) {
    return super.prepared(toItsRange(input), toItsRange(target));
  }

  predict(input) {
    return Array.from(super.predict(toItsRange(input)), (output) => 2 * output - 1);
  }
}

function toItsRange(values) {
  return values.map((value) => (value + 1) / 2);
}

export function own({ architecture }) {
  return new OfBrainJSInItsRange(architecture, {});
}
