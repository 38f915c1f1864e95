// Shows a race: the canvas in each frame, curves and networks a few times a second. It changes
// nothing in the race.

import { drawScene, fitted } from "./canvas.js";
import { Chart } from "./chart.js";
import { Diagram } from "./diagram.js";
import { STAYS, WAY } from "./contestant.js";
import { byId } from "./elements.js";
import { SIDES } from "./state.js";
import { counted, written } from "./wording.js";

const SLOW = 100; // milliseconds between two drawings of curves and networks

/** The view of a race. */
export class View {
  #race;
  #chart = new Chart(byId("chart"), SIDES);
  #diagrams = Object.fromEntries(SIDES.map((side) => [side, diagramOf(side)]));
  #drawn = -Infinity;
  #colours = null;
  #calm = window.matchMedia("(prefers-reduced-motion: reduce)");

  constructor(race) {
    this.#race = race;
    const [width, height] = race.payload.canvas;
    byId("canvas").style.setProperty("--ratio", width / height);
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => {
      this.#colours = null;
      race.fresh = true;
    });
    window.addEventListener("resize", () => {
      race.fresh = true;
    });
  }

  /** Draw what has changed; `now` is the time of the frame. */
  draw(now) {
    const race = this.#race;
    this.#fadeTrails();
    if (!race.fresh) {
      return;
    }
    this.#drawCanvas();
    SIDES.forEach((side) => showNumbers(race, side));
    showAdvice(race);
    byId("hint").hidden = race.pointer !== null;
    if (now - this.#drawn >= SLOW) {
      this.#drawn = now;
      race.fresh = false;
      this.#drawSlowly();
    }
  }

  #fadeTrails() {
    for (const trail of Object.values(this.#race.trails)) {
      if (this.#calm.matches) {
        trail.clear();
      } else if (trail.fade()) {
        this.#race.fresh = true;
      }
    }
  }

  #drawCanvas() {
    this.#colours ??= coloursOf();
    const { contestants, pointer, trails, payload } = this.#race;
    const element = byId("canvas");
    drawScene(fitted(element, payload.canvas), {
      canvas: payload.canvas,
      unit: payload.canvas[0] / Math.max(element.clientWidth, 1),
      pointer,
      circles: SIDES.map((side) => ({
        place: contestants[side].place,
        trail: trails[side],
        colour: this.#colours[side],
        hollow: side === "right",
      })),
      trail: trails.pointer,
      colours: this.#colours,
    });
  }

  #drawSlowly() {
    const { contestants, pointer } = this.#race;
    this.#chart.draw(
      SIDES.map((side) => ({
        points: contestants[side].curve,
        diverged: contestants[side].diverged,
      })),
    );
    for (const side of SIDES) {
      const { network, dropped } = contestants[side];
      const paths = this.#diagrams[side].update(network, dropped);
      byId(`${side}-paths`).replaceChildren(...paths.flatMap(pathRow(network, pointer !== null)));
    }
  }
}

function diagramOf(side) {
  const readout = byId(`${side}-readout`);
  return new Diagram(byId(`${side}-diagram`), (text) => {
    readout.textContent = text;
  });
}

function coloursOf() {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: token("ink"),
    rule: token("rule"),
    surface: token("surface"),
    left: token("category-3"),
    right: token("category-4"),
  };
}

function showNumbers(race, side) {
  const contestant = race.contestants[side];
  const { diverged, distance, everywhere, learner, arrived } = contestant;
  const here = race.pointer === null ? "–" : pixels(distance);
  const texts = {
    distance: diverged ? "diverged" : here,
    samples: counted(learner.samplesSeen),
    arrived: race.pointer === null && arrived === null ? "–" : arrivalOf(contestant),
    everywhere: diverged ? "–" : pixels(everywhere),
  };
  for (const [name, text] of Object.entries(texts)) {
    byId(`${side}-${name}`).textContent = text;
  }
  byId(`${side}-arrived`).classList.toggle("arrived", arrived !== null);
  byId(`${side}-distance`).classList.toggle("diverged", diverged);
  byId(side).classList.toggle("diverged", diverged);
}

// Why a network has diverged, and what helps; set only when it changes, since screen readers read it.
function showAdvice({ contestants, state }) {
  const isWrong = SIDES.some((side) => contestants[side].diverged);
  const cause =
    state.normalise === "none"
      ? "Raw pixels give errors of hundreds, so training diverges: normalise, or lower"
      : "Training diverged: lower";
  const advice = isWrong ? `${cause} the learning rate, and reset.` : "";
  if (byId("advice").textContent !== advice) {
    byId("advice").textContent = advice;
  }
}

// Whether it has arrived, or how many movements and pixels of the rule are fulfilled.
function arrivalOf({ arrived, diverged, near }) {
  if (arrived !== null) {
    return `after ${counted(arrived)}`;
  }
  if (diverged || near.movements === 0) {
    return "not yet";
  }
  return near.movements < STAYS
    ? `${near.movements} of ${STAYS}`
    : `${Math.floor(near.way)}/${WAY} px`;
}

function pixels(distance) {
  return `${distance < 100 ? distance.toFixed(1) : written(distance)} px`;
}

// A strongest path as in the article: 0.4 × 0.9165 × 1.1456 = 0.42; before any movement x × 0.9165 …
function pathRow({ values }, hasMoved) {
  return (path, place) => {
    const [term, formula, output] = ["dt", "dd", "span"].map((name) => document.createElement(name));
    term.textContent = "xy"[place];
    output.textContent = hasMoved ? `output ${factor(values.at(-1)[place])}` : "";
    const input = hasMoved ? values[0][place] : null;
    formula.append(path === null ? "no path" : productOf(path, input, "xy"[place]), output);
    return [term, formula];
  };
}

function productOf({ weights, product }, input, name) {
  const [first, result] = input === null
    ? [name, `${factor(product)} × ${name}`]
    : [factor(input), factor(input * product)];
  return `${[first, ...weights.map(factor)].join(" × ")} = ${result}`;
}

function factor(value) {
  return Math.abs(value) < 1e4 ? value.toFixed(3).replace("-", "−") : written(value);
}
