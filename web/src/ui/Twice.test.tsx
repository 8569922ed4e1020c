// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { Twice } from "./Twice";

afterEach(cleanup);

test("what cannot be taken back is done at the second press, unless one leaves", () => {
  let done = 0;
  render(<Twice name="Revoke" sure="Really revoke?" onDo={() => (done += 1)} />);
  const button = screen.getByRole("button");
  fireEvent.click(button);
  expect([done, button.textContent]).toEqual([0, "Really revoke?"]);
  fireEvent.blur(button);
  expect(button.textContent).toBe("Revoke");
  fireEvent.click(button);
  fireEvent.click(button);
  expect(done).toBe(1);
});
