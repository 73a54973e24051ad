/** The papers behind the points, fetched by row when somebody looks at one. */

import { fetched } from "./fetching.js";

const KEPT = 500;

export class Papers {
  /** `address`: of a paper's JSON, with `*` in the place of the row. */
  constructor(address) {
    this.address = address;
    this.cache = new Map();
    this.waiting = new AbortController();
  }

  /** Give up what was asked for and has not come. */
  forget() { this.waiting.abort(); }

  /** The paper of a row, after `delay` ms; earlier requests are given up, and end in an AbortError. */
  async get(row, delay) {
    this.forget();
    if (this.cache.has(row)) return this.cache.get(row);
    const { signal } = (this.waiting = new AbortController());
    await new Promise((resolve) => setTimeout(resolve, delay));
    signal.throwIfAborted();
    const paper = await (await fetched(this.address.replace("*", row), signal)).json();
    if (this.cache.size >= KEPT) this.cache.delete(this.cache.keys().next().value);
    this.cache.set(row, paper);
    return paper;
  }
}
