// Draws the learning curves of trials that the reader picks: a group, numbers in a field, or points
// of other figures whose layout says that they are trials.
(() => {
  "use strict";
  const NO_POINT = 65535;
  const DIGITS = 900; // codes of each power of ten, see trial_curves.py
  const LOWEST_POWER = -39;
  const OWN = "picked trials";
  const LINE = 40; // characters in a line of a hover text
  const RANGE = /^(\d+)\s*[-–]\s*(\d+)$/;
  let picker = null;

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  // All curves as 16-bit codes, one trial after the other.
  function unpacked(text) {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    return Uint16Array.from({ length: bytes.length / 2 }, (_, place) =>
      bytes[2 * place] + 256 * bytes[2 * place + 1]);
  }

  function valueOf(code) {
    if (code === NO_POINT) {
      return null;
    }
    return Number(`${(code % DIGITS) + 100}e${Math.floor(code / DIGITS) + LOWEST_POWER}`);
  }

  // Whether two neighbouring points can be joined.
  function hasLine(values) {
    return values.some((value, place) => place > 0 && value !== null && values[place - 1] !== null);
  }

  function wrapped(text) {
    const lines = [""];
    text.split(" ").forEach((word) => {
      const longer = `${lines.at(-1)} ${word}`.trim();
      if (longer.length > LINE && lines.at(-1)) {
        lines.push(word);
      } else {
        lines[lines.length - 1] = longer;
      }
    });
    return lines.join("<br>");
  }

  // The numbers that a text lists, and its parts that are no numbers.
  function read(text, most) {
    const numbers = new Set();
    const wrong = [];
    text.split(/[,;]+|\s+(?![-–])(?<![-–]\s+)/).map((part) => part.trim()).filter(Boolean)
      .forEach((part) => {
        const range = RANGE.exec(part);
        if (range) {
          const [from, to] = range.slice(1).map(Number);
          for (let number = from; number <= to && numbers.size <= most; number += 1) {
            numbers.add(number);
          }
        } else if (/^\d+$/.test(part)) {
          numbers.add(Number(part));
        } else {
          wrong.push(part);
        }
      });
    return { numbers: Array.from(numbers), wrong };
  }

  class Picker {
    constructor(plot) {
      this.plot = plot;
      this.select = element("select");
      this.field = element("input", { type: "text", inputMode: "numeric", autocomplete: "off" });
      this.status = element("p", { className: "selection" });
      this.status.setAttribute("aria-live", "polite");
      const group = element("label", { className: "choice" }, "Shown ", this.select);
      const field = element("label", { className: "choice numbers" }, "Trials ", this.field);
      plot.parentElement.before(element("div", { className: "picking" }, group, field), this.status);
      this.select.addEventListener("change", () => {
        if (this.select.value !== OWN) {
          this.show(this.data.groups[this.select.value]);
        } else {
          this.field.focus();
        }
      });
      this.field.addEventListener("change", () => this.pick());
    }

    // Takes the data of a figure that was drawn, and shows again what was picked before.
    attach() {
      this.data = this.plot.layout.meta.picking;
      if (!this.picked) {
        const titles = Object.keys(this.data.groups);
        this.codes = unpacked(this.data.curves);
        this.places = new Map(this.data.numbers.map((number, place) => [number, place]));
        this.points = this.codes.length / this.data.numbers.length;
        this.samples = this.plot.data[0].x;
        this.select.replaceChildren(...[...titles, OWN].map((title) => new Option(title)));
        this.picked = this.data.groups[titles[0]];
        this.field.value = this.picked.join(", ");
      } else {
        this.draw();
      }
    }

    // Reads the field.
    pick() {
      const { numbers, wrong } = read(this.field.value, this.data.most);
      const unknown = numbers.filter((number) => !this.places.has(number));
      const known = numbers.filter((number) => this.places.has(number));
      const problems = [
        ...wrong.map((part) => `“${part.slice(0, 20)}” is no number of a trial.`),
        ...unknown.slice(0, 3).map((number) => `Trial ${number} has no curve here.`),
        ...(known.length > this.data.most ? [`The first ${this.data.most} are drawn.`] : []),
      ];
      this.show(known.slice(0, this.data.most), problems);
    }

    // Adds a trial; returns what became of it.
    add(number) {
      if (!this.places.has(number)) {
        return `Trial ${number} has no curve in `;
      }
      if (this.picked.includes(number)) {
        return `Trial ${number} is already among the `;
      }
      const kept = this.picked.length < this.data.most ? this.picked : this.picked.slice(1);
      this.show([...kept, number]);
      this.field.value = this.picked.join(", ");
      return `Trial ${number} was added to the `;
    }

    show(numbers, problems = []) {
      this.picked = numbers;
      const same = Object.entries(this.data.groups).find(([, members]) =>
        members.length === numbers.length && members.every((each, place) => each === numbers[place]));
      this.select.value = same ? same[0] : OWN;
      if (problems.length === 0) {
        this.field.value = numbers.join(", ");
      }
      const flat = numbers.filter((number) => !hasLine(this.curve(number)));
      const without = flat.map((number) => `Trial ${number} diverged before its second point.`);
      this.status.textContent = [...problems, ...without].join(" ");
      this.draw();
    }

    curve(number) {
      const start = this.places.get(number) * this.points;
      return Array.from(this.codes.subarray(start, start + this.points), valueOf);
    }

    trace(number, order) {
      const { names, texts, colours, dashes } = this.data;
      const place = this.places.get(number);
      const all = this.curve(number);
      const isDrawn = hasLine(all);
      const y = isDrawn ? all : all.map(() => null);
      return {
        type: "scatter",
        mode: "lines",
        x: this.samples,
        y,
        name: names[place],
        showlegend: isDrawn,
        meta: `<b>${names[place]}</b><br>${wrapped(texts[place])}`,
        customdata: y.map((value) => (value === null ? "–" : window.numberText(value))),
        hovertemplate: "%{meta}<br>MSE %{customdata}<br>after %{x:,d} samples<extra></extra>",
        line: {
          color: colours[order % colours.length],
          width: 2,
          dash: dashes[Math.floor(order / colours.length) % dashes.length],
        },
      };
    }

    draw() {
      const traces = this.picked.map((number, order) => this.trace(number, order));
      window.Plotly.react(this.plot, traces, this.plot.layout, this.plot._context);
    }
  }

  // The number of the trial under a click; undefined if there is none.
  function trialOf({ points }) {
    const [found] = points.map(({ customdata }) => [customdata].flat()[0]);
    return Number.isInteger(found) ? found : undefined;
  }

  // Says below a figure what became of a click, with a link to the curves.
  function report(plot, text) {
    const own = plot.closest("figure");
    const figure = picker.plot.closest("figure");
    const link = element("a", { href: `#${figure.id}`, textContent: "learning curves" });
    let line = own.querySelector(".clicked");
    if (!line) {
      line = element("p", { className: "clicked" });
      line.setAttribute("aria-live", "polite");
      plot.parentElement.after(line);
    }
    line.replaceChildren(text, link, ".");
  }

  document.addEventListener("drawn", ({ target: plot }) => {
    const meta = plot.layout.meta || {};
    if (meta.picking) {
      picker = picker || new Picker(plot);
      picker.attach();
    } else if (meta.trials) {
      plot.on("plotly_click", (event) => {
        const number = trialOf(event);
        if (picker?.data && number !== undefined) {
          report(plot, picker.add(number));
        }
      });
    }
  });
})();
