// Lets a reader keep ranges of the axes of parallel coordinates: lines outside of them step back.
// Dragging along an axis keeps a range, several axes combine, a double click clears one. Each axis
// is reached by Tab: arrows move its range, + and - widen and narrow it, Escape clears it.
(() => {
  "use strict";
  const EDGE = 0.04; // beyond the ends of an axis, so that what is fanned out there can be kept
  const FANNED = 0.025; // of an axis, by which lines miss a name that they mean
  const STEP = 0.05;
  const FIRST = 0.25; // height of a range that a key begins
  const LEAST = 0.01; // height below which a drag was a click
  const HINT = "Drag along an axis to keep a range; several combine; a double click clears one. "
    + "By keyboard: Tab to an axis, arrows, + and −, Escape.";

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  // As the tables write numbers.
  function number(value) {
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
      const [digits, exponent] = value.toExponential(1).split("e");
      const raised = Array.from(String(Number(exponent)), (digit) =>
        digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("");
      return `${digits} × 10${raised}`.replace("-", "−");
    }
    const short = size >= 99.5 ? Math.round(value) : Number(value.toPrecision(3));
    return short.toLocaleString("en-US", { maximumFractionDigits: 12 }).replace("-", "−");
  }

  // What an axis has at a place between 0 and 1.
  function at({ low, high, logarithmic }, place) {
    const inside = Math.min(Math.max(place, 0), 1);
    return logarithmic ? low * (high / low) ** inside : low + (high - low) * inside;
  }

  // A range in words: its ends, or the names within it.
  function told(axis, [from, to]) {
    if (axis.places) {
      const names = axis.places.filter(([place]) => from <= place + FANNED && place - FANNED <= to);
      return names.map(([, name]) => name).join(", ") || "nothing";
    }
    return `${number(at(axis, from))} to ${number(at(axis, to))}`;
  }

  // The lines of a trace, each a list of heights, one for each axis.
  function linesOf(trace, count) {
    const lines = [];
    for (let start = 0; start + count <= trace.y.length; start += count + 1) {
      lines.push(trace.y.slice(start, start + count));
    }
    return lines;
  }

  function joined(lines, count) {
    const places = Array.from({ length: count }, (_, place) => place);
    return {
      x: lines.flatMap(() => [...places, null]),
      y: lines.flatMap((line) => [...line, null]),
    };
  }

  class Brushes {
    constructor(plot) {
      this.plot = plot;
      this.ranges = new Map();
      this.told = element("p", { className: "kept" });
      this.told.setAttribute("aria-live", "polite");
      this.clear = element("button", { type: "button", textContent: "Clear", hidden: true });
      this.clear.addEventListener("click", () => { this.ranges.clear(); this.show(); });
      // Not the handles': under them plotly shows its tooltips.
      plot.addEventListener("pointerdown", (event) => this.drag(event, this.under(event)));
      plot.addEventListener("dblclick", (event) => this.keep(this.under(event), null));
      plot.addEventListener("pointermove", (event) => {
        plot.classList.toggle("on-axis", this.under(event) >= 0);
      });
      plot.parentElement.after(element("div", { className: "brushing" }, this.told, this.clear));
    }

    // Takes over a figure that was drawn anew.
    attach() {
      this.axes = this.plot.layout.meta.axes;
      const count = this.axes.length;
      this.shades = this.plot.data.slice(1, -1).map((trace) => linesOf(trace, count));
      this.layer?.remove();
      this.layer = element("div", { className: "brushes" });
      this.handles = this.axes.map((axis, place) => this.handle(axis, place));
      this.layer.append(...this.handles);
      this.plot.append(this.layer);
      this.plot.setAttribute("role", "group"); // no picture any more: there is something to do
      this.plot.on("plotly_afterplot", () => this.place());
      this.place();
      this.show();
    }

    handle(axis, place) {
      const kept = element("div", { className: "range" });
      const handle = element("div", { className: "axis", tabIndex: 0 }, kept);
      handle.setAttribute("role", "slider");
      handle.setAttribute("aria-orientation", "vertical");
      handle.setAttribute("aria-label", `Range of ${axis.title.replace(/<br>/g, " ")} to keep`);
      handle.addEventListener("keydown", (event) => this.press(event, place));
      return handle;
    }

    // Puts the handles where plotly has drawn the axes.
    place() {
      const { xaxis, yaxis } = this.plot._fullLayout;
      const [top, bottom] = [1 + EDGE, -EDGE].map((height) => yaxis._offset + yaxis.d2p(height));
      this.handles.forEach((handle, place) => {
        handle.style.left = `${xaxis._offset + xaxis.d2p(place)}px`;
        handle.style.top = `${top}px`;
        handle.style.height = `${bottom - top}px`;
      });
    }

    // The axis under the pointer; -1 if there is none.
    under({ clientX, clientY }) {
      return this.handles.findIndex((handle) => {
        const { left, right, top, bottom } = handle.getBoundingClientRect();
        return left <= clientX && clientX <= right && top <= clientY && clientY <= bottom;
      });
    }

    height(event, handle) {
      const { top, height } = handle.getBoundingClientRect();
      const share = 1 - (event.clientY - top) / height;
      return Math.min(Math.max(share, 0), 1) * (1 + 2 * EDGE) - EDGE;
    }

    drag(event, place) {
      if (place < 0) {
        return;
      }
      const handle = this.handles[place];
      const start = this.height(event, handle);
      const move = (moved) => {
        const now = this.height(moved, handle);
        const range = [Math.min(start, now), Math.max(start, now)];
        this.keep(place, range[1] - range[0] < LEAST ? null : range);
      };
      window.addEventListener("pointermove", move);
      const end = () => {
        window.removeEventListener("pointermove", move);
        ["pointerup", "pointercancel"].forEach((name) => window.removeEventListener(name, end));
      };
      ["pointerup", "pointercancel"].forEach((name) => window.addEventListener(name, end));
    }

    press(event, place) {
      const [from, to] = this.ranges.get(place) || [];
      const begun = from !== undefined;
      const moves = {
        ArrowUp: begun ? [from + STEP, to + STEP] : [1 + EDGE - FIRST, 1 + EDGE],
        ArrowDown: begun ? [from - STEP, to - STEP] : [-EDGE, FIRST - EDGE],
        "+": begun ? [from - STEP / 2, to + STEP / 2] : [-EDGE, 1 + EDGE],
        "-": begun ? [from + STEP / 2, to - STEP / 2] : [STEP, 1 - STEP],
        Escape: null,
      };
      const key = event.key === "=" ? "+" : event.key;
      if (!Object.hasOwn(moves, key)) {
        return;
      }
      event.preventDefault();
      const range = moves[key];
      const inside = range && range[0] >= -EDGE - 1e-9 && range[1] <= 1 + EDGE + 1e-9;
      if (range === null) {
        this.keep(place, null);
      } else if (inside && range[1] - range[0] > LEAST) {
        this.keep(place, range);
      } else if (key === "+") {
        this.keep(place, [Math.max(range[0], -EDGE), Math.min(range[1], 1 + EDGE)]);
      }
    }

    keep(place, range) {
      if (range === null) {
        this.ranges.delete(place);
      } else {
        this.ranges.set(place, range);
      }
      if (!this.asked) { // at most once a frame, however fast the pointer is
        this.asked = requestAnimationFrame(() => { this.asked = 0; this.show(); });
      }
    }

    show() {
      if (this.ranges.size || this.isBrushed) {
        this.restyle();
      }
      this.tell();
      this.handles.forEach((handle, place) => this.mark(handle, place));
    }

    restyle() {
      const ranges = Array.from(this.ranges);
      const passes = (line) =>
        ranges.every(([place, [from, to]]) => from <= line[place] && line[place] <= to);
      const kept = this.shades.map((lines) => lines.filter(passes));
      const left = this.shades.flatMap((lines) => lines.filter((line) => !passes(line)));
      const traces = [left, ...kept].map((lines) => joined(lines, this.axes.length));
      const [x, y] = ["x", "y"].map((axis) => traces.map((trace) => trace[axis]));
      this.count = kept.flat().length;
      this.isBrushed = ranges.length > 0;
      window.Plotly.restyle(this.plot, { x, y }, traces.map((_, index) => index));
    }

    tell() {
      const total = this.shades.flat().length;
      const ranges = Array.from(this.ranges, ([place, range]) => {
        const axis = this.axes[place];
        return `${axis.title.replace(/<br>/g, " ")} ${told(axis, range)}`;
      });
      const [some, all] = [this.count ?? total, total].map((each) => each.toLocaleString("en-US"));
      this.told.textContent = ranges.length ? `${some} of ${all} lines: ${ranges.join("; ")}.` : HINT;
      this.clear.hidden = ranges.length === 0;
    }

    mark(handle, place) {
      const range = this.ranges.get(place);
      const kept = handle.firstElementChild;
      kept.hidden = range === undefined;
      const [from, to] = range || [0, 1];
      const share = (height) => `${(100 * (height + EDGE)) / (1 + 2 * EDGE)}%`;
      kept.style.bottom = share(from);
      kept.style.height = `calc(${share(to)} - ${share(from)})`;
      handle.setAttribute("aria-valuemin", "0");
      handle.setAttribute("aria-valuemax", "1");
      handle.setAttribute("aria-valuenow", String(Math.round(50 * (from + to)) / 100));
      handle.setAttribute("aria-valuetext", range ? told(this.axes[place], range) : "all");
    }
  }

  const brushes = new WeakMap();
  document.addEventListener("drawn", ({ target: plot }) => {
    if (!plot.layout.meta || !plot.layout.meta.axes) {
      return;
    }
    if (!brushes.has(plot)) {
      brushes.set(plot, new Brushes(plot));
    }
    brushes.get(plot).attach();
  });
})();
