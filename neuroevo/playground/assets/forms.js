// The controls: they show the state, and read the values that are entered.

import { ACTIVATIONS } from "./activations.js";
import { hiddenActivations } from "./architecture.js";
import { hasTrained } from "./contestant.js";
import { byId } from "./elements.js";
import { OPTIMIZERS } from "./optimizers.js";
import { MOST_LAYERS, MOST_UNITS, SIDES, refusalOf, valueOf } from "./state.js";
import { exact, written } from "./wording.js";

const LOGARITHMIC = ["rate", "range"];
const FACTORS = { 1: "× 1", 0.5: "× 0.5", none: "none: raw pixels" };
const GROUPS = {
  front: "Pareto front",
  trial: "Other trials",
  baseline: "Baselines",
  file: "From files",
};
const SHOWN = {
  rate: exact,
  range: (value) => `± ${written(value)}`,
  noise: (value) => `${written(value)} px`,
  silenced: (value) => `${Math.round(100 * value)} %`,
};

/** All controls of the page. */
export class Forms {
  #race;
  #controls;
  #change;

  /** @param {(name: string, side: string, value: any) => void} change takes a new value */
  constructor(race, controls, change) {
    this.#race = race;
    this.#controls = controls;
    this.#change = change;
    byId("set").options[0].textContent = race.payload.source;
    byId("source").textContent = race.payload.source;
    byId("target-note").textContent = targetNote(race.payload);
    const factors = controls.shared.normalise.values;
    fillMenu(byId("normalise"), factors.map((value) => [value, FACTORS[value] ?? `× ${value}`]));
    document.addEventListener("input", ({ target }) => this.#onInput(target));
    SIDES.forEach((side) => this.#listenTo(side));
  }

  #listenTo(side) {
    byId(`${side}-own`).addEventListener("click", () =>
      this.#change("trial", side, this.#race.state[side].trial),
    );
    byId(`${side}-add`).addEventListener("click", () => {
      const widths = this.#value("hidden", side);
      this.#change("hidden", side, [...widths, widths.at(-1) ?? 3]);
    });
  }

  #onInput(input) {
    const { control, side } = input.dataset;
    if (control === undefined) {
      return;
    }
    const value = this.#read(input, control, side);
    this.#showProblem(input, value === undefined);
    if (value !== undefined) {
      this.#change(control, side, value);
    }
  }

  #showProblem(input, isWrong) {
    const problem = byId(`${input.id}-problem`);
    if (problem === null) {
      return; // a control without invalid values
    }
    const { textContent: name } = input.labels[0];
    const control = this.#controls.shared[input.dataset.control];
    problem.textContent = isWrong ? refusalOf(name, control, input.value) : "";
    input.setAttribute("aria-invalid", String(isWrong));
  }

  #read(input, control, side) {
    if (input.type === "checkbox") {
      return input.checked;
    }
    if (control === "trial" || (control === "activation" && input.value === "")) {
      return input.value || null;
    }
    const text = LOGARITHMIC.includes(control) ? String(10 ** Number(input.value)) : input.value;
    return (side ? this.#controls.own : this.#controls.shared)[control].read(text);
  }

  #value(name, side) {
    const { state } = this.#race;
    return side ? valueOf(state[side], name, this.#race.trialOf(side)) : state[name];
  }

  /** Show the state in all controls. */
  show() {
    SIDES.forEach((side) => this.#showTrial(side));
    document.querySelectorAll("[data-control]").forEach((input) => this.#showControl(input));
    byId("set").options[1].disabled = this.#race.recorded.length < 2;
  }

  #showTrial(side) {
    const { payload, state } = this.#race;
    const trial = this.#race.trialOf(side);
    const initial = activationOf(trial.architecture);
    const others = Object.keys(ACTIVATIONS).filter((name) => name !== initial);
    fillGroups(byId(`${side}-trial`), payload.contestants);
    fillMenu(byId(`${side}-activation`), [["", initial], ...others.map((name) => [name, name])]);
    fillMenu(byId(`${side}-optimizer`), Object.keys(OPTIMIZERS).map((name) => [name, name]));
    byId(`${side}-name`).textContent = trial.name;
    byId(`${side}-from`).options[1].disabled = !hasTrained(trial, state[side]);
    byId(`${side}-add`).disabled = this.#value("hidden", side).length >= MOST_LAYERS;
    const own = ["rate", "activation", "optimizer", "hidden"];
    const isUnchanged = own.every((name) => state[side][name] === null);
    byId(`${side}-own`).disabled = isUnchanged;
    const origin = trial.configuration ? "" : "loaded from a file";
    byId(`${side}-configuration`).textContent = trial.configuration;
    byId(`${side}-remark`).textContent = origin + (isUnchanged ? "" : "; changed below");
  }

  #showControl(input) {
    const { control, side } = input.dataset;
    const value = this.#value(control, side);
    if (control === "hidden") {
      this.#showLayers(input, side, value);
    } else if (control === "play") {
      input.textContent = value ? "Pause" : "Play";
      input.setAttribute("aria-pressed", String(value));
    } else if (input.type === "checkbox") {
      input.checked = value;
    } else if (input.type === "radio") {
      input.checked = input.value === value;
    } else if (input.type !== "button" && input !== document.activeElement) {
      input.value = LOGARITHMIC.includes(control) ? Math.log10(value) : value;
      this.#showProblem(input, false);
    }
    showBeside(input, control, value);
  }

  #showLayers(list, side, widths) {
    const focused = list.contains(document.activeElement) ? document.activeElement.id : "";
    list.replaceChildren(...widths.map((_, layer) => this.#layerRow(side, widths, layer)));
    if (widths.length === 0) {
      list.append("none: the outputs are computed directly from the inputs");
    }
    if (focused) {
      (byId(focused) ?? byId(`${side}-add`)).focus();
    }
  }

  #layerRow(side, widths, layer) {
    const [row, label, input, remove] = ["div", "label", "input", "button"].map((name) =>
      document.createElement(name),
    );
    label.textContent = `Layer ${layer + 1}`;
    label.htmlFor = `${side}-width-${layer}`;
    Object.assign(input, { id: label.htmlFor, type: "number", min: 1, max: MOST_UNITS });
    input.value = widths[layer];
    input.addEventListener("change", () => {
      const width = Math.round(Math.min(Math.max(Number(input.value) || 1, 1), MOST_UNITS));
      this.#change("hidden", side, widths.with(layer, width));
    });
    Object.assign(remove, { id: `${side}-remove-${layer}`, type: "button", className: "remove" });
    remove.textContent = "×";
    remove.setAttribute("aria-label", `Remove layer ${layer + 1}`);
    remove.addEventListener("click", () =>
      this.#change("hidden", side, widths.toSpliced(layer, 1)),
    );
    row.append(label, input, remove);
    return row;
  }
}

// The activation of all hidden layers, if it is the same.
function activationOf(architecture) {
  const { activation } = architecture;
  const [first = Array.isArray(activation) ? "linear" : activation, ...others] = new Set(
    hiddenActivations(architecture),
  );
  return others.length > 0 ? "one for each layer" : first;
}

// A report counts the samples up to a target loss, this page up to a distance.
function targetNote({ target, canvas, normalise }) {
  const halves = normalise === "none" ? [1, 1] : canvas.map((side) => side / 2 / normalise);
  const distance = written(Math.sqrt(target) * Math.hypot(...halves));
  return (
    `The run’s report counts the samples up to another target: a validation MSE of ` +
    `${written(target)}, at which a circle is still about ${distance} px away.`
  );
}

function showBeside(input, control, value) {
  const shown = byId(`${input.id}-shown`);
  if (shown !== null) {
    shown.textContent = SHOWN[control](value);
    input.setAttribute("aria-valuetext", shown.textContent);
  }
}

function fillMenu(menu, entries) {
  const key = JSON.stringify(entries);
  if (menu.dataset.entries !== key) {
    menu.dataset.entries = key;
    menu.replaceChildren(...entries.map(([value, text]) => new Option(text, value)));
  }
}

function fillGroups(menu, contestants) {
  const count = String(contestants.length); // contestants are only added
  if (menu.dataset.entries === count) {
    return;
  }
  menu.dataset.entries = count;
  const groups = new Map();
  for (const { key, name, group } of contestants) {
    if (!groups.has(group)) {
      groups.set(group, document.createElement("optgroup"));
      groups.get(group).label = GROUPS[group];
    }
    groups.get(group).append(new Option(name, key));
  }
  menu.replaceChildren(...groups.values());
}
