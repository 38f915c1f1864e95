// Random numbers with the same bits as those of numpy and the kernel. It knows no network.

const POOL = 4; // words of entropy that a seed sequence keeps
const INITIAL_A = 0x43b0d7e5;
const INITIAL_B = 0x8b51f9dd;
const LAST_32 = 0xffffffffn;
const LAST_64 = 0xffffffffffffffffn;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

// The 32-bit words of whole numbers of at least 0, the lowest of each first.
function wordsOf(numbers) {
  const words = [];
  for (const number of numbers) {
    let rest = BigInt(number);
    do {
      words.push(Number(rest & LAST_32));
      rest >>= 32n;
    } while (rest > 0n);
  }
  return words;
}

// A hash of words whose multiplier changes with each of them.
function hasher(initial, multiplier) {
  let state = initial;
  return (word) => {
    let value = word ^ state;
    state = Math.imul(state, multiplier);
    value = Math.imul(value, state);
    return value ^ (value >>> 16);
  };
}

function mixed(x, y) {
  const value = Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y);
  return value ^ (value >>> 16);
}

/**
 * numpy's SeedSequence: words that follow from seeds.
 * @param {(number|bigint)[]} entropy whole numbers of at least 0
 * @param {number[]} spawnKey which of the streams that follow from them
 */
export function seedSequence(entropy, spawnKey = []) {
  const words = wordsOf(entropy);
  while (spawnKey.length > 0 && words.length < POOL) {
    words.push(0);
  }
  words.push(...wordsOf(spawnKey));
  const hash = hasher(INITIAL_A, 0x931e8875);
  const pool = Array.from({ length: POOL }, (_, place) => hash(words[place] ?? 0));
  for (let source = 0; source < POOL; source += 1) {
    for (let place = 0; place < POOL; place += 1) {
      if (source !== place) {
        pool[place] = mixed(pool[place], hash(pool[source]));
      }
    }
  }
  for (const word of words.slice(POOL)) {
    for (let place = 0; place < POOL; place += 1) {
      pool[place] = mixed(pool[place], hash(word));
    }
  }
  return {
    /** So many words of 32 bits. */
    generateState(count) {
      const output = hasher(INITIAL_B, 0x58f38ded);
      return Uint32Array.from({ length: count }, (_, place) => output(pool[place % POOL]));
    },
  };
}

/** numpy's Generator of PCG64: O'Neill 2014, XSL-RR on 128 bits. */
export class PCG64 {
  #state = 0n;
  #increment;
  #spare = null; // the higher half of a number whose lower half has been drawn

  constructor(sequence) {
    const words = Array.from(sequence.generateState(8), BigInt);
    const [high, low, incrementHigh, incrementLow] = [0, 2, 4, 6].map(
      (place) => words[place] | (words[place + 1] << 32n),
    );
    this.#increment = BigInt.asUintN(128, (((incrementHigh << 64n) | incrementLow) << 1n) | 1n);
    this.#step();
    this.#state += (high << 64n) | low;
    this.#step();
  }

  #step() {
    this.#state = BigInt.asUintN(128, this.#state * MULTIPLIER + this.#increment);
  }

  #draw64() {
    this.#step();
    const folded = (this.#state >> 64n) ^ (this.#state & LAST_64);
    const turn = this.#state >> 122n;
    return BigInt.asUintN(64, (folded >> turn) | (folded << (64n - turn)));
  }

  #draw32() {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    const bits = this.#draw64();
    this.#spare = Number(bits >> 32n);
    return Number(bits & LAST_32);
  }

  /** A number from 0 up to, but not, 1. */
  random() {
    return Number(this.#draw64() >> 11n) / 2 ** 53;
  }

  /** A whole number from 0 up to, but not, a bound of at most 2^32: Lemire 2019. */
  integers(bound) {
    if (bound === 1) {
      return 0;
    }
    const least = BigInt(2 ** 32 % bound);
    let product;
    do {
      product = BigInt(this.#draw32()) * BigInt(bound);
    } while ((product & LAST_32) < least);
    return Number(product >> 32n);
  }

  /** The numbers below count, which is at most 2^32, in random order. */
  permutation(count) {
    const order = Uint32Array.from({ length: count }, (_, place) => place);
    for (let place = count - 1; place > 0; place -= 1) {
      const mask = 0xffffffff >>> Math.clz32(place);
      let other;
      do {
        other = (this.#draw32() & mask) >>> 0;
      } while (other > place);
      [order[place], order[other]] = [order[other], order[place]];
    }
    return order;
  }
}

/**
 * The order in which a training sees its samples: each epoch anew.
 * @param {number} count of samples
 * @param {number} budget how many are seen
 * @returns {Uint32Array} (budget) numbers of samples
 */
export function sampleOrder(count, budget, seed) {
  const random = new PCG64(seedSequence(seed, [1]));
  const order = new Uint32Array(budget);
  for (let start = 0; start < budget; start += count) {
    order.set(random.permutation(count).subarray(0, budget - start), start);
  }
  return order;
}

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];

/** First word of Threefry-2x32-20, by a key of two words: Salmon, Moraes, Dror & Shaw 2011. */
export function threefry(key0, key1, counter0, counter1) {
  const key2 = key0 ^ key1 ^ 0x1bd11bda;
  let left = (counter0 + key0) | 0;
  let right = (counter1 + key1) | 0;
  for (let round = 0; round < 20; round += 1) {
    left = (left + right) | 0;
    const turn = ROTATIONS[round & 7];
    right = ((right << turn) | (right >>> (32 - turn))) ^ left;
    if ((round & 3) === 3) {
      const injection = (round + 1) >> 2;
      const third = injection % 3;
      left = (left + (third === 0 ? key0 : third === 1 ? key1 : key2)) | 0;
      right = (right + (third === 0 ? key1 : third === 1 ? key2 : key0) + injection) | 0;
    }
  }
  return left >>> 0;
}
