// Where the label of a line or a rule can stand so that nothing runs through it. All in pixels, downwards from the top.

export type Point = { readonly x: number; readonly y: number };
export type Box = {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
};

export type Surroundings = {
  readonly lines: readonly (readonly Point[])[];
  /** Labels must stay within. */
  readonly picture: Box;
};

/** A box for each label, out of those that would do: the first with which the fewest things collide. */
export function placeLabels(labels: readonly (readonly Box[])[], { lines, picture }: Surroundings): Box[] {
  const placed: Box[] = [];
  for (const places of labels) {
    const faults = places.map((place) => {
      const cut = lines.filter((line) => runsThrough(line, place)).length;
      const hidden = placed.filter((other) => overlap(other, place)).length;
      // Two texts over each other are illegible, and so is one that is cut off; one behind a line can be read.
      return cut + WORSE * (hidden + (isWithin(place, picture) ? 0 : 1));
    });
    const best = places[faults.indexOf(Math.min(...faults))];
    if (best !== undefined) placed.push(best);
  }
  return placed;
}

const WORSE = 100;

export function runsThrough(line: readonly Point[], box: Box): boolean {
  return line.some((to, index) => {
    const from = line[index - 1];
    return from !== undefined && crosses(from, to, box);
  });
}

export function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function isWithin(inner: Box, outer: Box): boolean {
  return (
    inner.left >= outer.left &&
    inner.right <= outer.right &&
    inner.top >= outer.top &&
    inner.bottom <= outer.bottom
  );
}

/** Whether any of a segment lies in the box, after Liang and Barsky: what each side leaves of it. */
function crosses(from: Point, to: Point, box: Box): boolean {
  const sides = [
    [from.x - to.x, from.x - box.left],
    [to.x - from.x, box.right - from.x],
    [from.y - to.y, from.y - box.top],
    [to.y - from.y, box.bottom - from.y],
  ] as const;
  let [start, end] = [0, 1];
  for (const [step, room] of sides) {
    if (step === 0 && room < 0) return false;
    if (step < 0) start = Math.max(start, room / step);
    if (step > 0) end = Math.min(end, room / step);
  }
  return start <= end;
}
