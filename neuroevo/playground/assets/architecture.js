// Layers, activations, biases and outputs of a network, as `Architecture` in Python has them.

import { ACTIVATIONS } from "./activations.js";

const MOST_PARAMETERS = 1_000_000; // so that no file makes the page unresponsive

/** Units of each layer, from the inputs to the outputs. */
export function layerSizes({ inputs, hidden, outputs }) {
  return [inputs, ...hidden, outputs];
}

/** The activation of each hidden layer. */
export function hiddenActivations({ hidden, activation }) {
  return Array.isArray(activation) ? activation : hidden.map(() => activation);
}

/** Length of a parameter vector: layer by layer the biases, then the weights, input-major. */
export function vectorSize(architecture) {
  const sizes = layerSizes(architecture);
  return sizes.slice(1).reduce((sum, size, layer) => sum + (sizes[layer] + 1) * size, 0);
}

/** Throw an Error that states a rule and the value that does not follow it. */
export function demand(holds, place, rule, value) {
  if (!holds) {
    const shown = String(JSON.stringify(value)).slice(0, 80);
    throw new Error(`${place}: must be ${rule}, but got ${shown}`);
  }
}

function isSize(value) {
  return Number.isInteger(value) && value >= 1 && value <= MOST_PARAMETERS;
}

function isActivation(value) {
  return typeof value === "string" && Object.hasOwn(ACTIVATIONS, value);
}

/** An architecture from a file. Throws an Error of one sentence if it is not valid. */
export function checkedArchitecture(value) {
  demand(value !== null && typeof value === "object", "architecture", "a table", value);
  const { inputs, hidden, outputs, activation, biases = true, output = "linear" } = value;
  const sizes = "whole numbers from 1 to 1,000,000";
  demand(isSize(inputs), "architecture.inputs", "a whole number from 1 to 1,000,000", inputs);
  demand(Array.isArray(hidden) && hidden.every(isSize), "architecture.hidden", sizes, hidden);
  demand(isSize(outputs), "architecture.outputs", "a whole number from 1 to 1,000,000", outputs);
  demand(
    Array.isArray(activation)
      ? activation.length === hidden.length && activation.every(isActivation)
      : isActivation(activation),
    "architecture.activation",
    `one for all hidden layers, or one for each, of ${Object.keys(ACTIVATIONS).join(", ")}`,
    activation,
  );
  demand(typeof biases === "boolean", "architecture.biases", "true or false", biases);
  const known = output === "linear" || output === "softmax";
  demand(known, "architecture.output", "linear or softmax", output);
  const architecture = { inputs, hidden, outputs, activation, biases, output };
  const count = vectorSize(architecture);
  demand(count <= MOST_PARAMETERS, "architecture", "of at most 1,000,000 parameters", count);
  return architecture;
}
