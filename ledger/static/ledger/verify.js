/* The page around the check in the browser: takes files, shows the verdict and its steps. Nothing is sent anywhere. */
"use strict";

(() => {
  const MOST = 64 * 1048576;
  const BADGES = { ok: "ok", open: "", bad: "bad" };

  const data = (id) => {
    const found = id && document.getElementById(id);
    return found ? JSON.parse(found.textContent) : null;
  };

  /* UTF-8 as it stands, no byte put in or left out; what is none is a file of another kind. */
  const textOf = async (file) => {
    if (file.size > MOST) return "\u0000";
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer());
    } catch {
      return "\u0000";
    }
  };

  const filled = (sentence, facts) =>
    sentence.replace(/\{(\w+)\}/g, (hole, name) => (Object.hasOwn(facts, name) ? String(facts[name]) : hole));

  const stepItem = (words, result) => (step) => {
    const item = document.createElement("li");
    const mark = document.createElement("span");
    mark.className = `badge ${step.state === "bad" ? result.tone : BADGES[step.state]}`.trim();
    mark.textContent = words[`is_${step.state}`];
    item.append(mark, ` ${words[step.code] ?? step.code} `);
    if (step.shown) {
      const shown = document.createElement("code");
      shown.textContent = step.shown;
      item.append(shown);
    }
    return item;
  };

  const show = (panel, words, result) => {
    const verdict = panel.querySelector("[data-verdict]");
    const box = panel.querySelector(`template[data-tone="${result.tone}"]`).content.cloneNode(true);
    box.querySelector(".title").textContent = words[result.code];
    const said = document.createElement("p");
    said.textContent = result.facts
      ? filled(words[result.facts.sentence], result.facts)
      : (words[result.steps.at(-1).code] ?? "");
    box.querySelector(".title").after(said);
    verdict.replaceChildren(box);
    verdict.dataset.result = result.code;
    panel.querySelector("[data-steps]").replaceChildren(...result.steps.map(stepItem(words, result)));
  };

  const prepare = (panel) => {
    const words = data(panel.dataset.words);
    const own = data(panel.dataset.receipt);
    const keys = panel.querySelector("[data-key]");
    let last = own && [JSON.stringify(own)];
    const run = async () => show(panel, words, await globalThis.gongshuVerify(last, keys.value));
    const take = async (files) => {
      last = await Promise.all(Array.from(files, textOf));
      await run();
    };
    panel.querySelector("[data-verify]")?.addEventListener("click", run);
    keys.addEventListener("input", () => last && run());
    const input = panel.querySelector("input[type=file]");
    input.addEventListener("change", () => input.files.length && take(input.files));
    const drop = panel.querySelector("[data-drop]");
    drop.addEventListener("dragover", (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      if (event.dataTransfer.files.length) take(event.dataTransfer.files);
    });
  };

  document.querySelectorAll("[data-verifier]").forEach(prepare);
})();
