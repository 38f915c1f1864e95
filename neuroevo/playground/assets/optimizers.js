// Optimizers and learning rate schedules. They know neither layers nor samples.

/** The default optimization. */
export const DEFAULT_OPTIMIZATION = Object.freeze({
  optimizer: "sgd",
  momentum: 0.9,
  rho: 0.99,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weight_decay: 0.01,
  l2: 0,
  dropout: 0,
  max_gradient_norm: 0,
  batch_size: 1,
  schedule: "constant",
  end_factor: 0.01,
});

/** By name, the factor of the learning rate for the remaining share of the training. */
export const SCHEDULES = {
  constant: () => 1,
  cosine: (endFactor, remaining) =>
    endFactor + (1 - endFactor) * Math.sin((Math.PI / 2) * remaining) ** 2,
  exponential: (endFactor, remaining) => Math.exp(Math.log(endFactor) * (1 - remaining)),
};

// Moments that decay into subnormal numbers become 0: processors are slow with them.
function flushed(moment) {
  return Math.abs(moment) < 1e-307 ? 0 : moment;
}

// The bias correction of moments that began at 0.
function correction(memory, place, beta) {
  memory.corrections[place] = beta * memory.corrections[place] + (1 - beta);
  return memory.corrections[place];
}

function adam(parameters, memory, rate, { beta1, beta2, epsilon }, shrinkage = 1) {
  const { gradients, first, second } = memory;
  const pace = rate / correction(memory, 0, beta1);
  const rootCorrection = 1 / Math.sqrt(correction(memory, 1, beta2));
  for (let row = 0; row < parameters.length; row += 1) {
    const gradient = gradients[row];
    first[row] = flushed(beta1 * first[row] + (1 - beta1) * gradient);
    second[row] = flushed(beta2 * second[row] + (1 - beta2) * (gradient * gradient));
    const direction = first[row] / (Math.sqrt(second[row]) * rootCorrection + epsilon);
    parameters[row] = parameters[row] * shrinkage - pace * direction;
  }
}

/**
 * By name, the function that takes one step with all parameters: (parameters, memory, rate, optimization).
 * Each is computed as PyTorch does.
 */
export const OPTIMIZERS = {
  sgd(parameters, { gradients }, rate) {
    for (let row = 0; row < parameters.length; row += 1) {
      parameters[row] -= rate * gradients[row];
    }
  },
  momentum(parameters, { gradients, first }, rate, { momentum }) {
    for (let row = 0; row < parameters.length; row += 1) {
      first[row] = flushed(momentum * first[row] + gradients[row]);
      parameters[row] -= rate * first[row];
    }
  },
  nesterov(parameters, { gradients, first }, rate, { momentum }) {
    for (let row = 0; row < parameters.length; row += 1) {
      first[row] = flushed(momentum * first[row] + gradients[row]);
      parameters[row] -= rate * (momentum * first[row] + gradients[row]);
    }
  },
  adagrad(parameters, { gradients, second }, rate, { epsilon }) {
    for (let row = 0; row < parameters.length; row += 1) {
      second[row] += gradients[row] * gradients[row];
      parameters[row] -= rate * (gradients[row] / (Math.sqrt(second[row]) + epsilon));
    }
  },
  rmsprop(parameters, { gradients, second }, rate, { rho, epsilon }) {
    for (let row = 0; row < parameters.length; row += 1) {
      const square = gradients[row] * gradients[row];
      second[row] = flushed(rho * second[row] + (1 - rho) * square);
      parameters[row] -= rate * (gradients[row] / (Math.sqrt(second[row]) + epsilon));
    }
  },
  adam(parameters, memory, rate, optimization) {
    adam(parameters, memory, rate, optimization);
  },
  adamw(parameters, memory, rate, optimization) {
    adam(parameters, memory, rate, optimization, 1 - rate * optimization.weight_decay);
  },
};

/** The memory of an optimizer between samples and steps, all 0 at first. */
export function optimizerMemory(parameters) {
  return {
    gradients: new Float64Array(parameters), // of the batch so far
    first: new Float64Array(parameters), // a velocity or an average of gradients
    second: new Float64Array(parameters), // a sum or an average of squared gradients
    corrections: new Float64Array(2),
  };
}

// The factor that clips a gradient to the greatest norm: Pascanu, Mikolov & Bengio 2013.
function clipping(gradients, greatest) {
  let square = 0;
  for (let row = 0; row < gradients.length; row += 1) {
    square += gradients[row] * gradients[row];
  }
  return Math.min(greatest / (Math.sqrt(square) + 1e-6), 1);
}

// Clip the gradient, then add that of the L2 penalty.
function regularise(parameters, gradients, { l2, max_gradient_norm: greatest }) {
  const factor = greatest > 0 ? clipping(gradients, greatest) : 1;
  for (let row = 0; row < gradients.length; row += 1) {
    gradients[row] = l2 * parameters[row] + factor * gradients[row];
  }
}

/** Take one step with all parameters, and set their gradients to 0. */
export function updateParameters(parameters, memory, rate, optimization) {
  if (optimization.l2 > 0 || optimization.max_gradient_norm > 0) {
    regularise(parameters, memory.gradients, optimization);
  }
  OPTIMIZERS[optimization.optimizer](parameters, memory, rate, optimization);
  memory.gradients.fill(0);
}
