/* Checks receipts in the browser: nothing is sent anywhere. Written apart from the server's own rules, like the verifier. */
"use strict";

(() => {
  const FORMAT = "gongshu-receipt/1";
  const NAMES = ["anchor", "checkpoint", "entry", "format", "inclusion", "index", "key", "sm3"];
  const HASH = /^[0-9a-f]{64}$/;
  const MOST = 1048576;
  const utf8 = new TextEncoder();

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

  /* ---- bytes ---- */

  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const joined = (...parts) => {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let place = 0;
    for (const part of parts) {
      whole.set(part, place);
      place += part.length;
    }
    return whole;
  };
  const same = (one, other) => hex(one) === hex(other);
  const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
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

  /* ---- keys and notes (C2SP) ---- */

  const parseKey = async (text, kind) => {
    const parts = String(text).trim().split("+");
    demand(parts.length >= 3 && parts[0] && !/\s/.test(parts[0]), "key");
    const data = fromBase64(parts.slice(2).join("+"), "key");
    const id = (await sha256(joined(utf8.encode(`${parts[0]}\n`), data))).slice(0, 4);
    demand(data.length === 33 && data[0] === kind && hex(id) === parts[1], "key");
    return { name: parts[0], id, bytes: data.slice(1) };
  };

  const parseNote = (note) => {
    const gap = note.lastIndexOf("\n\n");
    demand(gap > 0 && note.endsWith("\n"), "note");
    const text = note.slice(0, gap + 1);
    const lines = text.slice(0, -1).split("\n");
    demand(lines.length >= 3 && lines.every(Boolean), "note");
    demand(/^(0|[1-9][0-9]{0,14})$/.test(lines[1]), "note");
    const root = fromBase64(lines[2], "note");
    demand(root.length === 32, "note");
    const signatures = note
      .slice(gap + 2, -1)
      .split("\n")
      .map((line) => {
        const parts = line.split(" ");
        demand(parts.length === 3 && parts[0] === "—" && parts[1], "note");
        const data = fromBase64(parts[2], "note");
        demand(data.length >= 5, "note");
        return { name: parts[1], id: data.slice(0, 4), signature: data.slice(4) };
      });
    return { text, origin: lines[0], size: Number(lines[1]), root, signatures };
  };

  const signs = async (key, signature, message) => {
    let imported;
    try {
      imported = await crypto.subtle.importKey("raw", key.bytes, { name: "Ed25519" }, false, ["verify"]);
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotSupportedError") throw new Unfit("unsupported", true);
      throw new Unfit("signature");
    }
    return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
  };

  const lineOf = (note, key) => note.signatures.filter((line) => line.name === key.name && same(line.id, key.id));

  /* ---- the tree (RFC 9162) ---- */

  const leftOf = (size) => {
    let left = 1;
    while (left * 2 < size) left *= 2;
    return left;
  };

  const rootFrom = async (leaf, index, size, path) => {
    const turns = [];
    while (size > 1) {
      const left = leftOf(size);
      const right = index >= left;
      turns.push(right);
      [index, size] = right ? [index - left, size - left] : [index, left];
    }
    demand(turns.length === path.length, "proof");
    let value = leaf;
    for (const [place, right] of turns.reverse().entries()) {
      const pair = right ? [path[place], value] : [value, path[place]];
      value = await sha256(joined(Uint8Array.of(1), ...pair));
    }
    return value;
  };

  /* ---- a receipt ---- */

  const read = (text) => {
    demand(text.length <= MOST, "large");
    let receipt;
    try {
      receipt = JSON.parse(text);
    } catch {
      throw new Unfit("json");
    }
    demand(receipt !== null && typeof receipt === "object" && !Array.isArray(receipt), "json");
    const names = Object.keys(receipt).sort();
    demand(NAMES.every((name) => name === "sm3" || names.includes(name)), "shape");
    demand(names.every((name) => NAMES.includes(name)) && receipt.format === FORMAT, "shape");
    demand(["entry", "checkpoint", "key"].every((name) => typeof receipt[name] === "string"), "shape");
    demand(Number.isSafeInteger(receipt.index) && receipt.index >= 0, "shape");
    demand(Array.isArray(receipt.inclusion) && receipt.inclusion.length <= 64, "proof");
    demand(receipt.inclusion.every((node) => typeof node === "string" && HASH.test(node)), "proof");
    return receipt;
  };

  const entryOf = (receipt) => {
    try {
      const entry = JSON.parse(receipt.entry);
      if (entry !== null && typeof entry === "object") return entry;
    } catch {
      /* said below */
    }
    throw new Unfit("entry");
  };

  /* Resolves to {tone, code, steps, facts}; a step is a code and what it shows. Never rejects. */
  const check = async (text, trusted, witnesses = []) => {
    const steps = [];
    const done = (code, shown = "") => steps.push({ code, shown, ok: true });
    try {
      if (!globalThis.crypto?.subtle) throw new Unfit("insecure", true);
      const receipt = read(text);
      const entry = entryOf(receipt);
      demand(!trusted.trim() || trusted.trim() === receipt.key, "otherkey");
      const key = await parseKey(receipt.key, 1);
      const note = parseNote(receipt.checkpoint);
      demand(entry.log === note.origin, "otherlog");
      const leaf = await sha256(joined(Uint8Array.of(0), utf8.encode(receipt.entry)));
      done("leaf", hex(leaf));
      demand(receipt.index < note.size, "proof");
      const root = await rootFrom(leaf, receipt.index, note.size, receipt.inclusion.map(fromHex));
      demand(same(root, note.root), "root");
      done("tree", hex(root));
      const own = lineOf(note, key);
      demand(own.length === 1, "unsigned");
      demand(await signs(key, own[0].signature, utf8.encode(note.text)), "signature");
      done("signed", key.name);
      for (const line of await cosigned(note, witnesses)) done("witnessed", line);
      if (receipt.anchor) done("anchor", `${receipt.anchor.contract} · ${receipt.anchor.transaction}`);
      const facts = { index: receipt.index, size: note.size, kind: entry.kind, subject: entry.subject };
      return trusted.trim() ? { tone: "ok", code: "valid", steps, facts } : { tone: "warn", code: "nokey", steps, facts };
    } catch (error) {
      const unfit = error instanceof Unfit ? error : new Unfit("json");
      steps.push({ code: unfit.code, shown: "", ok: false });
      return { tone: unfit.incomplete ? "warn" : "bad", code: unfit.incomplete ? "incomplete" : "invalid", steps };
    }
  };

  const cosigned = async (note, witnesses) => {
    const found = [];
    for (const text of witnesses) {
      const key = await parseKey(text, 4);
      for (const line of lineOf(note, key)) {
        demand(line.signature.length === 72, "cosignature");
        const at = new DataView(line.signature.buffer, line.signature.byteOffset).getBigUint64(0);
        const message = utf8.encode(`cosignature/v1\ntime ${at}\n${note.text}`);
        demand(await signs(key, line.signature.slice(8), message), "cosignature");
        found.push(`${key.name} · ${new Date(Number(at) * 1000).toISOString()}`);
      }
    }
    return found;
  };

  /* ---- the page ---- */

  const data = (id) => {
    const found = id && document.getElementById(id);
    return found ? JSON.parse(found.textContent) : null;
  };

  const show = (panel, words, result) => {
    const verdict = panel.querySelector("[data-verdict]");
    const box = panel.querySelector(`template[data-tone="${result.tone}"]`).content.cloneNode(true);
    box.querySelector(".title").textContent = words[result.code];
    const said = document.createElement("p");
    const last = result.steps.at(-1);
    said.textContent = result.facts
      ? words.about.replace("{kind}", result.facts.kind).replace("{subject}", result.facts.subject)
          .replace("{index}", result.facts.index).replace("{size}", result.facts.size)
      : words[last.code];
    box.querySelector(".title").after(said);
    verdict.replaceChildren(box);
    verdict.dataset.result = result.code;
    panel.querySelector("[data-steps]").replaceChildren(
      ...result.steps.map((step) => {
        const item = document.createElement("li");
        const mark = document.createElement("span");
        mark.className = `badge ${step.ok ? "ok" : result.tone}`;
        mark.textContent = step.ok ? words.fits : words.fails;
        item.append(mark, ` ${words[step.code]} `);
        if (step.shown) {
          const shown = document.createElement("code");
          shown.textContent = step.shown;
          item.append(shown);
        }
        return item;
      }),
    );
  };

  const prepare = (panel) => {
    const words = data(panel.dataset.words);
    const witnesses = data(panel.dataset.witnesses) ?? [];
    const own = data(panel.dataset.receipt);
    const key = panel.querySelector("[data-key]");
    const run = async (text) => show(panel, words, await check(text, key.value, witnesses));
    let last = own && JSON.stringify(own);
    const take = async (file) => {
      last = file.size > MOST * 4 ? " ".repeat(MOST + 1) : await file.text();
      await run(last);
    };
    panel.querySelector("[data-verify]")?.addEventListener("click", () => run(last ?? ""));
    key.addEventListener("input", () => last !== null && run(last));
    const input = panel.querySelector("input[type=file]");
    input?.addEventListener("change", () => input.files[0] && take(input.files[0]));
    const drop = panel.querySelector("[data-drop]");
    drop?.addEventListener("dragover", (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
    drop?.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop?.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
    });
  };

  globalThis.gongshuVerify = check;
  document.querySelectorAll("[data-verifier]").forEach(prepare);
})();
