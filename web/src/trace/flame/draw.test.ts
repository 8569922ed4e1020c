import { expect, test } from "vitest";

import { lanesOf, type Boxes } from "./boxes";
import { draw, LANE_HEIGHT, type Picture } from "./draw";

/** Keeps what is drawn, where there is no canvas. */
function paper() {
  const rects: number[][] = [];
  const texts: string[] = [];
  const context = {
    clearRect: () => {},
    fillRect: (...place: number[]) => rects.push(place),
    strokeRect: () => {},
    setLineDash: () => {},
    measureText: () => ({ width: 7 }),
    fillText: (text: string) => texts.push(text),
  };
  return { rects, texts, context: context as unknown as CanvasRenderingContext2D };
}

/** So many boxes side by side in one lane. */
function row(count: number): Boxes {
  const order = Array.from({ length: count }, (_, at) => at);
  const lane = new Int32Array(count);
  return {
    left: Float64Array.from(order, (at) => at / count),
    right: Float64Array.from(order, (at) => (at + 1) / count),
    lane,
    parent: new Int32Array(count).fill(-1),
    lanes: lanesOf(order, lane),
    overlaid: 0,
  };
}

const picture = (boxes: Boxes): Picture => ({
  boxes,
  lookOf: (box) => ({ name: `load the page number ${box}`, sort: "plain", path: null }),
  view: { from: 0, to: 1 },
  top: 0,
  width: 800,
  height: 200,
  selected: -1,
  inks: { text: "", failure: "", onFailure: "", open: "", accent: "", path: "", shades: ["a"] },
  font: "",
});

test("about as many boxes are drawn as there are pixels", () => {
  const { context } = paper();
  const drawn = draw(context, picture(row(100_000)));
  expect(drawn).toBeLessThan(900);
  expect(drawn).toBeGreaterThan(700);
});

test("only what is seen is drawn, and a name as far as there is room", () => {
  const { context, texts, rects } = paper();
  const drawn = draw(context, { ...picture(row(10)), view: { from: 0.4, to: 0.6 } });
  expect(drawn).toBe(2);
  expect(texts[0]).toBe("load the page number 4");
  expect(rects.map((rect) => rect[0])).toEqual([0, 400]);
  const narrow = paper();
  draw(narrow.context, picture(row(10)));
  expect(narrow.texts[0]).toBe("load the …");
});

test("lanes above and below what is seen are not drawn", () => {
  const { context } = paper();
  expect(draw(context, { ...picture(row(10)), top: LANE_HEIGHT })).toBe(0);
});

/** One box of ten through whose second half the path goes, and beyond. */
const withPath: Picture["lookOf"] = (box) => ({ name: "a", sort: "plain", path: box === 5 ? [0.55, 0.7] : null });

test("the critical path is drawn where it is, in the boxes that it goes through", () => {
  const { context, rects } = paper();
  draw(context, { ...picture(row(10)), lookOf: withPath });
  const lines = rects.filter(([, , , height]) => height === 3);
  expect(lines.map((line) => line.map(Math.round))).toEqual([[440, LANE_HEIGHT - 4, 39, 3]]);
});
