// Replaces the menu of a figure's views by a list on the page.
(() => {
  "use strict";
  const lists = new WeakMap();

  // Makes the list of a figure; its views are set at each drawing.
  function list(plot) {
    const select = document.createElement("select");
    const label = document.createElement("label");
    label.className = "choice";
    label.append("Shown ", select);
    plot.parentElement.before(label);
    const made = { select, views: [] };
    select.addEventListener("change", () => {
      const { method, args } = made.views[select.selectedIndex];
      window.Plotly[method](plot, ...args);
    });
    return made;
  }

  document.addEventListener("drawn", ({ target: plot, detail: { views } }) => {
    if (views.length === 0) {
      return;
    }
    if (!lists.has(plot)) {
      lists.set(plot, list(plot));
    }
    const made = lists.get(plot);
    made.views = views;
    made.select.replaceChildren(...views.map(({ label }) => new Option(label)));
  });
})();
