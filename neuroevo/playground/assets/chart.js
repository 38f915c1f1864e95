// The loss curves of the two contestants as SVG, both axes logarithmic. Knows curves, no networks.

import { setAttributes, svgElement } from "./svg.js";
import { powerOfTen } from "./wording.js";

const MARGIN = { left: 46, right: 30, top: 16, bottom: 30 };
const LEAST_SAMPLES = 2; // decades of the axis of samples, at least
const FLOOR = -16; // decade of the lowest loss that is shown

/** A chart that is drawn into an SVG element, again with each call of `draw`. */
export class Chart {
  #svg;
  #axes = svgElement("g", { class: "axes" });
  #lines;
  #ends;
  #drawn = "";

  constructor(svg, sides) {
    this.#svg = svg;
    this.#lines = sides.map((side) => svgElement("path", { class: `line ${side}` }));
    this.#ends = sides.map((side) => svgElement("text", { class: `end ${side}` }));
    svg.replaceChildren(this.#axes, ...this.#lines, ...this.#ends);
  }

  /** Draw curves [{points: [samples, log10 of the loss][], diverged}], in the order of the sides. */
  draw(curves) {
    const box = this.#svg.getBoundingClientRect();
    const size = [Math.max(box.width, 160), Math.max(box.height, 120)];
    setAttributes(this.#svg, { viewBox: `0 0 ${size[0]} ${size[1]}` });
    const frame = { ...decades(curves), size };
    this.#drawAxes(frame);
    curves.forEach(({ points, diverged }, index) => {
      const places = points.map((point) => placeOf(point, frame));
      const path = places.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
      setAttributes(this.#lines[index], { d: path && `M${path}` });
      const [x, y] = places.at(-1) ?? [0, 0];
      const anchor = x > size[0] / 2 ? "end" : "start";
      setAttributes(this.#ends[index], { x, y: y - 6, "text-anchor": anchor });
      this.#ends[index].textContent = diverged && places.length > 0 ? "diverged" : "";
    });
  }

  #drawAxes(frame) {
    const key = JSON.stringify(frame);
    if (key !== this.#drawn) {
      this.#drawn = key;
      this.#axes.replaceChildren(...lossTicks(frame), ...sampleTicks(frame));
    }
  }
}

// The whole decades that hold all curves.
function decades(curves) {
  const levels = curves.flatMap(({ points }) => points.map(([, level]) => level));
  const samples = curves.map(({ points }) => points.at(-1)?.[0] ?? 1);
  const top = Math.ceil(Math.max(0, ...levels) + 0.01);
  const bottom = Math.max(FLOOR, Math.floor(Math.min(top - 3, ...levels)));
  const right = Math.max(LEAST_SAMPLES, Math.log10(Math.max(...samples)));
  return { top, bottom, right: Math.ceil(right * 4) / 4 };
}

function placeOf([samples, level], { top, bottom, right, size: [width, height] }) {
  const across = Math.log10(samples) / right;
  const down = (top - Math.min(Math.max(level, bottom), top)) / (top - bottom);
  return [
    MARGIN.left + across * (width - MARGIN.left - MARGIN.right),
    MARGIN.top + down * (height - MARGIN.top - MARGIN.bottom),
  ];
}

function lossTicks(frame) {
  const { top, bottom, size } = frame;
  const step = Math.ceil((top - bottom) / 6);
  const ticks = [];
  for (let power = top; power >= bottom; power -= step) {
    const [, y] = placeOf([1, power], frame);
    ticks.push(
      svgElement("path", { d: `M${MARGIN.left} ${y}H${size[0] - MARGIN.right}` }),
      svgElement(
        "text",
        { x: MARGIN.left - 8, y, "text-anchor": "end", "dominant-baseline": "central" },
        powerOfTen(power),
      ),
    );
  }
  return ticks;
}

function sampleTicks(frame) {
  const ticks = [];
  const floor = frame.size[1] - MARGIN.bottom;
  for (let power = 0; power <= frame.right; power += 1) {
    const [x] = placeOf([10 ** power, 0], frame);
    ticks.push(
      svgElement("path", { d: `M${x} ${floor}v4`, class: "tick" }),
      svgElement("text", { x, y: floor + 18, "text-anchor": "middle" }, powerOfTen(power)),
    );
  }
  return ticks;
}
