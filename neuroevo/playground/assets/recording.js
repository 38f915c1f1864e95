// Recordings of pointer positions as CSV, as the mouse task reads them. It knows no page.

const HEADER = "x,y";
const MOST_CHARACTERS = 10_000_000;
export const MOST_POSITIONS = 200_000;

/** Positions in pixels as CSV: the header x,y, then a row for each. */
export function toCsv(positions) {
  const rows = positions.map(([x, y]) => `${round(x)},${round(y)}`);
  return `${[HEADER, ...rows].join("\n")}\n`;
}

function round(value) {
  return Math.round(value * 100) / 100;
}

/**
 * The positions of a recording. Throws an Error of one sentence if the file is not one.
 * @param {string} text of the file
 * @param {number[]} canvas width and height in pixels: all positions lie inside
 * @returns {number[][]} positions [x, y]
 */
export function fromCsv(text, canvas) {
  if (text.length > MOST_CHARACTERS) {
    throw new Error("recording: must be at most 10 MB");
  }
  const [header, ...rows] = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
  if (header.split(",").map((cell) => cell.trim()).join() !== HEADER) {
    throw new Error(`recording: must begin with the header x,y, but got ${shown(header)}`);
  }
  const positions = [];
  rows.forEach((row, index) => {
    if (row !== "" && positions.length < MOST_POSITIONS) {
      positions.push(position(row, index + 2, canvas));
    }
  });
  if (!positions.some(([x, y]) => x !== positions[0][0] || y !== positions[0][1])) {
    throw new Error("recording: must hold at least two different positions");
  }
  return positions;
}

function position(row, number, canvas) {
  const cells = row.split(",");
  if (cells.length !== 2) {
    throw new Error(`recording, row ${number}: must have two values, but got ${shown(row)}`);
  }
  return cells.map((cell, axis) => coordinate(cell, "xy"[axis], number, canvas[axis]));
}

function coordinate(cell, axis, number, size) {
  const text = cell.trim();
  const value = /^[-+.\deE]+$/.test(text) ? Number(text) : NaN;
  if (!(value >= 0 && value <= size)) {
    throw new Error(
      `recording, row ${number}: ${axis} must be from 0 to ${size}, but got ${shown(cell)}`,
    );
  }
  return value;
}

function shown(text) {
  return JSON.stringify(text.slice(0, 40));
}
