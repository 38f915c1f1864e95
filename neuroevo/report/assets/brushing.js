// Selects ranges of the axes of parallel coordinates: lines outside of them become grey. Dragging
// along an axis selects a range, a double click clears it, and ranges of several axes combine. With
// the keyboard: Tab to an axis, arrows move its range, + and - change its size, Escape clears it.
(() => {
  "use strict";
  const EDGE = 0.04; // beyond the ends of an axis, for lines that are spread there
  const SPREAD = 0.025; // of an axis, over which lines with the same name are spread
  const STEP = 0.05;
  const FIRST = 0.25; // height of a new range from the keyboard
  const LEAST = 0.01; // height below which a drag counts as a click
  const HINT = "Drag along an axis to select a range; ranges combine; a double click clears one. "
    + "Keyboard: Tab to an axis, arrows, + and −, Escape.";

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  // The value of an axis at a place between 0 and 1.
  function valueAt({ low, high, logarithmic }, place) {
    const inside = Math.min(Math.max(place, 0), 1);
    return logarithmic ? low * (high / low) ** inside : low + (high - low) * inside;
  }

  // The text of a range: its ends, or the names within it.
  function rangeText(axis, [from, to]) {
    if (axis.places) {
      const names = axis.places.filter(([place]) => from <= place + SPREAD && place - SPREAD <= to);
      return names.map(([, name]) => name).join(", ") || "none";
    }
    return [from, to].map((end) => window.numberText(valueAt(axis, end))).join(" to ");
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
      this.status = element("p", { className: "selection" });
      this.status.setAttribute("aria-live", "polite");
      this.clear = element("button", { type: "button", textContent: "Clear", hidden: true });
      this.clear.addEventListener("click", () => { this.ranges.clear(); this.show(); });
      // Not on the handles, so that plotly still shows hover texts below them.
      plot.addEventListener("pointerdown", (event) => this.drag(event, this.under(event)));
      plot.addEventListener("dblclick", (event) => this.select(this.under(event), null));
      plot.addEventListener("pointermove", (event) => {
        plot.classList.toggle("on-axis", this.under(event) >= 0);
      });
      plot.parentElement.after(element("div", { className: "brushing" }, this.status, this.clear));
    }

    // Adds handles to a figure that was drawn again.
    attach() {
      this.axes = this.plot.layout.meta.axes;
      const count = this.axes.length;
      this.shades = this.plot.data.slice(1, -1).map((trace) => linesOf(trace, count));
      this.layer?.remove();
      this.layer = element("div", { className: "brushes" });
      this.handles = this.axes.map((axis, place) => this.handle(axis, place));
      this.layer.append(...this.handles);
      this.plot.append(this.layer);
      this.plot.setAttribute("role", "group"); // not an image: it can be operated
      this.plot.on("plotly_afterplot", () => this.place());
      this.place();
      this.show();
    }

    handle(axis, place) {
      const box = element("div", { className: "range" });
      const handle = element("div", { className: "axis", tabIndex: 0 }, box);
      handle.setAttribute("role", "slider");
      handle.setAttribute("aria-orientation", "vertical");
      handle.setAttribute("aria-label", `Range of ${axis.title.replace(/<br>/g, " ")} to select`);
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
        this.select(place, range[1] - range[0] < LEAST ? null : range);
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
        this.select(place, null);
      } else if (inside && range[1] - range[0] > LEAST) {
        this.select(place, range);
      } else if (key === "+") {
        this.select(place, [Math.max(range[0], -EDGE), Math.min(range[1], 1 + EDGE)]);
      }
    }

    select(place, range) {
      if (range === null) {
        this.ranges.delete(place);
      } else {
        this.ranges.set(place, range);
      }
      if (!this.requested) { // at most once a frame
        this.requested = requestAnimationFrame(() => { this.requested = 0; this.show(); });
      }
    }

    show() {
      if (this.ranges.size || this.isBrushed) {
        this.restyle();
      }
      this.describe();
      this.handles.forEach((handle, place) => this.mark(handle, place));
    }

    restyle() {
      const ranges = Array.from(this.ranges);
      const passes = (line) =>
        ranges.every(([place, [from, to]]) => from <= line[place] && line[place] <= to);
      const selected = this.shades.map((lines) => lines.filter(passes));
      const others = this.shades.flatMap((lines) => lines.filter((line) => !passes(line)));
      const traces = [others, ...selected].map((lines) => joined(lines, this.axes.length));
      const [x, y] = ["x", "y"].map((axis) => traces.map((trace) => trace[axis]));
      this.count = selected.flat().length;
      this.isBrushed = ranges.length > 0;
      window.Plotly.restyle(this.plot, { x, y }, traces.map((_, index) => index));
    }

    describe() {
      const total = this.shades.flat().length;
      const ranges = Array.from(this.ranges, ([place, range]) => {
        const axis = this.axes[place];
        return `${axis.title.replace(/<br>/g, " ")} ${rangeText(axis, range)}`;
      });
      const [some, all] = [this.count ?? total, total].map((each) => each.toLocaleString("en-US"));
      this.status.textContent = ranges.length ? `${some} of ${all} lines: ${ranges.join("; ")}.` : HINT;
      this.clear.hidden = ranges.length === 0;
    }

    mark(handle, place) {
      const range = this.ranges.get(place);
      const box = handle.firstElementChild;
      box.hidden = range === undefined;
      const [from, to] = range || [0, 1];
      const share = (height) => `${(100 * (height + EDGE)) / (1 + 2 * EDGE)}%`;
      box.style.bottom = share(from);
      box.style.height = `calc(${share(to)} - ${share(from)})`;
      handle.setAttribute("aria-valuemin", "0");
      handle.setAttribute("aria-valuemax", "1");
      handle.setAttribute("aria-valuenow", String(Math.round(50 * (from + to)) / 100));
      handle.setAttribute("aria-valuetext", range ? rangeText(this.axes[place], range) : "all");
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
