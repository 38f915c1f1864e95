// The last positions of a moving point.

const LENGTH = 28; // places

/** Places, oldest first. */
export class Trail {
  places = [];
  #moved = false;

  /** Add a place, or nothing for null. */
  push(place) {
    if (place === null) {
      return;
    }
    this.#moved = true;
    this.places.push(place);
    if (this.places.length > LENGTH) {
      this.places.shift();
    }
  }

  /** Once a frame: remove a place if nothing has moved; returns whether one was removed. */
  fade() {
    const rests = !this.#moved;
    this.#moved = false;
    return rests && this.places.shift() !== undefined;
  }

  clear() {
    this.places.length = 0;
  }
}
