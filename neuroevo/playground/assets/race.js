// Two contestants, which see the same samples while the pointer moves. It knows the state of the
// page, but no element of it.

import { Chance } from "./chance.js";
import { Contestant, seen } from "./contestant.js";
import { SIDES } from "./state.js";
import { Trail } from "./trail.js";

/** A race; other modules change its `state`. */
export class Race {
  contestants = {};
  trails = { pointer: new Trail(), left: new Trail(), right: new Trail() };
  pointer = null; // in pixels; null while there is none
  recorded = []; // positions that were recorded or loaded
  recording = null; // positions while they are recorded
  fresh = true; // whether there is something new to show
  #chance;
  #memory = []; // positions of the pointer since the last reset
  #path = 0; // index of the current position while the pointer moves automatically
  #own; // the run's positions

  constructor(payload, state) {
    this.payload = payload;
    this.state = state;
    this.#own = Array.from({ length: payload.positions.length / 2 }, (_, place) =>
      payload.positions.slice(2 * place, 2 * place + 2),
    );
    this.reset();
  }

  /** The contestant that is selected for a side. */
  trialOf(side) {
    const { trial } = this.state[side];
    return this.payload.contestants.find(({ key }) => key === trial);
  }

  /** The selected positions, for the pre-training and for a pointer that moves automatically. */
  get positions() {
    const recorded = this.state.set === "recording" && this.recorded.length > 1;
    return recorded ? this.recorded : this.#own;
  }

  get middle() {
    return this.payload.canvas.map((side) => side / 2);
  }

  /** Reset both contestants. */
  reset() {
    this.#chance = new Chance(this.state);
    this.#memory = [];
    this.#path = 0;
    SIDES.forEach((side) => this.restart(side));
  }

  /** Reset one contestant. */
  restart(side) {
    const { state, payload } = this;
    this.contestants[side] = new Contestant(
      this.trialOf(side),
      state[side],
      state,
      payload.samples,
    );
    this.trails[side].clear();
    this.follow();
  }

  /** The input and the target of a network for a position. */
  sampleOf(position) {
    const { canvas } = this.payload;
    const { normalise, noise } = this.state;
    const [across, down] = this.#chance.jitter(noise);
    return {
      input: seen([position[0] + across, position[1] + down], canvas, normalise),
      target: seen(position, canvas, normalise),
    };
  }

  /** Show both networks the position of the pointer, and train them if that is switched on. */
  advance() {
    const { pointer, state, payload, contestants } = this;
    if (pointer === null) {
      return;
    }
    this.#memory.push(pointer);
    const newest = this.sampleOf(pointer);
    const sample =
      state.memory === "any" ? this.sampleOf(this.#chance.oneOf(this.#memory)) : newest;
    for (const side of SIDES) {
      if (state.learn) {
        contestants[side].learn(sample.input, sample.target);
      }
      contestants[side].follow(newest.input, pointer, payload.canvas, state.normalise);
      contestants[side].arrive(pointer);
      this.trails[side].push(contestants[side].place);
    }
    this.trails.pointer.push(pointer);
    this.fresh = true;
  }

  /** Update the circles without a training step. */
  follow() {
    const { canvas } = this.payload;
    const pointer = this.pointer ?? this.middle;
    const input = seen(pointer, canvas, this.state.normalise);
    for (const contestant of Object.values(this.contestants)) {
      contestant.follow(input, pointer, canvas, this.state.normalise);
    }
    this.fresh = true;
  }

  /** Move the pointer, and take a step if steps are taken with each movement. */
  moveTo(position) {
    this.#place(position);
    if (this.state.play && this.state.pace === "move") {
      this.advance();
    }
  }

  #place(position) {
    this.pointer = position.map((value, axis) =>
      Math.min(Math.max(value, 0), this.payload.canvas[axis]),
    );
    this.recording?.push(this.pointer);
    this.fresh = true;
  }

  /** Take one step, also while the race is paused. */
  step() {
    this.#place(this.state.pilot ? this.#nextPosition() : (this.pointer ?? this.middle));
    this.advance();
  }

  /** Take the automatic steps of a frame. */
  frame() {
    const { play, pace } = this.state;
    if (play && this.isAutomatic) {
      this.moveTo(this.#nextPosition());
    }
    if (play && pace === "frame") {
      this.advance();
    }
  }

  /** Whether the pointer moves automatically, which it does not while a recording is made. */
  get isAutomatic() {
    return this.state.pilot && this.recording === null;
  }

  #nextPosition() {
    const { positions } = this;
    this.#path = (this.#path + 1) % positions.length;
    return positions[this.#path];
  }
}
