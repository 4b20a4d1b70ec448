/* Bytes, hashes, and JSON without tricks, for the check in the browser. */
"use strict";

(() => {
  const DEEPEST = 64;
  const TOKEN = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[[\]{}]|-?[0-9][^\s,\]}]*/gs;
  const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

  /* Something does not fit; or, if incomplete, something needed for a verdict is not there. */
  class Unfit extends Error {
    constructor(code, incomplete = false) {
      super(code);
      this.code = code;
      this.incomplete = incomplete;
    }
  }

  const demand = (fact, code) => {
    if (!fact) throw new Unfit(code);
  };

  const utf8 = (text) => new TextEncoder().encode(text);
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const same = (one, other) => hex(one) === hex(other);
  const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

  const joined = (...parts) => {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let place = 0;
    for (const part of parts) {
      whole.set(part, place);
      place += part.length;
    }
    return whole;
  };

  /* Base64 written the one canonical way. */
  const fromBase64 = (text, code) => {
    let binary;
    try {
      binary = atob(text);
    } catch {
      throw new Unfit(code);
    }
    demand(btoa(binary) === text, code);
    return Uint8Array.from(binary, (sign) => sign.charCodeAt(0));
  };

  /* The bytes of multibase base58btc; there must be `length` of them. */
  const fromBase58 = (text, length) => {
    demand(typeof text === "string" && /^z[1-9A-HJ-NP-Za-km-z]*$/.test(text) && text.length <= 2 * length, "base58");
    const digits = text.slice(1);
    let number = 0n;
    for (const sign of digits) number = number * 58n + BigInt(ALPHABET.indexOf(sign));
    const written = number ? number.toString(16) : "";
    const zeros = digits.length - digits.replace(/^1+/, "").length;
    const bytes = joined(new Uint8Array(zeros), fromHex(written.padStart(written.length + (written.length % 2), "0")));
    demand(bytes.length === length, "base58");
    return bytes;
  };

  /* JSON without fractions, repeated names, deep nesting or broken text. */
  const careful = (text, code) => {
    let value;
    try {
      value = JSON.parse(text);
    } catch {
      throw new Unfit(code);
    }
    const open = [];
    for (const [token, written, colon] of text.matchAll(TOKEN)) {
      if (token === "{" || token === "[") demand(open.push(new Set()) <= DEEPEST, code);
      else if (token === "}" || token === "]") open.pop();
      else if (written === undefined) demand(/^-?[0-9]+$/.test(token) && Number.isSafeInteger(Number(token)), code);
      else {
        const said = JSON.parse(written);
        demand(!/\p{Surrogate}/u.test(said), code);
        if (colon === undefined) continue;
        demand(!open.at(-1).has(said), code);
        open.at(-1).add(said);
      }
    }
    return value;
  };

  /* RFC 8785, for JSON without fractions. */
  const canonical = (value) => {
    if (typeof value === "number") demand(Number.isSafeInteger(value), "number");
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  };

  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

  /* Whether an object has exactly these names, those of `optional` or not. */
  const hasShape = (value, names, optional = []) =>
    isObject(value) &&
    names.every((name) => Object.hasOwn(value, name)) &&
    Object.keys(value).every((name) => names.includes(name) || optional.includes(name));

  globalThis.gongshu = {
    Unfit, demand, utf8, hex, fromHex, same, sha256, joined, fromBase64, fromBase58, careful, canonical, isObject, hasShape,
  };
})();
