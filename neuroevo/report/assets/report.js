// Draws the page's figures from its payload, for the theme and the width of the page: visible ones
// first, all of them before printing. Other scripts add controls at the event "drawn", which has the
// frames and views of a figure.
(() => {
  "use strict";
  const payload = JSON.parse(document.getElementById("payload").textContent);
  const plots = Array.from(document.querySelectorAll("[data-figure]"));
  const waiting = new Set(plots);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const narrow = window.matchMedia("(max-width: 40rem)");
  const touched = window.matchMedia("(pointer: coarse)");

  // A copy of a part of a figure; in the dark theme each colour is replaced by its twin.
  function coloured(part, isDark) {
    if (typeof part === "string") {
      return isDark && Object.hasOwn(payload.twins, part) ? payload.twins[part] : part;
    }
    if (Array.isArray(part)) {
      return part.map((item) => coloured(item, isDark));
    }
    if (part !== null && typeof part === "object") {
      return Object.fromEntries(
        Object.entries(part).map(([key, item]) => [key, coloured(item, isDark)]),
      );
    }
    return part;
  }

  // Leaves out ticks that would touch the one of values that are not reached, which is the last.
  function thinned(axis) {
    const { tickvals: places, ticktext: texts, range, domain = [0, 1] } = axis;
    if (!places || !texts || !texts.includes("not reached")) {
      return axis;
    }
    const share = (place) => (Math.log10(place) - range[0]) / (range[1] - range[0]);
    const apart = 0.22 / (domain[1] - domain[0]);
    const kept = [];
    places.map((place, index) => [place, texts[index]]).reverse().forEach(([place, text]) => {
      const last = kept[0];
      if (!last || share(last[0]) - share(place) >= apart) {
        kept.unshift([place, text]);
      }
    });
    return {
      ...axis, tickangle: 0, tickvals: kept.map(([place]) => place), ticktext: kept.map(([, text]) => text),
    };
  }

  // Leaves room between the numbers of an axis, which would be turned otherwise.
  function spaced(axis) {
    const [from, to] = axis.domain || [0, 1];
    return axis.tickvals ? axis : { ...axis, nticks: Math.max(2, Math.round(4 * (to - from))) };
  }

  // On a phone the colour bar is below, each panel has one label, and fingers scroll the page.
  function fitted(data, layout, isWide) {
    if (touched.matches) {
      layout.dragmode = false;
    }
    if (narrow.matches && !isWide) {
      // On the right there is room for half of a label, which plotly would leave out otherwise.
      layout.margin = { l: 40, r: 24, t: 8, b: 40, ...layout.margin };
      const bar = layout.coloraxis && layout.coloraxis.colorbar;
      if (bar) {
        // At the bottom of the figure: padding below the axis would also be added below the bar.
        const bottom = { yref: "container", y: 0.03, yanchor: "bottom", ypad: 0 };
        Object.assign(bar, { orientation: "h", x: 0.5, len: 1, ...bottom });
        bar.title.side = "bottom";
        layout.margin.b = 116;
        layout.height += 60;
      }
      Object.keys(layout).filter((name) => name.startsWith("xaxis")).forEach((name) => {
        layout[name] = spaced(thinned(layout[name]));
      });
      data.filter(({ mode }) => mode === "markers+text").forEach((trace) => {
        trace.text = trace.text.slice(0, 1);
      });
    }
    return layout;
  }

  function draw(plot, isDark) {
    waiting.delete(plot);
    const figure = coloured(payload.figures[plot.dataset.figure], isDark);
    const isWide = plot.closest(".wide") !== null;
    // The page has controls of its own, which can be used with a keyboard.
    const { sliders, updatemenus, ...own } = figure.layout;
    const layout = fitted(figure.data, { ...own, template: coloured(payload.template, isDark) }, isWide);
    // Not Plotly.react, which keeps the margins of an earlier colour bar or legend.
    window.Plotly.newPlot(plot, figure.data, layout, payload.config);
    plot.on("plotly_afterplot", () => uncover(plot));
    uncover(plot);
    const prefix = sliders ? sliders[0].currentvalue.prefix : "";
    const menus = (updatemenus || []).filter((menu) => menu.type === "dropdown");
    const detail = { frames: figure.frames || [], prefix, views: menus[0] ? menus[0].buttons : [] };
    plot.dispatchEvent(new CustomEvent("drawn", { bubbles: true, detail }));
  }

  // Hides each label that would cover an earlier one.
  function uncover(plot) {
    const kept = [];
    plot.querySelectorAll(".textpoint text").forEach((label) => {
      const box = label.getBoundingClientRect();
      const covers = kept.some((other) => box.left < other.right && other.left < box.right
        && box.top < other.bottom && other.top < box.bottom);
      label.style.visibility = covers ? "hidden" : "visible";
      if (!covers) {
        kept.push(box);
      }
    });
  }

  function drawAll(isDark) {
    plots.forEach((plot) => draw(plot, isDark));
  }

  // Distance in pixels of a figure from the visible part of the page.
  function distance(plot) {
    const { top, bottom } = plot.getBoundingClientRect();
    return Math.max(top - window.innerHeight, -bottom, 0);
  }

  // One figure at a time, so that the page can be scrolled between them.
  let isDrawing = false;
  function drawNext() {
    const near = Array.from(waiting).map((plot) => ({ plot, far: distance(plot) }));
    isDrawing = near.length > 0;
    if (!isDrawing) {
      document.documentElement.dataset.drawn = "all";
      return;
    }
    const next = near.reduce((one, other) => (other.far < one.far ? other : one));
    draw(next.plot, dark.matches);
    if (window.requestIdleCallback && next.far > window.innerHeight) {
      window.requestIdleCallback(drawNext, { timeout: 200 });
    } else {
      setTimeout(drawNext);
    }
  }

  // Draws all figures again, for another theme or width.
  let delayed = 0;
  function drawSoon() {
    delete document.documentElement.dataset.drawn;
    clearTimeout(delayed);
    delayed = setTimeout(() => {
      plots.forEach((plot) => waiting.add(plot));
      if (!isDrawing) {
        drawNext();
      }
    }, 50);
  }

  // A caption that fits into two lines has nothing to fold out.
  function foldCaptions() {
    document.querySelectorAll("figcaption details:not([open]), .folded:not([open])").forEach((details) => {
      const text = details.querySelector("summary > span");
      details.classList.toggle("whole", text.scrollHeight <= text.clientHeight + 1);
    });
  }
  window.addEventListener("resize", foldCaptions);
  foldCaptions();

  // Prints are light and contain all details.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    opened.forEach((details) => { details.open = true; });
    drawAll(false);
  });
  window.addEventListener("afterprint", () => {
    opened.forEach((details) => { details.open = false; });
    drawAll(dark.matches);
  });
  dark.addEventListener("change", drawSoon);
  narrow.addEventListener("change", drawSoon);
  // To the part that the address names, whose figure is drawn first; the browser scrolls there later.
  const sought = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
  if (sought) {
    sought.scrollIntoView({ behavior: "instant" });
  }
  // After the first paint, so that texts appear before figures.
  isDrawing = true;
  requestAnimationFrame(() => setTimeout(drawNext));
})();
