// Draws a network as SVG and updates the drawing while the network learns: line widths by weight,
// colours by sign, the strongest path from each input to its output marked. It knows no race.

import { layerSizes } from "./architecture.js";
import { strongestPath } from "./paths.js";
import { setAttributes, svgElement } from "./svg.js";
import { written } from "./wording.js";

const WIDTH = 560;
const SIDE = 44; // room for the names of the inputs and outputs
const TALLEST = 300;
const LOWEST = 150;
const THICKEST = 7;
const MANY = 200; // weights, from which on small ones are drawn fainter
const MOST_WEIGHTS = 600; // the strongest are drawn
const NAMES = ["x", "y"];
const TURNS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** A drawing in an SVG element; a part under the pointer or selected by arrow keys is described. */
export class Diagram {
  #svg;
  #describe;
  #network = null;
  #dropped = new Set();
  #parts = []; // {element, describe()}: the units, then the weights
  #selected = -1;

  /** @param {(text: string) => void} describe shows the description of a part, or an empty text */
  constructor(svg, describe) {
    this.#svg = svg;
    this.#describe = describe;
    svg.addEventListener("pointerover", (event) => this.#select(this.#partAt(event.target)));
    svg.addEventListener("pointerleave", () => this.#select(-1));
    svg.addEventListener("blur", () => this.#select(-1));
    svg.addEventListener("keydown", (event) => this.#onKey(event));
  }

  // Lay out another network.
  #layOut(network) {
    const sizes = layerSizes(network.architecture);
    const height = Math.min(TALLEST, Math.max(LOWEST, 34 * Math.max(...sizes)));
    this.#network = network;
    this.#selected = -1;
    this.columns = sizes.map((count, layer) => column(count, layer, sizes.length, height));
    this.thickest = Math.min(THICKEST, Math.max(1.5, (0.16 * height) / Math.max(...sizes)));
    this.halos = NAMES.map(() => svgElement("path", { class: "halo" }));
    this.weights = this.#newWeights(sizes);
    this.faintest = this.weights.length < MANY ? 0.2 : 0.04;
    this.units = this.columns.map((units, layer) =>
      units.map((unit, place) => this.#newUnit(unit, layer, place)),
    );
    const all = this.units.flat();
    this.#parts = [...all, ...this.weights];
    this.#svg.setAttribute("viewBox", `0 0 ${WIDTH} ${height}`);
    this.#svg.replaceChildren(
      svgElement("g", { class: "halos" }, ...this.halos),
      svgElement("g", { class: "weights" }, ...this.weights.map(({ element }) => element)),
      svgElement("g", { class: "units" }, ...all.map(({ element }) => element)),
      ...names(this.columns[0], -1, "end"),
      ...names(this.columns.at(-1), 1, "start"),
    );
    this.#svg.setAttribute("aria-label", this.#label(sizes));
  }

  #label(sizes) {
    return `Network ${sizes.join("·")}: arrow keys select its units and weights`;
  }

  /**
   * Show a network as it is now.
   * @param {Network} network
   * @param {number[]} dropped hidden units that are dropped, counted over all hidden layers
   * @returns the strongest paths, in the order of the inputs
   */
  update(network, dropped) {
    if (network !== this.#network) {
      this.#layOut(network);
    }
    this.#dropped = new Set(dropped);
    const links = linksOf(network, this.weights.length);
    const strongest = Math.max(...links.map(({ size }) => size), 1e-12);
    const paths = NAMES.map((_, place) =>
      strongestPath(network.layers, place, place, (layer, unit) => this.#isDropped(layer, unit)),
    );
    const marked = new Set(paths.flatMap(steps));
    links.forEach((link, index) => this.#draw(this.weights[index], link, strongest, marked));
    this.#drawUnits();
    paths.forEach((path, index) => {
      setAttributes(this.halos[index], { d: path === null ? "" : this.#route(path.units) });
    });
    if (this.#selected >= 0) {
      this.#describe(this.#parts[this.#selected].describe());
    }
    return paths;
  }

  #newWeights(sizes) {
    const count = sizes.slice(1).reduce((sum, size, layer) => sum + size * sizes[layer], 0);
    return Array.from({ length: Math.min(count, MOST_WEIGHTS) }, () => {
      const part = { element: svgElement("path"), link: null };
      part.describe = () => this.#describeWeight(part.link);
      return part;
    });
  }

  #newUnit({ x, y, radius }, layer, place) {
    const paper = svgElement("circle", { class: "paper", cx: x, cy: y, r: radius });
    const fill = svgElement("circle", { class: "bias", cx: x, cy: y, r: radius });
    const element = svgElement("g", {}, paper, fill);
    return { element, fill, describe: () => this.#describeUnit(layer, place) };
  }

  #draw(part, link, strongest, marked) {
    const share = Math.min(1, link.size / strongest) || 0;
    const strong = marked.has(keyOf(link));
    const dropped = this.#isDropped(link.layer, link.from) || this.#isDropped(link.layer + 1, link.to);
    part.link = link;
    setAttributes(part.element, {
      class: `${link.value < 0 ? "negative" : "positive"}${dropped ? " dropped" : ""}`,
      d: this.#curve(link),
      "stroke-width": Math.max(0.4, this.thickest * share).toFixed(2),
      "stroke-opacity": dropped ? 0.05 : (strong ? 1 : this.faintest + 0.6 * share).toFixed(2),
    });
  }

  #drawUnits() {
    const { layers, architecture } = this.#network;
    const biases = layers.flatMap((layer) => Array.from(layer.biases, Math.abs));
    const strongest = Math.max(...biases.filter(Number.isFinite), 1e-12);
    this.units.forEach((units, layer) =>
      units.forEach(({ element, fill }, place) => {
        const bias = layer > 0 && architecture.biases ? layers[layer - 1].biases[place] : 0;
        const kind = layer === 0 ? "input" : bias < 0 ? "negative" : "positive";
        const dropped = this.#isDropped(layer, place) ? " dropped" : "";
        setAttributes(element, { class: kind + dropped });
        setAttributes(fill, {
          "fill-opacity": (0.45 * Math.min(1, Math.abs(bias) / strongest) || 0).toFixed(2),
        });
      }),
    );
  }

  // Hidden units are counted over all hidden layers.
  #isDropped(layer, unit) {
    if (layer === 0 || layer >= this.columns.length - 1) {
      return false;
    }
    const before = this.columns.slice(1, layer).reduce((sum, units) => sum + units.length, 0);
    return this.#dropped.has(before + unit);
  }

  #curve({ layer, from, to }) {
    const [source, target] = [this.columns[layer][from], this.columns[layer + 1][to]];
    return `M${source.x + source.radius} ${source.y}${bend(source, target)}`;
  }

  #route(units) {
    const places = units.map((unit, layer) => this.columns[layer][unit]);
    const curves = places.slice(1).map((target, layer) => bend(places[layer], target));
    const first = places[0];
    return `M${first.x + first.radius} ${first.y}${curves.map((curve, layer) => {
      const { x, y, radius } = places[layer + 1];
      return layer < curves.length - 1 ? `${curve}L${x + radius} ${y}` : curve;
    }).join("")}`;
  }

  #nameOf(layer, unit) {
    const isEdge = layer === 0 || layer === this.columns.length - 1;
    return isEdge ? NAMES[unit] : `layer ${layer} unit ${unit + 1}`;
  }

  #describeWeight({ layer, from, to, value }) {
    return `${this.#nameOf(layer, from)} → ${this.#nameOf(layer + 1, to)}: ${written(value)}`;
  }

  #describeUnit(layer, unit) {
    const { values, layers, architecture } = this.#network;
    const kind = layer === 0 ? "input " : layer === this.columns.length - 1 ? "output " : "";
    const bias =
      layer > 0 && architecture.biases ? `, bias ${written(layers[layer - 1].biases[unit])}` : "";
    const dropped = this.#isDropped(layer, unit) ? ", dropped" : "";
    return `${kind}${this.#nameOf(layer, unit)}: ${written(values[layer][unit])}${bias}${dropped}`;
  }

  #partAt(target) {
    return this.#parts.findIndex(({ element }) => element.contains(target));
  }

  #select(index) {
    this.#parts[this.#selected]?.element.removeAttribute("data-selected");
    this.#selected = index;
    this.#parts[index]?.element.setAttribute("data-selected", "");
    this.#describe(index < 0 ? "" : this.#parts[index].describe());
  }

  #onKey(event) {
    const move = TURNS[event.key];
    if (move === undefined || this.#parts.length === 0) {
      return;
    }
    event.preventDefault();
    const count = this.#parts.length;
    this.#select((Math.max(this.#selected, move < 0 ? 0 : -1) + move + count) % count);
    // Screen readers read the focused element again when its label changes.
    this.#svg.setAttribute("aria-label", this.#parts[this.#selected].describe());
  }
}

function column(count, layer, layers, height) {
  const gap = Math.min(height / count, 52);
  const radius = Math.min(13, Math.max(2, gap * 0.34), 90 / layers);
  const x = SIDE + ((WIDTH - 2 * SIDE) * layer) / (layers - 1);
  const top = height / 2 - (gap * (count - 1)) / 2;
  return Array.from({ length: count }, (_, place) => ({ x, y: top + gap * place, radius }));
}

function bend(source, target) {
  const [start, end] = [source.x + source.radius, target.x - target.radius];
  const reach = (end - start) * 0.42;
  return `C${start + reach} ${source.y} ${end - reach} ${target.y} ${end} ${target.y}`;
}

function names(units, side, anchor) {
  return units.map(({ x, y, radius }, place) =>
    svgElement("text", { class: "name", x: x + side * (radius + 10), y, "text-anchor": anchor }, NAMES[place]),
  );
}

// The strongest weights, weakest first where not all are drawn; all in their own order otherwise.
function linksOf({ layers }, most) {
  const links = layers.flatMap(({ weights }, layer) =>
    weights.flatMap((row, from) =>
      Array.from(row, (value, to) => ({ layer, from, to, value, size: Math.abs(value) })),
    ),
  );
  if (links.length <= most) {
    return links;
  }
  return links.sort((one, other) => one.size - other.size).slice(-most);
}

function keyOf({ layer, from, to }) {
  return `${layer} ${from} ${to}`;
}

function steps(path) {
  return path === null
    ? []
    : path.units.slice(1).map((to, layer) => keyOf({ layer, from: path.units[layer], to }));
}
