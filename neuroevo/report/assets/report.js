// Draws the page's figures from its payload, in the colours of the theme and the width of the page.
(() => {
  "use strict";
  const payload = JSON.parse(document.getElementById("payload").textContent);
  const plots = Array.from(document.querySelectorAll("[data-figure]"));
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const narrow = window.matchMedia("(max-width: 40rem)");
  const touched = window.matchMedia("(pointer: coarse)");

  // A copy of a part of a figure; on dark paper each colour becomes its twin.
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

  // Room is scarce on a phone: the colour bar lies below, and fingers scroll instead of zooming.
  function fitted(layout, isWide) {
    if (touched.matches) {
      layout.dragmode = false;
    }
    if (narrow.matches && !isWide) {
      layout.margin = { l: 40, r: 8, t: 8, b: 40, ...layout.margin };
      const bar = layout.coloraxis && layout.coloraxis.colorbar;
      if (bar) {
        // At the foot of the figure: padding below the axis would be added below the bar as well.
        const foot = { yref: "container", y: 0.03, yanchor: "bottom", ypad: 0 };
        Object.assign(bar, { orientation: "h", x: 0.5, len: 1, ...foot });
        bar.title.side = "bottom";
        layout.margin.b = 116;
        layout.height += 60;
      }
    }
    return layout;
  }

  function draw(plot, isDark) {
    const figure = coloured(payload.figures[plot.dataset.figure], isDark);
    const isWide = plot.closest(".wide") !== null;
    const layout = { ...figure.layout, template: coloured(payload.template, isDark) };
    // Not Plotly.react, which keeps the margins that a colour bar or legend needed elsewhere.
    return window.Plotly.newPlot(plot, figure.data, fitted(layout, isWide), payload.config);
  }

  function drawAll(isDark) {
    plots.forEach((plot) => draw(plot, isDark));
  }

  // One figure at a time, so that the page can be scrolled meanwhile.
  function drawNext(place) {
    if (place < plots.length) {
      draw(plots[place], dark.matches);
      setTimeout(() => drawNext(place + 1));
    } else {
      document.documentElement.dataset.drawn = "all";
    }
  }

  let waiting = 0;
  function drawSoon() {
    clearTimeout(waiting);
    waiting = setTimeout(() => drawAll(dark.matches), 50);
  }

  // Paper is light and shows everything, whatever the screen shows.
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
  drawNext(0);
})();
