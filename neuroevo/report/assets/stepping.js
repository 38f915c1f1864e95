// Adds a slider over the frames of a figure, and a button that plays them.
(() => {
  "use strict";
  const DURATION = 200; // milliseconds for each frame while playing
  const AT_ONCE = {
    mode: "immediate",
    frame: { duration: 0, redraw: false },
    transition: { duration: 0 },
  };

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  // Makes the controls of a figure; returns a function that resets them to the last frame.
  function controls(plot, names, prefix) {
    const last = names.length - 1;
    const shown = element("output", { textContent: names[last] });
    const slider = element("input", { type: "range", min: 0, max: last, step: 1, value: last });
    const button = element("button", { type: "button", textContent: "Play" });
    let playing = 0;

    function show(place) {
      slider.value = place;
      shown.textContent = names[place];
      slider.setAttribute("aria-valuetext", names[place]);
      return window.Plotly.animate(plot, [names[place]], AT_ONCE);
    }
    function pause() {
      clearInterval(playing);
      playing = 0;
      button.textContent = "Play";
    }
    function play() {
      button.textContent = "Pause";
      show(Number(slider.value) === last ? 0 : Number(slider.value));
      playing = setInterval(() => {
        show(Math.min(Number(slider.value) + 1, last));
        if (Number(slider.value) === last) {
          pause();
        }
      }, DURATION);
    }
    button.addEventListener("click", () => (playing ? pause() : play()));
    slider.addEventListener("input", () => { pause(); show(Number(slider.value)); });
    const label = element("label", {}, element("span", {}, prefix, shown), slider);
    const bar = element("div", { className: "steps" }, button, label);
    plot.parentElement.before(bar);
    return () => { pause(); slider.value = last; shown.textContent = names[last]; };
  }

  // Adds to each frame the traces that grow by points at their end; "counts" has the number of
  // points at each step.
  function completed(plot, frames) {
    const growing = plot.data.flatMap((trace, place) => (trace.meta?.counts ? [place] : []));
    const cut = (trace, count) => ({
      x: trace.x.slice(0, count),
      y: trace.y.slice(0, count),
      text: trace.text.slice(0, count),
      customdata: trace.customdata.slice(0, count),
      marker: { ...trace.marker, color: trace.marker.color.slice(0, count) },
    });
    const full = growing.map((place) => ({ ...plot.data[place] }));
    return frames.map((frame, step) => ({
      ...frame,
      traces: [...frame.traces, ...growing],
      data: [...frame.data, ...full.map((trace) => cut(trace, trace.meta.counts[step]))],
    }));
  }

  const reset = new WeakMap();
  document.addEventListener("drawn", ({ target: plot, detail: { frames, prefix } }) => {
    if (frames.length === 0) {
      return;
    }
    window.Plotly.addFrames(plot, completed(plot, frames));
    if (!reset.has(plot)) {
      reset.set(plot, controls(plot, frames.map((frame) => frame.name), prefix));
    }
    reset.get(plot)(); // a figure that is drawn again shows the last frame
  });
})();
