// Draws the canvas: the pointer, the circles with their trails, and lines between them. It knows
// places and colours, but no networks.

const RADIUS = 25; // of a circle, in pixels of the canvas, as in the article
const POINTER = 4;

/** Fit the canvas's pixels to those of the screen and give its context, in canvas pixels. */
export function fitted(element, [width, height]) {
  const ratio = window.devicePixelRatio || 1;
  const wide = Math.max(1, Math.round(element.clientWidth * ratio));
  const high = Math.max(1, Math.round((element.clientWidth * height * ratio) / width));
  if (element.width !== wide || element.height !== high) {
    element.width = wide;
    element.height = high;
  }
  const context = element.getContext("2d");
  context.setTransform(wide / width, 0, 0, wide / width, 0, 0);
  return context;
}

/**
 * Draw everything.
 * @param {CanvasRenderingContext2D} context
 * @param {object} scene canvas, unit (canvas pixels in a pixel of the screen), pointer or null,
 *   circles [{place, trail, colour, hollow}], trail of the pointer, colours
 */
export function drawScene(context, scene) {
  const { canvas, pointer, circles, colours } = scene;
  context.clearRect(0, 0, ...canvas);
  drawCross(context, scene);
  if (pointer !== null) {
    circles.forEach((circle) => drawGap(context, scene, circle));
  }
  circles.forEach((circle) => drawTrail(context, circle.trail, circle.colour, RADIUS));
  drawTrail(context, scene.trail, colours.ink, POINTER * 1.5);
  circles.forEach((circle) => drawCircle(context, scene, circle));
  if (pointer !== null) {
    drawPointer(context, scene);
  }
}

function drawCross(context, { canvas: [width, height], colours, unit }) {
  context.strokeStyle = colours.rule;
  context.lineWidth = unit;
  context.beginPath();
  context.moveTo(width / 2, 0);
  context.lineTo(width / 2, height);
  context.moveTo(0, height / 2);
  context.lineTo(width, height / 2);
  context.stroke();
}

function drawGap(context, { pointer, unit }, { place, colour }) {
  if (place === null) {
    return;
  }
  context.globalAlpha = 0.55;
  context.strokeStyle = colour;
  context.lineWidth = 1.5 * unit;
  context.beginPath();
  context.moveTo(...pointer);
  context.lineTo(...bounded(place));
  context.stroke();
  context.globalAlpha = 1;
}

// A canvas does not draw lines to places that are too far away for single precision.
function bounded([x, y]) {
  const far = 1e5;
  return [Math.min(Math.max(x, -far), far), Math.min(Math.max(y, -far), far)];
}

// A band that grows wider towards the current place: one path, so that its parts do not add up.
function drawTrail(context, { places }, colour, thickest) {
  const way = places.map(bounded);
  context.beginPath();
  way.forEach(([x, y], index) => {
    const reach = (thickest * index) / way.length;
    context.moveTo(x + reach, y);
    context.arc(x, y, reach, 0, 2 * Math.PI);
    if (index > 0) {
      addBand(context, way[index - 1], (thickest * (index - 1)) / way.length, [x, y], reach);
    }
  });
  context.globalAlpha = 0.2;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = 1;
}

// From one disc to the next, in the direction of the arcs; otherwise overlaps would not be filled.
function addBand(context, [fromX, fromY], fromReach, [toX, toY], toReach) {
  const length = Math.hypot(toX - fromX, toY - fromY);
  if (length === 0) {
    return;
  }
  const [across, down] = [(toX - fromX) / length, (toY - fromY) / length];
  context.moveTo(fromX + down * fromReach, fromY - across * fromReach);
  context.lineTo(toX + down * toReach, toY - across * toReach);
  context.lineTo(toX - down * toReach, toY + across * toReach);
  context.lineTo(fromX - down * fromReach, fromY + across * fromReach);
  context.closePath();
}

function isOn([x, y], [width, height]) {
  return x >= -RADIUS && y >= -RADIUS && x <= width + RADIUS && y <= height + RADIUS;
}

function drawCircle(context, { canvas, unit }, { place, colour, hollow }) {
  if (place === null) {
    return;
  }
  if (!isOn(place, canvas)) {
    drawArrow(context, canvas, place, colour, unit);
    return;
  }
  const radius = Math.max(RADIUS, 9 * unit);
  context.beginPath();
  context.arc(...place, hollow ? radius + 4 * unit : radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.globalAlpha = hollow ? 0.1 : 0.32;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = colour;
  context.lineWidth = (hollow ? 3 : 2) * unit;
  context.stroke();
}

// If a circle has left the canvas, an arrow at the edge points to it.
function drawArrow(context, [width, height], [x, y], colour, unit) {
  const edge = 16 * unit;
  const middle = [width / 2, height / 2];
  const [across, down] = bounded([x - middle[0], y - middle[1]]);
  const scale = Math.min(
    (middle[0] - edge) / Math.max(Math.abs(across), 1e-9),
    (middle[1] - edge) / Math.max(Math.abs(down), 1e-9),
  );
  context.save();
  context.translate(middle[0] + across * scale, middle[1] + down * scale);
  context.rotate(Math.atan2(down, across));
  context.beginPath();
  context.moveTo(10 * unit, 0);
  context.lineTo(-8 * unit, -8 * unit);
  context.lineTo(-8 * unit, 8 * unit);
  context.closePath();
  context.fillStyle = colour;
  context.fill();
  context.restore();
}

function drawPointer(context, { pointer, colours, unit }) {
  context.beginPath();
  context.arc(...pointer, Math.max(POINTER, 3.5 * unit), 0, 2 * Math.PI);
  context.fillStyle = colours.ink;
  context.fill();
  context.strokeStyle = colours.surface;
  context.lineWidth = 1.5 * unit;
  context.stroke();
}
