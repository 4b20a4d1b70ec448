/* What a receipt, a certificate, an evidence pack, a checkpoint or a consistency proof claims, and whether it is so. */
"use strict";

(() => {
  const { Unfit, demand, utf8, hex, fromHex, same, sha256, joined, fromBase58 } = globalThis.gongshu;
  const { careful, canonical, isObject, hasShape } = globalThis.gongshu;
  const { parseTrust, parseKey, parseNote, checkNote, ed25519, sm3, leafHash, rootFrom, rootsFrom, hashes } = globalThis.gongshu;
  const MOST = 64 * 1048576;
  const HASH = /^[0-9a-f]{64}$/;
  const RECEIPT = ["anchor", "checkpoint", "entry", "format", "inclusion", "index", "key"];
  const ANCHOR = ["block_number", "chain_id", "contract", "transaction"];
  const PACK = ["certificate", "format", "openings", "receipts", "subject"];
  const OPENING = ["entry", "name", "salt", "value"];
  const PROOF = ["new", "new_root", "old", "old_root", "proof"];
  const SUITE = "eddsa-jcs-2022";
  const MOMENT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d{0,3}(Z|[+-]\d\d:\d\d)$/;

  const ENTRY = ["actor", "format", "id", "kind", "log", "occurred_at", "payload", "refs", "subject", "version"];
  const STATUS = ["id", "state", "valid_until"];
  const STATES = ["active", "suspended", "revoked", "cancelled", "expired"];
  const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
  const WRITTEN = {
    kind: /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/,
    subject: /^[a-z][a-z0-9_]*:[!-~]{1,180}$/,
    occurred_at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
    actor: HASH,
    id: ID,
  };

  const texts = (value, names) => names.every((name) => typeof value[name] === "string");
  const whole = (value) => Number.isSafeInteger(value) && value >= 0;
  const several = (value) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]);

  /* ---- a receipt ---- */

  /* `seen` holds the checkpoints that were found good already: a pack's receipts are all under one. */
  const checkReceipt = async (receipt, trust, done, seen = new Set()) => {
    demand(hasShape(receipt, RECEIPT, ["sm3"]) && receipt.format === "gongshu-receipt/1", "shape");
    demand(texts(receipt, ["entry", "checkpoint", "key"]) && whole(receipt.index), "shape");
    checkAnchor(receipt.anchor);
    demand(!trust.log.length || trust.log.some((key) => key.text === receipt.key), "otherkey");
    const key = await parseKey(receipt.key);
    demand(key.kind === "log", "key");
    const note = parseNote(receipt.checkpoint);
    const entry = soundEntry(receipt.entry);
    demand(entry.log === note.origin, "otherlog");
    const leaf = await leafHash(receipt.entry);
    done("leaf", hex(leaf));
    const path = hashes(receipt.inclusion);
    demand(receipt.index < note.size, "proof");
    const root = await rootFrom(leaf, receipt.index, note.size, path);
    demand(same(root, note.root), "root");
    done("tree", hex(root));
    checkSm3(receipt, done);
    const signed = `${receipt.key}\n${receipt.checkpoint}`;
    if (!seen.has(signed)) await checkNote(note, key, trust, done);
    seen.add(signed);
    if (receipt.anchor) done("anchor", `${receipt.anchor.contract} · ${receipt.anchor.transaction}`, "open");
    const facts = { index: receipt.index, size: note.size, kind: entry.kind, subject: entry.subject };
    return { entry, log: note.origin, facts: { sentence: "about", ...facts }, code: trust.log.length ? "valid" : "nokey" };
  };

  /* The entry that its canonical bytes write; it has all its parts, and a status only of the states there are. */
  const soundEntry = (text) => {
    const entry = careful(text, "entry");
    demand(isObject(entry) && canonical(entry) === text, "entry");
    demand(hasShape(entry, ENTRY, ["status"]) && entry.format === 1 && Number.isSafeInteger(entry.version), "entry");
    demand(typeof entry.log === "string" && isObject(entry.payload) && Array.isArray(entry.refs), "entry");
    for (const [name, written] of Object.entries(WRITTEN)) {
      demand(typeof entry[name] === "string" && written.test(entry[name]), "entry");
    }
    demand(entry.refs.every((ref) => typeof ref === "string" && ID.test(ref)), "entry");
    if (Object.hasOwn(entry, "status")) {
      const { status } = entry;
      demand(hasShape(status, STATUS) && texts(status, ["id", "state"]) && HASH.test(status.id), "entry");
      demand(STATES.includes(status.state) && (status.valid_until === null || isDay(status.valid_until)), "entry");
    }
    return entry;
  };

  const isDay = (text) => {
    const at = typeof text === "string" && /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
    return at !== null && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) && !text.startsWith("0000");
  };

  const checkAnchor = (anchor) => {
    if (anchor === null) return;
    demand(hasShape(anchor, ANCHOR) && whole(anchor.chain_id) && whole(anchor.block_number), "anchorshape");
    demand(/^0x[0-9a-f]{40}$/.test(anchor.contract) && /^0x[0-9a-f]{64}$/.test(anchor.transaction), "anchorshape");
  };

  const checkSm3 = (receipt, done) => {
    if (!Object.hasOwn(receipt, "sm3")) return;
    demand(typeof receipt.sm3 === "string" && HASH.test(receipt.sm3), "sm3wrong");
    const found = sm3(utf8(receipt.entry));
    if (found === null) return done("sm3open", "", "open");
    demand(found === receipt.sm3, "sm3wrong");
    done("sm3", found);
  };

  /* ---- a certificate: W3C VC 2.0, by its eddsa-jcs-2022 proof ---- */

  const checkCertificate = async (document, trust, done) => {
    demand(isObject(document) && several(document.type).includes("VerifiableCredential"), "notours");
    const { proof, ...bare } = document;
    const proofs = several(proof).filter(isObject);
    demand(proofs.length, "unproved");
    const ours = proofs.filter((one) => one.cryptosuite === SUITE);
    if (!ours.length) throw new Unfit("othersuite", true);
    const signers = new Set();
    for (const one of ours) signers.add(await proofKey(bare, one));
    demand(signers.size === 1, "severalkeys");
    const [signer] = signers;
    demand(!trust.issuers.length || trust.issuers.includes(signer), "otherissuer");
    const issuer = isObject(document.issuer) ? document.issuer.id : document.issuer;
    demand(typeof issuer === "string" && issuer, "issuerkey");
    demand(!issuer.startsWith("did:key:") || issuer.split("#")[0] === `did:key:${signer}`, "issuerkey");
    done("proved", signer);
    checkDays(document, ours);
    done("intime", [document.validFrom, document.validUntil].filter(Boolean).join(" – "));
    const number = await statusNumber(document);
    done("standing", number, "open");
    return { facts: { sentence: "certified", number }, code: trust.issuers.length ? "genuine" : "nokey" };
  };

  /* The key, as Multikey text, whose proof fits. */
  const proofKey = async (bare, proof) => {
    demand(proof.type === "DataIntegrityProof" && proof.proofPurpose === "assertionMethod", "proofkind");
    if (Object.hasOwn(proof, "previousProof")) throw new Unfit("othersuite", true);
    const { proofValue, ...options } = proof;
    let secured = bare;
    if (Object.hasOwn(options, "@context")) {
      const stated = several(options["@context"]);
      demand(canonical(several(bare["@context"]).slice(0, stated.length)) === canonical(stated), "context");
      secured = { ...bare, "@context": options["@context"] };
    }
    const method = typeof proof.verificationMethod === "string" ? proof.verificationMethod : "";
    const name = method.slice(method.indexOf("#") + 1);
    if (!method.includes("#") || !name) throw new Unfit("nomethod", true);
    demand(!method.startsWith("did:key:") || method === `did:key:${name}#${name}`, "base58");
    const key = fromBase58(name, 34);
    demand(key[0] === 0xed && key[1] === 1, "base58");
    const digests = [options, secured].map((part) => sha256(utf8(canonical(part))));
    const message = joined(...(await Promise.all(digests)));
    demand(await ed25519(key.slice(2), fromBase58(proofValue, 64), message), "proofwrong");
    return name;
  };

  const checkDays = (document, proofs) => {
    const moment = (value) => {
      const found = typeof value === "string" && MOMENT.exec(value);
      const at = found ? Date.parse(found[1] + found[2]) : NaN;
      demand(!Number.isNaN(at), "moment");
      return at;
    };
    const now = Date.now();
    if (document.validFrom !== undefined && document.validFrom !== null) demand(now >= moment(document.validFrom), "early");
    for (const end of [document.validUntil, ...proofs.map((proof) => proof.expires)]) {
      if (end !== undefined && end !== null) demand(now < moment(end), "late");
    }
  };

  /* The certificate's number; the status it names must be its own. */
  const statusNumber = async (document) => {
    const number = isObject(document.credentialSubject) ? document.credentialSubject.certificateNumber : null;
    if (typeof number !== "string") return "";
    const id = hex(await sha256(utf8(`gongshu/status/v1\u0000certificate:${number}`)));
    const stated = several(document.credentialStatus).filter((one) => isObject(one) && Object.hasOwn(one, "statusId"));
    demand(stated.every((one) => one.statusId === id), "otherstatus");
    return number;
  };

  /* ---- an evidence pack ---- */

  const checkPack = async (pack, trust, done) => {
    demand(hasShape(pack, PACK) && typeof pack.subject === "string", "packshape");
    demand(Array.isArray(pack.receipts) && pack.receipts.length && Array.isArray(pack.openings), "packshape");
    const entries = await packEntries(pack.receipts, trust);
    done("receipts", String(entries.size));
    for (const opening of pack.openings) await checkOpening(opening, entries, done);
    demand([...entries.values()].some((entry) => entry.subject === pack.subject), "offsubject");
    let code = trust.log.length ? "valid" : "nokey";
    if (pack.certificate !== null) {
      const { code: certified, facts: { number } } = await checkCertificate(pack.certificate, trust, done);
      if (certified === "nokey") code = "nokey";
      const about = `certificate:${number}`;
      demand([...entries.values()].some((entry) => entry.subject === about), "othercertificate");
    }
    for (const entry of entries.values()) {
      if (!entry.refs.every((ref) => entries.has(ref))) throw new Unfit("lacking", true);
    }
    done("closed");
    done("later", "", "open");
    const facts = { sentence: "packed", subject: pack.subject, count: entries.size, opened: pack.openings.length };
    return { facts, code };
  };

  const packEntries = async (receipts, trust) => {
    const entries = new Map();
    const logs = new Set();
    const seen = new Set();
    for (const [place, receipt] of receipts.entries()) {
      const { entry, log } = await checkReceipt(receipt, trust, () => {}, seen).catch((error) => {
        throw Object.assign(error, { shown: `${place + 1} / ${receipts.length}` });
      });
      demand(typeof entry.id === "string" && !entries.has(entry.id), "twice");
      entries.set(entry.id, entry);
      logs.add(log);
    }
    demand(logs.size === 1, "otherlog");
    return entries;
  };

  const checkOpening = async (opening, entries, done) => {
    demand(hasShape(opening, OPENING) && texts(opening, OPENING) && HASH.test(opening.salt), "opening");
    const entry = entries.get(opening.entry);
    demand(entry, "opening");
    const stated = opening.name === "actor" ? entry.actor : ownPart(entry.payload?.commitments, opening.name);
    const parts = [utf8(`gongshu/commitment/v1\u0000${opening.name}\u0000`), fromHex(opening.salt), utf8(opening.value)];
    demand(hex(await sha256(joined(...parts))) === stated, "opening");
    done("opened", `${opening.name}: ${opening.value}`);
  };

  const ownPart = (value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : null);

  /* ---- checkpoints, and the proof that one tree begins another ---- */

  const checkHead = async (text, trust, done) => {
    const note = parseNote(text);
    const own = trust.log.find((key) => note.signatures.some((line) => line.name === key.name && same(line.id, key.id)));
    if (!own && !trust.log.length) throw new Unfit("nokeynamed", true);
    demand(own, "unsigned");
    await checkNote(note, own, trust, done);
    return note;
  };

  const checkHeads = async (texts, trust, done) => {
    demand(texts.length === 1, "twofiles");
    const note = await checkHead(texts[0], trust, done);
    return { facts: { sentence: "headed", log: note.origin, size: note.size, root: hex(note.root) }, code: "valid" };
  };

  const checkConsistency = async (proof, notes, trust, done) => {
    demand(hasShape(proof, PROOF) && whole(proof.old) && whole(proof.new) && proof.old > 0 && proof.old <= proof.new, "proof");
    const [oldRoot, newRoot] = hashes([proof.old_root, proof.new_root]);
    const [older, newer] = await rootsFrom(proof.old, proof.new, oldRoot, hashes(proof.proof));
    demand(same(older, oldRoot) && same(newer, newRoot), "inconsistent");
    done("consistent", `${hex(older)} → ${hex(newer)}`);
    const facts = { sentence: "begins", old: proof.old, size: proof.new };
    const heads = [];
    for (const text of notes) heads.push(await checkHead(text, trust, done));
    for (const [size, root] of [[proof.old, oldRoot], [proof.new, newRoot]]) {
      for (const head of heads) demand(head.size !== size || same(head.root, root), "otherroot");
    }
    demand(new Set(heads.map((head) => head.origin)).size <= 1, "otherlog");
    demand(heads.every((head) => head.size === proof.old || head.size === proof.new), "otherroot");
    const both = [proof.old, proof.new].every((size) => heads.some((head) => head.size === size));
    return { facts, code: both ? "valid" : "noheads" };
  };

  /* ---- whatever was handed over ---- */

  const isNote = (text) => /\n\n— /.test(text);

  const checkAny = async (files, trust, done) => {
    demand(files.length && files.every((text) => text.length <= MOST), files.length ? "large" : "notours");
    const notes = files.filter((text) => isNote(text) && !text.trimStart().startsWith("{"));
    const others = files.filter((text) => !notes.includes(text));
    if (!others.length) return checkHeads(notes, trust, done);
    demand(others.length === 1, "twofiles");
    const value = careful(others[0], "json");
    demand(isObject(value), "json");
    if (Object.hasOwn(value, "old_root")) return checkConsistency(value, notes, trust, done);
    demand(!notes.length, "twofiles");
    if (value.format === "gongshu-pack/1") return checkPack(value, trust, done);
    if (Object.hasOwn(value, "type") && !Object.hasOwn(value, "format")) return checkCertificate(value, trust, done);
    return checkReceipt(value, trust, done);
  };

  /* Resolves to {tone, code, steps, facts}; a step is a code, what it shows, and whether it is ok, open or bad. Never rejects. */
  globalThis.gongshuVerify = async (files, trusted = "") => {
    const steps = [];
    const done = (code, shown = "", state = "ok") => void steps.push({ code, shown, state });
    try {
      if (!globalThis.crypto?.subtle) throw new Unfit("insecure", true);
      const found = await checkAny([files].flat(), await parseTrust(trusted), done);
      return { tone: ["valid", "genuine"].includes(found.code) ? "ok" : "warn", code: found.code, steps, facts: found.facts };
    } catch (error) {
      const unfit = error instanceof Unfit ? error : new Unfit("json");
      done(unfit.code, unfit.shown ?? "", "bad");
      return { tone: unfit.incomplete ? "warn" : "bad", code: unfit.incomplete ? "incomplete" : "invalid", steps };
    }
  };
})();
