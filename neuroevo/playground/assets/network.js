// A network that predicts and learns in float64, with the results of the Python kernel.
// It knows neither pages nor the meaning of its numbers.

import { ACTIVATIONS, softmax } from "./activations.js";
import {
  checkedArchitecture,
  demand,
  hiddenActivations,
  layerSizes,
  vectorSize,
} from "./architecture.js";
import {
  DEFAULT_OPTIMIZATION,
  OPTIMIZERS,
  SCHEDULES,
  optimizerMemory,
  updateParameters,
} from "./optimizers.js";
import { PCG64, seedSequence, threefry } from "./random.js";

/** By kind, the half width of a layer's weights, from its fan-in, its fan-out and a range. */
export const STARTING_WEIGHTS = {
  uniform: (fanIn, fanOut, range) => range,
  glorot: (fanIn, fanOut) => Math.sqrt(6 / (fanIn + fanOut)),
  he: (fanIn) => Math.sqrt(6 / fanIn),
};

/**
 * Starting parameters of a replicate, from draws that are the same for every architecture.
 * @param {string} kind of STARTING_WEIGHTS; only `uniform` draws biases
 * @param {(number|bigint)[]} seed entropy: an experiment's seed, and 0 for those of its search
 * @param {number} range half width of `uniform`
 * @returns {Float64Array} (vectorSize(architecture)); see vectorSize
 */
export function startingParameters(architecture, kind, seed, replicate, range = 1) {
  const random = new PCG64(seedSequence(seed, [0, replicate]));
  const parameters = new Float64Array(vectorSize(architecture));
  const sizes = layerSizes(architecture);
  let row = 0;
  for (let layer = 1; layer < sizes.length; layer += 1) {
    const spread = STARTING_WEIGHTS[kind](sizes[layer - 1], sizes[layer], range);
    const biasSpread = architecture.biases && kind === "uniform" ? spread : 0;
    for (let unit = 0; unit <= sizes[layer - 1]; unit += 1) {
      for (let output = 0; output < sizes[layer]; output += 1, row += 1) {
        parameters[row] = (random.random() * 2 - 1) * (unit === 0 ? biasSpread : spread);
      }
    }
  }
  return parameters;
}

// One layer: where its parameters, inputs and outputs lie.
function layersOf(architecture) {
  const sizes = layerSizes(architecture);
  const activations = [...hiddenActivations(architecture), "linear"];
  let offset = 0;
  let first = 0;
  return activations.map((name, layer) => {
    const [fanIn, fanOut] = [sizes[layer], sizes[layer + 1]];
    const place = { offset, first, following: first + fanIn, fanIn, fanOut };
    offset += (fanIn + 1) * fanOut;
    first += fanIn;
    return { ...place, activate: ACTIVATIONS[name], hidden: layer < activations.length - 1 };
  });
}

/**
 * A fully connected network.
 *
 * `layers` and `values` are views that follow the network as it learns: of each layer
 * `{weights: weights[from][to], biases}`, and the activations of each layer after the last sample,
 * inputs first.
 */
export class Network {
  #layers;
  #values;
  #slopes;
  #deltas;

  /** Factors of all units if some are dropped, else null; see Learner.dropUnits. */
  mask = null;

  /**
   * @param {object} architecture as Python's Architecture.model_dump(mode="json")
   * @param {ArrayLike<number>} parameters (vectorSize(architecture)), copied
   */
  constructor(architecture, parameters) {
    this.architecture = { biases: true, output: "linear", ...architecture };
    this.parameters = Float64Array.from(parameters);
    this.#layers = layersOf(this.architecture);
    const units = layerSizes(this.architecture).reduce((sum, size) => sum + size, 0);
    this.#values = new Float64Array(units);
    this.#slopes = new Float64Array(units).fill(1);
    this.#deltas = new Float64Array(units);
    // Places of the hidden units among all: from the first up to, but not, the second.
    this.hiddenUnits = [this.#layers[0].fanIn, this.#layers.at(-1).following];
    this.layers = this.#layers.map(({ offset, fanIn, fanOut }) => {
      const row = (unit) =>
        this.parameters.subarray(offset + unit * fanOut, offset + (unit + 1) * fanOut);
      const weights = Array.from({ length: fanIn }, (_, unit) => row(unit + 1));
      return { weights, biases: row(0) };
    });
    this.values = [
      this.#values.subarray(0, this.#layers[0].fanIn),
      ...this.#layers.map(({ following, fanOut }) =>
        this.#values.subarray(following, following + fanOut),
      ),
    ];
  }

  /** Compute the outputs for an input: Float64Array (outputs). */
  predict(input) {
    this.forward(input, this.mask);
    return this.values.at(-1).slice();
  }

  /** Mean over the outputs of the squared error. */
  error(input, target) {
    this.forward(input, this.mask);
    const outputs = this.values.at(-1);
    let total = 0;
    for (let output = 0; output < outputs.length; output += 1) {
      total += (outputs[output] - target[output]) ** 2;
    }
    return total / outputs.length;
  }

  /** Fill `values` for an input; `factors` are what units are multiplied by, or null. */
  forward(input, factors) {
    const values = this.#values;
    const slopes = this.#slopes;
    for (let unit = 0; unit < this.#layers[0].fanIn; unit += 1) {
      values[unit] = input[unit];
    }
    for (let number = 0; number < this.#layers.length; number += 1) {
      const layer = this.#layers[number];
      const last = layer.following + layer.fanOut;
      this.#preActivations(layer);
      layer.activate(values, slopes, layer.following, last);
      if (factors !== null && layer.hidden) {
        for (let unit = layer.following; unit < last; unit += 1) {
          values[unit] *= factors[unit];
          slopes[unit] *= factors[unit];
        }
      }
    }
    if (this.architecture.output === "softmax") {
      softmax(values, this.#layers.at(-1).following, values.length);
    }
  }

  // Pre-activations of a layer: biases plus weighted inputs.
  #preActivations({ offset, first, following, fanIn, fanOut }) {
    const values = this.#values;
    const parameters = this.parameters;
    let row = offset;
    for (let output = following; output < following + fanOut; output += 1, row += 1) {
      values[output] = parameters[row];
    }
    for (let unit = first; unit < first + fanIn; unit += 1) {
      const value = values[unit];
      for (let output = following; output < following + fanOut; output += 1, row += 1) {
        values[output] += value * parameters[row];
      }
    }
  }

  /**
   * Add scale × the gradient of the loss to `totals`, after `forward`; gives the loss:
   * ½ Σ (output - target)², or the cross-entropy of softmax outputs.
   */
  backward(target, totals, scale) {
    const loss = this.#outputDeltas(target);
    for (let number = this.#layers.length - 1; number >= 0; number -= 1) {
      const layer = this.#layers[number];
      if (this.architecture.biases) {
        for (let output = 0; output < layer.fanOut; output += 1) {
          totals[layer.offset + output] += scale * this.#deltas[layer.following + output];
        }
      }
      this.#backwardLayer(layer, totals, scale);
    }
    return loss;
  }

  // The deltas of the outputs are output - target for either loss.
  #outputDeltas(target) {
    const { following, fanOut } = this.#layers.at(-1);
    const entropy = this.architecture.output === "softmax";
    let loss = 0;
    for (let output = 0; output < fanOut; output += 1) {
      const value = this.#values[following + output];
      const delta = value - target[output];
      this.#deltas[following + output] = delta;
      if (!entropy) {
        loss += (delta * delta) / 2;
      } else if (target[output] > 0) {
        loss -= target[output] * Math.log(value);
      }
    }
    return loss;
  }

  // Deltas of a layer's inputs and the gradient of its weights. The deltas come from the weights
  // as they were, also where they are what is added to.
  #backwardLayer({ offset, first, following, fanIn, fanOut }, totals, scale) {
    const values = this.#values;
    const deltas = this.#deltas;
    const parameters = this.parameters;
    let row = offset + fanOut;
    for (let unit = first; unit < first + fanIn; unit += 1) {
      const value = scale * values[unit];
      let sum = 0;
      for (let output = following; output < following + fanOut; output += 1, row += 1) {
        const delta = deltas[output];
        sum += parameters[row] * delta;
        totals[row] += value * delta;
      }
      deltas[unit] = sum * this.#slopes[unit];
    }
  }

  /** The JSON that `fromJSON` reads. */
  toJSON() {
    return { architecture: this.architecture, parameters: Array.from(this.parameters) };
  }

  /** A network from a file. Throws an Error of one sentence if it is not valid. */
  static fromJSON(value) {
    demand(value !== null && typeof value === "object", "network", "a table", value);
    const architecture = checkedArchitecture(value.architecture);
    const { parameters } = value;
    const count = vectorSize(architecture);
    demand(
      Array.isArray(parameters) && parameters.length === count && parameters.every(Number.isFinite),
      "parameters",
      `${count} finite numbers`,
      parameters,
    );
    return new Network(architecture, parameters);
  }
}

// Draws the hidden units that are dropped for each sample, with the kernel's random numbers.
class Dropout {
  #keys;
  #limit;
  #kept;

  constructor(share, units, seed, replicate) {
    this.#keys = seedSequence(seed, [2, replicate]).generateState(2);
    this.#limit = Math.min(Math.round(share * 2 ** 32), 2 ** 32 - 1);
    this.#kept = 1 / (1 - share);
    this.factors = new Float64Array(units);
  }

  draw(sample, [first, last], mask) {
    const [key0, key1] = this.#keys;
    for (let unit = first; unit < last; unit += 1) {
      const kept = threefry(key0, key1, sample, unit) >= this.#limit ? this.#kept : 0;
      this.factors[unit] = mask === null ? kept : kept * mask[unit];
    }
    return this.factors;
  }
}

/** One training of a network, sample by sample. */
export class Learner {
  #memory;
  #dropout = null;
  #online; // plain SGD after each sample, for which no gradient is stored
  #batch = { start: 0, end: 0 };

  /**
   * @param {Network} network that learns
   * @param {object} training
   * @param {number} training.learning_rate
   * @param {object} [training.optimization] as Python's Optimization.model_dump(); missing values
   *   are the defaults
   * @param {number} [training.budget] in samples, for schedules and the last batch; from there on
   *   the learning rate stays as it is
   * @param {(number|bigint)[]} [training.seed] of the dropout, with the replicate
   * @param {number} [training.replicate]
   */
  constructor(
    network,
    { learning_rate, optimization = {}, budget = Infinity, seed = [0, 0], replicate = 0 },
  ) {
    const chosen = { ...DEFAULT_OPTIMIZATION, ...optimization };
    for (const [key, names] of [["optimizer", OPTIMIZERS], ["schedule", SCHEDULES]]) {
      const known = Object.hasOwn(names, chosen[key]);
      demand(known, `optimization.${key}`, `one of ${Object.keys(names).join(", ")}`, chosen[key]);
    }
    this.network = network;
    this.optimization = chosen;
    this.learningRate = learning_rate;
    this.budget = budget;
    this.samplesSeen = 0;
    const regularised = chosen.l2 > 0 || chosen.max_gradient_norm > 0;
    this.#online = chosen.optimizer === "sgd" && chosen.batch_size === 1 && !regularised;
    this.#memory = optimizerMemory(this.#online ? 0 : network.parameters.length);
    if (chosen.dropout > 0) {
      this.#dropout = new Dropout(chosen.dropout, network.hiddenUnits[1], seed, replicate);
    }
  }

  /**
   * Set the activations of these hidden units, counted from 0 over all hidden layers, to 0 from now
   * on, both in training and in predictions; an empty list ends this.
   */
  dropUnits(units) {
    const { network } = this;
    const [first, last] = network.hiddenUnits;
    network.mask = units.length > 0 ? new Float64Array(last).fill(1) : null;
    units.forEach((unit) => {
      network.mask[first + unit] = 0;
    });
  }

  /** Train on one sample, with a step if the batch is full; returns the loss before the step. */
  step(input, target) {
    const seen = this.samplesSeen;
    const { network } = this;
    const { mask } = network;
    const factors =
      this.#dropout === null ? mask : this.#dropout.draw(seen, network.hiddenUnits, mask);
    network.forward(input, factors);
    this.samplesSeen = seen + 1;
    if (this.#online) {
      return network.backward(target, network.parameters, -this.#rate(seen));
    }
    const batch = this.#batch;
    if (seen >= batch.end) {
      this.#begin(seen);
    }
    const loss = network.backward(target, this.#memory.gradients, 1 / (batch.end - batch.start));
    if (seen + 1 === batch.end) {
      updateParameters(network.parameters, this.#memory, this.#rate(batch.start), this.optimization);
    }
    return loss;
  }

  // The last batch of a budget may be a shorter one.
  #begin(seen) {
    const end = seen + this.optimization.batch_size;
    this.#batch.start = seen;
    this.#batch.end = seen < this.budget ? Math.min(end, this.budget) : end;
  }

  // Of a step whose first sample comes after so many.
  #rate(seen) {
    const { schedule, end_factor: endFactor } = this.optimization;
    if (schedule === "constant" || this.budget === Infinity) {
      return this.learningRate;
    }
    const remaining = Math.max(0, (this.budget - seen) / this.budget);
    return this.learningRate * SCHEDULES[schedule](endFactor, remaining);
  }
}
