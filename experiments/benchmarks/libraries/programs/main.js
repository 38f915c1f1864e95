// Trains networks with one library, on the samples that it reads from stdin as JSON, and writes JSON.
//
// Usage: node main.js LIBRARY WORK, with a module of this folder, and "learn" or "time".
// A library's module exports `given` and `own`, which make a learner: from the settings that all
// libraries share, or with the defaults of its own. A learner has
//   prepared(input, target)  a sample as the library takes it
//   train(sample)            one step
//   predict(input)           the outputs
//   layers                   of each layer {weights: [from][to], biases: [to]}, read and written

import { readFileSync } from "node:fs";

import { PCG64, seedSequence } from "./mouse_page/random.js";

const [library, work] = process.argv.slice(2);
const { given, own } = await import(`./${library}.js`);
const task = JSON.parse(readFileSync(0, "utf-8"));

// The libraries draw their own starting weights with Math.random, which has no seed.
const random = new PCG64(seedSequence([0]));
Math.random = () => random.random();

function newLearner(layers) {
  return layers === null ? own(task) : given(task, layers);
}

function samplesOf(learner) {
  return task.inputs.map((input, row) => learner.prepared(input, task.targets[row]));
}

function meanSquaredError(learner) {
  const { inputs, targets } = task.validation;
  const errors = inputs.flatMap((input, row) => {
    const outputs = learner.predict(input);
    return targets[row].map((target, place) => (outputs[place] - target) ** 2);
  });
  return errors.reduce((sum, each) => sum + each, 0) / errors.length;
}

// Give the validation MSE after so many samples each, and the layers after some of them.
function learnt(start) {
  const learner = newLearner(start);
  const samples = samplesOf(learner);
  let layers = null;
  let seen = 0;
  const curve = task.samples_seen.map((point) => {
    for (; seen < point; seen += 1) {
      if (seen === task.compared_after) {
        layers = copied(learner.layers);
      }
      learner.train(samples[seen]);
    }
    return meanSquaredError(learner);
  });
  return { curve, layers: layers ?? copied(learner.layers) };
}

function copied(layers) {
  return layers.map(({ weights, biases }) => ({
    weights: weights.map((row) => Array.from(row)),
    biases: Array.from(biases),
  }));
}

// CPU time of a sample in microseconds: of the second training, as the first one compiles the code.
function microseconds(start) {
  const time = () => {
    const learner = newLearner(start);
    const samples = samplesOf(learner);
    const began = process.cpuUsage();
    for (let seen = 0; seen < samples.length; seen += 1) {
      learner.train(samples[seen]);
    }
    const { user, system } = process.cpuUsage(began);
    return (user + system) / samples.length;
  };
  time();
  return time();
}

const result = work === "learn" ? task.starts.map(learnt) : microseconds(task.starts[0]);
console.log(JSON.stringify(result));
