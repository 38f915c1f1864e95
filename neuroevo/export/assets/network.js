
const FUNCTIONS = {
  linear: (x) => x,
  tanh: Math.tanh,
  sigmoid: (x) => {
    const e = Math.exp(-Math.abs(x));
    return (x < 0 ? e : 1) / (1 + e);
  },
  relu: (x) => (x > 0 ? x : 0 * x),
  leaky_relu: (x) => (x > 0 ? x : 0.1 * x),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  silu: (x) => x * FUNCTIONS.sigmoid(x),
};

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const WHOLE = /^[+-]?\d+$/;
const LARGEST = 1e100;
const LARGEST_WHOLE = 2 ** 53; // larger ones lose digits as numbers
const BOOLEANS = new Map([["true", 1], ["false", 0], [1, 1], [0, 0]]);
const SPREAD = Math.sqrt(12); // a uniform distribution of variance 1 is so wide

function isMissing(cell) {
  return cell === null || Number.isNaN(cell) || String(cell).trim() === "";
}

function refuse(column, rule, cell) {
  const got = ["number", "bigint"].includes(typeof cell) ? String(cell) : JSON.stringify(cell);
  throw new RangeError(`column ${column.name}: ${rule}, but got ${got}`);
}

// The place of a number among knots: quantiles at equal distances; of equal ones the middle.
function placeAmong(knots, value) {
  const last = knots.length - 1;
  if (value <= knots[0] || value >= knots[last]) {
    return value <= knots[0] ? 0 : 1;
  }
  let next = 1;
  while (knots[next] < value) {
    next += 1;
  }
  if (knots[next] > value) {
    const before = knots[next - 1];
    return (next - 1 + (value - before) / (knots[next] - before)) / last;
  }
  let end = next;
  while (knots[end + 1] === value) {
    end += 1;
  }
  return (next + end) / 2 / last;
}

function numberOf(column, cell) {
  const text = String(cell).trim();
  const isNumber = typeof cell === "number" || NUMBER.test(text);
  if (typeof cell === "boolean" || !isNumber) {
    refuse(column, "must be a number", cell);
  }
  const value = Number(cell);
  if (Math.abs(value) > LARGEST) {
    refuse(column, "must be a number of at most 1e+100 (without its sign)", cell);
  }
  if (typeof cell !== "number" && WHOLE.test(text) && isLong(text)) {
    refuse(column, `must be a whole number of at most ${LARGEST_WHOLE} (without its sign)`, cell);
  }
  return column.knots.length > 0
    ? (placeAmong(column.knots, value) - 0.5) * SPREAD
    : (value - column.offset) / column.scale;
}

function booleanOf(column, cell) {
  const value = BOOLEANS.get(categoryOf(cell));
  if (value === undefined) {
    refuse(column, "must be true or false", cell);
  }
  return value;
}

function isLong(text) {
  const value = BigInt(text);
  return value > LARGEST_WHOLE || value < -LARGEST_WHOLE;
}

// Categories that are numbers are the same in any spelling: 1, "1" and " 01"; long ones keep all
// their digits.
function categoryOf(cell) {
  const text = String(cell).trim();
  if (typeof cell !== "number" && WHOLE.test(text) && isLong(text)) {
    return BigInt(text);
  }
  if (NUMBER.test(text) && Number.isFinite(Number(text))) {
    return Number(text);
  }
  return /^(true|false)$/i.test(text) ? text.toLowerCase() : text;
}

function placeOf(column, cell) {
  const category = categoryOf(cell);
  const place = column.categories.findIndex((name) => categoryOf(name) === category);
  if (place >= 0) {
    return place;
  }
  const isGathered = column.gathered.some((name) => categoryOf(name) === category);
  if (column.gathers && (NETWORK.unseen === "rare" || isGathered)) {
    return column.categories.length;
  }
  if (NETWORK.unseen === "refuse") {
    refuse(column, "must be one of the categories of the training rows", cell);
  }
  return -1;
}

function valuesOf(column, cell) {
  if (column.kind !== "category") {
    return [(column.kind === "number" ? numberOf : booleanOf)(column, cell)];
  }
  const place = placeOf(column, cell);
  const inputs = column.categories.length + Number(column.gathers);
  return Array.from({ length: inputs }, (_, input) => Number(input === place));
}

/** The inputs of the network for a row, an object {column: cell}. */
export function prepare(row) {
  return NETWORK.inputs.flatMap((column) => {
    const cell = Object.hasOwn(row, column.name) ? row[column.name] : undefined;
    if (cell === undefined) {
      refuse(column, "must be in the row, null if it is missing", cell);
    }
    if (typeof cell === "object" && cell !== null) {
      refuse(column, "must be text, a number, true or false", cell);
    }
    const missing = isMissing(cell);
    if (missing && column.fill === null) {
      refuse(column, "must not be missing", cell);
    }
    const values = valuesOf(column, missing ? column.fill : cell);
    if (values.some((value) => !(Math.abs(value) <= NETWORK.largest_input))) {
      refuse(column, "must be closer to the numbers of the training rows", cell);
    }
    return column.indicator ? [...values, Number(missing)] : values;
  });
}

function softmax(values) {
  const greatest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - greatest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function apply(layer, inputs) {
  const sums = layer.biases.map((bias, unit) =>
    inputs.reduce((sum, input, place) => sum + input * layer.weights[place][unit], bias),
  );
  return layer.function === "softmax" ? softmax(sums) : sums.map(FUNCTIONS[layer.function]);
}

/** The outputs for a row: targets on their raw scale, or the probability of each of `classes`. */
export function outputs(row) {
  const prepared = prepare(row);
  const found = NETWORK.networks.map((layers) =>
    layers.reduce((inputs, layer) => apply(layer, inputs), prepared),
  );
  const values = found[0].map(
    (_, place) => found.reduce((sum, each) => sum + each[place], 0) / found.length,
  );
  if (NETWORK.classes.length > 0) {
    return values;
  }
  const { targets } = NETWORK;
  return values.map((value, place) => value * targets[place].scale + targets[place].offset);
}

/** The prediction for a row: its class, or an object {target: value}. */
export function predict(row) {
  const values = outputs(row);
  if (NETWORK.classes.length > 0) {
    return classes[values.indexOf(Math.max(...values))];
  }
  return Object.fromEntries(values.map((value, place) => [NETWORK.targets[place].name, value]));
}

/** The classes in the order of their probabilities; empty if numbers are predicted. */
export const classes = NETWORK.labels;
