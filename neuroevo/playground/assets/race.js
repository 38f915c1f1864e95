// Two contestants that see the same samples while the pointer moves. Knows the state of the page, no
// element of it.

import { Chance } from "./chance.js";
import { Contestant, seen } from "./contestant.js";
import { SIDES } from "./state.js";
import { Trail } from "./trail.js";

/** A race: `state` says how it is run, and is changed by others. */
export class Race {
  contestants = {};
  trails = { pointer: new Trail(), left: new Trail(), right: new Trail() };
  pointer = null; // in pixels; null while there is none
  recorded = []; // positions that were recorded or loaded
  recording = null; // positions while they are recorded
  fresh = true; // whether there is something new to show
  #chance;
  #memory = []; // where the pointer has been since the start
  #path = 0; // place among the positions of a pointer that moves by itself
  #own; // the run's positions

  constructor(payload, state) {
    this.payload = payload;
    this.state = state;
    this.#own = Array.from({ length: payload.positions.length / 2 }, (_, place) =>
      payload.positions.slice(2 * place, 2 * place + 2),
    );
    this.reset();
  }

  /** What a side has chosen to race. */
  trialOf(side) {
    const { trial } = this.state[side];
    return this.payload.contestants.find(({ key }) => key === trial);
  }

  /** The positions that are chosen for the pre-training and for a pointer that moves by itself. */
  get positions() {
    const recorded = this.state.set === "recording" && this.recorded.length > 1;
    return recorded ? this.recorded : this.#own;
  }

  get middle() {
    return this.payload.canvas.map((side) => side / 2);
  }

  /** Start both again. */
  reset() {
    this.#chance = new Chance(this.state);
    this.#memory = [];
    this.#path = 0;
    SIDES.forEach((side) => this.restart(side));
  }

  /** Start one again. */
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

  /** What a network sees of a position, and what it is to answer. */
  sampleOf(position) {
    const { canvas } = this.payload;
    const { normalise, noise } = this.state;
    const [across, down] = this.#chance.tremor(noise);
    return {
      input: seen([position[0] + across, position[1] + down], canvas, normalise),
      target: seen(position, canvas, normalise),
    };
  }

  /** Let both see where the pointer is, and learn if they are to. */
  advance() {
    const { pointer, state, payload, contestants } = this;
    if (pointer === null) {
      return;
    }
    this.#memory.push(pointer);
    const newest = this.sampleOf(pointer);
    const lesson =
      state.memory === "any" ? this.sampleOf(this.#chance.oneOf(this.#memory)) : newest;
    for (const side of SIDES) {
      if (state.learn) {
        contestants[side].learn(lesson.input, lesson.target);
      }
      contestants[side].follow(newest.input, pointer, payload.canvas, state.normalise);
      contestants[side].arrive(pointer);
      this.trails[side].push(contestants[side].place);
    }
    this.trails.pointer.push(pointer);
    this.fresh = true;
  }

  /** Put the circles where they belong, without a step. */
  follow() {
    const { canvas } = this.payload;
    const pointer = this.pointer ?? this.middle;
    const input = seen(pointer, canvas, this.state.normalise);
    for (const contestant of Object.values(this.contestants)) {
      contestant.follow(input, pointer, canvas, this.state.normalise);
    }
    this.fresh = true;
  }

  /** Move the pointer; in a race that goes on by movements that is a step. */
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

  /** One sample, also while the race pauses. */
  step() {
    this.#place(this.state.pilot ? this.#following() : (this.pointer ?? this.middle));
    this.advance();
  }

  /** What happens in a frame without anybody's doing. */
  frame() {
    const { play, pace } = this.state;
    if (play && this.movesBySelf) {
      this.moveTo(this.#following());
    }
    if (play && pace === "frame") {
      this.advance();
    }
  }

  /** Whether the pointer follows positions instead of a hand, which a recording always wants. */
  get movesBySelf() {
    return this.state.pilot && this.recording === null;
  }

  #following() {
    const { positions } = this;
    this.#path = (this.#path + 1) % positions.length;
    return positions[this.#path];
  }
}
