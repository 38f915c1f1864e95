// Draws the page's figures from its payload, in the colours of the theme and the width of the page:
// those in sight first, the others when there is time, all of them before printing. Whoever adds
// to a figure waits for its event "drawn", which brings its frames and the views that its menu offers.
(() => {
  "use strict";
  const payload = JSON.parse(document.getElementById("payload").textContent);
  const plots = Array.from(document.querySelectorAll("[data-figure]"));
  const waiting = new Set(plots);
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
    waiting.delete(plot);
    const figure = coloured(payload.figures[plot.dataset.figure], isDark);
    const isWide = plot.closest(".wide") !== null;
    // The page has controls of its own, which a keyboard reaches.
    const { sliders, updatemenus, ...own } = figure.layout;
    const layout = fitted({ ...own, template: coloured(payload.template, isDark) }, isWide);
    // Not Plotly.react, which keeps the margins that a colour bar or legend needed elsewhere.
    window.Plotly.newPlot(plot, figure.data, layout, payload.config);
    const said = sliders ? sliders[0].currentvalue.prefix : "";
    const menus = (updatemenus || []).filter((menu) => menu.type === "dropdown");
    const detail = { frames: figure.frames || [], said, views: menus[0] ? menus[0].buttons : [] };
    plot.dispatchEvent(new CustomEvent("drawn", { bubbles: true, detail }));
  }

  function drawAll(isDark) {
    plots.forEach((plot) => draw(plot, isDark));
  }

  // How many pixels lie between a figure and what is in sight.
  function distance(plot) {
    const { top, bottom } = plot.getBoundingClientRect();
    return Math.max(top - window.innerHeight, -bottom, 0);
  }

  // One figure at a time, so that the page can be scrolled meanwhile.
  function drawNext() {
    const near = Array.from(waiting).map((plot) => ({ plot, far: distance(plot) }));
    if (near.length === 0) {
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

  let delayed = 0;
  function drawSoon() {
    clearTimeout(delayed);
    delayed = setTimeout(() => {
      plots.filter((plot) => !waiting.has(plot)).forEach((plot) => draw(plot, dark.matches));
    }, 50);
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
  // After the first paint: what is read comes before what is drawn.
  requestAnimationFrame(() => setTimeout(drawNext));
})();
