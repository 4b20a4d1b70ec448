/* Opens a long provenance graph at the entry the page is about. */
"use strict";

for (const graph of document.querySelectorAll(".graph")) {
  const box = graph.querySelector("[aria-current] rect");
  if (box) graph.scrollLeft = Number(box.getAttribute("x")) + Number(box.getAttribute("width")) / 2 - graph.clientWidth / 2;
}
