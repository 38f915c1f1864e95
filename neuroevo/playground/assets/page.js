// The entry point of the mouse page: connects state, address, race, view and controls.

import { ACTIVATIONS } from "./activations.js";
import { hasTrained } from "./contestant.js";
import { byId, onClick } from "./elements.js";
import { Forms } from "./forms.js";
import { OPTIMIZERS } from "./optimizers.js";
import { Race } from "./race.js";
import { SIDES, controlsOf, readState, valueOf, writeState } from "./state.js";
import { View } from "./view.js";
import { Workshop } from "./workshop.js";

const KEYS = { ArrowLeft: [-10, 0], ArrowRight: [10, 0], ArrowUp: [0, -10], ArrowDown: [0, 10] };
const FAR = 5; // times as far with Shift
const QUIET = 200; // milliseconds without a change until the address is written
const LONGEST = 1_000; // characters of a message
const RESTARTING = ["normalise", "range", "seed", "start"]; // of the controls for both
const DROPPING = ["silenced", "draw"];

const payload = JSON.parse(byId("payload").textContent);
const controls = controlsOf(payload, Object.keys(ACTIVATIONS), Object.keys(OPTIMIZERS));
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const race = new Race(payload, readState("", controls, payload).state);
const view = new View(race);
const forms = new Forms(race, controls, change);

function showStatus(text) {
  byId("status").textContent = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

// ---- State and address

/** Change the value of a control, and update everything that depends on it. */
function change(name, side, value) {
  if (side) {
    race.state[side][name] = value;
    changedOwn(name, side);
  } else {
    race.state[name] = value;
    changedShared(name);
  }
  race.fresh = true;
  forms.show();
  writeSoon();
}

function changedOwn(name, side) {
  const own = race.state[side];
  const trial = race.trialOf(side);
  if (name === "trial") {
    Object.assign(own, { rate: null, activation: null, optimizer: null, hidden: null });
  }
  refuseUntrained(side);
  if (name === "rate") {
    race.contestants[side].learner.learningRate = valueOf(own, "rate", trial);
  } else {
    race.restart(side);
  }
}

function refuseUntrained(side) {
  const own = race.state[side];
  const isRefused = own.from === "trained" && !hasTrained(race.trialOf(side), own);
  if (isRefused) {
    own.from = "random";
  }
  return isRefused;
}

function changedShared(name) {
  if (RESTARTING.includes(name)) {
    race.reset();
  } else if (DROPPING.includes(name)) {
    Object.values(race.contestants).forEach((contestant) => contestant.dropUnits(race.state));
    race.follow();
  }
}

// Browsers refuse to change the address too often.
let waiting = 0;

function writeSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const fragment = writeState(race.state, controls, payload);
    history.replaceState(null, "", `${location.pathname}${location.search}#${fragment}`);
  }, QUIET);
}

function readAddress(hash) {
  clearTimeout(waiting);
  const { state, refused } = readState(hash, controls, payload);
  race.state = state;
  const untrained = SIDES.filter(refuseUntrained);
  refused.push(...untrained.map((side) => `${side}.from must be random here`));
  if (state.set === "recording" && race.recorded.length < 2) {
    state.set = "task";
    refused.push("set must be task until there is a recording");
  }
  const isStill = calm.matches && state.pilot && state.play;
  state.play &&= !isStill;
  race.reset();
  forms.show();
  byId("still").hidden = !isStill;
  showStatus(refused.length > 0 ? `Ignored settings in the address: ${refused.join("; ")}.` : "");
  if (refused.length > 0 || hash !== location.hash) {
    writeSoon();
  }
}

// ---- Pointer and keys

function onPointer(event) {
  if (race.isAutomatic && race.state.play) {
    return;
  }
  const { left, top, width } = event.currentTarget.getBoundingClientRect();
  const scale = payload.canvas[0] / width;
  race.moveTo([(event.clientX - left) * scale, (event.clientY - top) * scale]);
}

function onArrow(event) {
  const move = KEYS[event.key];
  if (move === undefined) {
    return;
  }
  event.preventDefault();
  const from = race.pointer ?? race.middle;
  race.moveTo(from.map((value, axis) => value + move[axis] * (event.shiftKey ? FAR : 1)));
}

function onSpace(event) {
  const taken = "button, input:not([type=range]), select, a";
  if (event.key === " " && !event.repeat && !event.target.closest(taken)) {
    event.preventDefault();
    change("learn", "", !race.state.learn);
  }
}

function listen() {
  const canvas = byId("canvas");
  canvas.addEventListener("pointermove", onPointer);
  canvas.addEventListener("pointerdown", onPointer);
  canvas.addEventListener("keydown", onArrow);
  document.addEventListener("keydown", onSpace);
  window.addEventListener("hashchange", (event) => {
    // The address of an earlier change may have been written since.
    readAddress(new URL(event.newURL).hash);
    byId("arena").scrollIntoView(); // the examples are far below
  });
  onClick("play", () => {
    byId("still").hidden = true;
    change("play", "", !race.state.play);
  });
  onClick("step", () => race.step());
  onClick("reset", () => race.reset());
  onClick("draw", () => change("draw", "", (race.state.draw + 1) % 1_000_000));
}

function frame(now) {
  race.frame();
  view.draw(now);
  document.documentElement.dataset.drawn = race.fresh ? "partly" : "all"; // what tests wait for
  requestAnimationFrame(frame);
}

listen();
new Workshop(race, change);
readAddress(location.hash);
requestAnimationFrame(frame);
