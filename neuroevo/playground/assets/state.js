// The state of the page, and the address that contains it. It knows no element of the page.
//
// An address lists the values that differ from the defaults: #left=512&left.rate=0.1&normalise=none.
// `left` and `right` are keys of contestants (a trial's number); `left.rate` and the like replace
// settings of that contestant. Values that can't be read are reported and ignored.

export const SIDES = ["left", "right"];
const RATES = [1e-6, 10];
const DIGITS = { maximumFractionDigits: 6 };
export const MOST_LAYERS = 10;
export const MOST_UNITS = 64;

function flag(initial) {
  const values = { on: true, off: false };
  const read = (text) => (Object.hasOwn(values, text) ? values[text] : undefined);
  return { initial, rule: "on or off", read, write: (value) => (value ? "on" : "off") };
}

function oneOf(initial, values) {
  const read = (text) => (values.includes(text) ? text : undefined);
  return { initial, values, rule: `one of ${values.join(", ")}`, read, write: (value) => value };
}

function within(initial, low, high) {
  const read = (text) => {
    const value = text.trim() === "" ? NaN : rounded(Number(text));
    return value >= low && value <= high ? value : undefined;
  };
  const rule = `a number from ${low.toLocaleString("en", DIGITS)} to ${high.toLocaleString("en")}`;
  return { initial, rule, read, write: String };
}

// A value has only as many digits as the address shows.
function rounded(value) {
  return Number(value.toPrecision(6));
}

function whole(initial, low, high) {
  const control = within(initial, low, high);
  const read = (text) => {
    const value = control.read(text);
    return Number.isInteger(value) ? value : undefined;
  };
  return { ...control, rule: control.rule.replace("number", "whole number"), read };
}

function digits(initial) {
  const read = (text) => (/^\d{1,19}$/.test(text) ? String(BigInt(text)) : undefined);
  const rule = "a whole number of at most 19 digits";
  return { initial, rule, read, write: (value) => value };
}

function layers() {
  const isWidth = (width) => width >= 1 && width <= MOST_UNITS;
  const read = (text) => {
    const widths = text === "none" ? [] : text.split("-").map(Number);
    const right = widths.length <= MOST_LAYERS && widths.every(Number.isInteger);
    return right && widths.every(isWidth) ? widths : undefined;
  };
  const rule = `none, or up to ${MOST_LAYERS} widths from 1 to ${MOST_UNITS} like 6-6`;
  return { initial: null, rule, read, write: (widths) => widths.join("-") || "none" };
}

/**
 * All controls: the default of each, and how it is read from and written to an address.
 * @returns {{shared: object, own: object}} each side has its `own` controls, in which `null` stands
 *   for the contestant's setting
 */
export function controlsOf(payload, activations, optimizers) {
  const factors = [...new Set([String(payload.normalise), "1", "0.5", "none"])];
  return {
    shared: {
      play: flag(true),
      learn: flag(true),
      pilot: flag(false),
      pace: oneOf("move", ["move", "frame"]),
      memory: oneOf("any", ["any", "newest"]),
      normalise: oneOf(factors[0], factors),
      range: within(1, 0.01, 10),
      noise: within(payload.jitter, 0, 100_000),
      silenced: within(0, 0, 0.9),
      draw: whole(0, 0, 999_999),
      seed: digits(payload.seed),
      start: whole(0, 0, 9_999),
      set: oneOf("task", ["task", "recording"]),
      epochs: whole(20, 1, 1_000),
    },
    own: {
      from: oneOf("random", ["random", "trained"]),
      rate: within(null, ...RATES),
      activation: oneOf(null, activations),
      optimizer: oneOf(null, optimizers),
      hidden: layers(),
    },
  };
}

// The state of the page without settings in its address.
function defaultState(controls, payload) {
  const initial = (group) =>
    Object.fromEntries(Object.entries(group).map(([name, { initial }]) => [name, initial]));
  const side = (trial) => ({ trial, ...initial(controls.own) });
  return { ...initial(controls.shared), left: side(payload.left), right: side(payload.right) };
}

/** The value of a side's control: the changed one, or that of its contestant. */
export function valueOf(own, name, trial) {
  const settings = {
    rate: trial.learning_rate,
    optimizer: trial.optimization.optimizer,
    hidden: trial.architecture.hidden,
    activation: "",
  };
  return own[name] ?? settings[name];
}

/** The state of an address, and a message for each value that can't be read. */
export function readState(fragment, controls, payload) {
  const state = defaultState(controls, payload);
  const refused = [];
  const lost = []; // sides whose contestant is not on the page
  for (const [name, text] of new URLSearchParams(fragment.replace(/^#/, ""))) {
    const { target, key, control } = slotOf(name, state, controls, payload);
    const value = control?.read(text);
    if (control === undefined) {
      refused.push(`${shortened(name)} is not a setting of this page`);
    } else if (value === undefined) {
      refused.push(refusalOf(name, control, text));
      lost.push(...(key === "trial" ? [target] : []));
    } else {
      target[key] = value;
    }
  }
  lost.forEach((side) => Object.assign(side, { from: "random" }));
  return { state, refused };
}

/** The message for a text that a control can't read. */
export function refusalOf(name, { rule }, text) {
  return `${name} must be ${rule}, but got ${shortened(text) || "nothing"}`;
}

function shortened(text) {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

// The object and key for a name of the address, and the control that reads its value.
function slotOf(name, state, controls, payload) {
  const [side, own = "trial", ...more] = name.split(".");
  if (SIDES.includes(side) && more.length === 0 && !name.endsWith(".trial")) {
    const control = own === "trial" ? contestantOf(payload) : ownOf(controls.own, own);
    return { target: state[side], key: own, control };
  }
  return { target: state, key: name, control: ownOf(controls.shared, name) };
}

function ownOf(table, name) {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function contestantOf({ contestants }) {
  const read = (text) => (contestants.some(({ key }) => key === text) ? text : undefined);
  return { rule: "a trial or baseline on this page", read };
}

/** The fragment of the address for a state, without the #. */
export function writeState(state, controls, payload) {
  const written = [];
  for (const side of SIDES) {
    const { trial } = state[side];
    if (trial !== payload[side] && payload.contestants.some(({ key }) => key === trial)) {
      written.push([side, trial]);
    }
    written.push(...changed(state[side], controls.own, `${side}.`));
  }
  written.push(...changed(state, controls.shared, ""));
  return written.map(([name, text]) => `${name}=${encodeURIComponent(text)}`).join("&");
}

function changed(values, group, prefix) {
  return Object.entries(group)
    .filter(([name, { initial }]) => values[name] !== null && values[name] !== initial)
    .map(([name, { write }]) => [prefix + name, write(values[name])]);
}
