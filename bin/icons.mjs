// Draws the icons for home screens from the shapes of public/icon.svg. Run it after a change of that file:
//
//   node bin/icons.mjs
//
// A rasteriser would be a dependency for three files that rarely change; the icon is one line with round ends.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";

const FOLDER = join(import.meta.dirname, "../public");
const GREEN = [0x0b, 0x6b, 0x4c];
const WHITE = [0xff, 0xff, 0xff];
/** Units of the drawing, and half the width of its line. */
const UNITS = 32;
const HALF_LINE = 1.3;
/** Samples per pixel and direction. */
const SAMPLES = 4;

/** Points on a circle around the centre, from one angle to another, in degrees. */
const arc = (radius, from, to) =>
  Array.from({ length: 41 }, (_, step) => {
    const angle = ((from + ((to - from) * step) / 40) * Math.PI) / 180;
    return [16 + radius * Math.cos(angle), 16 + radius * Math.sin(angle)];
  });

const LINE = [...arc(8, -36.87, -216.87), [8, 25], [13.2, 23.5], ...arc(8, 110.5, 0), [17, 16]];

function distanceToLine(x, y) {
  let nearest = Infinity;
  for (let index = 1; index < LINE.length; index += 1) {
    const [[x1, y1], [x2, y2]] = [LINE[index - 1], LINE[index]];
    const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
    const along = length ? Math.min(1, Math.max(0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length)) : 0;
    nearest = Math.min(nearest, Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1)));
  }
  return nearest;
}

/** Returns the distance from a point to the line, which is scaled around the centre. */
const distanceAt = (x, y, scale) => distanceToLine(16 + (x - 16) / scale, 16 + (y - 16) / scale);

function pixel(column, row, size, scale) {
  const centre = distanceAt(((column + 0.5) * UNITS) / size, ((row + 0.5) * UNITS) / size, scale);
  // Only pixels at the edge of the line need more than one sample.
  if (Math.abs(centre - HALF_LINE) > (2 * UNITS) / size) return centre < HALF_LINE ? WHITE : GREEN;
  const sum = [0, 0, 0];
  for (let sample = 0; sample < SAMPLES ** 2; sample += 1) {
    const x = ((column + ((sample % SAMPLES) + 0.5) / SAMPLES) * UNITS) / size;
    const y = ((row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) * UNITS) / size;
    (distanceAt(x, y, scale) < HALF_LINE ? WHITE : GREEN).forEach((value, channel) => (sum[channel] += value));
  }
  return sum.map((value) => Math.round(value / SAMPLES ** 2));
}

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** Encodes a square without transparency: home screens round the corners themselves. */
function png(size, scale) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  // Eight bits for each of red, green and blue.
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Array.from({ length: size }, (_, row) =>
    Buffer.from([0, ...Array.from({ length: size }, (_, column) => pixel(column, row, size, scale)).flat()]),
  );
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(Buffer.concat(rows), { level: 9 });
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

// A maskable icon may be cut to a circle of 80 %, so its drawing is smaller.
for (const [name, size, scale] of [
  ["apple-touch-icon.png", 180, 1],
  ["icon-192.png", 192, 1],
  ["icon-512.png", 512, 1],
  ["icon-maskable-512.png", 512, 0.75],
]) {
  writeFileSync(join(FOLDER, name), png(size, scale));
}
