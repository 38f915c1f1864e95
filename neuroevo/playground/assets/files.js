// Downloads and uploads: texts, and networks as JSON. It knows no element of the page.

import { demand, vectorSize } from "./architecture.js";
import { Network } from "./network.js";
import { DEFAULT_OPTIMIZATION, OPTIMIZERS, SCHEDULES } from "./optimizers.js";

const MOST_TRAINED = 20_000; // parameters that can be trained between two frames
const MOST_BYTES = 10_000_000;

/** Download a text as a file. */
export function download(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The text of a file. Throws an Error where it is too large. */
export async function textOf(file) {
  if (file.size > MOST_BYTES) {
    throw new Error(`${file.name}: must be at most 10 MB`);
  }
  return file.text();
}

/** A contestant's network as JSON, with how it learns. */
export function networkText(contestant) {
  const { network, learner, trial } = contestant;
  return `${JSON.stringify({
    name: trial.name,
    ...network.toJSON(),
    learning_rate: learner.learningRate,
    optimization: learner.optimization,
    starting_weights: trial.starting_weights,
  })}\n`;
}

/** A contestant from such a text. Throws an Error of one sentence if there is none in it. */
export function networkTrial(text, key, name) {
  const content = networkContent(text);
  const network = Network.fromJSON(content);
  const { architecture } = network;
  demand(architecture.inputs === 2, "architecture.inputs", "2, x and y", architecture.inputs);
  demand(architecture.outputs === 2, "architecture.outputs", "2, x and y", architecture.outputs);
  demand(architecture.output === "linear", "architecture.output", "linear", architecture.output);
  const count = vectorSize(architecture);
  demand(count <= MOST_TRAINED, "parameters", "at most 20,000 numbers", count);
  return {
    key,
    name: name.slice(0, 60),
    group: "file",
    configuration: "",
    architecture,
    optimization: knownOptimization(content.optimization),
    learning_rate: content.learning_rate > 0 ? Math.min(content.learning_rate, 10) : 0.01,
    starting_weights: ["glorot", "he"].find((kind) => kind === content.starting_weights) ?? "uniform",
    parameters: Array.from(network.parameters),
  };
}

function networkContent(text) {
  let content = null;
  try {
    content = JSON.parse(text);
  } catch {
    // reported below, like any other text that is not a network
  }
  if (!content?.architecture || !content.parameters) {
    throw new Error("this is not a network file: it must be one that “Download network” has written");
  }
  return content;
}

// The values of a file that have the type of the default.
function knownOptimization(value) {
  const given = value !== null && typeof value === "object" ? value : {};
  const chosen = { ...DEFAULT_OPTIMIZATION };
  for (const [name, usual] of Object.entries(DEFAULT_OPTIMIZATION)) {
    if (typeof usual === "number" && Number.isFinite(given[name])) {
      chosen[name] = given[name];
    }
  }
  for (const [name, known] of [["optimizer", OPTIMIZERS], ["schedule", SCHEDULES]]) {
    if (Object.hasOwn(known, String(given[name]))) {
      chosen[name] = given[name];
    }
  }
  return chosen;
}
