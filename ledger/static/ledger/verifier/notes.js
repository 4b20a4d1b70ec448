/* Signed checkpoints (C2SP) and the tree under them (RFC 9162), for the check in the browser. */
"use strict";

(() => {
  const { Unfit, demand, utf8, hex, fromHex, same, sha256, joined, fromBase64 } = globalThis.gongshu;
  const SM2_TYPE = joined(Uint8Array.of(255), utf8("sm2-with-sm3.gongshu/v1"));
  const KINDS = [
    { kind: "log", type: Uint8Array.of(1), length: 32 },
    { kind: "witness", type: Uint8Array.of(4), length: 32 },
    { kind: "sm2", type: SM2_TYPE, length: 65 },
  ];

  /* ---- keys ---- */

  const parseKey = async (text) => {
    const parts = text.split("+");
    demand(parts.length >= 3 && parts[0], "key");
    const data = fromBase64(parts.slice(2).join("+"), "key");
    const id = (await sha256(joined(utf8(`${parts[0]}\n`), data))).slice(0, 4);
    const found = KINDS.find(
      ({ type, length }) => data.length === type.length + length && same(data.slice(0, type.length), type),
    );
    demand(found && hex(id) === parts[1], "key");
    return { text, kind: found.kind, name: parts[0], id, bytes: data.slice(found.type.length) };
  };

  /* What the one who checks trusts, one key a line or word: the log's, its SM2 keys, witnesses', issuers'. */
  const parseTrust = async (text) => {
    const trust = { log: [], sm2: [], witness: [], issuers: [] };
    for (const word of text.split(/\s+/).filter(Boolean)) {
      if (/^(did:key:)?z6Mk/.test(word)) trust.issuers.push(word.split("#")[0].replace(/^did:key:/, ""));
      else {
        const key = await parseKey(word);
        trust[key.kind].push(key);
      }
    }
    return trust;
  };

  /* ---- signatures ---- */

  const ed25519 = async (bytes, signature, message) => {
    let key;
    try {
      key = await crypto.subtle.importKey("raw", bytes, { name: "Ed25519" }, false, ["verify"]);
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotSupportedError") throw new Unfit("unsupported", true);
      throw new Unfit("signature");
    }
    return crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
  };

  /* SM2 with SM3 under the usual identity; the curve and the hash are sm-crypto-v2's. */
  const sm2 = (bytes, signature, message) => {
    if (!globalThis.SmCryptoV2) throw new Unfit("nosm", true);
    if (signature.length !== 64) return false;
    try {
      return globalThis.SmCryptoV2.sm2.doVerifySignature(message, hex(signature), hex(bytes), { hash: true });
    } catch {
      return false;
    }
  };

  /* The SM3 digest as hex, or null where nothing here computes it. */
  const sm3 = (bytes) => globalThis.SmCryptoV2?.sm3(bytes) ?? null;

  /* ---- notes ---- */

  const parseNote = (note) => {
    demand(!/[\u0000-\u0009\u000b-\u001f]/.test(note), "note");
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

  const linesOf = (note, key) => note.signatures.filter((line) => line.name === key.name && same(line.id, key.id));

  /* Each signature line of a key that is trusted must fit; the log's own key must have signed, and an SM2 key if named. */
  const checkNote = async (note, own, trust, done) => {
    demand(note.origin === own.name, "keylog");
    const lines = linesOf(note, own);
    demand(lines.length === 1, "unsigned");
    demand(await ed25519(own.bytes, lines[0].signature, utf8(note.text)), "signature");
    done("signed", own.name);
    const signed = trust.sm2.flatMap((key) => linesOf(note, key).map((line) => ({ key, line })));
    demand(!trust.sm2.length || signed.length, "sm2unsigned");
    for (const { key, line } of signed) {
      demand(sm2(key.bytes, line.signature, utf8(note.text)), "sm2signature");
      done("sm2signed", key.name);
    }
    if (!trust.sm2.length) done("sm2open", "", "open");
    const names = await cosigned(note, trust.witness);
    for (const name of names) done("witnessed", name);
    if (trust.witness.length && !names.length) done("unwitnessed", "", "open");
  };

  const cosigned = async (note, witnesses) => {
    const found = [];
    for (const key of witnesses) {
      for (const line of linesOf(note, key)) {
        demand(line.signature.length === 72, "cosignature");
        const at = new DataView(line.signature.buffer, line.signature.byteOffset).getBigUint64(0);
        const message = utf8(`cosignature/v1\ntime ${at}\n${note.text}`);
        demand(at < 2n ** 41n && (await ed25519(key.bytes, line.signature.slice(8), message)), "cosignature");
        found.push(`${key.name} · ${new Date(Number(at) * 1000).toISOString()}`);
      }
    }
    return found;
  };

  /* ---- the tree ---- */

  const leafHash = (entry) => sha256(joined(Uint8Array.of(0), utf8(entry)));
  const parent = (left, right) => sha256(joined(Uint8Array.of(1), left, right));

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
      value = await (right ? parent(path[place], value) : parent(value, path[place]));
    }
    return value;
  };

  /* Both roots that a consistency proof leads to, the older one and the newer one. */
  const rootsFrom = async (old, size, oldRoot, path) => {
    const steps = [];
    let whole = true;
    while (old !== size) {
      const left = leftOf(size);
      steps.push(old > left);
      if (old > left) [old, size, whole] = [old - left, size - left, false];
      else size = left;
    }
    const given = [...path];
    let older = whole ? oldRoot : given.shift();
    demand(older && given.length === steps.length, "proof");
    let newer = older;
    for (const [place, complete] of steps.reverse().entries()) {
      newer = await (complete ? parent(given[place], newer) : parent(newer, given[place]));
      if (complete) older = await parent(given[place], older);
    }
    return [older, newer];
  };

  const hashes = (values) => {
    demand(Array.isArray(values) && values.length <= 64, "proof");
    demand(values.every((node) => typeof node === "string" && /^[0-9a-f]{64}$/.test(node)), "proof");
    return values.map(fromHex);
  };

  Object.assign(globalThis.gongshu, {
    parseTrust, parseKey, parseNote, checkNote, ed25519, sm3, leafHash, rootFrom, rootsFrom, hashes,
  });
})();
