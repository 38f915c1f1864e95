// The strongest path from an input of a network to an output, and its product. Knows no drawing.

/**
 * Of all paths from an input to an output the one whose product of weights is largest.
 * @param {{weights: ArrayLike<number>[], biases: ArrayLike<number>}[]} layers of each layer
 *   weights[from][to], and biases[to]
 * @param {number} input
 * @param {number} output
 * @param {(layer: number, unit: number) => boolean} isDropped units that no path goes through
 * @returns {{units: number[], weights: number[], product: number}} units from input to output
 */
export function strongestPath(layers, input, output, isDropped = () => false) {
  let sizes = layers[0].weights.map((_, unit) => (unit === input ? 1 : -1)); // -1: no way there
  const origins = layers.map(({ weights, biases }, layer) => {
    const from = new Array(biases.length).fill(0);
    const best = new Array(biases.length).fill(-1);
    weights.forEach((row, unit) => {
      for (let target = 0; target < row.length && sizes[unit] >= 0; target += 1) {
        const size = sizes[unit] * Math.abs(row[target]);
        if (size > best[target] && !isDropped(layer + 1, target)) {
          best[target] = size;
          from[target] = unit;
        }
      }
    });
    sizes = best;
    return from;
  });
  return sizes[output] < 0 ? null : traced(layers, origins, output);
}

function traced(layers, origins, output) {
  const units = [output];
  for (let layer = layers.length - 1; layer >= 0; layer -= 1) {
    units.unshift(origins[layer][units[0]]);
  }
  const weights = layers.map((layer, place) => layer.weights[units[place]][units[place + 1]]);
  return { units, weights, product: weights.reduce((product, weight) => product * weight, 1) };
}
