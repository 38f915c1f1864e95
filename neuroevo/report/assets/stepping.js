// Lets a reader go through the frames of a figure: a slider, and a button that plays them.
(() => {
  "use strict";
  const DURATION = 200; // milliseconds of a frame that is played
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

  // Makes the controls of a figure; returns what puts them back to the last frame.
  function controls(plot, names, said) {
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
    const label = element("label", {}, element("span", {}, said, shown), slider);
    const bar = element("div", { className: "steps" }, button, label);
    plot.parentElement.before(bar);
    return () => { pause(); slider.value = last; shown.textContent = names[last]; };
  }

  // The frames together with those traces whose points come one after the other: at each step a
  // trace has so many of them as its "born" says.
  function whole(plot, frames) {
    const growing = plot.data.flatMap((trace, place) => (trace.meta?.born ? [place] : []));
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
      data: [...frame.data, ...full.map((trace) => cut(trace, trace.meta.born[step]))],
    }));
  }

  const reset = new WeakMap();
  document.addEventListener("drawn", ({ target: plot, detail: { frames, said } }) => {
    if (frames.length === 0) {
      return;
    }
    window.Plotly.addFrames(plot, whole(plot, frames));
    if (!reset.has(plot)) {
      reset.set(plot, controls(plot, frames.map((frame) => frame.name), said));
    }
    reset.get(plot)(); // a figure that is drawn anew shows the last frame
  });
})();
