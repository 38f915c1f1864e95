// Activations of layers, each with its slope. They know no weights.

function sigmoid(x) {
  const e = Math.exp(-Math.abs(x));
  return (x < 0 ? e : 1) / (1 + e);
}

/**
 * By name, the function that replaces the pre-activations values[first] to values[last - 1] by
 * activations, and writes their slopes to slopes: (values, slopes, first, last).
 */
export const ACTIVATIONS = {
  linear(values, slopes, first, last) {
    for (let unit = first; unit < last; unit += 1) {
      slopes[unit] = 1;
    }
  },
  tanh(values, slopes, first, last) {
    for (let unit = first; unit < last; unit += 1) {
      const value = Math.tanh(values[unit]);
      values[unit] = value;
      slopes[unit] = 1 - value * value;
    }
  },
  sigmoid(values, slopes, first, last) {
    for (let unit = first; unit < last; unit += 1) {
      const value = sigmoid(values[unit]);
      values[unit] = value;
      slopes[unit] = value * (1 - value);
    }
  },
  relu(values, slopes, first, last) {
    for (let unit = first; unit < last; unit += 1) {
      slopes[unit] = values[unit] > 0 ? 1 : 0;
      values[unit] *= slopes[unit];
    }
  },
  leaky_relu(values, slopes, first, last) {
    for (let unit = first; unit < last; unit += 1) {
      slopes[unit] = values[unit] > 0 ? 1 : 0.1;
      values[unit] *= slopes[unit];
    }
  },
  elu(values, slopes, first, last) {
    for (let unit = first; unit < last; unit += 1) {
      const x = values[unit];
      const negative = x > 0 ? 0 : Math.expm1(x);
      values[unit] = x > 0 ? x : negative;
      slopes[unit] = 1 + negative;
    }
  },
  softplus(values, slopes, first, last) {
    for (let unit = first; unit < last; unit += 1) {
      const x = values[unit];
      values[unit] = (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x)));
      slopes[unit] = sigmoid(x);
    }
  },
  silu(values, slopes, first, last) {
    for (let unit = first; unit < last; unit += 1) {
      const x = values[unit];
      const logistic = sigmoid(x);
      values[unit] = x * logistic;
      slopes[unit] = values[unit] * (1 - logistic) + logistic;
    }
  },
};

/** Replace values[first] to values[last - 1] by class probabilities. */
export function softmax(values, first, last) {
  let greatest = values[first];
  for (let unit = first + 1; unit < last; unit += 1) {
    greatest = values[unit] > greatest ? values[unit] : greatest;
  }
  let total = 0;
  for (let unit = first; unit < last; unit += 1) {
    values[unit] = Math.exp(values[unit] - greatest);
    total += values[unit];
  }
  for (let unit = first; unit < last; unit += 1) {
    values[unit] /= total;
  }
}
